import { messagesInGerman } from "../../src/web/words/messages.de.ts";
import { sampleOf } from "./sample.ts";

/** A text that grows: `before`, then `pump` as often as it fits, then `after`. */
export interface Grower {
  readonly before: string;
  readonly pump: string;
  readonly after: string;
}

/** The text of a grower at a length (characters, about). */
export function grown({ before, pump, after }: Grower, length: number): string {
  const room = Math.max(length - before.length - after.length, pump.length);
  return before + pump.repeat(Math.ceil(room / pump.length)) + after;
}

/** What crafted texts repeat: white space, separators, quotes and brackets of every format that is read here, letters, digits. */
export const pumps: readonly string[] = [
  ...[
    " ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "a",
    "A",
    "0",
    "9",
    ".",
    "-",
    "_",
    "/",
    "\\",
    ",",
    ";",
    ":",
    "=",
    "&",
    "?",
    "#",
    "%",
  ],
  ...[
    "+",
    "*",
    "!",
    "'",
    '"',
    "`",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    "@",
    "~",
    "^",
    "$",
    "\u0000",
    "\u0001",
  ],
  ...[
    "ä",
    "ß",
    "İ",
    "e\u0301",
    "😀",
    "\u200b",
    "\u2028",
    "\ufeff",
    "-1,",
    "0 ",
    " a",
    "a ",
    "a,",
    "a;",
    "a.",
    "1.",
    "1-",
    "*/",
  ],
  ...[
    "a@",
    "@a",
    '""',
    '"a',
    "''",
    "{{",
    "}}",
    "{{ ",
    "{{a}}",
    "{a",
    "{a}",
    "&#",
    "&amp;",
    "=1",
    "a=",
    ";q=",
    "%20",
    "%%",
  ],
  ...[
    "../",
    "//",
    "/a",
    "<a",
    "<a>",
    "</",
    "<!--",
    "]]>",
    "<!",
    "\\u",
    '\\"',
    "[[",
    "]]",
    "((",
    '{"a":',
    "[1,",
    "::",
    "a:",
    "a-",
  ],
];

/** Ends that make a match fail at the last moment. */
const ends: readonly string[] = ["", "!", "\u0001", "a", " "];

/** Growers of every pump by itself: alone, with an end that makes a match fail, and in the middle of a text. */
export const plainGrowers: readonly Grower[] = pumps.flatMap((pump) => [
  { before: "", pump, after: "" },
  { before: "", pump, after: "!" },
  { before: "x", pump, after: "!" },
]);

/** Growers made from a text that an expression matches: each part of it is repeated where it stands. */
export function growersFor(expression: RegExp): Grower[] {
  const text = sampleOf(expression);
  const growers: Grower[] = [];
  for (let from = 0; from < text.length; from += 1) {
    for (const length of [1, 2, 5]) {
      const pump = text.slice(from, from + length);
      if (pump.length < length) continue;
      for (const after of ends) growers.push({ before: text.slice(0, from), pump, after });
    }
  }
  return growers;
}

/** Growers made from our own messages: what stands between two placeholders is repeated behind what stands before the first. */
export const messageGrowers: readonly Grower[] = Object.keys(messagesInGerman).flatMap((english) => {
  const [before = "", ...parts] = english.split(/\{\w+\}/);
  return parts.slice(0, -1).map((pump) => ({ before: `${before}1`, pump: `${pump}1`, after: "" }));
});
