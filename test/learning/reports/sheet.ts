import { unzipSync } from "fflate";

/** A cell as it stands in a sheet: its value, and how it is shown (index of a cell format). */
export interface SheetCell {
  readonly value: string | number;
  readonly style: number;
}

const unescapeXml = (text: string) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** The parts of a workbook, as text by path. */
export function partsOf(bytes: Uint8Array): Record<string, string> {
  const decoder = new TextDecoder();
  return Object.fromEntries(Object.entries(unzipSync(bytes)).map(([path, part]) => [path, decoder.decode(part)]));
}

/** The rows of a workbook's only sheet, each cell by its column's letters. */
export function sheetOf(bytes: Uint8Array): Record<string, SheetCell>[] {
  const xml = partsOf(bytes)["xl/worksheets/sheet1.xml"] ?? "";
  return [...xml.matchAll(/<row r="(\d+)">(.*?)<\/row>/gs)].map(([, row, cells = ""]) =>
    Object.fromEntries(
      [...cells.matchAll(/<c r="([A-Z]+)(\d+)"(?: s="(\d+)")?(?: t="(\w+)")?>(.*?)<\/c>/gs)].map(
        ([, column = "", line, style = "0", type, inner = ""]) => {
          if (line !== row) throw new Error(`Cell ${column}${line} stands in row ${row}`);
          const text = /^<is><t xml:space="preserve">(.*)<\/t><\/is>$/s.exec(inner)?.[1];
          const number = /^<v>(.*)<\/v>$/.exec(inner)?.[1];
          if ((type === "inlineStr") !== (text !== undefined))
            throw new Error(`Cell ${column}${line} is of no known sort`);
          const value = text === undefined ? Number(number) : unescapeXml(text);
          return [column, { value, style: Number(style) }];
        },
      ),
    ),
  );
}

/** The values of a sheet's rows, in the order of their columns; cells that are left out are empty. */
export function valuesOf(bytes: Uint8Array): (string | number | null)[][] {
  const rows = sheetOf(bytes);
  const columns = Object.keys(rows[0] ?? {});
  return rows.map((row) => columns.map((column) => row[column]?.value ?? null));
}
