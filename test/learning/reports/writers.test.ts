import { describe, expect, it } from "vitest";
import { csvReport } from "../../../src/learning/reports/formats/csv.ts";
import { xlsxReport } from "../../../src/learning/reports/formats/xlsx.ts";
import { cellText } from "../../../src/learning/reports/formats/xlsx-parts.ts";
import type { ReportColumn } from "../../../src/learning/reports/report.ts";
import type { Cell, CellKind } from "../../../src/learning/reports/sources/column.ts";
import { partsOf, sheetOf, valuesOf } from "./sheet.ts";

const berlin = (locale: string) => ({ timeZone: "Europe/Berlin", locale });
const columnsOf = (...kinds: CellKind[]) =>
  kinds.map((kind, index) => ({ kind, name: `c${index}`, heading: `H${index}` }) as unknown as ReportColumn);

async function* pagesOf(...pages: (readonly (readonly Cell[])[])[]) {
  yield* pages;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

const csvOf = async (
  kinds: CellKind[],
  rows: readonly (readonly Cell[])[],
  locale = "en",
  note: string | null = null,
) => {
  const pages = pagesOf(rows.slice(0, 1), rows.slice(1));
  return Buffer.from(await bytesOf(csvReport(columnsOf(...kinds), pages, berlin(locale), () => note))).toString("utf8");
};
const xlsxOf = (kinds: CellKind[], rows: readonly (readonly Cell[])[], locale = "en", name = "Report") =>
  bytesOf(xlsxReport(columnsOf(...kinds), pagesOf(rows.slice(0, 1), rows.slice(1)), berlin(locale), name));

const NOON = Date.parse("2026-03-02T12:34:56Z");

describe("a report as CSV", () => {
  it("is UTF-8 with byte order mark, semicolons, CRLF and its headings first", async () => {
    const bytes = await bytesOf(
      csvReport(columnsOf("text", "number"), pagesOf([["Ärger", 1]]), berlin("en"), () => null),
    );
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(new TextDecoder("utf-8", { fatal: true }).decode(bytes)).toBe('"H0";"H1"\r\n"Ärger";"1"\r\n');
  });

  it("without rows has its headings", async () => {
    expect(await csvOf(["text", "day"], [])).toBe('\ufeff"H0";"H1"\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")'])(
    "makes text of a cell that would be a formula: %j",
    async (cell) => {
      const line = (await csvOf(["text"], [[cell]])).split("\r\n").slice(1, -1).join("\r\n");
      expect(line).toBe(`"'${cell.replaceAll('"', '""')}"`);
    },
  );

  it.each([
    ["text", 'a"b;c\nd', "en", '"a""b;c\nd"'],
    ["text", null, "en", '""'],
    ["number", 0, "en", '"0"'],
    ["number", 0.85, "en", '"0.85"'],
    ["number", 0.85, "de", '"0,85"'],
    ["number", 0.85, "no_locale_at_all", '"0.85"'],
    ["number", -3, "en", `"'-3"`],
    ["number", "n/a", "en", '"n/a"'],
    ["day", "2026-03-02", "de", '"2026-03-02"'],
    ["day", "soon", "en", '"soon"'],
    ["instant", NOON, "en", '"2026-03-02 13:34"'],
    ["instant", Date.parse("2026-07-02T22:00:00Z"), "en", '"2026-07-03 00:00"'],
    ["instant", 9e15, "en", '"9000000000000000"'],
    ["flag", 1, "en", '"yes"'],
    ["flag", 0, "de-AT", '"nein"'],
    ["flag", 7, "en", '"7"'],
  ] as const)("writes the %s %j in %s as %s", async (kind, cell, locale, expected) => {
    expect(await csvOf([kind], [[cell]], locale)).toBe(`\ufeff"H0"\r\n${expected}\r\n`);
  });

  it("ends with its note", async () => {
    expect(await csvOf(["text", "text"], [["a", "b"]], "en", "Cut")).toBe('\ufeff"H0";"H1"\r\n"a";"b"\r\n"Cut"\r\n');
  });
});

describe("a report as a workbook", () => {
  it("has the parts that a reader needs, and well-formed ones", async () => {
    const parts = partsOf(await xlsxOf(["text"], [["a"]]));
    expect(Object.keys(parts)).toEqual([
      "[Content_Types].xml",
      "_rels/.rels",
      "xl/workbook.xml",
      "xl/_rels/workbook.xml.rels",
      "xl/styles.xml",
      "xl/worksheets/sheet1.xml",
    ]);
    for (const [path, xml] of Object.entries(parts)) {
      expect(xml, path).toMatch(/^<\?xml version="1\.0" encoding="UTF-8" standalone="yes"\?>\n</);
      const open: string[] = [];
      for (const [, close, name = "", self] of xml
        .slice(xml.indexOf("?>") + 2)
        .matchAll(/<(\/?)([\w:]+)[^<>]*?(\/?)>/g)) {
        if (close) expect(open.pop(), path).toBe(name);
        else if (!self) open.push(name);
      }
      expect(open, path).toEqual([]);
    }
  });

  it("without rows has its headings", async () => {
    expect(valuesOf(await xlsxOf(["text", "day"], []))).toEqual([["H0", "H1"]]);
  });

  it("writes numbers as numbers, days and instants as dates, all else as text", async () => {
    const kinds: CellKind[] = ["text", "number", "day", "instant", "flag"];
    const rows = sheetOf(
      await xlsxOf(
        kinds,
        [
          ["a", 0.85, "2026-03-02", NOON, 1],
          [null, null, null, null, null],
          ["z", -3, "soon", null, 0],
        ],
        "de",
      ),
    );
    expect(rows).toEqual([
      Object.fromEntries(["A", "B", "C", "D", "E"].map((column, index) => [column, { value: `H${index}`, style: 3 }])),
      {
        A: { value: "a", style: 0 },
        B: { value: 0.85, style: 0 },
        C: { value: 46_083, style: 1 },
        D: { value: 46_083 + (13 * 60 + 34) / 1440, style: 2 },
        E: { value: "ja", style: 0 },
      },
      {},
      {
        A: { value: "z", style: 0 },
        B: { value: -3, style: 0 },
        C: { value: "soon", style: 0 },
        E: { value: "nein", style: 0 },
      },
    ]);
  });

  it.each([
    ["1900-02-28", "1900-02-28"],
    ["1900-03-01", 61],
    ["2024-02-29", 45_351],
  ])("writes the day %s as %j, since spreadsheets count a 29 February 1900", async (day, value) => {
    expect(valuesOf(await xlsxOf(["day"], [[day]]))[1]).toEqual([value]);
  });

  it("has no formula, whatever a cell begins with", async () => {
    const cells = ["=1+1", "+1", "-1", "@SUM(A1)", "<f>1+1</f>", "</t></is></c><c><f>1</f></c>"];
    const bytes = await xlsxOf(
      ["text"],
      cells.map((cell) => [cell]),
    );
    expect(valuesOf(bytes).slice(1).flat()).toEqual(cells);
    expect(partsOf(bytes)["xl/worksheets/sheet1.xml"]).not.toContain("<f>");
  });

  it.each([
    ['a & b < c > "d"', "a &amp; b &lt; c &gt; &quot;d&quot;"],
    ["line\r\nbreak\rhere", "line\nbreak\nhere"],
    ["\u0000\u0008a\u000b\u001f\ufffe", "a"],
    ["half \ud83d", "half \ufffd"],
    ["_x000D_ and _xyz_", "_x005F_x000D_ and _xyz_"],
    ["x".repeat(40_000), "x".repeat(32_767)],
  ])("holds the text %j in a way that XML and SpreadsheetML allow", (text, expected) => {
    expect(cellText(text)).toBe(expected);
  });

  it.each([
    ["Due [2026]: a/b*c?", "Due 2026 a b c"],
    ["'quoted'", "quoted"],
    ["", "Report"],
    ["::", "Report"],
    ["A name of more than thirty-one characters", "A name of more than thirty-one "],
    ["😀".repeat(20), "😀".repeat(15)],
    ["R&D <x>", "R&amp;D &lt;x&gt;"],
    ["History", "History_"],
    [" 'hiStory'", "hiStory_"],
    ["History of courses", "History of courses"],
  ])("of the name %j has the sheet %j", async (name, sheet) => {
    const workbook = partsOf(await xlsxOf(["text"], [], "en", name))["xl/workbook.xml"];
    expect(/<sheet name="([^"]*)"/.exec(workbook ?? "")?.[1]).toBe(sheet.trim());
  });

  it("names columns beyond Z as spreadsheets do", async () => {
    const kinds = Array.from({ length: 704 }, () => "text" as const);
    const [headings] = sheetOf(await xlsxOf(kinds, []));
    const letters = Object.keys(headings ?? {});
    expect([25, 26, 51, 52, 701, 702, 703].map((index) => letters[index])).toEqual([
      "Z",
      "AA",
      "AZ",
      "BA",
      "ZZ",
      "AAA",
      "AAB",
    ]);
  });
});
