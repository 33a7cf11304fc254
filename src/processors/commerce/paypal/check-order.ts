import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { RemoteRefusedError } from "../../../connectors/outbound/remote-error.ts";
import { Bookings, isShort, type PaidLine } from "../../../learning/commerce/bookings.ts";
import { givenPeople } from "../../../learning/commerce/buyers.ts";
import { NEEDS_PERSON, noteOrder } from "../../../learning/commerce/deliveries.ts";
import {
  changeOrder,
  isRefunded,
  itemsOf,
  type OrderColumns,
  purchaseRef,
  type StoredOrder,
} from "../../../learning/commerce/orders.ts";
import { isStillOpen, readBought, withdraw } from "../../../learning/commerce/withdrawals.ts";
import type { Delivery } from "../../../learning/webhooks/delivery.ts";
import { type Change, leadHit } from "../../../store/change.ts";
import { among } from "../../../store/select.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Failure } from "../../../store/step/step.ts";
import { type Effect, effect, type Unit } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { failureOf } from "../../unit-of.ts";
import {
  FINAL_ISSUES,
  isOpen,
  judgePayment,
  type PayPalOrder,
  paypalOrder,
  type Told,
  type Verdict,
} from "./payment.ts";
import type { PaymentCount, PaymentWork } from "./payment-work.ts";

/** What taking the money came to. */
type Captured = { readonly order: PayPalOrder } | { readonly issue: string } | { readonly failure: Failure };

/** An error of PayPal's, as far as it is read. */
const refusal = z.object({ details: z.array(z.object({ issue: z.string().regex(/^[A-Z0-9_]{1,80}$/) })) });

const issueOf = ({ body }: RemoteRefusedError): string => {
  const found = refusal.safeParse(body);
  return (found.success && found.data.details[0]?.issue) || "UNPROCESSABLE_ENTITY";
};

const path = (order: StoredOrder) => `v2/checkout/orders/${encodeURIComponent(order.remoteId)}`;

/** Looks at one order at PayPal, takes its money where the buyer has approved, and says what it comes to; null where that is not rehearsed. */
export async function* checkOrder(
  work: PaymentWork,
  order: StoredOrder,
  told: readonly Delivery[],
): AsyncGenerator<Effect<unknown, AfterId, PaymentCount>, Unit<PaymentCount> | null, unknown> {
  const ref = `order:${order.id} ${order.remoteId}`;
  const topics = told.map(({ topic }) => topic);
  const heard: Told = {
    isReversed: topics.includes("PAYMENT.CAPTURE.REVERSED"),
    isApprovalReversed: topics.includes("CHECKOUT.PAYMENT-APPROVAL.REVERSED"),
  };
  const judge = (remote: PayPalOrder) =>
    judgePayment(order, remote, heard, { now: work.context.now, expireHours: work.expireHours });
  try {
    let verdict: Verdict;
    const remote = await read(work, order);
    if (remote) verdict = judge(remote);
    else if (isOpen(order.status)) verdict = { kind: "expired" };
    else return { ref, ...(await gone(work, order, told)) };
    if (verdict.kind === "capture") {
      const outcome = yield* effect<Captured, AfterId, PaymentCount>({
        key: `capture:${order.id}`,
        description: `Take the money of PayPal order ${order.remoteId}`,
        // PayPal knows the request by its id for six hours; later it says that the order is captured.
        repeatable: true,
        call: () => capture(work, order),
      });
      if (outcome.state !== "done") return null;
      const { value } = outcome;
      if ("failure" in value) return { ref, writes: [], failure: value.failure };
      verdict = "order" in value ? judge(value.order) : ofIssue(work, order, value.issue);
      // Approved, and not taken: what PayPal answered is not what it has.
      if (verdict.kind === "capture") verdict = { kind: "stays", status: "approved" };
    }
    return { ref, ...(await follow(work, order, verdict, told)) };
  } catch (error) {
    return { ref, writes: [], failure: failureOf(error) };
  }
}

