import { z } from "zod";
import { FORMER_SECRET_MS, shopifyConfig, shopifySecret } from "../../connectors/kinds/shopify.ts";
import { signedWith } from "../../connectors/shops/shopify-signature.ts";
import type { DeliveryProof, NewDelivery } from "../../learning/webhooks/delivery.ts";
import { rawBody, signedHeader } from "./body.ts";
import type { WebhookMemory } from "./memory.ts";
import { asJson, idOf } from "./payload.ts";
import type { WebhookPorts } from "./ports.ts";
import type { Proved } from "./receive.ts";
import { findRecipient, type Recipient } from "./recipient.ts";
import { Refused } from "./refusal.ts";

/** Signed with when there is no recipient, so that the answer takes the same time. */
const NO_SECRET = "no secret of any client";

/** The client secrets that a delivery may be signed with now. @param now ms */
function secretsOf(recipient: Recipient | null, now: number): string[] {
  const secret = shopifySecret.safeParse(recipient?.connector.secret).data;
  if (!secret) return [];
  const { clientSecret, formerClientSecret } = secret;
  const isChanging = now - (recipient?.secretSetAt ?? 0) < FORMER_SECRET_MS;
  return formerClientSecret !== undefined && isChanging ? [clientSecret, formerClientSecret] : [clientSecret];
}

/** What an order or another object is known by, by topic. */
const payload = z.object({ id: z.unknown(), order_id: z.unknown() }).partial();

function subjectOf(topic: string, body: z.output<typeof payload>): string | null {
  return idOf(topic.startsWith("refunds/") ? body.order_id : body.id);
}

/**
 * A delivery of Shopify (handbook, webhooks: Shopify), proved by its HMAC. Its id is not covered by that; a repetition that names
 * another one is stopped where it would enrol someone a second time.
 *
 * @throws {Refused}
 */
export async function proveShopify(
  request: Request,
  key: string,
  ports: WebhookPorts,
  memory: WebhookMemory,
): Promise<Proved> {
  const signature = signedHeader(request, "x-shopify-hmac-sha256");
  const topic = signedHeader(request, "x-shopify-topic");
  const shop = signedHeader(request, "x-shopify-shop-domain").toLowerCase();
  const deliveryId = signedHeader(request, "x-shopify-webhook-id");
  const eventId = request.headers.get("x-shopify-event-id")?.trim() || null;
  const body = await rawBody(request);

  const judge = async (one: Recipient | null): Promise<DeliveryProof | null> => {
    const secrets = secretsOf(one, ports.now());
    const at = await signedWith(body, signature, secrets.length === 0 ? [NO_SECRET] : secrets);
    return at === null || secrets.length === 0 ? null : at === 0 ? "secret" : "former_secret";
  };
  let recipient = await findRecipient(ports, memory, "shopify", key);
  let proof = await judge(recipient);
  if (proof === null) {
    const again = await findRecipient(ports, memory, "shopify", key, true);
    proof = again === recipient ? null : await judge(again);
    if (proof === null) throw new Refused(again === null ? "unknown_client" : "wrong_signature");
    recipient = again;
  }
  if (recipient === null) throw new Refused("unknown_client");
  if (shopifyConfig.safeParse(recipient.connector.config).data?.shop !== shop) throw new Refused("wrong_shop");
  const { text, value } = asJson(body);
  const parsed = payload.safeParse(value);
  if (!parsed.success) throw new Refused("not_json");
  const subject = subjectOf(topic, parsed.data);
  const delivery: NewDelivery = {
    provider: "shopify",
    deliveryId,
    eventId,
    topic,
    source: shop,
    payload: text,
    subject,
    proof,
  };
  return { client: recipient.client, delivery };
}
