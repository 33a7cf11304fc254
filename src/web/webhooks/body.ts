import { readBody } from "../http/body.ts";
import { Refused } from "./refusal.ts";

/** Bytes that the body of a delivery may have. */
export const LARGEST_BODY = 1024 * 1024;

/**
 * The raw body of a delivery: the bytes that were signed.
 *
 * @throws {Refused} when it is too large, whether the request says so or not, or empty
 */
export async function rawBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const body = await readBody(request, LARGEST_BODY);
  if (body === null) throw new Refused("too_large");
  if (body.byteLength === 0) throw new Refused("empty_body");
  return body;
}

/** A header that a signature needs. @throws {Refused} when it is missing */
export function signedHeader(request: Request, name: string): string {
  const value = request.headers.get(name)?.trim() ?? "";
  if (value === "") throw new Refused("missing_header");
  return value;
}
