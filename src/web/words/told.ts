import { catalogueInGerman } from "./catalogue.de.ts";
import { german } from "./german.ts";
import { labelsInGerman } from "./labels.de.ts";
import { messagesInGerman } from "./messages.de.ts";

/**
 * Texts that lower rooms make, by their English: the catalogue's as they stand, messages as patterns with placeholders. A map, so
 * that a text such as `constructor` finds nothing.
 */
const exact: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...german, ...messagesInGerman, ...labelsInGerman, ...catalogueInGerman }),
);

/** No message is longer (characters): what is, was made of something else and is left as it is. */
const LONGEST_MESSAGE = 4000;

interface Pattern {
  /** What stands before, between and behind the placeholders. */
  readonly parts: readonly string[];
  readonly names: readonly string[];
  readonly german: string;
}

/** `There is no client {id}` finds `There is no client 7`. */
function pattern(english: string, words: string): Pattern {
  const pieces = english.split(/\{(\w+)\}/);
  return {
    parts: pieces.filter((_piece, index) => index % 2 === 0),
    names: pieces.filter((_piece, index) => index % 2 === 1),
    german: words,
  };
}

const patterns = Object.entries(messagesInGerman)
  .filter(([english]) => english.includes("{"))
  .map(([english, words]) => pattern(english, words));

/**
 * What stands at the placeholders of a text; null where it does not fit. Each part is looked for once, from left to right, so that
 * the time needed grows with the text and no faster; a value has at least one character.
 */
function valuesIn(text: string, { parts }: Pattern): string[] | null {
  const [first = "", ...rest] = parts;
  const last = rest.pop() ?? "";
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return null;
  const values: string[] = [];
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at + 1);
    if (found < 0) return null;
    values.push(text.slice(at, found));
    at = found + part.length;
  }
  if (end <= at) return null;
  return [...values, text.slice(at, end)];
}

/**
 * The German of a text that a lower room made; null when there is none. It is for texts of ours with values in them, never for a
 * text that a person typed.
 */
export function findGerman(text: string): string | null {
  const known = exact.get(text);
  if (known !== undefined) return known;
  if (text.length > LONGEST_MESSAGE) return null;
  for (const one of patterns) {
    const values = valuesIn(text, one);
    if (values)
      return one.german.replace(/\{(\w+)\}/g, (whole, name: string) => values[one.names.indexOf(name)] ?? whole);
  }
  return null;
}

/** The same, with the English where there is no German. */
export function toldInGerman(text: string): string {
  return findGerman(text) ?? text;
}
