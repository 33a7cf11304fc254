import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import {
  type LicenseEvent,
  type LicenseUse,
  licenseMetricWords,
  licensePlaceholders,
  licenseUse,
  licenseWordings,
} from "../../learning/license.ts";
import { queueMessage } from "../../learning/messages/messages.ts";
import { fillWording, isGerman, readWordingOr } from "../../learning/messages/wording.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addDays, localDay, MS_PER_DAY } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailing, mailingCursor } from "../delivery.ts";
import { type AfterId, afterId } from "../patterns/change-rows.ts";
import { pages } from "../patterns/pages.ts";
import { type RowOutcome, unitOrNone } from "../unit-of.ts";

const parameters = z.strictObject({
  repeatAlertDays: z
    .int()
    .min(1)
    .max(3650)
    .default(7)
    .describe("Days after which the alert is sent again while the limit is exceeded"),
  warnPct: z
    .int()
    .min(1)
    .max(99)
    .nullable()
    .default(null)
    .describe("Share of the limit from which on a warning is sent, once; empty means none"),
});

type Count = "exceeded" | "alerts";
type Context = RunContext<z.output<typeof parameters>, MailingCursor<AfterId>>;

/**
 * Handbook, catalogue: License. An alert goes to an address, not to a person. Days between two alerts are days of the client's
 * calendar, so that a run some seconds earlier than last week's does not put the alert off by a day.
 */
export const License = defineProcessor({
  id: "License",
  group: "people",
  title: "Check licence limits",
  summary: "Compares the use of the client's licence with its limits, and sends an alert when one is exceeded.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 50 6 * * ?",
  after: ["BuddyListHisotry"],
  // Mails are sent once they are queued, and a dry run queues none.
  dryRun: "lower_bound",
  parameters,
  cursor: mailingCursor(afterId),
  counts: ["exceeded", "alerts", ...deliveryCounts],
  run: (context) => mailing<AfterId, Count>(context, ["license"], (from) => checkLimits(context, from)),
});

async function* checkLimits(context: Context, from: AfterId | null): AsyncGenerator<Step<AfterId, Count>, undefined> {
  const { rows, parameters: chosen } = context;
  const until = nowAsOf(context);
  const read = (after: number) => rows.all(licenseUse({ since: until - MS_PER_DAY, until }, after, chosen.chunkSize));
  for await (const page of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const units: Unit<Count>[] = [];
    for (const limit of page.rows) {
      const unit = await unitOrNone<Count>(`license_limit:${limit.id}`, () => judge(context, limit));
      if (unit) units.push(unit);
    }
    const exceeded = page.rows.filter(isExceeded).length;
    if (units.length > 0) yield { units, counts: exceeded > 0 ? { exceeded } : {}, cursor: { after: page.after } };
  }
  return undefined;
}

const isExceeded = ({ used, maxCount }: LicenseUse) => used > maxCount;

/** What is to be done about a limit; null: nothing, and it is not exceeded. */
async function judge(context: Context, limit: LicenseUse): Promise<RowOutcome<Count>> {
  const { now, today, timeZone, parameters: chosen } = context;
  const { id, used, maxCount, alertState, lastAlertAt } = limit;
  const change = (state: LicenseUse["alertState"], alertedAt: number | null) =>
    sql`UPDATE license_limits SET alert_state = ${state}, last_alert_at = coalesce(${alertedAt}, last_alert_at), updated_at = ${now}
      WHERE id = ${id} AND client_id = ${thisClient} AND alert_state = ${alertState} AND last_alert_at IS ${lastAlertAt}`;
  if (isExceeded(limit)) {
    const again = lastAlertAt === null || addDays(localDay(lastAlertAt, timeZone), chosen.repeatAlertDays) <= today;
    if (alertState === "exceeded" && !again) return [];
    const alert = await alertOf(context, limit, "license_exceeded", "exceeded");
    return "failure" in alert ? { writes: [], ...alert } : [change("exceeded", now), alert];
  }
  const warned = chosen.warnPct !== null && used > 0 && used * 100 >= chosen.warnPct * maxCount;
  const state = warned ? "warned" : "ok";
  if (state === alertState) return null;
  if (state === "ok" || alertState === "exceeded") return [change(state, null)];
  const alert = await alertOf(context, limit, "license_warned", "warned");
  return "failure" in alert ? { writes: [], ...alert } : [change(state, null), alert];
}

/** The mail that tells of a limit, behind the change of its state; a failure where no recipient is named. */
async function alertOf(
  { configuration, now, today }: Context,
  { id, metric, used, maxCount }: LicenseUse,
  event: LicenseEvent,
  state: "exceeded" | "warned",
) {
  const recipient =
    configuration.client.licenseAlertEmail?.trim() || (await configuration.read(settings.mailingLicenseRecipient));
  if (recipient === undefined) {
    const message = `No recipient is told that ${used} of ${maxCount} ${licenseMetricWords[metric].en} are in use; enter "Licence alerts to" at the client, or the setting ${settings.mailingLicenseRecipient.key}`;
    return { failure: { code: "no_recipient", message } };
  }
  const keys = { subject: `message.${event}.subject`, body: `message.${event}.body` };
  const wording = await readWordingOr(licenseWordings[event], configuration, keys, null, licensePlaceholders);
  if ("failure" in wording) return wording;
  const text = fillWording(wording, {
    limit: licenseMetricWords[metric][isGerman(wording.locale) ? "de" : "en"],
    used: String(used),
    max: String(maxCount),
    client: configuration.client.name,
  });
  const message = {
    kind: "license",
    channel: "mail",
    personId: null,
    toAddress: recipient,
    dedupeKey: `license|${id}|${state}|${today}`,
    ...text,
  } as const;
  return { write: queueMessage(message, now, { ifLed: true }), count: "alerts" } as const;
}
