import { csvLine } from "../../csv/write.ts";
import type { ReportColumn } from "../report.ts";
import type { Cell } from "../sources/column.ts";
import { type CellScene, cellValue } from "./cell.ts";

/** Tells spreadsheets that what follows is UTF-8. */
const BYTE_ORDER_MARK = "\ufeff";

/**
 * A report as a CSV file, a page at a time: UTF-8 with byte order mark, `;`, CRLF, headings first. A cell that a spreadsheet
 * would take for a formula begins with an apostrophe (handbook, catalogue: OSReportSubscription). Numbers have the decimal mark
 * of the locale.
 *
 * @param note the last line, asked for when all pages are through; null: none
 */
export async function* csvReport(
  columns: readonly ReportColumn[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
  scene: CellScene,
  note: () => string | null,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  const comma = decimalMark(scene.locale);
  const textOf = (kind: ReportColumn["kind"], cell: Cell): string => {
    const value = cellValue(kind, cell, scene);
    if (value.kind === "empty") return "";
    return value.kind === "number" ? String(value.number).replace(".", comma) : value.text;
  };
  yield encoder.encode(BYTE_ORDER_MARK + csvLine(columns.map(({ heading }) => heading)));
  for await (const page of pages) {
    let lines = "";
    for (const row of page) lines += csvLine(columns.map(({ kind }, index) => textOf(kind, row[index] ?? null)));
    yield encoder.encode(lines);
  }
  const last = note();
  if (last !== null) yield encoder.encode(csvLine([last]));
}

/** `,` where people of a locale write 1,5; else a point. Spreadsheets read a number of another sort as text, or as a date. */
function decimalMark(locale: string): string {
  try {
    const parts = new Intl.NumberFormat(locale.replaceAll("_", "-")).formatToParts(1.5);
    return parts.find(({ type }) => type === "decimal")?.value === "," ? "," : ".";
  } catch (error) {
    if (error instanceof RangeError) return ".";
    throw error;
  }
}
