import { z } from "zod";
import { isHtmlBody } from "../../control/mail-body.ts";
import { queueMessage } from "../../learning/messages/messages.ts";
import {
  escapeHtml,
  fillWording,
  placeholdersOf,
  readWordingOr,
  type Wording,
} from "../../learning/messages/wording.ts";
import { accessToken, accessTokenHash, TOKEN_BYTES } from "../../learning/reports/access-token.ts";
import { hasRows, type Report, type ReportKey, readReport } from "../../learning/reports/report.ts";
import { readVisiblePeople } from "../../learning/reports/scope.ts";
import {
  insertReportFile,
  type Recipient,
  reportFileKey,
  type StoredSubscription,
  selectDueSubscriptions,
  selectRecipients,
  subscriptionFailure,
} from "../../learning/reports/subscription.ts";
import {
  cutNote,
  largeNote,
  reportMail,
  reportMailKeys,
  reportMailPlaceholders,
} from "../../learning/reports/words.ts";
import type { Ending, Failure } from "../../store/step/step.ts";
import { type Day, localDay, MS_PER_DAY } from "../../time/day.ts";
import { dayInWords } from "../../time/day-words.ts";
import { clientHost } from "../client-host.ts";
import { defineProcessor, effect, noAction, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailing, mailingCursor } from "../delivery.ts";
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

/** Where a run stands: subscriptions with a lower id are done, and of this one the people up to `person`. */
const position = z.strictObject({ subscription: z.int(), person: z.int() });
type Cursor = z.output<typeof position>;

type Context = RunContext<z.output<typeof parameters>, MailingCursor<Cursor>>;

/** A subscription that can be served. */
interface Served {
  readonly subscription: StoredSubscription;
  readonly stored: { readonly key: ReportKey; readonly definition: string; readonly filters: string | null };
  /** The report's. */
  readonly name: string;
  readonly wording: Wording;
}

/** A recipient to whom its report can be sent. */
interface Addressed extends Served {
  readonly recipient: Recipient;
  readonly report: Report;
  readonly address: string;
}

/** What came of a recipient's report; `empty`: it had no rows and was not wanted. */
type Written = WrittenReport | { readonly empty: true };

const counts = ["reports", "rows", "mails", "empty", "truncated", ...deliveryCounts] as const;
type Count = (typeof counts)[number];

/**
 * Sends what earlier runs left; makes the reports that are due; then sends. Each recipient's report is one effect: its file is
 * written by one call, from rows read while it is written, and the file's row, its token and the mail are committed together with
 * the outcome.
 *
 * A file is written within one call, not in parts across slices: 200,000 rows are some hundred reads and a few seconds, a slice
 * is left only between calls, and parts would have to be copied together since the file store has no append. A run that is
 * killed meanwhile writes the file again under the same key; the token is made anew and had not been sent.
 */
export const OSReportSubscription = defineProcessor({
  id: "OSReportSubscription",
  group: "reports",
  title: "Make subscribed reports",
  summary: "Makes the reports that people have subscribed to and mails a link to each.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 0 5 * * ?",
  after: ["SolrIndexFullBuild", "TrackingCalculation"],
  // A dry run reads no report's rows and sends no mail.
  dryRun: "lower_bound",
  parameters,
  cursorVersion: 2,
  cursor: mailingCursor(position),
  counts,
  run: (context) =>
    mailing(context, ["report"], (from) => makeReports(context, from ?? { subscription: 0, person: 0 })),
});

async function* makeReports(
  context: Context,
  start: Cursor,
): AsyncGenerator<Yielded<Cursor, Count>, Ending | undefined> {
  const { rows, today, parameters, configuration } = context;
  const { chunkSize, subscriptionIds } = parameters;
  const host = clientHost(configuration);
  if (host === null) return noAction("The client has no host (clients.host), so no link to a report can be made");
  for (let from = start.subscription; ; ) {
    const found = await rows.all<StoredSubscription>(selectDueSubscriptions(today, from, subscriptionIds, chunkSize));
    for (const subscription of found) {
      yield* serve(context, host, subscription, subscription.id === start.subscription ? start.person : 0);
      from = subscription.id + 1;
    }
    if (found.length < chunkSize) return undefined;
  }
}

/** Makes the report of every recipient of a subscription behind a person who has none of today yet. */
async function* serve(
  context: Context,
  host: string,
  subscription: StoredSubscription,
  after: number,
): AsyncGenerator<Yielded<Cursor, Count>, void> {
  const { rows, run, today, parameters } = context;
  const { chunkSize } = parameters;
  const done: Cursor = { subscription: subscription.id + 1, person: 0 };
  const fails = (failure: Failure): Yielded<Cursor, Count> => ({
    units: [{ ref: `subscription:${subscription.id}`, writes: [], failure }],
    cursor: done,
  });
  const wrong = subscriptionFailure(subscription);
  if (wrong) {
    yield fails(wrong);
    return;
  }
  let served: Served | null = null;
  for (let person = after; ; ) {
    const people = await rows.all<Recipient>(selectRecipients(subscription, run.clientId, today, person, chunkSize));
    if (people.length > 0 && !served) {
      const prepared = await prepare(context, subscription);
      if ("failure" in prepared) {
        yield fails(prepared.failure);
        return;
      }
      served = prepared;
    }
    for (const recipient of people) {
      person = recipient.id;
      const cursor = { subscription: subscription.id, person };
      const addressed = served && address(context, served, recipient);
      if (!addressed) continue;
      if ("failure" in addressed)
        yield { units: [{ ref: reference(subscription, person), writes: [], ...addressed }], cursor };
      else yield* makeReport(context, host, addressed, cursor);
    }
    if (people.length < chunkSize) return;
  }
}

