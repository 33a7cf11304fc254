import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";

/**
 * How the rule language compares text (handbook, data: the rule language): trimmed, and without regard to upper and lower case in
 * any script.
 *
 * This is the one place where rules meet what SQLite cannot do: its `lower()` knows the 26 letters of ASCII, and there are no
 * functions of our own in a remote database. Nothing is read into memory for it. A rule always compares a stored text with
 * texts that the rule itself gives, so only those characters of the stored text need folding that can make a difference to
 * them, and these are a handful of `replace()`. {@link fold} says what folding is; {@link textQuery} gives the same answers.
 *
 * Texts are not normalised: `é` as one character and as `e` with a combining accent are different texts.
 */

/** What is trimmed: white space and line ends as `String.prototype.trim` has them (ECMA-262). */
export const WHITE_SPACE =
  "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

/** The last code point with an upper or lower case lies below this one (Unicode 17: Adlam, 1E943). */
const CASELESS_FROM = 0x1f000;

let table: ReadonlyMap<string, string> | null = null;

/** Every character beyond ASCII that folding changes, with what it becomes. Made once, from the runtime's own Unicode. */
function foldings(): ReadonlyMap<string, string> {
  if (table) return table;
  const found = new Map<string, string>();
  for (let point = 0x80; point < CASELESS_FROM; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    const folded = foldCharacter(character);
    if (folded !== character) found.set(character, folded);
  }
  table = found;
  return found;
}

/** Upper case, then lower case, each character by itself, until nothing changes: `ẞ` and `ß` become `ss`, `ς` becomes `σ`. */
function foldCharacter(character: string): string {
  const once = [...character.toUpperCase()].map((one) => one.toLowerCase()).join("");
  return once === character ? once : [...once].map(foldCharacter).join("");
}

/** A text without case. Folding twice changes nothing more. */
export function fold(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  const folded = foldings();
  return [...text].map((character) => folded.get(character) ?? character.toLowerCase()).join("");
}

/** A text as rules compare it. */
export function comparable(text: string): string {
  return fold(text.trim());
}

/** Negative, 0 or positive: by code point, as SQLite's BINARY collation compares UTF-8. */
export function compareText(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [index, character] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const difference = pointOf(character) - pointOf(other);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** What a stored text is compared for: to be one of the given texts, to hold or begin with one, or to stand before or behind one. */
export type Comparison = "equal" | "within" | "order";

/**
 * The characters beyond ASCII that have to be folded in a stored text before it is compared with `texts` (folded themselves):
 * - `equal`: whose folding is made of letters of the texts; any other character could not stand in an equal text anyway;
 * - `within`: whose folding has a letter of the texts;
 * - `order`: those, and whose folding changes sides with respect to a letter of the texts.
 */
export function charactersToFold(
  texts: readonly string[],
  comparison: Comparison,
): readonly (readonly [string, string])[] {
  const letters = new Set(texts.flatMap((text) => [...text]));
  const points = [...letters].map(pointOf);
  return [...foldings()].filter(([character, folded]) => {
    const parts = [...folded];
    if (comparison === "equal") return parts.every((part) => letters.has(part));
    if (parts.some((part) => letters.has(part))) return true;
    if (comparison === "within") return false;
    const [before, after] = [pointOf(character), pointOf(folded)];
    return points.some((point) => before < point !== after < point);
  });
}

/** Stands in the test of {@link textQuery} for the trimmed text; NULL where there is none or a blank. */
export const what = sql.raw("what");
/** Stands there for the trimmed text, folded as far as the comparison needs it. */
export const folded = sql.raw("folded");

/** Replacements in one step: SQLite's parser has a stack of 100, and a rule around it needs its share. */
const AT_ONCE = 4;

/**
 * A test on a stored text as an SQL expression: it reads the text once, trims it, folds it in steps and asks `test` about
 * {@link what} and {@link folded}.
 *
 * @param value SQL of a text
 * @param folding what `folded` is compared with, as {@link comparable} gives it, and how; default: it is not used
 */
export function textQuery(
  value: SQL,
  test: SQL,
  folding?: { readonly texts: readonly string[]; readonly comparison: Comparison },
): SQL {
  const steps = [
    sql`stored(text) AS (SELECT ${value})`,
    // Most texts begin and end with a letter of ASCII, which is faster to see than to trim. What has an OFFSET is computed once:
    // the planner would put the expression wherever the result is used (SQLite, "Subquery flattening", rule 14).
    sql`read(what) AS (SELECT CASE WHEN text GLOB '[!-~]*[!-~]' THEN text ELSE nullif(trim(text, ${WHITE_SPACE}), '') END
      FROM stored LIMIT 1 OFFSET 0)`,
  ];
  if (!folding) return sql`(WITH ${sql.join(steps, sql`, `)} SELECT ${test} FROM read)`;
  const characters = charactersToFold(folding.texts, folding.comparison);
  steps.push(sql`folded0(what, folded) AS (SELECT what, lower(what) FROM read)`);
  let last = 0;
  for (let at = 0; at < characters.length; at += AT_ONCE) {
    const replaced = characters
      .slice(at, at + AT_ONCE)
      .reduce((text, [from, to]) => sql`replace(${text}, ${from}, ${to})`, folded);
    steps.push(sql`${step(last + 1)}(what, folded) AS (SELECT what, ${replaced} FROM ${step(last)})`);
    last += 1;
  }
  // As many bytes as characters: all is ASCII, and lower() is enough.
  const ready = sql`ready(what, folded) AS (SELECT what, CASE WHEN octet_length(what) = length(what) THEN lower(what) ELSE folded END FROM ${step(last)})`;
  return sql`(WITH ${sql.join([...steps, ready], sql`, `)} SELECT ${test} FROM ready)`;
}

const step = (number: number) => sql.raw(`folded${number}`);
