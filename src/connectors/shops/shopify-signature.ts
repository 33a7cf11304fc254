import { Buffer } from "node:buffer";

const encoder = new TextEncoder();

/** A key for the HMACs of one client secret. */
function shopifyKey(clientSecret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encoder.encode(clientSecret), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
}

/**
 * With which of these client secrets a delivery of Shopify is signed, as its place in the list; null: with none. `X-Shopify-Hmac-Sha256` is the base64 of HMAC-SHA256 over the
 * raw body. It takes the same time for a signature that is wrong at the beginning and one that is wrong at its end.
 *
 * @param secrets several while one is exchanged for another
 */
export async function signedWith(
  body: Uint8Array<ArrayBuffer>,
  signature: string,
  secrets: readonly string[],
): Promise<number | null> {
  const bytes = new Uint8Array(Buffer.from(signature, "base64"));
  let found: number | null = null;
  for (const [at, secret] of secrets.entries()) {
    if (await crypto.subtle.verify("HMAC", await shopifyKey(secret), bytes, body)) found ??= at;
  }
  return found;
}
