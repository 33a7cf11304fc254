import { Buffer } from "node:buffer";

/** Random bytes that a token is made of. */
export const TOKEN_BYTES = 32;

/** What opens a report's file without a login: 256 random bits, base64url. It stands in the mail and nowhere else. */
export function accessToken(random: Uint8Array): string {
  if (random.length !== TOKEN_BYTES) throw new RangeError(`A token is made of ${TOKEN_BYTES} random bytes`);
  return Buffer.from(random).toString("base64url");
}

/** What `files.access_token_hash` keeps of a token: its SHA-256, hexadecimal. */
export async function accessTokenHash(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return Buffer.from(digest).toString("hex");
}
