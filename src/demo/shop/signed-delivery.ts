import { createHmac } from "node:crypto";

/** A delivery as a shop of Shopify sends it. */
export interface ShopDelivery {
  readonly topic: string;
  /** Exactly what is sent, and signed. */
  readonly body: string;
  /** The key of this delivery; a repetition has the same. */
  readonly deliveryId: string;
  /** The key of what the merchant did; deliveries of several topics share it. */
  readonly eventId: string;
  /** Instant (ms). */
  readonly at: number;
}

/** The headers of a delivery, signed as Shopify signs: base64 of HMAC-SHA256 over the body's bytes, by the app's client secret. */
export function deliveryHeaders(
  { topic, body, deliveryId, eventId, at }: ShopDelivery,
  { secret, shop }: { readonly secret: string; readonly shop: string },
): Record<string, string> {
  return {
    "Content-Type": "application/json",
    "X-Shopify-Topic": topic,
    "X-Shopify-Hmac-Sha256": createHmac("sha256", secret).update(body).digest("base64"),
    "X-Shopify-Shop-Domain": shop,
    "X-Shopify-API-Version": "2026-07",
    "X-Shopify-Webhook-Id": deliveryId,
    "X-Shopify-Event-Id": eventId,
    "X-Shopify-Triggered-At": new Date(at).toISOString(),
  };
}
