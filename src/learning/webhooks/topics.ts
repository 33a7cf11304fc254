import type { WebhookProvider } from "./delivery.ts";

/** What a provider tells that is worked off here: the topics that a client subscribes to. Others are ignored. */
export const topics = {
  shopify: ["orders/paid", "orders/cancelled", "refunds/create", "products/create", "products/update"],
  paypal: [
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DECLINED",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
  ],
} as const satisfies Partial<Record<WebhookProvider, readonly string[]>>;
