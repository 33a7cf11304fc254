import { messagesInGerman } from "../../src/web/words/messages.de.ts";

// What the first edition had where a small request took seconds, kept as it was: the detector has to find each of them again.

/** Messages found by a pattern with a lazy group for each placeholder: cubic for a crafted time zone (`POST /language`). */
export function germanByPattern(text: string): string | null {
  for (const english of Object.keys(messagesInGerman).filter((one) => one.includes("{"))) {
    const parts = english.split(/\{(\w+)\}/);
    const source = parts.map((part, at) => (at % 2 === 1 ? "(.+?)" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
    if (new RegExp(`^${source.join("")}$`, "s").test(text)) return english;
  }
  return null;
}

/** The placeholders of a request's body: three groups that can all take the same spaces. */
export const bodyPlaceholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The name of an uploaded file: its ends by a search from every position, and cut character by character. */
export function uploadName(given: string): string {
  let stem = given.replace(/^[. ]+|[. ]+$/g, "").trim();
  while (Buffer.byteLength(stem) > 150) stem = [...stem].slice(0, -1).join("");
  return stem;
}

/** `Accept-Language`: white space around a separator that is not there. */
export function wantedLanguages(header: string): (string | undefined)[] {
  return header.split(",").map((part) => part.trim().split(/\s*;\s*/)[0]);
}

/** Column names that stand twice, each looked for from the beginning. */
export function columnTwice(header: readonly string[]): string | undefined {
  return header.find((column, index) => header.indexOf(column) < index);
}

/** The first row of a file, read to its end before anything judges its length: one line of 199 MB is read whole. */
export async function firstRow(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const piece of pieces) {
    const end = piece.indexOf(0x0a);
    length += end < 0 ? piece.length : end;
    if (end >= 0) break;
  }
  return length;
}
