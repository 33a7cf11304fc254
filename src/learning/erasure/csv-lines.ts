import { Buffer } from "node:buffer";
import { CsvError, parse } from "csv-parse/sync";
import { decoderOf } from "../csv/encoding.ts";
import { visibleText } from "../imports/key-text.ts";
import type { LineKeys, LineOwner } from "./line-owner.ts";
import type { Cut, OwnLines } from "./own-lines.ts";

/** How a list was configured: the delimiter, and what its columns are called (a column of the file → ours, null: none of ours). */
export interface ListFormat {
  readonly delimiter: string;
  readonly mapping: Readonly<Record<string, string | null>>;
}

/** Columns with the external id of the person whom a line is about; those of lists that have a username beside it, and others. */
const WITH_USERNAME = ["sourcedid", "idnumber"];
const EXTERNAL_ID = ["personsourcedid", "usersourcedid", "clientidentifier"];
const USERNAME = ["username"];
/** The line in front of the header in which Excel names the delimiter. */
const SEP_LINE = /^"?sep=([\t!#-~])"?\r?\n?$/i;
/** The header of a result file. */
const RESULT = "line;ref;result;message";

const [LF, QUOTE] = [0x0a, 0x22];
/** Bytes; a record that is longer is no row of a list. */
const LONGEST_RECORD = 1024 * 1024;

interface Columns {
  readonly delimiter: string;
  readonly externalId: number;
  readonly username: number;
  readonly reference: number;
}

/**
 * Finds the lines of some people in a list: those whose key column has their external id or username. A list that is not
 * well-formed is read as far as lines can be told, since it lies in `failed/` for that very reason. A file without a key column has
 * none.
 */
export async function ownCsvLines(
  bytes: AsyncIterable<Uint8Array>,
  format: ListFormat,
  owner: LineOwner,
): Promise<OwnLines> {
  let columns: Columns | null = null;
  let { delimiter } = format;
  let others = false;
  const candidates: { readonly cut: Cut; readonly keys: LineKeys }[] = [];
  const look = (line: Line) => {
    // As the import reads it: a key is what can be seen of it, and rows of delimiters are none.
    const text = visibleText(textOf(line.bytes));
    if (!columns) {
      const sep = SEP_LINE.exec(text)?.[1];
      delimiter = sep ?? delimiter;
      if (sep === undefined && cellsOf(text, delimiter).some((cell) => cell.trim() !== "")) {
        columns = columnsOf(text, { ...format, delimiter });
      }
      return;
    }
    if (text.trim() === "") return;
    if (others && owner.needles && !hasAny(text.toLowerCase(), owner.needles)) return;
    const keys = keysOf(text, columns);
    if (owner.isCandidate(keys)) candidates.push({ cut: { from: line.from, to: line.from + line.bytes.length }, keys });
    else if (keys.externalId || keys.username || keys.reference) others = true;
  };
  for await (const record of recordsOf(bytes)) {
    if (columns === NONE) break;
    if (columns && !isOneRow(record, columns)) for (const line of physicalLines(record)) look(line);
    else look(record);
  }
  const owners = await owner.ownersOf(candidates.map(({ keys }) => keys));
  const own = candidates.flatMap(({ cut }, index) => {
    const person = owners[index] ?? null;
    return person === null ? [] : [{ cut, person }];
  });
  return {
    cuts: own.map(({ cut }) => cut),
    people: [...new Set(own.map(({ person }) => person))],
    others: others || own.length < candidates.length,
    whole: true,
  };
}

const NONE: Columns = { delimiter: ";", externalId: -1, username: -1, reference: -1 };

