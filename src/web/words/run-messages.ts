import { german } from "./german.ts";
import { runMessagesInGerman } from "./run-messages.de.ts";
import type { Locale } from "./translate.ts";

/** A message as a page shows it. */
export interface ShownMessage {
  readonly text: string;
  /** The language of the text: English where it has no words in the reader's. */
  readonly locale: Locale;
}

interface Template {
  /** What stands before, between and behind the placeholders. */
  readonly literals: readonly string[];
  readonly names: readonly string[];
  readonly german: string;
}

const exact = new Map(Object.entries(runMessagesInGerman));

const templates: readonly Template[] = Object.entries(runMessagesInGerman)
  .filter(([english]) => english.includes("{"))
  .map(([english, words]) => {
    const parts = english.split(/\{(\w+)\}/);
    return {
      literals: parts.filter((_part, index) => index % 2 === 0),
      names: parts.filter((_part, index) => index % 2 === 1),
      german: words,
    };
  })
  // What says more is tried first: a sentence may begin like another.
  .toSorted((a, b) => b.literals.join("").length - a.literals.join("").length);

/** Messages stand within messages, such as one that is tried again later; never deeper than this. */
const DEEPEST = 2;

/**
 * The values of a template in a message, each from where the text before it ends to where the text behind it is found first; null where
 * it is another message. Takes one pass over the message.
 */
function valuesIn({ literals, names }: Template, message: string): ReadonlyMap<string, string> | null {
  const [first = "", ...others] = literals;
  const last = others.pop() ?? "";
  if (!message.startsWith(first) || !message.endsWith(last)) return null;
  const end = message.length - last.length;
  const values = new Map<string, string>();
  let from = first.length;
  for (const [index, literal] of [...others, null].entries()) {
    const found = literal === null ? end : message.indexOf(literal, from);
    if (found <= from || found > end) return null;
    values.set(names[index] ?? "", message.slice(from, found));
    from = found + (literal?.length ?? 0);
  }
  return values;
}

function inGerman(message: string, depth: number): string | null {
  const known = exact.get(message);
  if (known !== undefined) return known;
  if (depth > DEEPEST) return null;
  for (const template of templates) {
    const values = valuesIn(template, message);
    if (values === null) continue;
    return template.german.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values.get(name) ?? whole;
      if (name === "message") return inGerman(value, depth + 1) ?? value;
      return name === "state" ? wordOf(value) : value;
    });
  }
  return null;
}

/** A state of a run as the pages call it. */
function wordOf(state: string): string {
  const english = state.replaceAll("_", " ");
  return Object.hasOwn(german, english) ? german[english as keyof typeof german] : state;
}

/** What is stored with a run, or in its log, in the reader's language as far as it has words for it. */
export function shownMessage(message: string, locale: Locale): ShownMessage {
  if (locale === "en") return { text: message, locale };
  const found = inGerman(message, 0);
  return found === null ? { text: message, locale: "en" } : { text: found, locale };
}
