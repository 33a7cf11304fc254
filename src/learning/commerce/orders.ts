import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { type Change, leadHit } from "../../store/change.ts";
import { among, type RowOf, type Selected, type Selection, select } from "../../store/select.ts";
import { thisClient } from "../../store/statement.ts";
import { orders } from "../schema/commerce.ts";

export type OrderProvider = (typeof orders.$inferSelect)["provider"];
export type OrderStatus = (typeof orders.$inferSelect)["status"];

/** One line of an order that sells a component. */
const item = z.object({
  /** The provider's id of the line. */
  line: z.coerce.string(),
  component_id: z.int(),
  quantity: z.int(),
  /** How many of the quantity were refunded. */
  refunded: z.int().default(0),
});
export type OrderItem = z.output<typeof item>;

const orderColumns = [
  "id",
  "remoteId",
  "personId",
  "email",
  "status",
  "amountMinor",
  "currency",
  "items",
  "placedAt",
  "checkedAt",
  "error",
] as const satisfies readonly (keyof Selected<typeof orders, keyof typeof orders.$inferSelect>)[];

const readColumns = (rest: SQL) => select(orders, orderColumns, rest);

/** An order as it is stored. */
export type StoredOrder = RowOf<ReturnType<typeof readColumns>>;

/** The orders of a provider with these ids. */
export function ordersOf(provider: OrderProvider, remoteIds: Iterable<string>): Selection<StoredOrder> {
  return readColumns(
    sql`WHERE client_id = ${thisClient} AND provider = ${provider} AND remote_id IN ${among(remoteIds)}`,
  );
}

/** The lines of a stored order. @throws {z.ZodError} for what is none */
export function itemsOf({ items }: Pick<StoredOrder, "items">): OrderItem[] {
  return z.array(item).parse(JSON.parse(items));
}

/** A line of which everything was refunded. */
export const isRefunded = ({ quantity, refunded }: OrderItem) => quantity > 0 && refunded >= quantity;

/** What a registration that was bought is known by: `shopify:1001:77`. The course that serves a template's has `/<course>` behind it. */
export function purchaseRef(provider: OrderProvider, remoteId: string, line: string): string {
  return `${provider}:${remoteId}:${line}`;
}

/** Columns of an order that change. */
export type OrderColumns = Partial<
  Pick<StoredOrder, "personId" | "email" | "status" | "amountMinor" | "currency" | "items" | "checkedAt" | "error">
> & { readonly paidAt?: number };

/** The names of the columns in the database, and those that the audit trail is not told of. */
const names: Readonly<Record<keyof OrderColumns, string>> = {
  personId: "person_id",
  email: "email",
  status: "status",
  amountMinor: "amount_minor",
  currency: "currency",
  items: "items",
  checkedAt: "checked_at",
  error: "error",
  paidAt: "paid_at",
};
const UNTOLD: readonly string[] = ["email", "checkedAt"];

const told = (entries: readonly (readonly [string, unknown])[]) =>
  Object.fromEntries(
    entries.flatMap(([name, value]) =>
      UNTOLD.includes(name) || value === undefined ? [] : [[names[name as keyof OrderColumns], value]],
    ),
  );

/**
 * Changes a stored order if it still has the status that was read, and tells the audit trail; null where nothing differs.
 *
 * @param now instant (ms)
 * @param first the unit's first write; else it depends on that one
 */
export function changeOrder(order: StoredOrder, to: OrderColumns, now: number, first = false): Change | null {
  const entries = Object.entries(to).filter(([name, value]) => {
    return value !== undefined && (order as unknown as Readonly<Record<string, unknown>>)[name] !== value;
  });
  if (entries.length === 0) return null;
  const sets = entries.map(([name, value]) => sql`, ${sql.identifier(names[name as keyof OrderColumns])} = ${value}`);
  const before = entries.map(
    ([name]) => [name, (order as unknown as Readonly<Record<string, unknown>>)[name]] as const,
  );
  const audited = entries.some(([name]) => !UNTOLD.includes(name));
  return {
    write: sql`UPDATE orders SET updated_at = ${now}${sql.join(sets)} WHERE id = ${order.id} AND client_id = ${thisClient}
      AND status = ${order.status}${first ? sql`` : sql` AND ${leadHit}`}`,
    ...(audited
      ? {
          audit: {
            entity: "order",
            id: order.id,
            personId: to.personId ?? order.personId,
            action: to.status === undefined || to.status === order.status ? "change" : to.status,
            before: told(before),
            after: told(entries),
          },
        }
      : {}),
  };
}

