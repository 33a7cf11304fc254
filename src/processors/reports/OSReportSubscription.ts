import { z } from "zod";
import { isHtmlBody } from "../../control/mail-body.ts";
import { type Day, localDay, MS_PER_DAY } from "../../learning/day.ts";
import { dayInWords } from "../../learning/day-words.ts";
import { queueMessage } from "../../learning/messages.ts";
import { accessToken, accessTokenHash, TOKEN_BYTES } from "../../learning/reports/access-token.ts";
import { type Report, readReport } from "../../learning/reports/report.ts";
import { readVisiblePeople } from "../../learning/reports/scope.ts";
import {
  insertReportFile,
  reportFileKey,
  type StoredSubscription,
  selectDueSubscriptions,
  weekdayFailure,
} from "../../learning/reports/subscription.ts";
import {
  cutNote,
  largeNote,
  reportMail,
  reportMailKeys,
  reportMailPlaceholders,
} from "../../learning/reports/words.ts";
import { escapeHtml, fillWording, placeholdersOf, readWording, type Wording } from "../../learning/wording.ts";
import type { Failure } from "../../store/step.ts";
import {
  defineProcessor,
  effect,
  noAction,
  type RunContext,
  RunFailure,
  type Unit,
  type Yielded,
} from "../contract.ts";
import { deliver, deliverLeftovers, isDelivering, type MailingCursor } from "../delivery.ts";
import { MOST_ROWS, MOST_XLSX_ROWS, type WrittenReport, writeReportFile } from "./report-file.ts";

const parameters = z.strictObject({
  linkValidDays: z.int().min(1).max(365).default(10).describe("Days for which the link to a report opens its file"),
  subscriptionIds: z
    .array(z.int().min(1))
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe("Ids of the only subscriptions to serve; empty means all"),
});

interface Cursor {
  /** The last subscription that is done. */
  readonly after: number;
}

type Context = RunContext<z.output<typeof parameters>, MailingCursor<Cursor>>;

/** A subscription that can be served. */
interface Prepared {
  readonly report: Report;
  readonly name: string;
  readonly address: string;
  readonly wording: Wording;
}

/**
 * Spec 2.8.1. Each subscription is one effect: its file is written by one call, from rows read while it is written, and the
 * file's row, its token and the mail are committed together with the outcome.
 *
 * A file is written within one call, not in parts across slices: 200,000 rows are some hundred reads and a few seconds, a slice
 * is left only between calls, and parts would have to be copied together since the file store has no append. A run that is
 * killed meanwhile writes the file again under the same key; the token is made anew and was in nobody's hands.
 */
export const OSReportSubscription = defineProcessor<typeof parameters, MailingCursor<Cursor>>({
  id: "OSReportSubscription",
  group: "reports",
  summary: "Makes the reports that people have subscribed to and mails a link to each.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 0 5 * * ?",
  after: ["SolrIndexFullBuild", "TrackingCalculation"],
  // A dry run reads no report's rows and sends no mail.
  dryRun: "lower_bound",
  parameters,
  counts: ["reports", "rows", "mails", "truncated", "sent"],
  async *run(context) {
    const { configuration } = context;
    const { from, failure } = yield* deliverLeftovers<Cursor>(context, ["report"]);
    if (!isDelivering(context.cursor)) {
      const host = configuration.client.host?.trim() ?? "";
      if (host === "") return noAction("The client has no host (clients.host), so no link to a report can be made");
      if (!/^[\w.-]+(:\d{1,5})?$/.test(host)) {
        throw new RunFailure(
          "invalid_configuration",
          `The client's host is "${host}"; enter a host name only, such as learn.example.com`,
        );
      }
      yield* makeReports(context, host, from?.after ?? 0);
    }
    yield* deliver(context, { leftoversOf: ["report"], failure });
    return undefined;
  },
});

async function* makeReports(context: Context, host: string, start: number): AsyncGenerator<Yielded<Cursor>, void> {
  const { rows, run, today, parameters } = context;
  let after = start;
  for (;;) {
    const found = await rows.all<StoredSubscription>(
      selectDueSubscriptions(run.clientId, today, after, parameters.subscriptionIds, parameters.chunkSize),
    );
    for (const subscription of found) {
      after = subscription.id;
      const prepared = await prepare(context, subscription);
      if ("failure" in prepared) {
        yield { units: [{ ref: reference(subscription), writes: [], ...prepared }], cursor: { after } };
      } else yield* makeReport(context, host, subscription, prepared);
    }
    if (found.length < parameters.chunkSize) return;
  }
}

