import type { z } from "zod";
import type { subscriptionSchema } from "../../../administration/reports/subscriptions.ts";
import { type ReportKey, reportSources } from "../../../learning/reports/report.ts";
import type { ListedSubscription, readSubscriptionChoices } from "../../../learning/reports/subscription-list.ts";
import { lastValue } from "../../http/form-post.ts";
import {
  CheckField,
  ChecksField,
  ChoiceField,
  type FieldProblem,
  LinesField,
  ProblemSummary,
  TextField,
} from "../../page/fields.tsx";
import { useReader } from "../../reader/reader.ts";
import {
  audienceWords,
  readWeekdays,
  reportKinds,
  scheduleWords,
  weekdayName,
  weekOrder,
} from "./subscription-words.ts";

/** What the form offers. */
export type SubscriptionChoices = Awaited<ReturnType<typeof readSubscriptionChoices>>;

/** A stored subscription as its form would post it. */
export function formOfSubscription(subscription: ListedSubscription): URLSearchParams {
  const { reportId, audience, groupId, schedule, weekdays, monthDay, format, filters, locale } = subscription;
  const { skipWhenEmpty, active, updatedAt } = subscription;
  const form = new URLSearchParams({
    reportId: String(reportId),
    audience,
    groupId: groupId === null ? "" : String(groupId),
    schedule,
    monthDay: monthDay === null ? "" : String(monthDay),
    format,
    filters: filters ?? "",
    locale,
    skipWhenEmpty: String(skipWhenEmpty === 1),
    active: String(active === 1),
    updatedAt: String(updatedAt),
  });
  for (const day of readWeekdays(weekdays)) form.append("weekdays", String(day));
  return form;
}

/** The form of a new subscription: what most want. */
export function newSubscriptionForm(locale: string): URLSearchParams {
  const form = new URLSearchParams({
    audience: "group",
    schedule: "weekdays",
    weekdays: "2",
    format: "xlsx",
    locale,
    skipWhenEmpty: "true",
    active: "true",
  });
  return form;
}

/** A whole number, for the schema to judge; what is none stays as it was typed. */
const whole = (text: string) => (/^#?\d{1,15}$/.test(text) ? Number(text.replace("#", "")) : text);

/** What was posted, as {@link subscriptionSchema} wants it. */
export function readSubscriptionForm(form: URLSearchParams): Record<keyof z.input<typeof subscriptionSchema>, unknown> {
  const text = (name: string) => lastValue(form, name).trim();
  const filters = text("filters");
  let parsed: unknown = null;
  try {
    parsed = filters === "" ? null : JSON.parse(filters);
  } catch {
    parsed = filters;
  }
  return {
    reportId: whole(text("reportId")),
    audience: text("audience"),
    groupId: text("groupId") === "" ? null : whole(text("groupId")),
    schedule: text("schedule"),
    weekdays: form
      .getAll("weekdays")
      .filter((day) => day !== "")
      .map(whole),
    monthDay: text("monthDay") === "" ? null : whole(text("monthDay")),
    format: text("format"),
    filters: parsed,
    skipWhenEmpty: text("skipWhenEmpty") === "true",
    locale: text("locale"),
    active: text("active") === "true",
  };
}

/** The fields of a subscription for a group or the client. */
export function SubscriptionFields(props: {
  form: URLSearchParams;
  choices: SubscriptionChoices;
  problems: readonly FieldProblem[];
}) {
  const reader = useReader();
  const { t } = reader;
  const { form, choices, problems } = props;
  const labels = new Map([
    ["reportId", t("Report")],
    ["audience", t("Recipients")],
    ["groupId", t("Group")],
    ["schedule", t("When")],
    ["weekdays", t("Days of the week")],
    ["monthDay", t("Day of the month")],
    ["format", t("Format")],
    ["filters", t("Filters")],
    ["skipWhenEmpty", t("Nothing is sent when the report has no rows")],
    ["locale", t("Language of the report and its mail")],
    ["active", t("Active")],
  ]);
  const field = (name: string) => ({
    name,
    label: labels.get(name) ?? name,
    value: lastValue(form, name),
    problems,
  });
  return (
    <>
      <ProblemSummary problems={problems} labels={labels} />
      <ChoiceField
        {...field("reportId")}
        choices={choices.reports.map(({ id, name, key }) => ({
          value: String(id),
          label: `${name} (${t(reportKinds[key as ReportKey])})`,
        }))}
      />
      <ChoiceField
        {...field("audience")}
        hint={t("Everybody sees only the rows that the own role lets through.")}
        choices={(["group", "client"] as const).map((one) => ({ value: one, label: t(audienceWords[one]) }))}
      />
      <TextField
        {...field("groupId")}
        hint={t("The number of a group of this client; only with a group as recipients.")}
        inputmode="numeric"
        list={choices.groups.map(({ id, name }) => ({ value: String(id), label: name }))}
        class="short"
        optional
      />
      <ChoiceField
        {...field("schedule")}
        choices={(["daily", "weekdays", "monthly"] as const).map((one) => ({
          value: one,
          label: t(scheduleWords[one]),
        }))}
      />
      <ChecksField
        {...field("weekdays")}
        values={form.getAll("weekdays")}
        choices={weekOrder.map((day) => ({ value: String(day), label: weekdayName(reader, day) }))}
      />
      <TextField
        {...field("monthDay")}
        hint={t("From 1 to 31; in a shorter month its last day. Only with once a month.")}
        inputmode="numeric"
        class="short"
        optional
      />
      <ChoiceField
        {...field("format")}
        choices={(["csv", "xlsx"] as const).map((one) => ({ value: one, label: one.toUpperCase() }))}
      />
      <LinesField
        {...field("filters")}
        hint={t(
          "A JSON object such as {example}. Empty: filters and columns are those of each recipient's default view, as they are on the day.",
          { example: '{"groups":[7]}' },
        )}
        optional
      />
      <FilterNames />
      <CheckField {...field("skipWhenEmpty")} checked={lastValue(form, "skipWhenEmpty") === "true"} />
      <TextField {...field("locale")} list={["de", "en"]} class="short" spellcheck={false} />
      <CheckField {...field("active")} checked={lastValue(form, "active") === "true"} />
    </>
  );
}

/** Which filters each kind of report has. */
function FilterNames() {
  const { t } = useReader();
  return (
    <details>
      <summary>{t("Filters by kind of report")}</summary>
      <dl class="facts">
        {Object.entries(reportKinds).map(([key, kind]) => (
          <>
            <dt>{t(kind)}</dt>
            <dd>
              <code>{Object.keys(reportSources[key as ReportKey].filters.shape).join(", ")}</code>
            </dd>
          </>
        ))}
      </dl>
    </details>
  );
}
