import { type SQL, sql } from "drizzle-orm";

/**
 * How the rule language compares text (spec 1.11): trimmed, and without regard to upper and lower case in any script.
 *
 * This is the one place where rules meet what SQLite cannot do: its `lower()` knows the 26 letters of ASCII, and there are no
 * functions of our own in a remote database. Nothing is read into memory for it. A rule always compares a stored text with
 * texts that the rule itself gives, so only those characters of the stored text need folding that can make a difference to
 * them, and these are a handful of `replace()`. {@link fold} says what folding is; {@link foldedSql} gives the same answers.
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
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it means all of ASCII
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
export function charactersToFold(texts: readonly string[], comparison: Comparison): readonly (readonly [string, string])[] {
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

/** `value` without the white space around it; NULL stays NULL. */
export function trimmedSql(value: SQL): SQL {
  return sql`trim(${value}, ${WHITE_SPACE})`;
}

/**
 * `value` (SQL of a text) trimmed and folded as far as a comparison with `texts` needs it: where a comparison of that sort with
 * one of `texts` is all that is done with it, the answer is that of `comparable(value)`.
 *
 * @param texts as {@link comparable} gives them
 */
export function foldedSql(value: SQL, texts: readonly string[], comparison: Comparison): SQL {
  const start = sql`lower(${trimmedSql(value)})`;
  return charactersToFold(texts, comparison).reduce((folded, [from, to]) => sql`replace(${folded}, ${from}, ${to})`, start);
}
