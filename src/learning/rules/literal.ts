import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { type Day, isDay } from "../../time/day.ts";
import { comparable } from "./text.ts";

/** A value that a rule gives, by what it is compared as: numbers as numbers, days as days, everything else as text. */
export type Literal =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "day"; readonly day: Day }
  /** Trimmed and folded. */
  | { readonly kind: "text"; readonly text: string };

/** Longer ones are names rather than amounts (an IBAN), and a computer's numbers are exact to 15 digits. */
export const LONGEST_NUMBER = 15;

/**
 * The number that a trimmed text writes, or null: digits with an optional minus and decimal point, as in JSON. `007` and `1e3`
 * are texts.
 */
export function numberOf(text: string): number | null {
  return text.length <= LONGEST_NUMBER && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) ? Number(text) : null;
}

/** The same in SQL: a REAL or NULL. `text` is trimmed. */
export function numberSql(text: SQL): SQL {
  return sql`CASE WHEN ${text} NOT GLOB '*[^0-9.-]*' AND length(${text}) <= ${LONGEST_NUMBER} AND json_valid(${text}) THEN CAST(${text} AS REAL) END`;
}

/** The day that a trimmed text names, or null: `YYYY-MM-DD`, also with a time behind a `T`, which is left out. */
export function dayOf(text: string): Day | null {
  const day = text.slice(0, 10);
  return (text.length === 10 || text[10] === "T") && isDay(day) ? day : null;
}

/** The same in SQL: a text or NULL. `text` is trimmed. */
export function daySql(text: SQL): SQL {
  const day = sql`substr(${text}, 1, 10)`;
  return sql`CASE WHEN ${text} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND substr(${text}, 11, 1) IN ('', 'T') AND date(${day}) = ${day} THEN ${day} END`;
}

/** A given value as what it is compared as. `true` is written `true` or `1`, `false` is written `false` or `0`. */
export function literalsOf(value: string | number | boolean): readonly Literal[] {
  if (typeof value === "boolean") {
    return [
      { kind: "number", text: value ? "1" : "0" },
      { kind: "text", text: String(value) },
    ];
  }
  const text = String(value).trim();
  if (numberOf(text) !== null) return [{ kind: "number", text }];
  const day = dayOf(text);
  return [day === null ? { kind: "text", text: comparable(text) } : { kind: "day", day }];
}