/** An order that is seen for the first time. */
export interface NewOrder {
  readonly provider: OrderProvider;
  readonly remoteId: string;
  readonly personId: number | null;
  readonly email: string;
  readonly status: OrderStatus;
  readonly amountMinor: number;
  readonly currency: string;
  readonly items: readonly OrderItem[];
  /** Instants (ms). */
  readonly placedAt: number;
  readonly paidAt: number | null;
}

/** Keeps an order, unless it is there; behind the unit's first write. @param now instant (ms) */
export function keepOrder(order: NewOrder, now: number): Change {
  const { provider, remoteId, personId, email, status, amountMinor, currency, placedAt, paidAt } = order;
  const items = JSON.stringify(order.items);
  return {
    write: sql`INSERT INTO orders (client_id, provider, remote_id, person_id, email, status, amount_minor, currency, items, placed_at,
        paid_at, created_at, updated_at)
      SELECT ${thisClient}, ${provider}, ${remoteId}, ${personId}, ${email}, ${status}, ${amountMinor}, ${currency}, ${items},
        ${placedAt}, ${paidAt}, ${now}, ${now} WHERE ${leadHit} ON CONFLICT (client_id, provider, remote_id) DO NOTHING`,
    audit: {
      entity: "order",
      personId,
      action: status,
      after: { provider, remote_id: remoteId, status, amount_minor: amountMinor, currency, items },
    },
  };
}

const MS_PER_MINUTE = 60_000;
/** How long after a look (ms) an order is looked at again: while it is younger than an hour, and later. */
const AGAIN_MS = { young: 4 * MS_PER_MINUTE, old: 30 * MS_PER_MINUTE };
const YOUNG_MS = 60 * MS_PER_MINUTE;

/** True in SQL for an open order at PayPal whose time to be looked at has come. @param now instant (ms) */
function isDue(order: SQL, now: number, minAgeMinutes: number): SQL {
  return sql`${order}.provider = 'paypal' AND ${order}.status IN ('pending', 'approved')
    AND ${order}.placed_at <= ${now - minAgeMinutes * MS_PER_MINUTE}
    AND (${order}.checked_at IS NULL OR ${order}.checked_at <= CASE WHEN ${order}.placed_at <= ${now - YOUNG_MS}
      THEN ${now - AGAIN_MS.old} ELSE ${now - AGAIN_MS.young} END)`;
}

/**
 * Orders at PayPal behind id `after` that are to be looked at: open ones whose time has come, and all that PayPal has told of (deliveries that
 * are `processing`).
 */
export function ordersToCheck({
  now,
  minAgeMinutes,
  after,
  limit,
}: {
  readonly now: number;
  readonly minAgeMinutes: number;
  readonly after: number;
  readonly limit: number;
}): Selection<StoredOrder> {
  return readColumns(sql`WHERE +client_id = ${thisClient} AND id IN (
      SELECT due.id FROM orders AS due WHERE due.client_id = ${thisClient} AND ${isDue(sql`due`, now, minAgeMinutes)} AND due.id > ${after}
      UNION SELECT told.id FROM webhook_events AS event
        CROSS JOIN orders AS told ON told.client_id = event.client_id AND told.provider = event.provider AND told.remote_id = event.subject
        WHERE event.client_id = ${thisClient} AND event.provider = 'paypal' AND event.state = 'processing' AND told.id > ${after})
    ORDER BY id LIMIT ${limit}`);
}

/** In SQL for the question who has something to do: an open order at PayPal is to be looked at. @param now instant (ms) */
export function hasOrdersToCheck(clientId: SQL, now: number, minAgeMinutes: number): SQL {
  return sql`EXISTS (SELECT 1 FROM orders AS due WHERE due.client_id = ${clientId} AND ${isDue(sql`due`, now, minAgeMinutes)})`;
}
