import type { Fonts } from "../../files/fonts.ts";

/** One font file: some characters of a font in one weight. */
export interface Face {
  readonly file: string;
  /** 400 or 700. */
  readonly weight: number;
}

/** Which of a font's files has a code point: ranges in ascending order. */
interface Coverage {
  readonly from: number[];
  readonly until: number[];
  readonly face: Face[];
}

/** The order in which fonts are asked for a character. What Chinese, Japanese and Korean share looks different in each. */
const LETTERS = ["Noto Sans", "IBM Plex Sans Arabic", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Thai"];
const CHINESE = ["Noto Sans SC", "Noto Sans JP", "Noto Sans KR"];
const JAPANESE = ["Noto Sans JP", "Noto Sans SC", "Noto Sans KR"];
const KOREAN = ["Noto Sans KR", "Noto Sans JP", "Noto Sans SC"];

/** Ranges that are looked at before a code point: as many subsets overlap, at most. */
const OVERLAP = 4;

/** The fonts for a text, in order: by its own letters where these tell the language, else by the locale. */
export function fontsFor(text: string, locale: string): readonly string[] {
  const language = locale.toLowerCase().split(/[-_]/)[0];
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return [...LETTERS, ...JAPANESE];
  if (/\p{Script=Hangul}/u.test(text)) return [...LETTERS, ...KOREAN];
  return [...LETTERS, ...(language === "ja" ? JAPANESE : language === "ko" ? KOREAN : CHINESE)];
}

/** Which font file has which character, from `faces.tsv`. */
export class FaceTable {
  readonly #coverage = new Map<string, Coverage>();

  /** @param text a line for each file: file, font, weight and code points, separated by tabs */
  constructor(text: string) {
    const ranges = new Map<string, { from: number; until: number; face: Face }[]>();
    for (const line of text.split("\n")) {
      const [file = "", font = "", weight = "", points = ""] = line.split("\t");
      if (file === "") continue;
      const face = { file, weight: Number(weight) };
      const name = `${font} ${weight}`;
      const list = ranges.get(name) ?? [];
      for (const range of points.split(",")) {
        const [from = "", until = from] = range.split("-");
        list.push({ from: Number.parseInt(from, 16), until: Number.parseInt(until, 16), face });
      }
      ranges.set(name, list);
    }
    for (const [name, list] of ranges) {
      list.sort((a, b) => a.from - b.from);
      this.#coverage.set(name, {
        from: list.map(({ from }) => from),
        until: list.map(({ until }) => until),
        face: list.map(({ face }) => face),
      });
    }
  }

  /** Reads the table of the fonts that come with the release. */
  static async read(fonts: Fonts): Promise<FaceTable> {
    return new FaceTable(new TextDecoder().decode(await fonts.read("faces.tsv")));
  }

  /** The file of a font that has a code point, in the wanted weight where there is one; null: none has it. */
  find(font: string, codePoint: number, weight: number): Face | null {
    return this.#at(`${font} ${weight}`, codePoint) ?? (weight === 400 ? null : this.#at(`${font} 400`, codePoint));
  }

  /** True if this very file has a code point. */
  has(face: Face, font: string, codePoint: number): boolean {
    return this.#all(`${font} ${face.weight}`, codePoint).some(({ file }) => file === face.file);
  }

  #at(name: string, codePoint: number): Face | null {
    return this.#all(name, codePoint)[0] ?? null;
  }

  /** The files of a font that have a code point: subsets overlap a little. */
  #all(name: string, codePoint: number): Face[] {
    const coverage = this.#coverage.get(name);
    if (!coverage) return [];
    let low = 0;
    let high = coverage.from.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((coverage.from[middle] ?? 0) <= codePoint) low = middle + 1;
      else high = middle;
    }
    const found: Face[] = [];
    for (let at = low - 1; at >= Math.max(0, low - OVERLAP); at -= 1) {
      const face = coverage.face[at];
      if (face && (coverage.until[at] ?? -1) >= codePoint) found.push(face);
    }
    return found;
  }
}
