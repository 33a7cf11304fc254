import { z } from "zod";
import { parseJson } from "../../../connectors/answer-json.ts";
import type { Delivery } from "../../../learning/webhooks/delivery.ts";

/** Shopify's ids are numbers that a double may not hold; they are kept as text. */
const id = z.union([z.int(), z.string()]).transform(String);

const instant = z.string().transform((text, context) => {
  const at = Date.parse(text);
  if (Number.isNaN(at)) context.addIssue({ code: "custom", message: "is no instant" });
  return at;
});

const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() ?? "");

const refundLine = z.object({ id, line_item_id: id, quantity: z.int() });

/** What is read of the order that `orders/paid` and `orders/cancelled` carry. */
const order = z.object({
  id,
  email: text,
  contact_email: text,
  currency: z.string(),
  total_price: z.string(),
  cancelled_at: z.string().nullish(),
  created_at: instant,
  test: z.boolean().nullish(),
  customer: z.object({ first_name: text, last_name: text }).nullish(),
  line_items: z.array(
    z.object({ id, variant_id: id.nullish(), quantity: z.int(), current_quantity: z.int().nullish() }),
  ),
  refunds: z.array(z.object({ refund_line_items: z.array(refundLine).default([]) })).nullish(),
});
export type ShopOrder = z.output<typeof order>;

/** What is read of the refund that `refunds/create` carries. */
const refund = z.object({
  id,
  order_id: id,
  refund_line_items: z.array(refundLine).default([]),
  transactions: z.array(z.object({ kind: z.string().nullish(), status: z.string() })).default([]),
});
export type ShopRefund = z.output<typeof refund>;

const product = z.object({ id, updated_at: instant.nullish() });
export type ShopProduct = z.output<typeof product>;

/** What a delivery carries cannot be read: it is no JSON, or a field is not what it must be. Names fields, never a value. */
export class PayloadInvalidError extends Error {
  readonly code = "bad_payload";
}

function read<S extends z.ZodType>({ payload }: Pick<Delivery, "payload">, schema: S): z.output<S> {
  let value: unknown;
  try {
    value = parseJson(payload);
  } catch {
    throw new PayloadInvalidError("The payload is no JSON");
  }
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const problems = found.error.issues.map(({ path, message }) => `${path.join(".") || "payload"}: ${message}`);
  throw new PayloadInvalidError(`The payload cannot be read. ${problems.slice(0, 3).join("; ")}`);
}

/** @throws {PayloadInvalidError} */
export const readOrder = (delivery: Pick<Delivery, "payload">): ShopOrder => read(delivery, order);

/** @throws {PayloadInvalidError} */
export const readRefund = (delivery: Pick<Delivery, "payload">): ShopRefund => read(delivery, refund);

/** @throws {PayloadInvalidError} */
export const readProduct = (delivery: Pick<Delivery, "payload">): ShopProduct => read(delivery, product);

/** The address of the buyer; '' where the shop does not say it. */
export const addressOf = ({ email, contact_email }: ShopOrder) => email || contact_email;

/** A line of an order by the quantities that count. */
export interface QuantifiedLine {
  readonly line: string;
  readonly variantId: string | null;
  /** Still ordered: the order may have been edited, or refunded in part, before it was paid. */
  readonly current: number;
  /** What refunds are counted against: what is ordered, and what was refunded before. */
  readonly quantity: number;
}

/** The lines of an order, with what its own refunds have taken from them. */
export function linesOf({ line_items, refunds }: ShopOrder): QuantifiedLine[] {
  const refunded = new Map<string, number>();
  for (const { line_item_id, quantity } of (refunds ?? []).flatMap(({ refund_line_items }) => refund_line_items)) {
    refunded.set(line_item_id, (refunded.get(line_item_id) ?? 0) + quantity);
  }
  return line_items.map((item) => {
    const current = item.current_quantity ?? item.quantity;
    return {
      line: item.id,
      variantId: item.variant_id ?? null,
      current,
      quantity: current + (refunded.get(item.id) ?? 0),
    };
  });
}
