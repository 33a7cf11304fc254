import { createHmac } from "node:crypto";

export const SECRET = "test-webhook-secret";
export const SHOP = "berlin.myshopify.com";

/** What Shopify signs a body with. */
export const hmac = (body: string | Uint8Array, secret = SECRET) =>
  createHmac("sha256", secret).update(body).digest("base64");

/** Headers of a delivery of Shopify. */
export function shopifyHeaders(body: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    "content-type": "application/json",
    "x-shopify-hmac-sha256": hmac(body),
    "x-shopify-topic": "orders/paid",
    "x-shopify-shop-domain": SHOP,
    "x-shopify-api-version": "2026-07",
    "x-shopify-webhook-id": "delivery-1",
    "x-shopify-event-id": "event-1",
    ...more,
  };
}
