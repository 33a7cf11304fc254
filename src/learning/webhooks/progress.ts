import { type SQL, sql } from "drizzle-orm";
import { among } from "../../store/select.ts";
import { thisClient } from "../../store/statement.ts";
import { type Delivery, deliveryColumns, deliveryStates, ORDER_CHECKED, type WebhookProvider } from "./delivery.ts";

/**
 * Statements by which processors work on deliveries (handbook, webhooks: states). Each moves a delivery only from a state in which
 * it waits, so that one which an administrator settled meanwhile stays as it is.
 */

/** Deliveries that wait for their processor, in the order in which they came, behind `after` by id. */
export function waitingDeliveries(provider: WebhookProvider, after: number, limit: number): SQL<Delivery> {
  return sql<Delivery>`SELECT ${deliveryColumns} FROM webhook_events AS event
    WHERE event.client_id = ${thisClient} AND event.provider = ${provider} AND event.state = 'new' AND event.id > ${after}
    ORDER BY event.id LIMIT ${limit}`;
}

/** How a delivery ended. */
export interface DeliveryEnd {
  readonly state: "done" | "ignored" | "parked";
  /** Codes of what is left, separated by blanks; null: nothing. */
  readonly error: string | null;
  /** Whom it was about, once that is known. */
  readonly personId: number | null;
}

/** Ends a delivery. @param now ms */
export function endDelivery(id: number, { state, error, personId }: DeliveryEnd, now: number): SQL {
  return sql`UPDATE webhook_events SET state = ${state}, error = ${error}, person_id = coalesce(${personId}, person_id),
      processed_at = ${now}, updated_at = ${now}
    WHERE id = ${id} AND client_id = ${thisClient} AND state IN ('new', 'processing')`;
}

/** A remote call about a delivery is under way. @param now ms */
export function beginDelivery(id: number, now: number): SQL {
  return sql`UPDATE webhook_events SET state = 'processing', updated_at = ${now}
    WHERE id = ${id} AND client_id = ${thisClient} AND state = 'new'`;
}

/** Parked deliveries wait for their processor again, with their attempts counted anew. @param now ms */
export function resumeDeliveries(ids: readonly number[], now: number): SQL {
  return sql`UPDATE webhook_events SET state = 'new', attempts = 0, error = NULL, processed_at = NULL, updated_at = ${now}
    WHERE id IN ${among(ids)} AND client_id = ${thisClient} AND state = 'parked'`;
}

/** When the latest delivery of a provider that is kept came (ms), notes of our own left out; null: there is none. */
export function latestDelivery(provider: WebhookProvider): SQL<{ receivedAt: number | null }> {
  const latest = deliveryStates.map(
    (state) => sql`SELECT * FROM (SELECT id FROM webhook_events INDEXED BY webhook_events_state
      WHERE client_id = ${thisClient} AND provider = ${provider} AND state = ${state} AND topic <> ${ORDER_CHECKED}
      ORDER BY id DESC LIMIT 1)`,
  );
  return sql`SELECT max(received_at) AS receivedAt FROM webhook_events WHERE id IN (${sql.join(latest, sql` UNION ALL `)})`;
}

/**
 * Empties payloads of deliveries that nothing happens to by itself any more, of all clients of a store, a bounded number at once.
 *
 * @param before instant (ms): those that came to rest earlier
 */
export function emptyPayloads(before: number, limit: number): SQL {
  return sql`UPDATE webhook_events SET payload = '{}' WHERE id IN (SELECT id FROM webhook_events INDEXED BY webhook_events_payload
    WHERE payload <> '{}' AND processed_at < ${before} ORDER BY processed_at LIMIT ${limit})`;
}
