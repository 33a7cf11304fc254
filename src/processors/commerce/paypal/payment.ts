import { z } from "zod";
import { minorUnits } from "../../../learning/commerce/money.ts";
import type { OrderStatus, StoredOrder } from "../../../learning/commerce/orders.ts";

const MS_PER_HOUR = 3_600_000;

const amount = z.object({ currency_code: z.string(), value: z.string() });

/** What is read of an order at PayPal. */
export const paypalOrder = z.object({
  id: z.string(),
  intent: z.string(),
  status: z.string(),
  purchase_units: z
    .array(
      z.object({
        amount: amount.nullish(),
        payments: z.object({ captures: z.array(z.object({ status: z.string(), amount })).nullish() }).nullish(),
      }),
    )
    .default([]),
});
export type PayPalOrder = z.output<typeof paypalOrder>;

/** What PayPal has told of an order since it was last looked at. */
export interface Told {
  /** A payment was taken back (`PAYMENT.CAPTURE.REVERSED`). */
  readonly isReversed: boolean;
  /** The buyer's approval was taken back (`CHECKOUT.PAYMENT-APPROVAL.REVERSED`). */
  readonly isApprovalReversed: boolean;
}

/** What an order comes to. */
export type Verdict =
  /** Nothing is decided; `approved` is noted. */
  | { readonly kind: "stays"; readonly status: OrderStatus }
  /** The buyer has approved: the money is to be taken. */
  | { readonly kind: "capture" }
  | { readonly kind: "paid"; readonly isPartlyRefunded: boolean }
  /** The money is taken, and it is another amount: no person is registered. */
  | { readonly kind: "mismatch" }
  | { readonly kind: "failed"; readonly code: string }
  | { readonly kind: "refunded" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "expired" };

/** No payment was made yet, and one may still be. */
export const isOpen = (status: OrderStatus) => status === "pending" || status === "approved";

type Stored = Pick<StoredOrder, "status" | "amountMinor" | "currency" | "placedAt">;

/** The sum of some amounts in the smallest unit of `currency`; null: one is of another currency, or is none. */
function sumOf(amounts: readonly z.output<typeof amount>[], currency: string): number | null {
  let sum = 0;
  for (const { currency_code, value } of amounts) {
    const minor = currency_code === currency ? minorUnits(value, currency) : null;
    if (minor === null) return null;
    sum += minor;
  }
  return sum;
}

/**
 * What the order at PayPal says of ours (handbook, catalogue: PayPalStatusUpdate). The order's own status is not enough: what counts is
 * how the payments in it stand.
 *
 * @param now instant (ms)
 * @param expireHours hours after which an unpaid order is given up
 */
export function judgePayment(
  stored: Stored,
  { intent, status, purchase_units }: PayPalOrder,
  told: Told,
  { now, expireHours }: { readonly now: number; readonly expireHours: number },
): Verdict {
  const { currency, amountMinor } = stored;
  const stays: Verdict = { kind: "stays", status: stored.status };
  const open = isOpen(stored.status);
  if (told.isReversed) return { kind: "refunded" };
  if (told.isApprovalReversed && open && status !== "COMPLETED") return { kind: "cancelled" };
  if (status === "COMPLETED") {
    const captures = purchase_units.flatMap(({ payments }) => payments?.captures ?? []);
    return judgeCaptures(stored, captures, stays);
  }
  if (!open) return stays;
  if (status === "VOIDED") return { kind: "cancelled" };
  if (intent !== "CAPTURE") return { kind: "failed", code: "wrong_intent" };
  const amounts = purchase_units.flatMap(({ amount }) => amount ?? []);
  if (sumOf(amounts, currency) !== amountMinor) return { kind: "failed", code: "amount_mismatch" };
  if (status === "APPROVED") return { kind: "capture" };
  return stored.placedAt + expireHours * MS_PER_HOUR <= now ? { kind: "expired" } : stays;
}

/** Captures that hold money of the buyer, or have held it. */
const TAKEN: readonly string[] = ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"];

function judgeCaptures(
  { currency, amountMinor }: Stored,
  captures: readonly { readonly status: string; readonly amount: z.output<typeof amount> }[],
  stays: Verdict,
): Verdict {
  const all = (...statuses: string[]) =>
    captures.length > 0 && captures.every(({ status }) => statuses.includes(status));
  if (all("REFUNDED")) return { kind: "refunded" };
  if (all("DECLINED", "FAILED")) return { kind: "failed", code: "payment_declined" };
  const taken = captures.filter(({ status }) => TAKEN.includes(status));
  if (taken.length === 0 || captures.some(({ status }) => status === "PENDING")) return stays;
  const amounts = taken.map(({ amount }) => amount);
  if (sumOf(amounts, currency) !== amountMinor) return { kind: "mismatch" };
  return { kind: "paid", isPartlyRefunded: taken.some(({ status }) => status !== "COMPLETED") };
}

/** Reasons (`details[].issue`) for which a capture is refused for good; an order with another one stays open. */
export const FINAL_ISSUES: readonly string[] = [
  "TRANSACTION_REFUSED",
  "COMPLIANCE_VIOLATION",
  "PAYER_CANNOT_PAY",
  "PAYEE_BLOCKED_TRANSACTION",
  "TRANSACTION_BLOCKED_BY_PAYEE",
  "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
  "DUPLICATE_INVOICE_ID",
];
