import type { SQL } from "drizzle-orm";
import { type Change, leadHit } from "../../store/change.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import {
  type Delivery,
  deliveryColumns,
  deliveryStates,
  ORDER_CHECKED,
  type WebhookProvider,
} from "../webhooks/delivery.ts";
import { type DeliveryEnd, endDelivery } from "../webhooks/progress.ts";

/** The code of a delivery about an order that is not known yet. */
export const ORDER_UNKNOWN = "order_unknown";
/** The code of a paid order whose buyer is not known, is several people, or is not active. */
export const NEEDS_PERSON = "needs_person";

/** The deliveries under way that are about one of these orders. */
export function deliveriesUnderWay(provider: WebhookProvider, subjects: Iterable<string>): SQL<Delivery> {
  return sql<Delivery>`SELECT ${deliveryColumns} FROM webhook_events AS event
    WHERE event.client_id = ${thisClient} AND event.provider = ${provider} AND event.subject IN ${among(subjects)}
      AND event.state = 'processing' ORDER BY event.id`;
}

/** Ends a delivery; the first write of its unit. Codes are separated by blanks. @param now instant (ms) */
export function settle(
  { id }: Pick<Delivery, "id">,
  end: Partial<DeliveryEnd> & Pick<DeliveryEnd, "state">,
  now: number,
): Change {
  return { write: endDelivery(id, { error: null, personId: null, ...end }, now) };
}

/** Lets a delivery wait again where what its unit relied on was not so any more; the last write of the unit. */
export function reopen({ id }: Pick<Delivery, "id">, conditions: readonly SQL[], now: number): Change[] {
  if (conditions.length === 0) return [];
  const any = sql.join([...conditions], sql` OR `);
  return [
    {
      write: sql`UPDATE webhook_events SET state = 'new', error = NULL, processed_at = NULL, updated_at = ${now}
        WHERE id = ${id} AND client_id = ${thisClient} AND ${leadHit} AND (${any})`,
    },
  ];
}

/** Lets deliveries that were parked as `order_unknown` wait again, now that the order is known; behind the unit's first write. */
export function takeUpUnknown(provider: WebhookProvider, subject: string, now: number): Change {
  return {
    write: sql`UPDATE webhook_events SET state = 'new', attempts = 0, processed_at = NULL, updated_at = ${now}
      WHERE client_id = ${thisClient} AND provider = ${provider} AND subject = ${subject} AND state = 'parked'
        AND error = ${ORDER_UNKNOWN} AND ${leadHit}`,
  };
}

/**
 * Puts an order that needs someone into the inbox, where its provider has told nothing of it; behind the unit's first write.
 *
 * @param codes what is left of it, separated by blanks
 * @param condition in SQL: the order is not to be looked at again
 * @param now instant (ms)
 */
export function noteOrder(
  provider: WebhookProvider,
  { remoteId, personId }: { readonly remoteId: string; readonly personId: number | null },
  codes: string,
  condition: SQL,
  now: number,
): Change {
  const payload = JSON.stringify({ order: remoteId });
  return {
    write: sql`INSERT INTO webhook_events (client_id, provider, delivery_id, topic, payload, subject, proof, person_id, received_at,
        processed_at, state, error, created_at, updated_at)
      SELECT ${thisClient}, ${provider}, ${`order:${remoteId}`}, ${ORDER_CHECKED}, ${payload}, ${remoteId}, 'own', ${personId}, ${now},
        ${now}, 'parked', ${codes}, ${now}, ${now} WHERE ${leadHit} AND ${condition}
      ON CONFLICT (client_id, provider, delivery_id) DO UPDATE SET state = 'parked', error = excluded.error, attempts = 0,
        payload = excluded.payload, person_id = excluded.person_id, processed_at = excluded.processed_at, updated_at = excluded.updated_at`,
  };
}

/** Counts a try of each of these deliveries, in the step that tries them. @param now instant (ms) */
export function countTry(deliveries: readonly Pick<Delivery, "id">[], now: number): SQL {
  return sql`UPDATE webhook_events SET attempts = attempts + 1, updated_at = ${now}
    WHERE id IN ${among(deliveries.map(({ id }) => id))} AND +client_id = ${thisClient} AND state IN ('new', 'processing')`;
}

