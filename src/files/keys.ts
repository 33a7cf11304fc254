import { Buffer } from "node:buffer";
import { ForbiddenKeyError } from "./files.ts";

/** R2's own limit, in bytes of UTF-8. */
const LONGEST_KEY = 1024;

/** What a folder cannot hold or would read as something else: control characters and backslashes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSAFE = /[\u0000-\u001f\u007f\\]/;

/**
 * False for a key that could lead out of its prefix or that not every store can hold: empty, with `.` or `..` or an empty part, a
 * backslash or a control character, or longer than 1,024 bytes.
 */
export function isSafeKey(key: string): boolean {
  if (UNSAFE.test(key) || Buffer.byteLength(key) > LONGEST_KEY || !key.isWellFormed()) return false;
  return key.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** @throws {ForbiddenKeyError} unless {@link isSafeKey}. */
export function checkKey(key: string): void {
  if (!isSafeKey(key)) throw new ForbiddenKeyError(key);
}

/** The same for a prefix, which may end anywhere, also behind a `/`; '' is the whole store. @throws {ForbiddenKeyError} */
export function checkPrefix(prefix: string): void {
  if (prefix !== "") checkKey(prefix.endsWith("/") ? `${prefix}x` : prefix);
}

/** The order of every listing: by bytes of UTF-8, as R2 does it. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
