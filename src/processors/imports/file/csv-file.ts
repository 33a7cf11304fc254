import { z } from "zod";
import { CSV_START, CsvError, type CsvPosition, type CsvRow, csvRows } from "../../../learning/csv/read.ts";
import { commonDelimiters } from "../../../learning/imports/configuration.ts";
import type { RowNote } from "../../../learning/imports/problems.ts";
import type { Columns } from "../../../learning/imports/row.ts";
import type { Step } from "../../contract.ts";
import { type FileFacts, FileRefusal, type ImportFile } from "./import-files.ts";

/** Bytes after which pass 0 commits its place, so that a large file can be cancelled and taken up again. */
const CHECKPOINT_BYTES = 16 * 1024 * 1024;

/** The columns that a file may have. */
export interface ColumnSet {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Beginnings of further columns, such as `attr.`. */
  readonly prefixes: readonly string[];
}

/** A place between two rows, as a cursor holds it. */
export const csvPosition = z.strictObject({ offset: z.int(), line: z.int() }) satisfies z.ZodType<CsvPosition>;

/** What pass 0 finds out about a CSV file. */
export const csvFacts = z.strictObject({
  rows: z.int(),
  /** Our name of each column of the file, in its order; null for one that is passed over. */
  header: z.array(z.string().nullable()),
  /** One ASCII character. */
  delimiter: z.string(),
  /** Physical line of the header. */
  headerLine: z.int(),
  /** Columns that have no meaning here and are passed over, as the file names them. */
  unknown: z.array(z.string()),
  /** Where the first row begins. */
  start: csvPosition,
}) satisfies z.ZodType<FileFacts>;
export type CsvFacts = z.output<typeof csvFacts>;

/** Where pass 0 over a CSV file stands, and what it knows so far. */
export const csvCheck = z.strictObject({ ...csvFacts.shape, at: csvPosition });
export type CsvCheck = z.output<typeof csvCheck>;

/**
 * Pass 0 over a CSV file: encoding, delimiter, header, known columns, quoting. Reads all of it, writes nothing, counts the rows.
 * A first line `sep=<character>`, as Excel writes it, names the delimiter.
 *
 * @throws {FileRefusal} naming what is wrong, and the line where it is.
 */
export async function* checkCsv(
  file: ImportFile,
  columns: ColumnSet,
  position: CsvCheck | null,
): AsyncGenerator<Step<CsvCheck>, CsvFacts> {
  try {
    let known = position;
    let committed = known?.at.offset ?? 0;
    const { delimiter, start, bytes } = known ? goingOn(file, known) : await csvBeginning(file, columns);
    for await (const row of rowsFrom(file, delimiter, start, bytes)) {
      known = known
        ? { ...known, rows: known.rows + 1, at: row.next }
        : { ...checkHeader(row, columns, file, delimiter), delimiter, start: row.next, rows: 0, at: row.next };
      if (row.next.offset - committed < CHECKPOINT_BYTES) continue;
      committed = row.next.offset;
      yield { cursor: known };
    }
    if (!known) throw new FileRefusal("missing_header", "The file is empty; its first line must name the columns");
    const { at: _, ...facts } = known;
    return facts;
  } catch (error) {
    if (error instanceof CsvError) throw new FileRefusal(error.code, error.message, { line: error.line });
    throw error;
  }
}

/** The rows from a position on, but for those of delimiters only, which spreadsheets leave behind. */
async function* rowsFrom(
  file: ImportFile,
  delimiter: string,
  position: CsvPosition,
  bytes = file.bytes(position.offset),
): AsyncGenerator<CsvRow, void> {
  for await (const row of csvRows(bytes, { encoding: file.options.encoding, delimiter }, position)) {
    if (row.tooLong !== null || row.cells.some((cell) => cell.trim() !== "")) yield row;
  }
}

/** How a file is read from its beginning, or from where the check had come. */
interface Beginning {
  readonly delimiter: string;
  readonly start: CsvPosition;
  /** From `start` on. */
  readonly bytes: AsyncGenerator<Uint8Array, void>;
}

