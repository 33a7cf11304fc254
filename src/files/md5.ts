import { createHash } from "node:crypto";

/** The MD5 of a content (text as UTF-8) in hexadecimal digits: what every file store has as etag of an object that was written in one piece. */
export function md5(content: string | Uint8Array): string {
  return createHash("md5").update(content).digest("hex");
}
