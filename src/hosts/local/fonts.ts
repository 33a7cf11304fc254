import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fontkit from "@cantoo/fontkit";

/** The release of the packages that the fonts are taken from. */
const RELEASE = "5.3.0";

/** What is taken of a package `@fontsource/<name>`. A face that is cut by Unicode ranges stays cut: a document loads what it needs. */
interface Family {
  readonly name: string;
  /** As the package calls it. */
  readonly family: string;
  readonly weights: readonly number[];
  /** Subsets by name; `numbered`: the slices of a Chinese, Japanese or Korean font. */
  readonly subsets: readonly string[] | "numbered";
  /** Code points that this font is not asked for, since another one has all of them. */
  readonly without?: RegExp;
}

const LETTERS = [400, 700];
const families: readonly Family[] = [
  {
    name: "noto-sans",
    family: "Noto Sans",
    weights: LETTERS,
    subsets: ["latin", "latin-ext", "vietnamese", "greek", "greek-ext", "cyrillic", "cyrillic-ext", "devanagari"],
  },
  // Its letters have one shape each, dots included, so a reader of the document finds the letters again.
  { name: "ibm-plex-sans-arabic", family: "IBM Plex Sans Arabic", weights: LETTERS, subsets: ["arabic"] },
  // For letters of further languages.
  { name: "noto-sans-arabic", family: "Noto Sans Arabic", weights: LETTERS, subsets: ["arabic"] },
  { name: "noto-sans-hebrew", family: "Noto Sans Hebrew", weights: LETTERS, subsets: ["hebrew"] },
  { name: "noto-sans-thai", family: "Noto Sans Thai", weights: LETTERS, subsets: ["thai"] },
  { name: "noto-sans-sc", family: "Noto Sans SC", weights: [400], subsets: "numbered", without: /\p{Script=Hangul}/u },
  { name: "noto-sans-jp", family: "Noto Sans JP", weights: [400], subsets: "numbered", without: /\p{Script=Hangul}/u },
  { name: "noto-sans-kr", family: "Noto Sans KR", weights: [400], subsets: "numbered" },
];

/** The fonts' own folder. */
const folder = new URL("../fonts/", import.meta.url);

/** Code points as ranges, hexadecimal: `20-7e,a0`. */
function rangesOf(codePoints: readonly number[]): string {
  const ranges: { from: number; until: number }[] = [];
  for (const point of codePoints) {
    const last = ranges.at(-1);
    if (last && last.until + 1 === point) last.until = point;
    else ranges.push({ from: point, until: point });
  }
  const hex = (point: number) => point.toString(16);
  return ranges.map(({ from, until }) => (from === until ? hex(from) : `${hex(from)}-${hex(until)}`)).join(",");
}

/** The code points of a range as style sheets write it: `U+20-7E,U+A0`. */
function readRanges(text: string): Set<number> {
  const points = new Set<number>();
  for (const [, from = "", until = from] of text.matchAll(/U\+([0-9a-f]+)(?:-([0-9a-f]+))?/gi)) {
    for (let point = Number.parseInt(from, 16); point <= Number.parseInt(until, 16); point += 1) points.add(point);
  }
  return points;
}

/** Copies one font's files. Returns a line of the list for each: file, family, weight, code points. */
async function copyFamily(source: string, { name, family, weights, subsets, without }: Family): Promise<string[]> {
  const unicode = JSON.parse(await readFile(join(source, "unicode.json"), "utf8")) as Record<string, string>;
  await mkdir(new URL(`${name}/`, folder), { recursive: true });
  await copyFile(join(source, "LICENSE"), new URL(`${name}/LICENSE`, folder));
  const lines: string[] = [];
  for (const [key, range] of Object.entries(unicode)) {
    const subset = key.replace(/^\[(\d+)\]$/, "$1");
    const wanted = subsets === "numbered" ? /^\d+$/.test(subset) : subsets.includes(subset);
    if (!wanted) continue;
    for (const weight of weights) {
      const bytes = await readFile(join(source, `files/${name}-${subset}-${weight}-normal.woff`));
      const said = readRanges(range);
      const { characterSet } = fontkit.create(bytes) as unknown as { characterSet: readonly number[] };
      const points = [...new Set(characterSet)]
        .filter((point) => said.has(point) && !without?.test(String.fromCodePoint(point)))
        .sort((a, b) => a - b);
      if (points.length === 0) continue;
      const file = `${name}/${subset}-${weight}.woff`;
      await writeFile(new URL(file, folder), bytes);
      lines.push([file, family, weight, rangesOf(points)].join("\t"));
    }
  }
  return lines;
}

/**
 * `npm run fonts`: takes the fonts that certificates are set in anew from their packages, which are too large to be installed with
 * every clone. Writes `src/hosts/fonts`, and in it `faces.tsv`: which file has which characters.
 */
async function main(): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "minutehand-fonts-"));
  try {
    const run = promisify(execFile);
    await writeFile(join(work, "package.json"), "{}");
    const packages = families.map(({ name }) => `@fontsource/${name}@${RELEASE}`);
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], { cwd: work });
    await rm(folder, { recursive: true, force: true });
    const lines: string[] = [];
    for (const family of families) {
      lines.push(...(await copyFamily(join(work, "node_modules/@fontsource", family.name), family)));
    }
    await writeFile(new URL("faces.tsv", folder), `${lines.join("\n")}\n`);
    console.log(`${lines.length} files of ${families.length} fonts`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

await main();
