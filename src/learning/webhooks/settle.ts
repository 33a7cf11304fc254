import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { read, statement } from "../../store/statement.ts";
import { guardedBatch } from "../../store/step/guard.ts";

/** How something that an administrator asks of a delivery ended. */
export type Settled =
  | { readonly state: "settled"; readonly provider: string; readonly subject: string | null; readonly from: string }
  /** It is in a state in which that cannot be done, or went there meanwhile. */
  | { readonly state: "conflict" }
  | { readonly state: "missing" };

/** What an administrator may do with a delivery: have it processed once more, put it aside, or close it. */
export type Settling = "replay" | "park" | "close";

/** From which states each is possible, and where it leads. */
const ways = {
  replay: { from: ["parked", "failed", "done", "ignored"], to: "new" },
  park: { from: ["new", "failed"], to: "parked" },
  close: { from: ["parked", "failed"], to: "done" },
} as const;

/** Whether something may be asked of a delivery in this state. A payload that was emptied cannot be processed once more. */
export function maySettle(settling: Settling, delivery: { readonly state: string; readonly payload: string }): boolean {
  if (settling === "replay" && delivery.payload === "{}") return false;
  return (ways[settling].from as readonly string[]).includes(delivery.state);
}

/** Whether the order of a delivery can be given to a person: it is processed once more then, so its payload has to be there. */
export function canGive(delivery: {
  readonly state: string;
  readonly payload: string;
  /** Null: there is no order of ours. */
  readonly orderStatus: string | null;
}): boolean {
  return delivery.state === "parked" && delivery.payload !== "{}" && delivery.orderStatus !== null;
}

interface Known {
  readonly state: string;
  readonly provider: string;
  readonly subject: string | null;
  readonly payload: string;
  readonly error: string | null;
}

async function known(store: Database, clientId: number, id: number): Promise<Known | null> {
  const query = sql<Known>`SELECT state, provider, subject, payload, error FROM webhook_events
    WHERE id = ${id} AND +client_id = ${clientId}`;
  return (await read<Known>(store, query))[0] ?? null;
}

const isStill = (clientId: number, id: number, state: string) =>
  sql`EXISTS (SELECT 1 FROM webhook_events WHERE id = ${id} AND +client_id = ${clientId} AND state = ${state})`;

/**
 * Does what an administrator asks of a delivery. A replay counts attempts anew; what was booked before stays and is not booked twice
 * (`source_ref`).
 *
 * @param now ms
 */
export async function settleDelivery(
  store: Database,
  clientId: number,
  id: number,
  settling: Settling,
  now: number,
): Promise<Settled> {
  const delivery = await known(store, clientId, id);
  if (!delivery) return { state: "missing" };
  if (!maySettle(settling, delivery)) return { state: "conflict" };
  const { to } = ways[settling];
  const changes: SQL =
    to === "new"
      ? sql`attempts = 0, error = NULL, processed_at = NULL`
      : sql`error = ${to === "parked" ? "by_hand" : null}, processed_at = ${now}`;
  const results = await guardedBatch(store, isStill(clientId, id, delivery.state), [
    ...(settling === "close" ? [clearOrder(clientId, delivery, now)] : []),
    statement(sql`UPDATE webhook_events SET state = ${to}, ${changes}, updated_at = ${now} WHERE id = ${id}`),
  ]);
  if (!results) return { state: "conflict" };
  return { state: "settled", provider: delivery.provider, subject: delivery.subject, from: delivery.state };
}

/** What a delivery left over is settled on its order too: a later delivery does not bring it up again. */
function clearOrder(clientId: number, { provider, subject, error }: Known, now: number) {
  return statement(sql`UPDATE orders SET error = NULL, updated_at = ${now}
    WHERE client_id = ${clientId} AND provider = ${provider} AND remote_id = ${subject} AND error = ${error}`);
}

/** How giving an order to a person ended. */
export type Given =
  | { readonly state: "given"; readonly orderId: number; readonly provider: string }
  | { readonly state: "conflict" | "missing" }
  /** The client has no such active person. */
  | { readonly state: "no_person" }
  /** No order belongs to the delivery. */
  | { readonly state: "no_order" };

/**
 * Gives the order of a parked delivery to a person: the order names the person from then on, whatever its address, and everything that
 * is parked about it is processed once more.
 *
 * @param now ms
 */
export async function giveOrder(
  store: Database,
  clientId: number,
  id: number,
  personId: number,
  now: number,
): Promise<Given> {
  const delivery = await known(store, clientId, id);
  if (!delivery) return { state: "missing" };
  if (delivery.state !== "parked" || delivery.payload === "{}") return { state: "conflict" };
  const person = sql`EXISTS (SELECT 1 FROM persons WHERE id = ${personId} AND +client_id = ${clientId} AND auth_status = 'active')`;
  const [found] = await read<{ orderId: number | null; isThere: 0 | 1 }>(
    store,
    sql`SELECT ${person} AS isThere, (SELECT id FROM orders
      WHERE client_id = ${clientId} AND provider = ${delivery.provider} AND remote_id = ${delivery.subject}) AS orderId`,
  );
  if (found?.isThere !== 1) return { state: "no_person" };
  const { orderId } = found;
  if (orderId === null) return { state: "no_order" };
  const results = await guardedBatch(store, sql`${isStill(clientId, id, "parked")} AND ${person}`, [
    statement(sql`UPDATE orders SET person_id = ${personId}, updated_at = ${now} WHERE id = ${orderId}`),
    statement(sql`UPDATE webhook_events SET state = 'new', attempts = 0, error = NULL, processed_at = NULL, updated_at = ${now}
      WHERE client_id = ${clientId} AND provider = ${delivery.provider} AND subject = ${delivery.subject} AND state = 'parked'
        AND payload <> '{}'`),
  ]);
  return results ? { state: "given", orderId, provider: delivery.provider } : { state: "conflict" };
}
