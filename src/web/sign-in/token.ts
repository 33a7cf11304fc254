import { Buffer } from "node:buffer";

/** A session's token: 256 random bits, base64url. @param random 32 random bytes */
export function sessionToken(random: Uint8Array): string {
  if (random.length !== 32) throw new RangeError("A session token is made of 32 random bytes");
  return Buffer.from(random).toString("base64url");
}

/** What is stored of a token, an account's name or an address: its SHA-256, hexadecimal. */
export async function storedHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(digest).toString("hex");
}

/** The SHA-256 of a text, base64url: 43 characters. */
export async function digestOf(text: string): Promise<string> {
  return Buffer.from(await storedHash(text), "hex").toString("base64url");
}
