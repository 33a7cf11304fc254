import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);

/** Phrases that name no subject or no unit. Written apart, so that this file has none of them. */
const phrases = [
  ["who", "ever"],
  ["so ", "many"],
  ["what ", "became of"],
].map((parts) => parts.join(""));

/** The same for persons; names in code and data of tests may be these words, sentences may not have them. Written apart, too. */
const vague = ["some", "no"].map((start) => `${start}body`);

/** Names that stood for a thing that has another word now. */
const retired: Readonly<Record<string, string>> = {
  readPlaces: "readSites",
  placesOf: "sitesOf",
  readPlacesLeft: "readSeatsLeft",
  takesPlace: "takesSeat",
  placeStatuses: "seatStatuses",
  importPlaces: "importFolders",
  ImportPlace: "ImportFolder",
  SecretPlace: "SecretCell",
  DatabasePlace: "DatabaseAddress",
  thisPlace: "thisIndex",
  clientHeld: "clientMoving",
  anyHeld: "anyMoving",
  SmtpStage: "SmtpPhase",
  ElementReader: "ElementParser",
  ReferenceReader: "References",
};

/** The words of the glossary that took over from a word with several meanings. */
const entries = [
  "site",
  "seat",
  "folder",
  "cell",
  "rank",
  "position",
  "index",
  "passage",
  "hold",
  "owned",
  "leave",
  "phase",
  "stage",
  "reader",
  "parser",
];

let texts: ReadonlyMap<string, string>;

beforeAll(async () => {
  const { stdout } = await promisify(execFile)("git", ["ls-files", "-z", "src", "test", "README.md"], { cwd: root });
  const paths = stdout
    .split("\0")
    .filter(
      (path) => /\.(?:tsx?|md|mjs)$/.test(path) && !/(?:worker-configuration\.d|handbook\/words\.test)\.ts$/.test(path),
    );
  // A file that was moved and is not committed yet has no text under its old path.
  const read = (path: string) => readFile(new URL(path, root), "utf8").catch(() => "");
  texts = new Map(await Promise.all(paths.map(async (path) => [path, await read(path)] as const)));
});

/** Path and line number of each line that a pattern finds. */
function found(pattern: RegExp): string[] {
  return [...texts].flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

describe("the words of code, tests, pages and handbook", () => {
  it("are looked for in every file", () => {
    expect(texts.size).toBeGreaterThan(500);
    expect(found(/^## What is planned$/)).toEqual(["src/handbook/developers/words.md:6"]);
  });

  it.each(phrases)("never say %j: they name subject, condition and unit", (phrase) => {
    expect(found(new RegExp(`\\b${phrase}\\b`, "i"))).toEqual([]);
  });

  it.each(vague)("never say %j: they say who, or that no person, no administrator, no run does", (word) => {
    const either = `[${word.charAt(0)}${word.charAt(0).toUpperCase()}]${word.slice(1)}(?:'s)?`;
    expect(
      found(new RegExp(`(?<!\\bconst )(?<=[a-z'] |^\\s*\\* |// |\\*\\* )${either}\\b|\\b${either} [a-z(]`)),
    ).toEqual([]);
  });

  it.each(Object.entries(retired))("have no %s any more, which is %s now", (old) => {
    expect(found(new RegExp(`\\b${old}\\b`))).toEqual([]);
  });
});

it.each(entries)("the glossary has %s once", (entry) => {
  const glossary = texts.get("src/handbook/developers/words.md") ?? "";
  expect(glossary.split(`\n### ${entry}\n`).length - 1).toBe(1);
});
