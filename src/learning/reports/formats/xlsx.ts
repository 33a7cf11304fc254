import { Zip, ZipDeflate } from "fflate";
import type { ReportColumn } from "../report.ts";
import type { Cell } from "../sources/column.ts";
import { type CellScene, type CellValue, cellValue } from "./cell.ts";
import {
  cellText,
  contentTypes,
  relations,
  sheetEnd,
  sheetStart,
  styles,
  workbook,
  workbookRelations,
} from "./xlsx-parts.ts";

/** Formats of cells: the index of a `xf` in {@link styles}. */
const DAY_STYLE = 1;
const INSTANT_STYLE = 2;
const HEADING_STYLE = 3;

/** The first day that a zip file can name, as its writer reads it: on the clocks of the machine. */
const FIRST_DATE = new Date(1980, 0, 1);

const MS_PER_DAY = 86_400_000;
/** 1 January 1970 in days since 30 December 1899, a spreadsheet's zero. */
const EPOCH = 25_569;
/** Spreadsheets think that 1900 was a leap year; before 1 March 1900 their days are one off. */
const FIRST_DAY = 61;

/**
 * A report as a workbook of one sheet (ECMA-376), a page at a time: headings in a first row that stays in view, numbers as
 * numbers, days and instants as dates, everything else as inline text, which no spreadsheet takes for a formula.
 *
 * The same rows make the same bytes.
 *
 * @param name of the sheet; characters that a sheet's name cannot have are left out
 */
export async function* xlsxReport(
  columns: readonly ReportColumn[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
  scene: CellScene,
  name: string,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  let ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  const take = () => {
    const chunks = ready;
    ready = [];
    return chunks;
  };
  const begin = (path: string): ZipDeflate => {
    const part = new ZipDeflate(path, { level: 6 });
    part.mtime = FIRST_DATE;
    zip.add(part);
    return part;
  };
  for (const [path, content] of [
    ["[Content_Types].xml", contentTypes],
    ["_rels/.rels", relations],
    ["xl/workbook.xml", workbook(sheetName(name))],
    ["xl/_rels/workbook.xml.rels", workbookRelations],
    ["xl/styles.xml", styles],
  ] as const) {
    begin(path).push(encoder.encode(content), true);
  }

  const sheet = begin("xl/worksheets/sheet1.xml");
  const letters = columns.map((_, index) => columnLetters(index));
  const headings = columns.map(({ heading }, index) => textCell(`${letters[index]}1`, heading, HEADING_STYLE));
  sheet.push(encoder.encode(`${sheetStart(columns.length)}<row r="1">${headings.join("")}</row>`));
  let number = 1;
  for await (const page of pages) {
    let rows = "";
    for (const row of page) {
      number += 1;
      const cells = columns.map(({ kind }, index) =>
        toCell(`${letters[index]}${number}`, cellValue(kind, row[index] ?? null, scene)),
      );
      rows += `<row r="${number}">${cells.join("")}</row>`;
    }
    sheet.push(encoder.encode(rows));
    yield* take();
  }
  sheet.push(encoder.encode(sheetEnd), true);
  zip.end();
  yield* take();
}

function toCell(reference: string, value: CellValue): string {
  switch (value.kind) {
    case "empty":
      return "";
    case "text":
      return textCell(reference, value.text);
    case "number":
      return `<c r="${reference}"><v>${value.number}</v></c>`;
    case "day":
    case "instant": {
      const serial = value.wall / MS_PER_DAY + EPOCH;
      if (serial < FIRST_DAY) return textCell(reference, value.text);
      return `<c r="${reference}" s="${value.kind === "day" ? DAY_STYLE : INSTANT_STYLE}"><v>${serial}</v></c>`;
    }
    default:
      return value satisfies never;
  }
}

function textCell(reference: string, text: string, style = 0): string {
  const styled = style === 0 ? "" : ` s="${style}"`;
  return `<c r="${reference}"${styled} t="inlineStr"><is><t xml:space="preserve">${cellText(text)}</t></is></c>`;
}

/** `A` to `Z`, `AA`, ... for a column's index from 0. */
function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${columnLetters(Math.floor(index / 26) - 1)}${letter}`;
}

/** A sheet's name has 1 to 31 characters and none of `[]:*?/\`, no apostrophe at its ends, and is not "History", which Excel reserves. */
function sheetName(name: string): string {
  const allowed = name
    .replace(/[[\]:*?/\\\p{Cc}]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  const cut = [...allowed].reduce(
    (short, character) => (short.length + character.length > 31 ? short : short + character),
    "",
  );
  const bare = cut.replace(/^'+|(?<!')'+$/g, "").trim() || "Report";
  return bare.toLowerCase() === "history" ? `${bare}_` : bare;
}
