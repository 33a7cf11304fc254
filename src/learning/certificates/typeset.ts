import bidiFactory from "bidi-js";
import { type Face, type FaceTable, fontsFor } from "./faces.ts";

const bidi = bidiFactory();

/** Stands for a character that no font has. */
const MISSING = 0xfffd;
/** Keeps letters apart that would be joined; Persian names have it within a word. */
const NON_JOINER = "\u200c";
const SHARED = /[\p{Script=Common}\p{Script=Inherited}]/u;
/** Letters that are written from right to left, as the shaper knows by their script. */
const LEFTWARD = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;

/** What is drawn in one go: characters of one font file and one direction, in the order in which the shaper wants them. */
export interface Piece {
  readonly face: Face;
  readonly text: string;
}

/** A character with its marks, the file that has it, and its level (odd: from right to left). */
interface Cluster {
  readonly text: string;
  readonly face: Face;
  readonly level: number;
  /** The next one is not joined to it. */
  readonly apart: boolean;
}

/** A word, or a blank, that a line may end behind. */
export interface Word {
  readonly text: string;
  readonly blank: boolean;
}

/** Sets text in the fonts that have its characters. */
export class Typesetter {
  readonly #faces: FaceTable;
  /** Characters that no font has. */
  readonly missing = new Set<number>();

  constructor(faces: FaceTable) {
    this.#faces = faces;
  }

  /**
   * A line in the order in which it is read from left to right, by the Unicode Bidirectional Algorithm (UAX 9).
   *
   * @param locale chooses between Chinese, Japanese and Korean shapes
   * @param weight 400 or 700; a font without it has its regular one
   */
  line(text: string, locale: string, weight: number): Piece[] {
    const clusters = this.#clusters(text, locale, weight);
    return piecesOf(visualOrder(clusters));
  }

  #clusters(given: string, locale: string, weight: number): Cluster[] {
    // Characters that turn whole passages round would let a name be drawn as another one.
    const text = given
      .normalize("NFC")
      .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
      .replace(/[\p{Cc}\p{Cs}\p{Co}]/gu, " ");
    const fonts = fontsFor(text, locale);
    const { levels } = bidi.getEmbeddingLevels(text);
    const clusters: { text: string; face: Face; font: string; level: number; apart: boolean }[] = [];
    let at = 0;
    for (const character of text) {
      const level = levels[at] ?? 0;
      at += character.length;
      const point = character.codePointAt(0) ?? MISSING;
      const last = clusters.at(-1);
      const fits = last !== undefined && this.#faces.has(last.face, last.font, point);
      if (/\p{M}/u.test(character)) {
        // A mark goes where its letter is; one that the letter's file lacks is left out, and so is one without a letter.
        if (last && fits) last.text += character;
        continue;
      }
      if (character === NON_JOINER && last) last.apart = true;
      if (/\p{Cf}/u.test(character)) continue;
      const found =
        last && fits && SHARED.test(character)
          ? { face: last.face, font: last.font }
          : this.#find(fonts, point, weight);
      if (found)
        clusters.push({ text: found.instead ?? character, face: found.face, font: found.font, level, apart: false });
    }
    return clusters;
  }

  #find(
    fonts: readonly string[],
    point: number,
    weight: number,
  ): { readonly face: Face; readonly font: string; readonly instead?: string } | null {
    for (const font of fonts) {
      const face = this.#faces.find(font, point, weight);
      if (face) return { face, font };
    }
    this.missing.add(point);
    if (point === MISSING) return null;
    const replaced = this.#find(fonts, MISSING, weight) ?? this.#find(fonts, 0x3f, weight);
    const instead = replaced?.instead ?? String.fromCodePoint(MISSING);
    return replaced && { ...replaced, instead };
  }
}

/** Rule L2 of UAX 9: from the highest level to the lowest odd one, each sequence at that level or higher is turned round. */
function visualOrder(clusters: readonly Cluster[]): Cluster[] {
  const ordered = [...clusters];
  const levels = clusters.map(({ level }) => level);
  const highest = Math.max(0, ...levels);
  const lowestOdd = Math.min(...levels.filter((level) => level % 2 === 1), highest + 1);
  for (let level = highest; level >= lowestOdd; level -= 1) {
    for (let from = 0; from < ordered.length; ) {
      let until = from;
      while (until < ordered.length && (ordered[until]?.level ?? 0) >= level) until += 1;
      const turned = ordered.slice(from, until).reverse();
      ordered.splice(from, turned.length, ...turned);
      from = until + 1;
    }
  }
  return ordered;
}

/** Neighbours of one file and direction together. The shaper turns what it knows as written from right to left, so it gets it unturned. */
function piecesOf(ordered: readonly Cluster[]): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < ordered.length; ) {
    const first = ordered[from] as Cluster;
    const leftward = first.level % 2 === 1;
    let until = from + 1;
    for (; until < ordered.length; until += 1) {
      const [before, next] = [ordered[until - 1] as Cluster, ordered[until] as Cluster];
      if (next.face !== first.face || next.level !== first.level) break;
      if ((leftward ? next : before).apart) break;
    }
    const clusters = ordered.slice(from, until).map(({ text }) => (leftward ? mirrored(text) : text));
    const text = (LEFTWARD.test(clusters.join("")) ? clusters.reverse() : clusters).join("");
    pieces.push({ face: first.face, text });
    from = until;
  }
  return pieces;
}

/** A bracket opens to the other side where it is read from right to left. */
function mirrored(text: string): string {
  return bidi.getMirroredCharacter(text) ?? text;
}

/** The words of a line, blanks included; marks of punctuation stay with the word before them. */
export function wordsOf(text: string, locale: string): Word[] {
  const words: { text: string; blank: boolean }[] = [];
  for (const { segment, isWordLike } of segmenter(locale).segment(text)) {
    const blank = segment.trim() === "";
    const last = words.at(-1);
    if (!isWordLike && !blank && last && !last.blank) last.text += segment;
    else words.push({ text: segment, blank });
  }
  return words;
}

const segmenters = new Map<string, Intl.Segmenter>();

/** Words by the customs of a locale; of English for one that the runtime does not know. */
function segmenter(locale: string): Intl.Segmenter {
  const known = segmenters.get(locale);
  if (known) return known;
  let made: Intl.Segmenter;
  try {
    made = new Intl.Segmenter(locale.replaceAll("_", "-"), { granularity: "word" });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    made = new Intl.Segmenter("en", { granularity: "word" });
  }
  // Locales come from people's records.
  if (segmenters.size > 100) segmenters.clear();
  segmenters.set(locale, made);
  return made;
}
