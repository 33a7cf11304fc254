import { z } from "zod";
import { deleteDeliveries, neverKnown, ORDER_UNKNOWN, oldDeliveries } from "../../learning/commerce/deliveries.ts";
import type { WebhookProvider } from "../../learning/webhooks/delivery.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { MS_PER_DAY } from "../../time/day.ts";
import type { RunContext, Step } from "../contract.ts";
import { type AfterId, afterId } from "../patterns/change-rows.ts";
import { deleteRows } from "../patterns/delete-rows.ts";
import { pages } from "../patterns/pages.ts";

/** Days after which a delivery about an order that never came is set aside. */
const UNKNOWN_DAYS = 7;

/** The parameter that says how long deliveries are kept. */
export const keepDays = z
  .int()
  .min(7)
  .max(3650)
  .default(90)
  .describe("Days after which deliveries that are done with are deleted");

/** The cursors of the phases that {@link forgetUnknown} and {@link deleteOld} are. */
export const cleaningPhases = {
  forget: afterId,
  deleteDone: z.strictObject({ processedAt: z.int(), id: z.int() }),
  deleteIgnored: z.strictObject({ processedAt: z.int(), id: z.int() }),
};
type Key = z.output<typeof cleaningPhases.deleteDone>;

type Context = Pick<RunContext<{ readonly keepDays: number }, unknown>, "rows" | "now" | "parameters">;

/** Instant (ms) before which an order that is not known will not come any more. */
export const unknownBefore = (now: number) => now - UNKNOWN_DAYS * MS_PER_DAY;

/** Instant (ms) before which deliveries are deleted. */
export const keptFrom = (now: number, days: number) => now - days * MS_PER_DAY;

/** Sets aside what was parked about orders that never came, such as the cancellation of one that was never paid. */
export async function* forgetUnknown(
  { rows, now, parameters }: Context,
  provider: WebhookProvider,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, never>, undefined> {
  const before = unknownBefore(now);
  const read = (after: number) => rows.all(neverKnown(provider, before, { after, limit: parameters.chunkSize }));
  for await (const page of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const ids = page.rows.map(({ id }) => id);
    const write = sql`UPDATE webhook_events SET state = 'ignored', processed_at = ${now}, updated_at = ${now}
      WHERE id IN ${among(ids)} AND +client_id = ${thisClient} AND state = 'parked' AND error = ${ORDER_UNKNOWN}`;
    yield {
      units: [{ ref: `deliveries:${ids[0]}–${ids.at(-1)}`, rows: ids.length, writes: [write] }],
      cursor: { after: page.after },
    };
  }
  return undefined;
}

/** Deletes deliveries in a state that were done with long ago. */
export function deleteOld(
  { rows, now, parameters }: Context,
  provider: WebhookProvider,
  state: "done" | "ignored",
  from: Key | null,
): AsyncGenerator<Step<Key, "deleted">, undefined> {
  const before = keptFrom(now, parameters.keepDays);
  return deleteRows<Key, "deleted">(
    { rows, parameters, cursor: from },
    {
      entity: "delivery",
      find: (after, limit) => oldDeliveries(provider, state, before, after, limit),
      remove: (ids) => deleteDeliveries(ids, before),
      count: "deleted",
    },
  );
}