/** What is the same for all recipients; a failure where none of them can be served. */
async function prepare(
  { today, timeZone, configuration }: Context,
  subscription: StoredSubscription,
): Promise<Served | { readonly failure: Failure }> {
  const { key, name, definition, filters, locale } = subscription;
  if (key === null || name === null || definition === null) {
    return {
      failure: { code: "no_report", message: "Its report was deleted; choose another or end the subscription" },
    };
  }
  const stored = { key, definition, filters };
  const read = readReport(stored, locale, { today, timeZone });
  if ("failure" in read) return read;
  const wording = await readWordingOr(reportMail, configuration, reportMailKeys, locale, reportMailPlaceholders);
  if ("failure" in wording) return wording;
  if (!placeholdersOf(wording.body).includes("link")) {
    const message = `The text ${reportMailKeys.body} (${wording.locale}) lacks {link}; without it the report cannot be opened`;
    return { failure: { code: "bad_text", message } };
  }
  return { subscription, stored, name, wording };
}

/** A recipient's own report and address. */
function address(
  { today, timeZone }: Context,
  served: Served,
  recipient: Recipient,
): Addressed | { readonly failure: Failure } {
  const { view_filters, view_columns } = recipient;
  const view = view_filters === null || view_columns === null ? null : { filters: view_filters, columns: view_columns };
  const read = readReport({ ...served.stored, view }, served.subscription.locale, { today, timeZone });
  if ("failure" in read) return read;
  const mailbox = recipient.email?.trim() ?? "";
  if (mailbox === "") {
    const message = `Person ${recipient.id} has no e-mail address; enter one`;
    return { failure: { code: "no_address", message } };
  }
  return { ...served, recipient, report: read.report, address: mailbox };
}

async function* makeReport(
  context: Context,
  host: string,
  addressed: Addressed,
  cursor: Cursor,
): AsyncGenerator<Yielded<Cursor, Count>, void> {
  const { rows, run, files, today, now, timeZone, randomBytes, parameters } = context;
  const { subscription, recipient, report } = addressed;
  const { id, format, locale } = subscription;
  const skipEmpty = subscription.skip_when_empty === 1;
  const ref = reference(subscription, recipient.id);
  const file = { subscription: id, person: recipient.id, day: today };
  const keyOf = (as: typeof format) => reportFileKey(run.clientId, file, as);
  const token = accessToken(run.clientId, randomBytes(TOKEN_BYTES));
  const hash = await accessTokenHash(token);
  const expiresAt = now + parameters.linkValidDays * MS_PER_DAY;
  const isEmpty = async (people: readonly number[] | null) => skipEmpty && !(await hasRows(rows, report, people));
  const empty: Unit<Count> = { ref, writes: [], counts: { empty: 1 } };
  if (run.dryRun && (await isEmpty(await readVisiblePeople(rows, recipient)))) {
    yield { units: [empty], cursor };
    return;
  }

  const settled = (written: WrittenReport): Unit<Count> => {
    const row = { ...written, subscriptionId: id, accessTokenHash: hash, expiresAt };
    const text = mailText(context, addressed, written, {
      link: `https://${host}/r/${token}`,
      validUntil: localDay(expiresAt - 1, timeZone),
    });
    const mail = {
      kind: "report",
      channel: "mail",
      personId: recipient.id,
      toAddress: addressed.address,
      dedupeKey: `rep|${id}|${today}|${recipient.id}`,
      ...text,
    } as const;
    return {
      ref,
      // The mail holds the token of this file row, so the one is written only if the other was.
      writes: [insertReportFile(row, now), { write: queueMessage(mail, now, { ifLed: true }), count: "mails" }],
      counts: { reports: 1, rows: written.rows, truncated: written.truncated ? 1 : 0 },
    };
  };

  yield* effect<Written, Cursor, Count>({
    key: `report:${id}:${today}:${recipient.id}`,
    description: `report file ${keyOf(format)} of ${addressed.name}`,
    repeatable: true,
    call: async () => {
      const people = await readVisiblePeople(rows, recipient);
      if (await isEmpty(people)) return { empty: true };
      const scene = { timeZone, locale };
      return await writeReportFile(rows, files, { report, name: addressed.name, format, people, scene, key: keyOf });
    },
    settle: (outcome) => {
      // A dry run: a report without rows stands for the one that would be made.
      if (outcome.state === "rehearsed") {
        return [settled({ key: keyOf(format), format, rows: 0, truncated: false, size: 0, etag: "" })];
      }
      if (outcome.state !== "done") return [];
      return ["empty" in outcome.value ? empty : settled(outcome.value)];
    },
    cursor,
  });
}

function mailText(
  { configuration, today }: Context,
  { subscription, recipient, wording, name }: Addressed,
  written: WrittenReport,
  { link, validUntil }: { readonly link: string; readonly validUntil: Day },
): { subject: string; body: string } {
  const { locale } = wording;
  const note = [
    ...(written.format === subscription.format ? [] : [largeNote(subscription.locale, MOST_XLSX_ROWS)]),
    ...(written.truncated ? [cutNote(subscription.locale, MOST_ROWS)] : []),
  ].join(" ");
  const text = fillWording(wording, {
    givenName: recipient.given_name,
    familyName: recipient.family_name,
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

/** As an administrator knows it: a person's own subscription is that person's. */
function reference({ id, audience }: StoredSubscription, person: number): string {
  return audience === "person" ? `subscription:${id}` : `subscription:${id} person:${person}`;
}
