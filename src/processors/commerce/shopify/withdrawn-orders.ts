import type { SQL } from "drizzle-orm";
import { ORDER_UNKNOWN, reopen } from "../../../learning/commerce/deliveries.ts";
import {
  changeOrder,
  isRefunded,
  itemsOf,
  type OrderColumns,
  type OrderItem,
  ordersOf,
  purchaseRef,
  type StoredOrder,
} from "../../../learning/commerce/orders.ts";
import {
  type Bought,
  isStillOpen,
  readBought,
  type WithdrawalReason,
  withdraw,
} from "../../../learning/commerce/withdrawals.ts";
import type { Delivery } from "../../../learning/webhooks/delivery.ts";
import { type Change, leadHit } from "../../../store/change.ts";
import { among } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Unit } from "../../contract.ts";
import { type ShopCount, type ShopWork, settled } from "./delivery-work.ts";
import { readOrder, readRefund, type ShopRefund } from "./payloads.ts";

/** The processor whose notes say which lines of refunds were counted. */
const PROCESSOR = "ShopifyProcessWebhookJob";

const refundKey = (refundId: string, lineId: string) => `shopify:refund:${refundId}:${lineId}`;

/** What a delivery takes back of an order. */
interface Taking {
  readonly delivery: Delivery;
  readonly stored: StoredOrder;
  readonly reason: WithdrawalReason;
  /** The order's lines, with what is refunded of them by now. */
  readonly items: readonly OrderItem[];
  /** Lines whose registrations are cancelled. */
  readonly lines: readonly string[];
  /** Codes of what is left to an administrator. */
  readonly codes: readonly string[];
  /** Notes that a refund's lines are counted. */
  readonly marks: readonly { readonly key: string; readonly quantity: number }[];
}

/**
 * Judges deliveries of `orders/cancelled` and `refunds/create`, at most one for an order.
 *
 * @throws {PayloadInvalidError} for one that cannot be read
 */
export async function judgeWithdrawn(work: ShopWork, deliveries: readonly Delivery[]): Promise<Unit<ShopCount>[]> {
  const read = deliveries.map((delivery) => {
    if (delivery.topic === "refunds/create") {
      const refund = readRefund(delivery);
      return { delivery, refund, remoteId: refund.order_id, isTest: false };
    }
    const { id, test } = readOrder(delivery);
    return { delivery, refund: null, remoteId: id, isTest: test === true && !work.shop.config.acceptTest };
  });
  const keys = read.flatMap(({ refund }) =>
    refund ? refund.refund_line_items.map(({ id }) => refundKey(refund.id, id)) : [],
  );
  const { rows } = work.context;
  const [orders, marked] = await rows.each([
    ordersOf(
      "shopify",
      read.map(({ remoteId }) => remoteId),
    ),
    sql<{
      readonly key: string;
    }>`SELECT key FROM processor_state WHERE processor = ${PROCESSOR} AND client_id = ${thisClient}
      AND node_id = '' AND key IN ${among(keys)}`,
  ] as const);
  const stored = new Map(orders.map((order) => [order.remoteId, order]));
  const counted = new Set(marked.map(({ key }) => key));

  const units: Unit<ShopCount>[] = [];
  const takings: Taking[] = [];
  for (const { delivery, refund, remoteId, isTest } of read) {
    const order = stored.get(remoteId);
    if (isTest) units.push(settled(work, delivery, { state: "ignored", error: "test_order" }));
    else if (!order) units.push(settled(work, delivery, { state: "parked", error: ORDER_UNKNOWN }));
    else takings.push(refund ? refundOf(delivery, order, refund, counted) : cancellationOf(delivery, order));
  }
  const refs = takings.flatMap(({ lines, stored }) =>
    lines.map((line) => purchaseRef("shopify", stored.remoteId, line)),
  );
  const bought = await readBought(rows, refs);
  return [...units, ...takings.map((taking) => takeBack(work, taking, bought))];
}