function goingOn(file: ImportFile, { delimiter, at }: CsvCheck): Beginning {
  return { delimiter, start: at, bytes: file.bytes(at.offset) };
}

/** `sep=;` as Excel reads it: the first line, maybe behind a byte order mark. */
const SEP_LINE = /^(?:\xef\xbb\xbf)?"?sep=([\t!#-~])"?\r?\n/i;

/** Finds the delimiter, and where the header begins. */
async function csvBeginning(file: ImportFile, columns: ColumnSet): Promise<Beginning> {
  const pieces = file.bytes(0);
  const first = await pieces.next();
  const head = first.done ? new Uint8Array(0) : first.value;
  const sep = SEP_LINE.exec(String.fromCharCode(...head.subarray(0, 20)));
  const start = sep ? { offset: sep[0].length, line: 2 } : CSV_START;
  const delimiter = sep?.[1] ?? (await configuredDelimiter(file, columns, head));
  return { delimiter, start, bytes: behind(head.subarray(start.offset), pieces) };
}

async function* behind(head: Uint8Array, rest: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  yield head;
  yield* rest;
}

async function configuredDelimiter(file: ImportFile, columns: ColumnSet, head: Uint8Array): Promise<string> {
  const { delimiter } = file.options;
  if (delimiter === "auto") return bestDelimiter(file, columns, head);
  return delimiter === "tab" ? "\t" : delimiter;
}

/** The common delimiter that makes the most known columns of the header; of several of them, the one that makes the most columns. */
async function bestDelimiter(file: ImportFile, columns: ColumnSet, head: Uint8Array): Promise<string> {
  const known = knownColumns(columns);
  let best = { delimiter: commonDelimiters[0] as string, known: 0, all: 0 };
  for (const delimiter of commonDelimiters) {
    const [row] = await firstOf(csvRows(once(head), { encoding: file.options.encoding, delimiter })).catch(() => []);
    const cells = (row?.cells ?? []).map((cell) => renamed(file, cell));
    const found = { delimiter, known: cells.filter((name) => name === null || known(name)).length, all: cells.length };
    if (found.known > best.known || (found.known === best.known && found.all > best.all)) best = found;
  }
  return best.delimiter;
}

async function* once<T>(value: T): AsyncGenerator<T, void> {
  yield value;
}

/** The first thing of a sequence, in a list; the rest is not asked for. */
async function firstOf<T>(sequence: AsyncGenerator<T, void>): Promise<T[]> {
  for await (const first of sequence) return [first];
  return [];
}

function renamed({ mapping }: ImportFile, column: string): string | null {
  const ours = mapping.get(column);
  return ours === undefined ? column : ours;
}

/** Tells whether a column is one of ours. */
function knownColumns({ required, optional, prefixes }: ColumnSet): (column: string) => boolean {
  const named = new Set([...required, ...optional]);
  return (column) =>
    named.has(column) ||
    prefixes.some((prefix) => column.startsWith(prefix) && /^\P{Cc}{1,64}$/u.test(column.slice(prefix.length)));
}

function checkHeader(
  row: CsvRow,
  columns: ColumnSet,
  file: ImportFile,
  delimiter: string,
): Pick<CsvFacts, "header" | "headerLine" | "unknown"> {
  const line = { line: row.line };
  if (row.tooLong !== null) throw new FileRefusal("too_long", "The header is longer than a row may be", line);
  const named = row.cells.slice(0, row.cells.findLastIndex((cell) => cell.trim() !== "") + 1);
  const isKnown = knownColumns(columns);
  const unknown = named.filter((cell) => {
    const ours = renamed(file, cell);
    return ours !== null && !isKnown(ours);
  });
  if (unknown.length > 0 && file.options.unknownColumns === "refuse") {
    throw new FileRefusal("unknown_column", unknownWords(unknown, named, columns, delimiter), line);
  }
  const passedOver = new Set(unknown);
  const header = named.map((cell) => (passedOver.has(cell) ? null : renamed(file, cell)));
  const seen = new Set<string>();
  for (const name of header) {
    if (name === null) continue;
    if (seen.has(name)) {
      throw new FileRefusal("duplicate_column", `The column "${name}" stands twice in the header`, line);
    }
    seen.add(name);
  }
  const missing = columns.required.filter((column) => !seen.has(column));
  if (missing.length > 0) {
    const words = unknown.length > 0 ? ` ${unknownWords(unknown, named, columns, delimiter)}` : "";
    throw new FileRefusal("missing_column", `The header lacks ${missing.join(", ")}.${words}`, line);
  }
  return { header, headerLine: row.line, unknown };
}

