import { catalogueInGerman } from "./catalogue.de.ts";
import { german } from "./german.ts";
import { labelsInGerman } from "./labels.de.ts";
import { messagesInGerman } from "./messages.de.ts";

/** Texts that lower rooms make, by their English: the catalogue's as they stand, messages as patterns with placeholders. */
const exact: Readonly<Record<string, string>> = {
  ...german,
  ...messagesInGerman,
  ...labelsInGerman,
  ...catalogueInGerman,
};

interface Pattern {
  readonly english: RegExp;
  readonly names: readonly string[];
  readonly german: string;
}

/** `There is no client {id}` finds `There is no client 7`. */
function pattern(english: string, words: string): Pattern {
  const parts = english.split(/\{(\w+)\}/);
  const names = parts.filter((_part, index) => index % 2 === 1);
  const source = parts.map((part, index) => (index % 2 === 1 ? "(.+?)" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return { english: new RegExp(`^${source.join("")}$`, "s"), names, german: words };
}

const patterns = Object.entries(messagesInGerman)
  .filter(([english]) => english.includes("{"))
  .map(([english, words]) => pattern(english, words));

/** The German of a text that a lower room made; null when there is none. */
export function findGerman(text: string): string | null {
  const known = exact[text];
  if (known !== undefined) return known;
  for (const one of patterns) {
    const found = one.english.exec(text);
    if (found) {
      return one.german.replace(/\{(\w+)\}/g, (whole, name: string) => found[one.names.indexOf(name) + 1] ?? whole);
    }
  }
  return null;
}

/** The same, with the English where there is no German. */
export function toldInGerman(text: string): string {
  return findGerman(text) ?? text;
}
