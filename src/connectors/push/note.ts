import { isHtmlBody } from "../../control/mail-body.ts";
import type { PushNote } from "./transport.ts";

const utf8 = new TextEncoder();

/** Bytes of a value as JSON in UTF-8. */
export function jsonBytes(value: unknown): number {
  return utf8.encode(JSON.stringify(value)).length;
}

/**
 * Shortens a message until it fits: the end of its text first, then that of its title. A text is cut between two characters as people see
 * them, and ends with an ellipsis then.
 *
 * @param size bytes that a message has where it is sent
 * @param limit bytes
 */
export function fitNote(note: PushNote, size: (note: PushNote) => number, limit: number): PushNote {
  if (size(note) <= limit) return note;
  const body = longest(note.body, (text) => size({ ...note, body: text }) <= limit);
  if (body !== null) return { ...note, body };
  const title = longest(note.title, (text) => size({ ...note, title: text, body: "" }) <= limit);
  return { ...note, title: title ?? "", body: "" };
}

/** The longest beginning of a text, with an ellipsis, that fits; null: not even the empty text does. */
function longest(text: string, fits: (text: string) => boolean): string | null {
  if (!fits("")) return null;
  // A limit is some thousand bytes, and a character has at least one.
  const ends = [...new Intl.Segmenter().segment(text.slice(0, 8192))].map(({ index }) => index);
  let low = 0;
  let high = ends.length;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (fits(`${text.slice(0, ends[middle])}…`)) low = middle;
    else high = middle;
  }
  return low === 0 ? "" : `${text.slice(0, ends[low]).trimEnd()}…`;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/**
 * A message's body as a device shows it: of HTML its text, with a line for each block. What a comment, a style or a script hides without
 * an end is hidden to the end of the text, as in a browser. No part is looked at twice, whatever the text.
 */
export function plainText(body: string): string {
  if (!isHtmlBody(body)) return body.trim();
  return body
    .replace(/<!--[\s\S]*?(?:-->|$)|<(style|script|head)\b[^<>]*>[\s\S]*?(?:<\/\1\s*>|$)/gi, "")
    .replace(/\s+/g, " ")
    .replace(/<(?:br|\/p|\/div|\/li|\/h[1-6]|\/tr)\b[^<>]*>/gi, "\n")
    .replace(/<[^<>]*>/g, "")
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .split("\n")
    .map((line) => line.trim())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
