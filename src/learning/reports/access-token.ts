import { Buffer } from "node:buffer";

/** Random bytes that a token is made of. */
export const TOKEN_BYTES = 32;

/**
 * What opens a report's file without a login: the client's id, since a client may have a database of its own to be asked, and
 * 256 random bits, base64url. It stands in the mail and nowhere else.
 */
export function accessToken(clientId: number, random: Uint8Array): string {
  if (random.length !== TOKEN_BYTES) throw new RangeError(`A token is made of ${TOKEN_BYTES} random bytes`);
  return `${clientId}.${Buffer.from(random).toString("base64url")}`;
}

/** The client whose file a token opens, if it opens any; null for what is no token. */
export function clientOfToken(token: string): number | null {
  const client = /^([1-9]\d{0,14})\.[\w-]{43}$/.exec(token)?.[1];
  return client === undefined ? null : Number(client);
}

/** What `files.access_token_hash` keeps of a token: its SHA-256, hexadecimal. */
export async function accessTokenHash(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return Buffer.from(digest).toString("hex");
}
