import { describe, expect, it } from "vitest";
import {
  charactersToFold,
  comparable,
  compareText,
  fold,
  folded,
  textQuery,
  WHITE_SPACE,
  what,
} from "../../../src/learning/rules/text.ts";
import { sql } from "../../../src/store/sql.ts";
import { statement } from "../../../src/store/statement.ts";
import { freshDatabase } from "../../harness/database/database.ts";
import { trickyTexts } from "./population.ts";

const everyCharacter = Array.from({ length: 0x110000 }, (_, point) => point)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point));

describe("folding", () => {
  it.each([
    ["STRASSE", "straße", true],
    ["STRAẞE", "straße", true],
    ["ΣΊΣΥΦΟΣ", "Σίσυφος", true],
    ["ЖЕНЯ", "женя", true],
    ["ﬁne", "FINE", true],
    ["\u212aELVIN", "kelvin", true],
    ["IŞIK", "ışık", true],
    ["müller", "muller", false],
    ["\u00e9", "e\u0301", false],
  ])("%s and %s: the same %s", (one, other, same) => {
    expect(fold(one) === fold(other)).toBe(same);
  });

  it("changes nothing more the second time, whatever the character", () => {
    expect(everyCharacter.filter((character) => fold(fold(character)) !== fold(character))).toEqual([]);
  });

  it("does not tell a character from its upper or lower case", () => {
    const differ = (a: string, b: string) => fold(a) !== fold(b);
    expect(everyCharacter.filter((one) => differ(one, one.toUpperCase()))).toEqual([]);
    expect(everyCharacter.filter((one) => differ(one, one.toLowerCase()))).toEqual([]);
  });

  it("trims what String.prototype.trim trims", () => {
    expect(everyCharacter.filter((one) => one.trim() === "").join("")).toBe(WHITE_SPACE);
  });

  it("orders by code point, beyond the 16 bits of a JavaScript character", () => {
    expect(["😀", "ﬁ", "a", "ab", ""].toSorted(compareText)).toEqual(["", "a", "ab", "ﬁ", "😀"]);
  });
});

describe("the same in SQL, of which only ASCII has a lower case", () => {
  const given = trickyTexts.map(comparable).filter((text) => text !== "");

  it.each([
    ["equal", "=", (stored: string, text: string) => stored === text],
    ["within", "HOLDS", (stored: string, text: string) => stored.includes(text)],
    ["order", "<", (stored: string, text: string) => compareText(stored, text) < 0],
    ["order", ">", (stored: string, text: string) => compareText(stored, text) > 0],
  ] as const)("%s (%s)", async (comparison, sign, expected) => {
    const database = await freshDatabase([]);
    const test = (text: string) =>
      sign === "HOLDS" ? sql`instr(${folded}, ${text}) > 0` : sql`${folded} ${sql.raw(sign)} ${text}`;
    const stored = JSON.stringify(trickyTexts);
    const results = await database.batch(
      given.map((text) => {
        const query = textQuery(sql`entry.value`, test(text), { texts: [text], comparison });
        return statement(sql`SELECT value, ${query} AS held FROM json_each(${stored}) AS entry`);
      }),
      "read",
    );
    results.forEach((result, index) => {
      const text = given[index] ?? "";
      for (const row of result.rows) {
        const value = comparable(String(row.value));
        expect(row.held, `${row.value} ${comparison} ${text}`).toBe(
          value === "" ? null : Number(expected(value, text)),
        );
      }
    });
  });

  it("reads the text once, trimmed; a blank is no text", async () => {
    const database = await freshDatabase([]);
    const read = statement(
      sql`SELECT ${textQuery(sql`entry.value`, what)} AS text FROM json_each('[" a ", " ", null]') AS entry`,
    );
    expect((await database.execute(read)).rows.map(({ text }) => text)).toEqual(["a", null, null]);
  });

  it("folds few characters for a text of everyday letters, more only where order needs it", () => {
    expect(charactersToFold(["sales"], "equal").map(([from]) => from)).toEqual(["ß", "ſ", "ẞ"]);
    expect(charactersToFold(["müller"], "equal").map(([from]) => from)).toEqual(["Ü"]);
    expect(charactersToFold(["m"], "order").length).toBeLessThan(30);
    expect(charactersToFold(["ж学"], "order").length).toBeGreaterThan(100);
  });
});