/** The order at PayPal; null: it is not there (any more). */
async function read({ api }: PaymentWork, order: StoredOrder): Promise<PayPalOrder | null> {
  try {
    return await api.json({ path: path(order) }, paypalOrder);
  } catch (error) {
    if (error instanceof RemoteRefusedError && error.status === 404) return null;
    throw error;
  }
}

async function capture(work: PaymentWork, order: StoredOrder): Promise<Captured> {
  try {
    const headers = { "paypal-request-id": `cap-${order.remoteId}`, prefer: "return=representation" };
    const request = { path: `${path(order)}/capture`, method: "POST", headers, body: {}, repeatable: true };
    return { order: await work.api.json(request, paypalOrder) };
  } catch (error) {
    if (!(error instanceof RemoteRefusedError) || error.status !== 422) return { failure: failureOf(error) };
    const issue = issueOf(error);
    if (issue !== "ORDER_ALREADY_CAPTURED") return { issue };
  }
  try {
    const now = await read(work, order);
    return now ? { order: now } : { issue: "RESOURCE_NOT_FOUND" };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function ofIssue({ context: { now }, expireHours }: PaymentWork, order: StoredOrder, issue: string): Verdict {
  if (FINAL_ISSUES.includes(issue)) return { kind: "failed", code: issue.toLowerCase() };
  const isOver = order.placedAt + expireHours * 3_600_000 <= now && issue !== "ORDER_COMPLETION_IN_PROGRESS";
  return isOver ? { kind: "expired" } : { kind: "stays", status: "approved" };
}

/** A paid order that PayPal does not know any more stays as it is. */
async function gone(work: PaymentWork, order: StoredOrder, told: readonly Delivery[]) {
  const unit = await follow(work, order, { kind: "stays", status: order.status }, told);
  const message = `PayPal does not know order ${order.remoteId} any more; it stays ${order.status}`;
  return { ...unit, failure: { code: "order_gone", message } };
}

type Followed = Omit<Unit<PaymentCount>, "ref">;

/** The writes of a verdict, on the order first, and on what PayPal has told of it last. */
async function follow(
  work: PaymentWork,
  order: StoredOrder,
  verdict: Verdict,
  told: readonly Delivery[],
): Promise<Followed> {
  const { now } = work.context;
  const unit = (to: OrderColumns, more: Partial<Followed> & { readonly parks?: string | null } = {}): Followed => {
    const { writes = [], counts = {}, parks = null, ...rest } = more;
    const lead = changeOrder({ ...order, checkedAt: null }, { ...to, checkedAt: now }, now, true) as Change;
    return {
      writes: [lead, ...writes, ...settleTold(order, told, parks, now)],
      counts: { checked: 1, ...counts },
      ...rest,
    };
  };
  switch (verdict.kind) {
    case "capture":
      return unit({});
    case "stays":
      return unit({ status: verdict.status });
    case "expired":
      return unit({ status: "expired" }, { counts: { expired: 1 } });
    case "cancelled":
      return unit({ status: "cancelled" });
    case "failed":
      return unit({ status: "failed", error: verdict.code }, { counts: { failedPayments: 1 } });
    case "mismatch": {
      if (order.status === "paid") return unit({ error: "amount_mismatch" }, { parks: "amount_mismatch" });
      const message = `The money of order ${order.remoteId} is taken, and it is not the order's amount; settle it by hand`;
      return unit(
        { status: "paid", paidAt: now, error: "amount_mismatch" },
        { failure: { code: "amount_mismatch", message }, parks: "amount_mismatch" },
      );
    }
    case "refunded":
      return refunded(work, order, unit);
    case "paid":
      return paid(work, order, verdict.isPartlyRefunded, unit);
  }
}

type UnitOf = (to: OrderColumns, more?: Partial<Followed> & { readonly parks?: string | null }) => Followed;

async function refunded(work: PaymentWork, order: StoredOrder, unit: UnitOf): Promise<Followed> {
  const { rows, now, today } = work.context;
  if (order.status === "refunded") return unit({});
  const refs = itemsOf(order).map(({ line }) => purchaseRef("paypal", order.remoteId, line));
  const { writes, started, ids } = withdraw(await readBought(rows, refs), "refunded", { now, today });
  const error = started ? "started" : null;
  const cancelled = writes.map(({ count: _, ...write }) => write);
  const back = ids.length > 0 ? [lookAgain(order, isStillOpen(ids), now)] : [];
  return unit(
    { status: "refunded", error },
    { writes: [...cancelled, ...back], counts: { refunded: 1 }, parks: error },
  );
}

async function paid(work: PaymentWork, order: StoredOrder, isPartlyRefunded: boolean, unit: UnitOf): Promise<Followed> {
  const partly = isPartlyRefunded ? "partial_refund" : null;
  if (order.status === "refunded") return unit({});
  // Nothing was left, or an administrator has settled it.
  if (order.status === "paid" && order.error === null) return unit({ error: partly }, { parks: partly });
  const { rows, now, today, timeZone } = work.context;
  const lines = itemsOf(order).flatMap((item): PaidLine[] => {
    if (item.quantity < 1 || isRefunded(item)) return [];
    const { line, component_id: componentId, quantity } = item;
    return [{ line, componentId, quantity, sourceRef: purchaseRef("paypal", order.remoteId, line) }];
  });
  const [buyer] = order.personId === null ? [] : await rows.all(givenPeople([order.personId], "paypal", []));
  const isThere = buyer?.authStatus === "active";
  const purchases = isThere ? [{ personId: buyer.id, lines }] : [];
  const bookings = await Bookings.read({ rows, now, today, timeZone, coverage: work.coverage }, purchases);
  const [booked] = await bookings.book(purchases);
  const left = isThere || lines.length === 0 ? [...(booked?.left ?? [])] : [NEEDS_PERSON];
  const codes = [...left, ...(partly === null ? [] : [partly])].join(" ") || null;
  const made = (booked?.writes ?? []).map(({ count: _, ...write }) => write);
  const back = booked && booked.refs.length > 0 ? [lookAgain(order, isShort(booked.refs), now)] : [];
  return unit(
    { status: "paid", error: codes, ...(order.status === "paid" ? {} : { paidAt: now }) },
    { writes: [...made, ...back], counts: order.status === "paid" ? {} : { paid: 1 }, parks: codes },
  );
}

/** Puts an order back where it was, to be looked at again, if what its unit relied on was not so any more. */
function lookAgain(order: StoredOrder, condition: SQL, now: number): Change {
  return {
    write: sql`UPDATE orders SET status = ${order.status}, error = ${order.error}, checked_at = NULL, updated_at = ${now}
      WHERE id = ${order.id} AND client_id = ${thisClient} AND ${leadHit} AND ${condition}`,
  };
}

/**
 * Settles what PayPal has told of an order, unless that is to be looked at again. Where it has told nothing, and something is left to an
 * administrator, the order itself is put into the inbox.
 *
 * @param parks codes: it is parked with them
 */
function settleTold(order: StoredOrder, told: readonly Delivery[], parks: string | null, now: number): Change[] {
  const isSettled = sql`(SELECT checked_at IS NOT NULL FROM orders WHERE id = ${order.id} AND client_id = ${thisClient})`;
  if (told.length === 0) return parks === null ? [] : [noteOrder("paypal", order, parks, isSettled, now)];
  const ids = told.map(({ id }) => id);
  // Of several, one tells the administrator.
  const last = ids.at(-1) as number;
  return [
    {
      write: sql`UPDATE webhook_events SET state = CASE WHEN ${parks} IS NOT NULL AND id = ${last} THEN 'parked' ELSE 'done' END,
          error = CASE WHEN id = ${last} THEN ${parks} END, person_id = coalesce(${order.personId}, person_id), processed_at = ${now},
          updated_at = ${now}
        WHERE id IN ${among(ids)} AND +client_id = ${thisClient} AND state = 'processing' AND ${leadHit} AND ${isSettled}`,
    },
  ];
}
