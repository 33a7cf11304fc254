import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

/** What PayPal says about a delivery in its headers. */
export interface PayPalTransmission {
  /** `PAYPAL-TRANSMISSION-ID`. */
  readonly id: string;
  /** `PAYPAL-TRANSMISSION-TIME`, as it was sent. */
  readonly time: string;
  /** `PAYPAL-TRANSMISSION-SIG`: base64. */
  readonly signature: string;
  /** `PAYPAL-CERT-URL`. */
  readonly certificateUrl: string;
  /** `PAYPAL-AUTH-ALGO`. */
  readonly algorithm: string;
}

/** The only algorithm that the offline check knows. */
export const PAYPAL_ALGORITHM = "SHA256withRSA";

/** What PayPal signs: the CRC-32 of the raw body stands in it as an unsigned decimal. */
export function payPalMessage(
  { id, time }: Pick<PayPalTransmission, "id" | "time">,
  webhookId: string,
  body: Uint8Array,
): string {
  return `${id}|${time}|${webhookId}|${crc32(body) >>> 0}`;
}

/** The key of a certificate, for {@link isSignedByPayPal}. @param spki its public key, DER */
export function payPalKey(spki: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("spki", spki, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["verify"]);
}

/** Whether a delivery is signed for this webhook by the holder of a key (RSA PKCS#1 v1.5 with SHA-256). */
export async function isSignedByPayPal(
  transmission: PayPalTransmission,
  webhookId: string,
  body: Uint8Array,
  key: CryptoKey,
): Promise<boolean> {
  const message = new TextEncoder().encode(payPalMessage(transmission, webhookId, body));
  const signature = new Uint8Array(Buffer.from(transmission.signature, "base64"));
  return await crypto.subtle.verify("RSASSA-PKCS1-v1_5", key, signature, message);
}
