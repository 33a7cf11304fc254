import { CSV_START, CsvError, type CsvPosition, type CsvRow, csvRows } from "../../learning/csv.ts";
import type { Columns } from "../../learning/imports/row.ts";
import type { Step } from "../contract.ts";
import { type FileFacts, FileRefusal, type ImportFile } from "./import-files.ts";

/** Pass 0 commits where it is after so many bytes, so that a large file can be cancelled and taken up again. */
const CHECKPOINT_BYTES = 16 * 1024 * 1024;

/** The columns that a file may have. */
export interface ColumnSet {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Beginnings of further columns, such as `attr.`. */
  readonly prefixes: readonly string[];
}

/** What pass 0 finds out about a CSV file. */
export interface CsvFacts extends FileFacts {
  readonly header: readonly string[];
  /** Where the first row begins. */
  readonly start: CsvPosition;
}

interface CheckPosition extends CsvFacts {
  readonly at: CsvPosition;
}

/**
 * Pass 0 over a CSV file (spec 2.1): encoding, header, known columns, quoting. Reads all of it, writes nothing, counts the rows.
 * @throws {FileRefusal} naming what is wrong, and the line where it is.
 */
export async function* checkCsv(
  file: ImportFile,
  columns: ColumnSet,
  position: unknown,
): AsyncGenerator<Step<CheckPosition>, CsvFacts> {
  try {
    let known = position as CheckPosition | null;
    let committed = known?.at.offset ?? 0;
    for await (const row of rowsFrom(file, known?.at ?? CSV_START)) {
      known = known
        ? { ...known, rows: known.rows + 1, at: row.next }
        : { header: checkHeader(row, columns, file.options.delimiter), start: row.next, rows: 0, at: row.next };
      if (row.next.offset - committed < CHECKPOINT_BYTES) continue;
      committed = row.next.offset;
      yield { cursor: known };
    }
    if (!known) throw new FileRefusal("missing_header", "The file is empty; its first line must name the columns");
    const { header, start, rows } = known;
    return { header, start, rows };
  } catch (error) {
    if (error instanceof CsvError) throw new FileRefusal(error.code, error.message, { line: error.line });
    throw error;
  }
}

function rowsFrom(file: ImportFile, position: CsvPosition): AsyncGenerator<CsvRow, void> {
  return csvRows(file.bytes(position.offset), file.options, position);
}

function checkHeader(row: CsvRow, columns: ColumnSet, delimiter: string): readonly string[] {
  const header = row.cells;
  const line = { line: row.line };
  if (row.tooLong !== null) throw new FileRefusal("too_long", "The header is longer than a row may be", line);
  const named = [...columns.required, ...columns.optional];
  const isKnown = (column: string) =>
    named.includes(column) ||
    columns.prefixes.some((prefix) => column.startsWith(prefix) && /^\P{Cc}{1,64}$/u.test(column.slice(prefix.length)));
  const unknown = header.filter((column) => !isKnown(column));
  if (unknown.length > 0) {
    const hint = header.length === 1 ? ` The delimiter is configured as "${delimiter}".` : suggestion(unknown, named);
    const quoted = unknown.slice(0, 10).map((column) => `"${column.slice(0, 200)}"`);
    throw new FileRefusal(
      "unknown_column",
      `${unknown.length === 1 ? "Unknown column" : "Unknown columns"} ${quoted.join(", ")}.${hint} Known are ${[...named, ...columns.prefixes.map((prefix) => `${prefix}<name>`)].join(", ")}`,
      line,
    );
  }
  const seen = new Set<string>();
  const twice = header.find((column) => seen.size === seen.add(column).size);
  if (twice !== undefined)
    throw new FileRefusal("duplicate_column", `The column "${twice}" stands twice in the header`, line);
  const missing = columns.required.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new FileRefusal("missing_column", `The header lacks ${missing.join(", ")}`, line);
  return header;
}

/** ` Did you mean sourcedId?` for a name that differs in case or white space only. */
function suggestion(unknown: readonly string[], known: readonly string[]): string {
  const plain = (name: string) => name.trim().toLowerCase();
  const meant = known.filter((name) => unknown.some((column) => plain(column) === plain(name)));
  return meant.length === 0 ? "" : ` Did you mean ${meant.join(", ")}?`;
}

/** The columns of a checked file by name. */
export function columnsOf(facts: CsvFacts): Columns {
  return new Map(facts.header.map((name, index) => [name, index]));
}

/** Rows that are worked in one step. */
export interface CsvChunk {
  readonly rows: readonly CsvRow[];
  /** Where the next chunk begins. */
  readonly next: CsvPosition;
}

/**
 * The rows of a checked file in chunks, from a position on (null: the first row). Where chunks end depends on the file alone, so
 * that a run that was taken up again makes the same steps.
 *
 * @param size rows of a chunk
 * @param heavy rows that cost much; a chunk has at most `heavySize` of them
 */
export async function* csvChunks(
  file: ImportFile,
  facts: CsvFacts,
  position: CsvPosition | null,
  size: number,
  heavy: (row: CsvRow) => boolean = () => false,
  heavySize = size,
): AsyncGenerator<CsvChunk, void> {
  let rows: CsvRow[] = [];
  let heavyRows = 0;
  for await (const row of rowsFrom(file, position ?? facts.start)) {
    rows.push(row);
    if (heavy(row)) heavyRows += 1;
    if (rows.length < size && heavyRows < heavySize) continue;
    yield { rows, next: row.next };
    rows = [];
    heavyRows = 0;
  }
  const last = rows.at(-1);
  if (last) yield { rows, next: last.next };
}
