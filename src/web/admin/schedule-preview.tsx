import { type JobPolicies, policyWords } from "../../control/policies.ts";
import { type Calendar, type FireOptions, QuartzExpression } from "../../quartz/index.ts";
import type { PlanWarnings } from "../../scheduler/plan.ts";
import { useReader } from "../reader.ts";
import { type Column, Table } from "../table.tsx";
import { Relative } from "../time.tsx";
import { clockTime, localTime } from "../time-words.ts";
import type { Locale, Translate } from "../words/translate.ts";
import { PlanWarningNotice } from "./plan-warnings.tsx";

/** Id of the region of the form that holds the preview; the script fills it while somebody types. */
export const PREVIEW_ID = "schedule-preview";

/** Fires that the preview shows. */
const FIRES = 10;

/** What an input that may be saved would do. */
export interface SchedulePlan {
  /** Valid: it was checked just now. Null: nothing fires by the clock. */
  readonly cron: string | null;
  /** The job that it follows instead; null: none. */
  readonly after: number | null;
  readonly zone: string;
  /** Stands behind the zone where it is but one of several. */
  readonly zoneNote: string | undefined;
  readonly calendar: Calendar | undefined;
  readonly policies: JobPolicies;
  readonly warnings: PlanWarnings;
}

/** An instant in UTC; the clock time alone where the day is that of the zone beside it. */
function inUtc(at: number, zone: string, locale: Locale): string {
  const [there, utc] = [localTime(at, zone, locale), localTime(at, "UTC", locale)];
  return there.split(",")[0] === utc.split(",")[0] ? clockTime(at, "UTC") : utc;
}

interface Fire {
  readonly at: number;
  /** What a change of clocks does to it; '' for nothing. */
  readonly mark: string;
}

/** `02:30` of `2026-03-29T02:30:00`. */
const clock = (wall: string) => wall.slice(11, 16);

/** What a change of clocks does to a fire, in words; "" for nothing. */
export function markOf(
  t: Translate,
  expression: QuartzExpression,
  at: number,
  zone: string,
  options: FireOptions,
): string {
  const { change, fields, wallTime } = expression.why(at, zone, options);
  if (change === null) return "";
  if (change.kind === "overlap") {
    const time = clock(wallTime);
    return change.pass === "first"
      ? t("the first of two times that clocks show {time}", { time })
      : t("the second of two times that clocks show {time}", { time });
  }
  if (change.missed === null) return "";
  const time = clock(change.missed);
  return fields.every(({ matches }) => matches)
    ? t("{time} does not exist on this day", { time })
    : t("moved: {time} does not exist on this day", { time });
}

function nextFires(t: Translate, cron: string, plan: SchedulePlan, now: number): readonly Fire[] {
  const expression = QuartzExpression.parse(cron);
  const options: FireOptions = {
    transitions: plan.policies.transitions,
    ...(plan.calendar ? { calendar: plan.calendar } : {}),
  };
  const fires: Fire[] = [];
  for (let at = expression.next(now, plan.zone, options); at !== null && fires.length < FIRES; ) {
    fires.push({ at, mark: markOf(t, expression, at, plan.zone, options) });
    at = expression.next(at, plan.zone, options);
  }
  return fires;
}

/** What an expression and its policies mean: words, the next ten fires with changes of clocks, lint, policies, neighbours. */
export function SchedulePreview(props: { plan: SchedulePlan; now: number }) {
  const { t } = useReader();
  const { plan, now } = props;
  const { cron } = plan;
  return (
    <>
      {cron === null ? (
        <p>
          {plan.after === null
            ? t("Started by hand only.")
            : t("Starts when job {id} has ended.", { id: String(plan.after) })}
        </p>
      ) : (
        <Fires cron={cron} plan={plan} now={now} />
      )}
      {cron === null ? null : <Findings cron={cron} plan={plan} now={now} />}
      <PlanWarningNotice warnings={plan.warnings} />
      <details id={`${PREVIEW_ID}-policies`}>
        <summary>{t("What happens when it is late, overlaps or fails")}</summary>
        <ul class="small">
          {policyWords(plan.policies).map((words) => (
            <li>{t.told(words)}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

function Fires(props: { cron: string; plan: SchedulePlan; now: number }) {
  const { t, locale, duration } = useReader();
  const { cron, plan, now } = props;
  const fires = nextFires(t, cron, plan, now);
  const gaps = fires.slice(1).map(({ at }, index) => at - (fires[index]?.at ?? at));
  const closest = Math.min(...gaps);
  const marked = fires.some(({ mark }) => mark !== "");
  const columns: readonly Column<Fire>[] = [
    {
      label: plan.zone,
      cell: ({ at }) => (
        <time datetime={new Date(at).toISOString()} class="number">
          {localTime(at, plan.zone, locale)}
        </time>
      ),
    },
    { label: "UTC", cell: ({ at }) => <span class="number">{inUtc(at, plan.zone, locale)}</span> },
    { label: t("To go"), cell: ({ at }) => <Relative at={at} now={now} /> },
    ...(marked ? [{ label: t("Change of clocks"), cell: ({ mark }: Fire) => mark }] : []),
  ];
  return (
    <>
      <p>
        <strong>{QuartzExpression.parse(cron).describe(locale)}</strong>
      </p>
      <p class="soft small">
        {fires.length === 1
          ? t("Next fire in {zone}", { zone: plan.zone })
          : t("Next {count} fires in {zone}", { count: fires.length, zone: plan.zone })}
        {plan.zoneNote ? ` (${plan.zoneNote})` : ""}:
      </p>
      <Table caption={t("Next fires")} columns={columns} rows={fires} />
      {closest < 60_000 ? (
        <p class="notice warn">
          {t("This fires every {time}. Less than a minute apart is seldom needed and costs a run each time.", {
            time: duration(closest),
          })}
        </p>
      ) : null}
    </>
  );
}

function Findings(props: { cron: string; plan: SchedulePlan; now: number }) {
  const { t, locale } = useReader();
  const { cron, plan, now } = props;
  const options = { transitions: plan.policies.transitions, ...(plan.calendar ? { calendar: plan.calendar } : {}) };
  const findings = QuartzExpression.parse(cron).lint(plan.zone, now, options);
  if (findings.length === 0) return null;
  const words = { error: t("Mistake"), warning: t("Mind"), info: t("Note") };
  return (
    <ul class="small">
      {findings.map(({ severity, messages }) => (
        <li>
          <strong>{words[severity]}:</strong> {messages[locale]}.
        </li>
      ))}
    </ul>
  );
}