async function prepare(
  { today, timeZone, configuration }: Context,
  subscription: StoredSubscription,
): Promise<Prepared | { readonly failure: Failure }> {
  const { key, name, definition, filters, locale } = subscription;
  const weekdays = weekdayFailure(subscription);
  if (weekdays) return { failure: weekdays };
  if (key === null || name === null || definition === null) {
    return {
      failure: { code: "no_report", message: "Its report was deleted; choose another or end the subscription" },
    };
  }
  const read = readReport({ key, definition, filters }, locale, { today, timeZone });
  if ("failure" in read) return read;
  const address = subscription.email?.trim() ?? "";
  if (address === "") {
    const message = `Person ${subscription.person_id} has no e-mail address; enter one`;
    return { failure: { code: "no_address", message } };
  }
  const own = await readWording(configuration, reportMailKeys, locale, reportMailPlaceholders);
  const missing = "failure" in own && own.failure.code === "missing_text";
  if ("failure" in own && !missing) return own;
  const wording = "failure" in own ? reportMail(locale) : own;
  if (!placeholdersOf(wording.body).includes("link")) {
    const message = `The text ${reportMailKeys.body} (${wording.locale}) lacks {link}; without it nobody gets at the report`;
    return { failure: { code: "bad_text", message } };
  }
  return { report: read.report, name, address, wording };
}

async function* makeReport(
  context: Context,
  host: string,
  subscription: StoredSubscription,
  prepared: Prepared,
): AsyncGenerator<Yielded<Cursor>, void> {
  const { rows, run, files, today, now, timeZone, randomBytes, parameters } = context;
  const { id, format, locale } = subscription;
  const keyOf = (as: typeof format) => reportFileKey(run.clientId, id, today, as);
  const token = accessToken(run.clientId, randomBytes(TOKEN_BYTES));
  const hash = await accessTokenHash(token);
  const expiresAt = now + parameters.linkValidDays * MS_PER_DAY;

  const settled = (written: WrittenReport): Unit => {
    const file = { ...written, subscriptionId: id, accessTokenHash: hash, expiresAt };
    const text = mailText(context, subscription, prepared, written, {
      link: `https://${host}/r/${token}`,
      validUntil: localDay(expiresAt - 1, timeZone),
    });
    const mail = {
      kind: "report",
      channel: "mail",
      personId: subscription.person_id,
      toAddress: prepared.address,
      dedupeKey: `rep|${id}|${today}`,
      ...text,
    } as const;
    return {
      ref: reference(subscription),
      // The mail holds the token of this file row, so the one is written only if the other was.
      writes: [insertReportFile(file, now), { write: queueMessage(mail, now, { afterChange: true }), count: "mails" }],
      counts: { reports: 1, rows: written.rows, truncated: written.truncated ? 1 : 0 },
    };
  };

  yield* effect<WrittenReport>({
    key: `report:${id}:${today}`,
    description: `report file ${keyOf(format)} of ${prepared.name}`,
    repeatable: true,
    call: async () => {
      const people = await readVisiblePeople(rows, { id: subscription.person_id, role: subscription.role });
      const scene = { timeZone, locale };
      return await writeReportFile(rows, files, { ...prepared, format, people, scene, key: keyOf });
    },
    settle: (outcome) => {
      if (outcome.state === "done") return [settled(outcome.value)];
      // A dry run: a report without rows stands for the one that would be made.
      if (outcome.state === "rehearsed") {
        return [settled({ key: keyOf(format), format, rows: 0, truncated: false, size: 0, etag: "" })];
      }
      return [];
    },
    cursor: { after: id },
  });
}

function mailText(
  { configuration, today }: Context,
  subscription: StoredSubscription,
  { wording, name }: Prepared,
  written: WrittenReport,
  { link, validUntil }: { readonly link: string; readonly validUntil: Day },
): { subject: string; body: string } {
  const { locale } = wording;
  const note = [
    ...(written.format === subscription.format ? [] : [largeNote(subscription.locale, MOST_XLSX_ROWS)]),
    ...(written.truncated ? [cutNote(subscription.locale, MOST_ROWS)] : []),
  ].join(" ");
  const text = fillWording(wording, {
    givenName: subscription.given_name,
    familyName: subscription.family_name,
    report: name,
    day: dayInWords(today, locale),
    rows: String(written.rows),
    link,
    validUntil: dayInWords(validUntil, locale),
    note,
    client: configuration.client.name,
  });
  if (note === "" || placeholdersOf(wording.body).includes("note")) return text;
  const added = isHtmlBody(wording.body) ? `<p>${escapeHtml(note)}</p>` : `\n\n${note}\n`;
  return { subject: text.subject, body: `${text.body.trimEnd()}${added}` };
}

function reference({ id }: StoredSubscription): string {
  return `subscription:${id}`;
}