function columnsOf(header: string, { delimiter, mapping }: ListFormat): Columns {
  const text = header.replace(/^\ufeff/, "");
  if (cellsOf(text, ";").join(";") === RESULT) return { ...NONE, reference: 1 };
  for (const one of new Set([delimiter, ";", ",", "\t"])) {
    const names = cellsOf(text, one).map((name) => {
      const mapped = Object.hasOwn(mapping, name) ? mapping[name] : name;
      return (mapped ?? "").trim().toLowerCase();
    });
    const find = (wanted: readonly string[]) => names.findIndex((name) => wanted.includes(name));
    const username = find(USERNAME);
    const externalId = find(username < 0 ? EXTERNAL_ID : [...EXTERNAL_ID, ...WITH_USERNAME]);
    if (username >= 0 || externalId >= 0) return { delimiter: one, externalId, username, reference: -1 };
  }
  return NONE;
}

function keysOf(text: string, { delimiter, externalId, username, reference }: Columns): LineKeys {
  const cells = cellsOf(text, delimiter);
  const cell = (index: number) => (index < 0 ? "" : (cells[index] ?? "").trim());
  // A key that a spreadsheet would take for a formula has an apostrophe in front there.
  const shown = cell(reference).replace(/^'(?=[=+\-@])/, "");
  return { externalId: cell(externalId), username: cell(username), reference: shown };
}

/** The rows of a text; null where it is not well-formed. */
function rowsOf(text: string, delimiter: string): string[][] | null {
  try {
    return parse(text, { delimiter, relax_column_count: true, skip_empty_lines: true }) as string[][];
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

function cellsOf(text: string, delimiter: string): string[] {
  return (
    rowsOf(text, delimiter)?.[0] ?? text.split(delimiter).map((cell) => cell.replace(/^\s*"|(?<![\r\n])[\r\n]+$/g, ""))
  );
}

function hasAny(text: string, needles: readonly string[]): boolean {
  return needles.some((needle) => text.includes(needle));
}

interface Line {
  /** Byte offset in the file. */
  readonly from: number;
  /** With its line end. */
  readonly bytes: Uint8Array;
}

/** Whether a record that spans lines is one row: a quote that is never closed would take its neighbours' lines with it. */
function isOneRow({ bytes }: Line, { delimiter }: Columns): boolean {
  const end = bytes.at(-1) === LF ? bytes.length - 1 : bytes.length;
  if (bytes.subarray(0, end).indexOf(LF) < 0) return true;
  return rowsOf(textOf(bytes.subarray(0, end)), delimiter)?.length === 1;
}

function* physicalLines({ from, bytes }: Line): Generator<Line> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LF, start);
    const next = end < 0 ? bytes.length : end + 1;
    yield { from: from + start, bytes: bytes.subarray(start, next) };
    start = next;
  }
}

/** The rows of a list as they stand there, line end included. A quoted cell may span lines; a row that is too long is cut. */
async function* recordsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line, void> {
  let from = 0;
  let pieces: Uint8Array[] = [];
  let size = 0;
  let quoted = false;
  const take = (last: Uint8Array): Line => {
    const line = { from, bytes: pieces.length === 0 ? last : Buffer.concat([...pieces, last]) };
    from += line.bytes.length;
    [pieces, size] = [[], 0];
    return line;
  };
  for await (const piece of bytes) {
    let start = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at];
      if (byte === QUOTE) quoted = !quoted;
      const tooLong = size + at - start >= LONGEST_RECORD;
      if (!tooLong && (byte !== LF || quoted)) continue;
      // What is too long has lost its closing quote: from here on every line is a row.
      if (tooLong) quoted = false;
      yield take(piece.subarray(start, at + 1));
      start = at + 1;
    }
    pieces.push(piece.subarray(start));
    size += piece.length - start;
  }
  if (size > 0) yield take(new Uint8Array(0));
}

const utf8 = decoderOf("utf-8");
const western = decoderOf("windows-1252");

/** Bytes as text: UTF-8, else windows-1252, else ISO 8859-1, in which every byte is a character. Without the zero bytes of UTF-16. */
function textOf(bytes: Uint8Array): string {
  const decoded = utf8(bytes);
  if ("text" in decoded) return decoded.text.replaceAll("\0", "");
  const other = western(bytes);
  return ("text" in other ? other.text : Buffer.from(bytes).toString("latin1")).replaceAll("\0", "");
}
