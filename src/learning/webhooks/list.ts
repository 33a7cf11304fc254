import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { clientRows } from "../../store/rows.ts";
import { among, columns, type RowOf } from "../../store/select.ts";
import { read } from "../../store/statement.ts";
import { webhookEvents } from "../schema/commerce.ts";
import {
  type Delivery,
  type DeliveryState,
  deliveryColumns,
  deliveryStates,
  type WebhookProvider,
} from "./delivery.ts";
import { latestDelivery } from "./progress.ts";

/** Those whose deliveries have an inbox. */
export const inboxProviders = ["shopify", "paypal"] as const satisfies readonly WebhookProvider[];

/** Which deliveries of a client a list shows. */
export interface DeliveryFilter {
  readonly clientId: number;
  readonly provider?: WebhookProvider | undefined;
  /** Default: all. */
  readonly states?: readonly DeliveryState[] | undefined;
  readonly topic?: string | undefined;
  /** The whole id of a delivery, or of the order or object that it is about. */
  readonly search?: string | undefined;
  /** Id of the last delivery of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
}

const listColumns = columns(
  webhookEvents,
  ["id", "provider", "deliveryId", "topic", "subject", "receivedAt", "state", "attempts", "error"],
  "event",
);

/** A delivery in a list, without its payload. Instants in ms. */
export interface ListedDelivery extends RowOf<typeof listColumns> {
  /** The first delivery of the same event and topic; null: it is the first itself. */
  readonly duplicateOf: number | null;
}

/** The first delivery of the same event and topic, by the index of what they are about. */
const duplicateOf = sql`(SELECT min(first.id) FROM webhook_events AS first INDEXED BY webhook_events_subject
    WHERE first.client_id = event.client_id AND first.provider = event.provider AND first.subject = event.subject
      AND first.event_id = event.event_id AND first.topic = event.topic AND first.id < event.id) AS "duplicateOf"`;

/** The statement behind {@link listDeliveries}: one walk by index for each provider and state, merged. */
function listed({ clientId, provider, states, topic, search, before, limit }: DeliveryFilter): SQL<ListedDelivery> {
  const rest = sql`AND id < ${before ?? Number.MAX_SAFE_INTEGER} ${topic === undefined ? sql`` : sql`AND topic = ${topic}`}`;
  const walks = (provider === undefined ? inboxProviders : [provider]).flatMap((name) => {
    const ofClient = sql`client_id = ${clientId} AND provider = ${name}`;
    if (search === undefined) {
      return (states ?? deliveryStates).map(
        (one) => sql`SELECT * FROM (SELECT id FROM webhook_events INDEXED BY webhook_events_state
          WHERE ${ofClient} AND state = ${one} ${rest} ORDER BY id DESC LIMIT ${limit})`,
      );
    }
    const inState = states === undefined ? sql`` : sql`AND state IN ${among(states)}`;
    return [
      sql`SELECT id FROM webhook_events INDEXED BY webhook_events_delivery
        WHERE ${ofClient} AND delivery_id = ${search} ${rest} ${inState}`,
      sql`SELECT * FROM (SELECT id FROM webhook_events INDEXED BY webhook_events_subject
        WHERE ${ofClient} AND subject = ${search} ${rest} ${inState} ORDER BY id DESC LIMIT ${limit})`,
    ];
  });
  return sql<ListedDelivery>`SELECT ${listColumns}, ${duplicateOf}
    FROM (SELECT DISTINCT id FROM (${sql.join(walks, sql` UNION ALL `)}) ORDER BY id DESC LIMIT ${limit}) w
    CROSS JOIN webhook_events AS event ON event.id = w.id`;
}

/** Deliveries of a client, the latest first. @param store the client's */
export async function listDeliveries(store: Database, filter: DeliveryFilter): Promise<ListedDelivery[]> {
  const rows = await read<ListedDelivery>(store, listed(filter));
  return rows.toSorted((a, b) => b.id - a.id);
}

/** A delivery with its payload and whom its order belongs to. */
export interface ReadDelivery extends Delivery, Pick<ListedDelivery, "duplicateOf"> {
  /** The person of its order; null: none yet. */
  readonly orderPersonId: number | null;
  /** The order's state; null: there is no order of ours. */
  readonly orderStatus: string | null;
}

/** One delivery of a client; null when there is none. */
export async function readDelivery(store: Database, clientId: number, id: number): Promise<ReadDelivery | null> {
  const query = sql<ReadDelivery>`SELECT ${deliveryColumns}, ${duplicateOf},
      bought.person_id AS "orderPersonId", bought.status AS "orderStatus"
    FROM webhook_events AS event LEFT JOIN orders AS bought ON bought.client_id = event.client_id
      AND bought.provider = event.provider AND bought.remote_id = event.subject
    WHERE event.id = ${id} AND +event.client_id = ${clientId}`;
  return (await read<ReadDelivery>(store, query))[0] ?? null;
}

/** {@link latestDelivery}, for a page. @param store the client's */
export async function readLatestDelivery(
  store: Database,
  clientId: number,
  provider: WebhookProvider,
): Promise<number | null> {
  return (await clientRows(store, clientId, 0).first(latestDelivery(provider)))?.receivedAt ?? null;
}