function cancellationOf(delivery: Delivery, stored: StoredOrder): Taking {
  const items = itemsOf(stored);
  const lines = items.map(({ line }) => line);
  return { delivery, stored, reason: "order_cancelled", items, lines, codes: [], marks: [] };
}

function refundOf(
  delivery: Delivery,
  stored: StoredOrder,
  { id, refund_line_items, transactions }: ShopRefund,
  counted: ReadonlySet<string>,
): Taking {
  const taking = {
    delivery,
    stored,
    reason: "refunded",
    items: itemsOf(stored),
    lines: [],
    codes: [],
    marks: [],
  } as const;
  const isPaid = transactions.some(({ kind, status }) => (kind ?? "refund") === "refund" && status === "success");
  if (!isPaid) return { ...taking, codes: ["refund_pending"] };
  if (refund_line_items.length === 0) return { ...taking, codes: ["amount_refund"] };
  const items = taking.items.map((item) => ({ ...item }));
  const marks: { key: string; quantity: number }[] = [];
  const touched = new Set<OrderItem>();
  for (const { id: lineId, line_item_id, quantity } of refund_line_items) {
    const item = items.find(({ line }) => line === line_item_id);
    const key = refundKey(id, lineId);
    if (!item) continue;
    touched.add(item);
    if (counted.has(key)) continue;
    item.refunded += quantity;
    marks.push({ key, quantity });
  }
  const all = [...touched];
  return {
    ...taking,
    items,
    marks,
    lines: all.filter(isRefunded).map(({ line }) => line),
    codes: all.flatMap((item) => (isRefunded(item) ? [] : [`partial_refund:${item.line}`])),
  };
}

function takeBack(work: ShopWork, taking: Taking, all: readonly Bought[]): Unit<ShopCount> {
  const { delivery, stored, reason, items, lines, marks } = taking;
  const { now, today } = work.context;
  const refs = new Set(lines.map((line) => purchaseRef("shopify", stored.remoteId, line)));
  const { writes, started, ids } = withdraw(
    all.filter(({ ref }) => refs.has(ref)),
    reason,
    { now, today },
  );
  const codes = [...taking.codes, ...(started ? ["started"] : [])];
  const text = JSON.stringify(items);
  const isAsCounted = sql`(SELECT items = ${text} FROM orders WHERE id = ${stored.id} AND client_id = ${thisClient})`;
  const order = changeOrder(stored, changesOf(taking, text), now);
  const conditions: SQL[] = ids.length > 0 ? [isStillOpen(ids)] : [];
  return settled(work, delivery, {
    state: codes.length > 0 ? "parked" : "done",
    error: codes.length > 0 ? codes.join(" ") : null,
    personId: stored.personId,
    writes: [
      ...(order ? [order] : []),
      ...marks.map(({ key, quantity }) => markCounted(key, quantity, isAsCounted)),
      ...writes,
      ...reopen(delivery, marks.length > 0 ? [...conditions, sql`NOT ${isAsCounted}`] : conditions, now),
    ],
  });
}

function changesOf({ reason, stored, items }: Taking, text: string): OrderColumns {
  if (reason === "order_cancelled") return stored.status === "paid" ? { status: "cancelled" } : {};
  const isAll = items.length > 0 && items.every(isRefunded);
  const isOpen = stored.status === "paid" || stored.status === "cancelled";
  return { items: text, ...(isAll && isOpen ? { status: "refunded" } : {}) };
}

function markCounted(key: string, quantity: number, isAsCounted: SQL): Change {
  return {
    write: sql`INSERT INTO processor_state (processor, client_id, node_id, key, value)
      SELECT ${PROCESSOR}, ${thisClient}, '', ${key}, ${JSON.stringify(quantity)} WHERE ${leadHit} AND ${isAsCounted}
      ON CONFLICT (processor, client_id, node_id, key) DO NOTHING`,
  };
}
