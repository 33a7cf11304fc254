import { Buffer } from "node:buffer";

/** Bytes of a signing secret: Standard Webhooks wants 24 to 64. */
export const SECRET_BYTES = { least: 24, most: 64 } as const;

/** The bytes of a secret written `whsec_<base64>`; null when it is none, or too short or too long. */
export function signingKey(secret: string): Uint8Array<ArrayBuffer> | null {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined) return null;
  const bytes = Buffer.from(encoded, "base64");
  return bytes.length >= SECRET_BYTES.least && bytes.length <= SECRET_BYTES.most ? new Uint8Array(bytes) : null;
}

/** What is signed. */
export interface SignedMessage {
  /** The same for every attempt. */
  readonly id: string;
  /** Instant of the attempt in seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The value of `webhook-signature` (Standard Webhooks, symmetric): `v1,<base64>` of HMAC-SHA256 over `id.timestamp.body`, one
 * for each key, separated by spaces; so a receiver goes on while a secret is being exchanged.
 */
export async function webhookSignature(
  { id, timestamp, body }: SignedMessage,
  keys: readonly Uint8Array<ArrayBuffer>[],
): Promise<string> {
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = keys.map(async (bytes) => {
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return `v1,${Buffer.from(await crypto.subtle.sign("HMAC", key, content)).toString("base64")}`;
  });
  return (await Promise.all(signatures)).join(" ");
}
