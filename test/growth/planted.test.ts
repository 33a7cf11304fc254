import { describe, expect, it } from "vitest";
import { csvRows } from "../../src/learning/csv/read.ts";
import { findGerman } from "../../src/web/words/told.ts";
import { findSlowText } from "./expressions.ts";
import { findExcess, type Work } from "./growth.ts";
import { type Grower, grown, messageGrowers, plainGrowers } from "./inputs.ts";
import { bodyPlaceholder, columnTwice, firstRow, germanByPattern, uploadName, wantedLanguages } from "./planted.ts";

/** The first crafted text that is too expensive. */
async function slowTextFor(work: Work, growers: readonly Grower[]): Promise<string | null> {
  for (const grower of growers) {
    if (await findExcess(work, (length) => grown(grower, length))) return grower.pump;
  }
  return null;
}

describe("what the first edition did wrong is found again when it is put back", () => {
  it.each<[string, Work, readonly Grower[]]>([
    ["a message looked for by patterns", germanByPattern, messageGrowers],
    ["the file name of an upload", uploadName, plainGrowers],
    ["Accept-Language", wantedLanguages, plainGrowers],
    [
      "the columns of a CSV file",
      (text) => columnTwice(Array.from({ length: text.length / 2 }, (_one, at) => `c${at}`)),
      plainGrowers,
    ],
  ])("%s", async (_name, work, growers) => {
    expect(await slowTextFor(work, growers)).not.toBeNull();
  });

  it("the placeholders of a request's body", async () => {
    expect(await findSlowText(bodyPlaceholder)).not.toBeNull();
  });

  it("a file of 199 MB in one line, read to its end", async () => {
    const megabytesOf = async (read: (pieces: AsyncIterable<Uint8Array>) => Promise<unknown>) => {
      let count = 0;
      const piece = new Uint8Array(1024 ** 2).fill(0x61);
      async function* line() {
        for (; count < 199; count += 1) yield piece;
      }
      await read(line()).catch(() => undefined);
      return count;
    };
    expect(await megabytesOf(firstRow)).toBe(199);
    const firstOf = (pieces: AsyncIterable<Uint8Array>) =>
      csvRows(pieces, { encoding: "utf-8", delimiter: ";" })[Symbol.asyncIterator]().next();
    expect(await megabytesOf(firstOf)).toBeLessThanOrEqual(17);
  });
});

it("messages of ours are found in linear time now", async () => {
  expect(await slowTextFor(findGerman, messageGrowers)).toBeNull();
});
