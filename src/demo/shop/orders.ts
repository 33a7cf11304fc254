/** A line of an order at the shop. */
export interface Line {
  readonly id: number | string;
  readonly variant_id?: number | string | null;
  readonly quantity?: number;
  readonly current_quantity?: number;
  readonly title?: string;
  readonly price?: string;
}

type More = Readonly<Record<string, unknown>>;

/** JSON with ids as numbers, also those that a double does not hold, as Shopify writes them. */
export const wire = (value: unknown): string =>
  JSON.stringify(value).replace(/"(id|variant_id|product_id|line_item_id|order_id)":"(\d+)"/g, '"$1":$2');

/** The order that `orders/paid` and `orders/cancelled` carry, as REST orders are. */
export function shopOrder(id: number | string, email: string | null, lines: readonly Line[], more: More = {}) {
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    name: `#${id}`,
    email,
    contact_email: email,
    currency: "EUR",
    presentment_currency: "EUR",
    total_price: "199.00",
    current_total_price: "199.00",
    financial_status: "paid",
    cancelled_at: null,
    created_at: "2026-03-01T22:10:00+01:00",
    processed_at: "2026-03-01T22:10:00+01:00",
    updated_at: "2026-03-01T22:10:05+01:00",
    test: false,
    customer: { id: 7, email, first_name: "Ada", last_name: "Byron" },
    line_items: lines.map((line) => ({
      product_id: null,
      variant_id: null,
      sku: "",
      title: "Course",
      variant_title: null,
      quantity: 1,
      price: "199.00",
      gift_card: false,
      requires_shipping: false,
      properties: [],
      ...line,
      current_quantity: line.current_quantity ?? line.quantity ?? 1,
    })),
    refunds: [] as unknown[],
    ...more,
  };
}

/** The refund that `refunds/create` carries. @param lines line and quantity; none: an amount only */
export function shopRefund(
  id: number | string,
  orderId: number | string,
  lines: readonly (readonly [line: number | string, quantity: number])[],
  more: More = {},
) {
  return {
    id,
    order_id: orderId,
    created_at: "2026-03-02T09:00:00+01:00",
    note: null,
    refund_line_items: lines.map(([line_item_id, quantity], at) => ({
      id: `${id}${at}`,
      line_item_id,
      quantity,
      restock_type: "no_restock",
      subtotal: 199,
    })),
    transactions: [
      { id: `${id}9`, order_id: orderId, kind: "refund", status: "success", amount: "199.00", currency: "EUR" },
    ],
    order_adjustments: [],
    ...more,
  };
}