/** Notes that a delivery could not be dealt with: after `maxAttempts` tries it is `failed`, before that it waits. */
export function noteFailure(
  { id }: Pick<Delivery, "id">,
  code: string,
  { maxAttempts, now }: { readonly maxAttempts: number; readonly now: number },
): SQL {
  return sql`UPDATE webhook_events SET error = ${code}, updated_at = ${now},
      state = CASE WHEN attempts >= ${maxAttempts} THEN 'failed' ELSE state END,
      processed_at = CASE WHEN attempts >= ${maxAttempts} THEN ${now} ELSE processed_at END
    WHERE id = ${id} AND client_id = ${thisClient} AND state IN ('new', 'processing')`;
}

/** Parked deliveries about orders that never came, received before `before` (ms), as rows of `id`. */
export function neverKnown(
  provider: WebhookProvider,
  before: number,
  { after, limit }: { readonly after: number; readonly limit: number },
): SQL<{ readonly id: number }> {
  return sql`SELECT id FROM webhook_events WHERE client_id = ${thisClient} AND provider = ${provider} AND state = 'parked'
    AND id > ${after} AND error = ${ORDER_UNKNOWN} AND received_at < ${before} ORDER BY id LIMIT ${limit}`;
}

/** Deliveries in a state that were done with before `before` (ms), behind a key; the oldest first. */
export function oldDeliveries(
  provider: WebhookProvider,
  state: "done" | "ignored",
  before: number,
  after: { readonly processedAt: number; readonly id: number } | null,
  limit: number,
): SQL<{ readonly processedAt: number; readonly id: number }> {
  return sql`SELECT processed_at AS processedAt, id FROM webhook_events WHERE client_id = ${thisClient} AND state = ${state}
    AND processed_at < ${before} AND (processed_at, id) > (${after?.processedAt ?? 0}, ${after?.id ?? 0}) AND provider = ${provider}
    ORDER BY processed_at, id LIMIT ${limit}`;
}

/** Deletes those of some deliveries that are still done with. */
export function deleteDeliveries(ids: SQL, before: number): SQL {
  return sql`DELETE FROM webhook_events WHERE id IN ${ids} AND +client_id = ${thisClient} AND state IN ('done', 'ignored')
    AND processed_at < ${before}`;
}

/** In SQL for the question who has something to do: a client has deliveries that wait, or are under way. */
export function hasUnsettled(clientId: SQL, provider: WebhookProvider): SQL {
  return sql`EXISTS (SELECT 1 FROM webhook_events AS event WHERE event.client_id = ${clientId} AND event.provider = ${provider}
    AND event.state IN ('new', 'processing'))`;
}

/** The same: it has some that are done with since before `before` (ms) and are to be deleted. */
export function hasOldDeliveries(clientId: SQL, provider: WebhookProvider, before: number): SQL {
  return sql`EXISTS (SELECT 1 FROM webhook_events AS event WHERE event.client_id = ${clientId} AND event.state IN ('done', 'ignored')
    AND event.processed_at < ${before} AND event.provider = ${provider})`;
}

/** The same: some wait for an order that never came. */
export function hasNeverKnown(clientId: SQL, provider: WebhookProvider, before: number): SQL {
  return sql`EXISTS (SELECT 1 FROM webhook_events AS event WHERE event.client_id = ${clientId} AND event.provider = ${provider}
    AND event.state = 'parked' AND event.error = ${ORDER_UNKNOWN} AND event.received_at < ${before})`;
}

/** Instant (ms) of the newest delivery of a provider, in SQL; NULL: there is none. Each state is a probe of its index. */
export function newestDelivery(clientId: SQL, provider: WebhookProvider): SQL {
  return sql`(SELECT max(event.received_at) FROM ${among(deliveryStates)} AS one
    CROSS JOIN webhook_events AS event ON event.id = (SELECT max(last.id) FROM webhook_events AS last
      WHERE last.client_id = ${clientId} AND last.provider = ${provider} AND last.state = one.value))`;
}
