import { wallText } from "../days/dates.ts";
import type { TransitionRule } from "../fires/rule.ts";
import type { Texts } from "../lint/finding.ts";
import { FIELD_WORDS } from "../parse/reason.ts";
import type { ChangeOfClocks, FieldMatch } from "./explanation.ts";

/** What the sentences of an explanation are made of. */
export interface ExplanationFacts {
  readonly zone: string;
  readonly wall: number;
  readonly fires: boolean;
  /** Whether the instant is a whole second. */
  readonly isWhole: boolean;
  readonly fields: readonly FieldMatch[];
  readonly change: ChangeOfClocks | null;
  readonly rule: TransitionRule;
}

/** An explanation in sentences. */
export function explanationTexts(facts: ExplanationFacts): Texts {
  const when = `${wallText(facts.wall).replace("T", " ")} ${facts.zone}`;
  const [en, de] = [sentences(facts, ENGLISH), sentences(facts, GERMAN)];
  return {
    en: `${facts.fires ? "Fires" : "Does not fire"} at ${when}: ${en.join("; ")}.`,
    de: `${facts.fires ? "Löst aus" : "Löst nicht aus"} um ${when}: ${de.join("; ")}.`,
  };
}

interface Phrases {
  readonly allMatch: string;
  readonly fraction: string;
  readonly mismatch: (field: FieldMatch) => string;
  readonly moved: (from: string, until: string, missed: string) => string;
  readonly leftOut: (from: string, until: string, missed: string) => string;
  readonly skipped: (from: string, until: string) => string;
  readonly twice: (pass: "first" | "second") => string;
  readonly firstOnly: string;
  readonly secondOnly: string;
}

function sentences({ fires, isWhole, fields, change, rule }: ExplanationFacts, phrases: Phrases): string[] {
  const mismatches = fields.filter((field) => !field.matches);
  const said: string[] = [];
  if (!isWhole) said.push(phrases.fraction);
  if (mismatches.length === 0) said.push(phrases.allMatch);
  if (change?.kind === "gap") {
    const [from, until] = [clock(change.from), clock(change.until)];
    if (change.missed === null) said.push(phrases.skipped(from, until));
    else if (fires && mismatches.length > 0) return [...said, phrases.moved(from, until, clock(change.missed))];
    else if (!fires) said.push(phrases.leftOut(from, until, clock(change.missed)));
    else said.push(phrases.skipped(from, until));
  }
  if (change?.kind === "overlap") {
    said.push(phrases.twice(change.pass));
    if (!fires && isWhole && mismatches.length === 0) {
      said.push(rule === "quartz" ? phrases.secondOnly : phrases.firstOnly);
    }
  }
  return [...said, ...mismatches.map(phrases.mismatch)];
}

const ENGLISH: Phrases = {
  allMatch: "every field matches",
  fraction: "fires are on whole seconds",
  mismatch: (field) => `${FIELD_WORDS.en[field.field]}: ${field.value} is not in "${field.text}"`,
  moved: (from, until, missed) =>
    `the clocks went from ${from} to ${until}, so that what was due at ${missed} fires when the gap ends`,
  leftOut: (from, until, missed) =>
    `the clocks went from ${from} to ${until}, and what was due at ${missed} is left out`,
  skipped: (from, until) => `the clocks went from ${from} to ${until}`,
  twice: (pass) => `the clocks show this time twice, and this is the ${pass} time`,
  firstOnly: "a fixed time fires the first time only",
  secondOnly: "Quartz fires the second time only",
};

const GERMAN: Phrases = {
  allMatch: "alle Felder passen",
  fraction: "ausgelöst wird nur zu vollen Sekunden",
  mismatch: (field) => `${FIELD_WORDS.de[field.field]}: ${field.value} passt nicht zu "${field.text}"`,
  moved: (from, until, missed) =>
    `die Uhren gingen von ${from} auf ${until}, deshalb wird am Ende der Lücke ausgelöst, was um ${missed} anstand`,
  leftOut: (from, until, missed) =>
    `die Uhren gingen von ${from} auf ${until}, und was um ${missed} anstand, fällt aus`,
  skipped: (from, until) => `die Uhren gingen von ${from} auf ${until}`,
  twice: (pass) => `die Uhren zeigen diese Zeit zweimal, und dies ist das ${pass === "first" ? "erste" : "zweite"} Mal`,
  firstOnly: "eine feste Zeit wird nur beim ersten Mal ausgelöst",
  secondOnly: "Quartz löst nur beim zweiten Mal aus",
};

/** The time of a wall time such as `2026-03-29T02:30:00`; the seconds only where there are any. */
function clock(wall: string): string {
  const text = wall.slice(11);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
}
