import { z } from "zod";
import { type PayPalConfig, payPal, payPalConfig } from "../../connectors/kinds/paypal.ts";
import { RemoteError } from "../../connectors/outbound/remote-error.ts";
import { digiCertRoots } from "../../connectors/shops/digicert-roots.ts";
import { certificateMode, type JudgedCertificate, readCertificate } from "../../connectors/shops/paypal-certificate.ts";
import {
  isSignedByPayPal,
  PAYPAL_ALGORITHM,
  type PayPalTransmission,
} from "../../connectors/shops/paypal-signature.ts";
import { isVerifiedByCall } from "../../connectors/shops/paypal-verification.ts";
import { ConnectorInvalidError } from "../../connectors/stored.ts";
import type { DeliveryProof, NewDelivery } from "../../learning/webhooks/delivery.ts";
import { rawBody, signedHeader } from "./body.ts";
import type { WebhookMemory } from "./memory.ts";
import { asJson, idOf } from "./payload.ts";
import type { WebhookPorts } from "./ports.ts";
import type { Proved } from "./receive.ts";
import { findRecipient, type Recipient } from "./recipient.ts";
import { Refused } from "./refusal.ts";

/** Calls to PayPal about signatures within a minute, for one client in one process. */
const MOST_CALLS = 300;

/** Stands for the webhook's id where there is no recipient; PayPal gives none of this form. */
const NO_WEBHOOK = "no webhook at all";

/** Certificates that are fetched within a minute, in one process. */
const MOST_FETCHES = 30;
const MINUTE_MS = 60_000;

const envelope = z.object({
  id: z.string().min(1).max(200),
  event_type: z.string().min(1).max(200),
  resource: z
    .object({
      id: z.unknown(),
      order_id: z.unknown(),
      supplementary_data: z.object({ related_ids: z.object({ order_id: z.unknown() }).partial() }).partial(),
    })
    .partial()
    .optional()
    .catch(undefined),
});

/** The order that an event is about; null: it names none. */
function subjectOf({ event_type, resource }: z.output<typeof envelope>): string | null {
  const related = idOf(resource?.supplementary_data?.related_ids?.order_id) ?? idOf(resource?.order_id);
  return related ?? (event_type.startsWith("CHECKOUT.") ? idOf(resource?.id) : null);
}

/** A certificate, unless too many strange ones were asked for. */
async function certificateOf(address: string, ports: WebhookPorts, memory: WebhookMemory): Promise<JudgedCertificate> {
  const known = memory.certificates.get(address, ports.now());
  if (known) return known;
  if (!memory.calls.take("certificates", MOST_FETCHES, MINUTE_MS, ports.now())) {
    return { state: "unknown", why: "too many were asked for" };
  }
  const roots = ports.payPalRoots ?? digiCertRoots;
  return await readCertificate(address, ports.remote, roots, memory.certificates);
}

/** PayPal itself says whether a signature is good. @throws {Refused} when it does not say */
async function askPayPal(
  recipient: Recipient,
  transmission: PayPalTransmission,
  text: string,
  ports: WebhookPorts,
): Promise<boolean> {
  try {
    const account = await payPal.open(
      recipient.connector,
      { ...ports.remote, control: ports.control, spend: () => undefined },
      { note: () => undefined, atEnd: () => undefined, streak: { failed: 0 } },
    );
    return await isVerifiedByCall(account, transmission, text);
  } catch (error) {
    if (error instanceof RemoteError || error instanceof ConnectorInvalidError) throw new Refused("not_judged");
    throw error;
  }
}

/**
 * A delivery of PayPal (handbook, webhooks: PayPal), proved by the certificate that it names or, where the connector says so or the
 * certificate cannot be judged here, by a call to PayPal.
 *
 * @throws {Refused}
 */
export async function provePayPal(
  request: Request,
  key: string,
  ports: WebhookPorts,
  memory: WebhookMemory,
): Promise<Proved> {
  const transmission: PayPalTransmission = {
    id: signedHeader(request, "paypal-transmission-id"),
    time: signedHeader(request, "paypal-transmission-time"),
    signature: signedHeader(request, "paypal-transmission-sig"),
    certificateUrl: signedHeader(request, "paypal-cert-url"),
    algorithm: signedHeader(request, "paypal-auth-algo"),
  };
  const mode = certificateMode(transmission.certificateUrl);
  if (mode === null) throw new Refused("certificate_host");
  const body = await rawBody(request);
  // Judged before the recipient is looked for: what is refused here says nothing about who is a client.
  const certificate = await certificateOf(transmission.certificateUrl, ports, memory);
  const now = ports.now();
  if (certificate.state === "trusted" && (now < certificate.from || now > certificate.until)) {
    throw new Refused("certificate_expired");
  }

  // Where there is no recipient, as much is done and as much is counted, as far as that can be without PayPal: it is not to be told from a
  // wrong signature.
  const judge = async (one: Recipient | null, config: PayPalConfig | undefined): Promise<DeliveryProof | null> => {
    const isKnown = certificate.state === "trusted" && transmission.algorithm === PAYPAL_ALGORITHM;
    if (isKnown && config?.webhookCheck !== "call") {
      const isGood = await isSignedByPayPal(transmission, config?.webhookId ?? NO_WEBHOOK, body, certificate.key);
      return isGood && one && config ? "certificate" : null;
    }
    const { text } = asJson(body);
    if (!memory.calls.take(`key ${key}`, MOST_CALLS, MINUTE_MS, ports.now())) throw new Refused("not_judged");
    return one && config && (await askPayPal(one, transmission, text, ports)) ? "call" : null;
  };
  let recipient = await findRecipient(ports, memory, "paypal", key);
  let config = payPalConfig.safeParse(recipient?.connector.config).data;
  let proof = await judge(recipient, config);
  if (!recipient || !config || proof === null) {
    const again = await findRecipient(ports, memory, "paypal", key, true);
    config = payPalConfig.safeParse(again?.connector.config).data;
    if (again === null || !config) throw new Refused("unknown_client");
    proof = again === recipient ? null : await judge(again, config);
    if (proof === null) throw new Refused("wrong_signature");
    recipient = again;
  }
  if (config.mode !== mode) throw new Refused("wrong_mode");
  const { text, value } = asJson(body);
  const parsed = envelope.safeParse(value);
  if (!parsed.success) throw new Refused("not_json");
  const { id, event_type } = parsed.data;
  const delivery: NewDelivery = {
    provider: "paypal",
    deliveryId: id,
    eventId: id,
    topic: event_type,
    source: mode,
    payload: text,
    subject: subjectOf(parsed.data),
    proof,
  };
  return { client: recipient.client, delivery };
}
