import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { messages } from "../../learning/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addLocalDays } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, noAction } from "../contract.ts";
import { deleteRows } from "../patterns/delete-rows.ts";

/**
 * Handbook, catalogue: CleanUpMailingNotificationMonitor. Messages of every channel that were queued longer ago than that; never
 * one that is still to be sent.
 */
export const CleanUpMailingNotificationMonitor = defineProcessor({
  id: "CleanUpMailingNotificationMonitor",
  group: "communication",
  title: "Delete old messages",
  summary: "Deletes messages from the mail monitor that are older than the client keeps them.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 0 23 * * ?",
  after: [],
  dryRun: "exact",
  parameters: z.strictObject({}),
  cursor: z.strictObject({ queuedAt: z.int(), id: z.int() }),
  counts: ["deleted"],
  async *run(context) {
    const { configuration, timeZone } = context;
    const days = await configuration.read(settings.deletionAfterNumberOfDays);
    if (days === undefined)
      return noAction(`Setting ${settings.deletionAfterNumberOfDays.key} is undefined: messages are kept for good`);
    const queued = addLocalDays(nowAsOf(context), -days, timeZone);
    const old = (plus: SQL) =>
      sql`${plus}client_id = ${thisClient} AND ${plus}queued_at < ${queued} AND status NOT IN ('to_forward', 'sending')`;
    return yield* deleteRows(context, {
      entity: "message",
      // In the order of the index, so that a page reads no more than its rows, however many there are.
      find: (after, limit) =>
        select(
          messages,
          ["queuedAt", "id"],
          sql`WHERE ${old(sql``)} AND (queued_at, id) > (${after?.queuedAt ?? -1}, ${after?.id ?? 0})
            ORDER BY queued_at, id LIMIT ${limit}`,
        ),
      // The unary plus: by the ids, not by an index of all the client's messages.
      remove: (ids) => sql`DELETE FROM messages WHERE id IN ${ids} AND ${old(sql`+`)}`,
    });
  },
});
