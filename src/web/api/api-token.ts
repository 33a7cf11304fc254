import { Buffer } from "node:buffer";

/** What an API token looks like: a mark by which programs that look for leaked secrets know it, and 256 random bits, base64url. */
export const API_TOKEN = /^mht_[\w-]{43}$/;

/** A new API token. @param random 32 random bytes */
export function apiToken(random: Uint8Array): string {
  if (random.length !== 32) throw new RangeError("An API token is made of 32 random bytes");
  return `mht_${Buffer.from(random).toString("base64url")}`;
}
