import { Buffer } from "node:buffer";

const encoder = new TextEncoder();

/** A key for the HMACs of one client secret. */
function shopifyKey(clientSecret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encoder.encode(clientSecret), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
}

/**
 * Whether a delivery of Shopify is signed with one of these client secrets: `X-Shopify-Hmac-Sha256` is the base64 of HMAC-SHA256 over the
 * raw body. It takes the same time for a signature that is wrong at the beginning and one that is wrong at its end.
 *
 * @param secrets several while one is exchanged for another
 */
export async function isSignedByShopify(
  body: Uint8Array<ArrayBuffer>,
  signature: string,
  secrets: readonly string[],
): Promise<boolean> {
  const bytes = new Uint8Array(Buffer.from(signature, "base64"));
  let good = false;
  for (const secret of secrets) {
    if (await crypto.subtle.verify("HMAC", await shopifyKey(secret), bytes, body)) good = true;
  }
  return good;
}