function unknownWords(
  unknown: readonly string[],
  header: readonly string[],
  columns: ColumnSet,
  delimiter: string,
): string {
  const known = [...columns.required, ...columns.optional];
  const other = commonDelimiters.find((one) => one !== delimiter && (header[0] ?? "").includes(one));
  const hint =
    header.length === 1
      ? ` The delimiter is configured as "${shown(delimiter)}"${other ? `; "${shown(other)}" would fit` : ""}.`
      : suggestion(unknown, known);
  return `Unknown ${unknown.length === 1 ? "column" : "columns"} ${quoted(unknown)}.${hint} Known are ${[
    ...known,
    ...columns.prefixes.map((prefix) => `${prefix}<name>`),
  ].join(", ")}`;
}

function shown(delimiter: string): string {
  return delimiter === "\t" ? "tab" : delimiter;
}

function quoted(names: readonly string[]): string {
  const first = names.slice(0, 10).map((name) => `"${name.slice(0, 200)}"`);
  return `${first.join(", ")}${names.length > 10 ? ` and ${names.length - 10} more` : ""}`;
}

/** ` Did you mean sourcedId?` for a name that differs in case or white space only. */
function suggestion(unknown: readonly string[], known: readonly string[]): string {
  const plain = (name: string) => name.trim().toLowerCase();
  const given = new Set(unknown.map(plain));
  const meant = known.filter((name) => given.has(plain(name)));
  return meant.length === 0 ? "" : ` Did you mean ${meant.join(", ")}?`;
}

/** The note for columns that are passed over, one for the file; none where there are none. */
export function unknownColumnNotes({ unknown, headerLine }: CsvFacts): RowNote[] {
  if (unknown.length === 0) return [];
  const message = `${quoted(unknown)} ${unknown.length === 1 ? "has" : "have"} no meaning here and ${unknown.length === 1 ? "was" : "were"} ignored`;
  return [{ line: headerLine, key: "", code: "unknown_column", message }];
}

/** The columns of a checked file by name. */
export function columnsOf({ header }: CsvFacts): Columns {
  const index = new Map(header.flatMap((name, at) => (name === null ? [] : [[name, at] as const])));
  return { index, width: header.length };
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
 * @param heavy rows that cost much: those with something in a column; a chunk has at most `rows` of them
 */
export async function* csvChunks(
  file: ImportFile,
  facts: CsvFacts,
  position: CsvPosition | null,
  size: number,
  heavy?: { readonly column: string; readonly rows: number },
): AsyncGenerator<CsvChunk, void> {
  let rows: CsvRow[] = [];
  let heavyRows = 0;
  const column = heavy ? (columnsOf(facts).index.get(heavy.column) ?? -1) : -1;
  for await (const row of rowsFrom(file, facts.delimiter, position ?? facts.start)) {
    rows.push(row);
    if ((row.cells[column] ?? "") !== "") heavyRows += 1;
    if (rows.length < size && heavyRows < (heavy?.rows ?? size)) continue;
    yield { rows, next: row.next };
    rows = [];
    heavyRows = 0;
  }
  const last = rows.at(-1);
  if (last) yield { rows, next: last.next };
}
