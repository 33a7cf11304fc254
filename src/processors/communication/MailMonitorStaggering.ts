import { z } from "zod";
import { hasConnector } from "../../connectors/stored.ts";
import { givenSetting, isUsableNumber } from "../../control/clients/setting-sql.ts";
import { countWaiting, hasMailInHand } from "../../learning/messages/delivery.ts";
import { sql } from "../../store/sql.ts";
import { defineProcessor, noAction } from "../contract.ts";
import { deliveryCounts, deliveryCursor, STAGGERING, sendWaiting } from "../delivery.ts";

/**
 * Sends stored mails of every kind, in the order in which they were queued, one attempt each. With
 * `mailMonitorStaggeringAmount` n > 0 a run deals with the n oldest (those that it finds orphaned in its own earlier life
 * included), with 0 with all; a mail that is not sent because the server or the login fails is not dealt with.
 *
 * `attempts` counts how often a mail was claimed; a claim that ended with no connection raised it too.
 */
export const MailMonitorStaggering = defineProcessor({
  id: "MailMonitorStaggering",
  group: "communication",
  title: "Send waiting mails",
  summary: "Sends the mails that wait in the mail monitor, a set number in each run.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 3/5 * * * ?",
  after: [],
  misfire: "skip",
  dryRun: "exact",
  parameters: z.strictObject({}),
  // `finished`: what remains was counted, and nothing is left to do.
  cursor: deliveryCursor.extend({ finished: z.boolean() }),
  // How many a run has dealt with is true of that run only, and what was sent waits no more.
  nextRunFrom: () => null,
  counts: [...deliveryCounts, "remaining"],
  // Without the setting there is nothing to do. With it, what keeps mail from being sent is to be seen before there is any.
  quiet: ({ clients }) => {
    const clientId = sql`c.client_id`;
    const unusable = sql`NOT ${isUsableNumber(STAGGERING, sql`c.amount`)} OR NOT ${hasConnector(clientId, "mail")}`;
    return sql`SELECT c.client_id FROM (SELECT o.client_id, ${givenSetting(STAGGERING, sql`o.client_id`)} AS amount FROM (${clients}) o) c
      WHERE c.amount IS NOT NULL AND (${unusable} OR ${hasMailInHand(clientId)})`;
  },
  async *run(context) {
    const { configuration, connectors, cursor, rows, run } = context;
    if (cursor?.finished) return undefined;
    const amount = await configuration.read(STAGGERING);
    if (amount === undefined) {
      return noAction(`Setting ${STAGGERING.key} is undefined: every run sends the mails that it creates by itself`);
    }
    const transport = await connectors.mail();
    if (!transport) return noAction("The client has no active connector of kind mail; its mails stay to_forward");

    const limit = amount === 0 ? null : amount;
    const end = yield* sendWaiting(context, transport, "all", limit, cursor, (at) => ({ ...at, finished: false }));

    const waiting = Number((await rows.first<{ waiting: number }>(countWaiting("all")))?.waiting ?? 0);
    // A rehearsed mail still waits.
    const remaining = run.dryRun ? waiting - end.taken : waiting;
    yield { cursor: { ...end, finished: true }, counts: { remaining } };
    return undefined;
  },
});
