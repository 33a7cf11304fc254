import { UnreadableFile } from "../unreadable-file.ts";
import { type CsvEncoding, type Decode, decoderOf } from "./encoding.ts";

/** How a CSV file is written. */
export interface CsvFormat {
  readonly encoding: CsvEncoding;
  /** One ASCII character. */
  readonly delimiter: string;
}

/** Where a row begins. */
export interface CsvPosition {
  /** Byte offset in the file. */
  readonly offset: number;
  /** Physical line, from 1. */
  readonly line: number;
}

/** One row. Its name is its first physical line, also where a quoted cell spans several. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
  /** Index of the first cell that is too long, or with which the row became too long; its text and what follows is not kept. */
  readonly tooLong: number | null;
  /** Where the next row begins. */
  readonly next: CsvPosition;
}

/** Why a file is not CSV. */
export type CsvProblem =
  | "too_long"
  | "unclosed_quote"
  | "stray_quote"
  | "carriage_return"
  | "not_text"
  | "invalid_encoding";

/** A file that cannot be read as CSV in the format given. `line` is where the trouble begins, from 1. */
export class CsvError extends UnreadableFile<CsvProblem> {}

/** The beginning of a file. */
export const CSV_START: CsvPosition = { offset: 0, line: 1 };

/** A cell longer than this many bytes is refused for its row. */
export const LONGEST_CELL = 64 * 1024;
/** The same for all cells of a row together. */
export const LONGEST_ROW = 1024 * 1024;
/** A row that takes more bytes of the file is no row: the file is refused there, unread from then on. */
export const LONGEST_LINE = 16 * LONGEST_ROW;

const [NUL, LF, CR, QUOTE] = [0x00, 0x0a, 0x0d, 0x22];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** What came before the present byte: nothing of the cell, plain text, an open quote, a closed one, a carriage return. */
type State = "start" | "bare" | "quoted" | "closed" | "return";

/**
 * Reads rows from the bytes of a CSV file: RFC 4180 quoting, CRLF or LF, empty lines passed over. Each row says at which byte
 * the next one begins, so that reading can go on there (`from`) without what came before; the memory needed does not grow with
 * the file, nor with a cell that never ends.
 *
 * Own code rather than a library: csv-parse and papaparse work on decoded text or keep a cell whatever its size, and neither
 * names byte offsets in every encoding. Quotes, delimiters and line ends are ASCII in all our encodings, so bytes are split
 * first and each row is decoded once. The tests hold it against csv-parse.
 *
 * @param bytes from `from.offset` on. A byte order mark is looked for at offset 0, in the first piece.
 * @throws {CsvError} where the file is not well-formed or not in its encoding.
 */
export async function* csvRows(
  bytes: AsyncIterable<Uint8Array>,
  format: CsvFormat,
  from: CsvPosition = CSV_START,
): AsyncGenerator<CsvRow, void> {
  const delimiter = format.delimiter.charCodeAt(0);
  const cells = new Cells(format.encoding);
  let state: State = "start";
  let { offset: base, line } = from;
  let begin = base;
  let first = line;
  let opened = line;

  for await (const piece of bytes) {
    let at = base === 0 ? skipMark(piece, format.encoding) : 0;
    while (at < piece.length) {
      const byte = piece[at] as number;
      if (state === "quoted") {
        if (byte === QUOTE) {
          state = "closed";
          at += 1;
          continue;
        }
        const end = untilQuote(piece, at);
        cells.append(piece, at, end, line);
        for (; at < end; at += 1) if (piece[at] === LF) line += 1;
      } else if (byte === LF) {
        at += 1;
        line += 1;
        if (base + at - begin > LONGEST_LINE) throw endless(first);
        begin = base + at;
        if (!cells.blank) yield cells.row(first, { offset: begin, line });
        cells.clear();
        first = line;
        state = "start";
      } else if (state === "return") {
        throw loneReturn(line);
      } else if (byte === delimiter) {
        cells.end();
        at += 1;
        state = "start";
      } else if (byte === CR) {
        at += 1;
        state = "return";
      } else if (byte === QUOTE && state !== "bare") {
        // A second quote behind a closing one is a quote in the text.
        if (state === "closed") cells.append(piece, at, at + 1, line);
        else opened = line;
        cells.quote();
        at += 1;
        state = "quoted";
      } else if (byte === QUOTE || state === "closed") {
        throw strayQuote(line);
      } else {
        const end = untilSpecial(piece, at, delimiter);
        cells.append(piece, at, end, line);
        at = end;
        state = "bare";
      }
    }
    base += piece.length;
    if (base - begin > LONGEST_LINE) throw state === "quoted" ? unclosed(opened) : endless(first);
  }
  if (state === "quoted") throw unclosed(opened);
  if (state === "return") throw loneReturn(line);
  if (!cells.blank) yield cells.row(first, { offset: base, line });
}

function untilQuote(piece: Uint8Array, from: number): number {
  const end = piece.indexOf(QUOTE, from);
  return end < 0 ? piece.length : end;
}

function untilSpecial(piece: Uint8Array, from: number, delimiter: number): number {
  for (let at = from; at < piece.length; at += 1) {
    const byte = piece[at];
    if (byte === delimiter || byte === LF || byte === CR || byte === QUOTE) return at;
  }
  return piece.length;
}

function skipMark(piece: Uint8Array, encoding: CsvEncoding): number {
  if (!BYTE_ORDER_MARK.every((byte, at) => piece[at] === byte)) return 0;
  if (encoding === "utf-8") return BYTE_ORDER_MARK.length;
  throw new CsvError("invalid_encoding", 1, `The file begins with the mark of UTF-8, but ${encoding} is configured`);
}

function unclosed(line: number): CsvError {
  return new CsvError("unclosed_quote", line, `The quote that line ${line} opens is never closed`);
}

function endless(line: number): CsvError {
  const message = `Line ${line} does not end within ${LONGEST_LINE / 1024 ** 2} MB; save the file as CSV with one row in a line`;
  return new CsvError("too_long", line, message);
}

function loneReturn(line: number): CsvError {
  const message = `Line ${line} has a carriage return without a line feed; save the file with CRLF or LF line ends`;
  return new CsvError("carriage_return", line, message);
}

function strayQuote(line: number): CsvError {
  const message = `Line ${line} has a quote inside a cell; put the whole cell in quotes and double those inside`;
  return new CsvError("stray_quote", line, message);
}

/** Gathers the bytes of one row, cells separated by NUL, which no text has; so a row costs one decoding. */
class Cells {
  readonly #decode: Decode;
  readonly #encoding: CsvEncoding;
  #bytes = new Uint8Array(4096);
  #length = 0;
  #start = 0;
  #count = 0;
  #quoted = false;
  #tooLong: number | null = null;
  #dropping = false;

  constructor(encoding: CsvEncoding) {
    this.#encoding = encoding;
    this.#decode = decoderOf(encoding);
  }

  /** Nothing at all since the last row. */
  get blank(): boolean {
    return this.#length === 0 && !this.#quoted && this.#tooLong === null;
  }

  /** Adds `piece[from..until)` to the present cell. */
  append(piece: Uint8Array, from: number, until: number, line: number): void {
    const length = this.#length + until - from;
    if (!this.#dropping && (length - this.#start > LONGEST_CELL || length > LONGEST_ROW)) {
      this.#tooLong ??= this.#count;
      this.#length = this.#start;
      this.#dropping = true;
    }
    if (!this.#dropping) this.#room(length);
    for (let at = from; at < until; at += 1) {
      const byte = piece[at] as number;
      if (byte === NUL) {
        throw new CsvError("not_text", line, `Line ${line} has a zero byte; save the file as CSV in ${this.#encoding}`);
      }
      if (!this.#dropping) this.#bytes[this.#length + at - from] = byte;
    }
    if (!this.#dropping) this.#length = length;
  }

  /** The present cell is in quotes. */
  quote(): void {
    this.#quoted = true;
  }

  /** The present cell is complete; another one follows. */
  end(): void {
    this.#dropping = this.#length >= LONGEST_ROW;
    if (this.#dropping) {
      this.#tooLong ??= this.#count;
      return;
    }
    this.#room(this.#length + 1);
    this.#bytes[this.#length] = NUL;
    this.#length += 1;
    this.#start = this.#length;
    this.#count += 1;
  }

  row(line: number, next: CsvPosition): CsvRow {
    const bytes = this.#bytes.subarray(0, this.#length);
    const decoded = this.#decode(bytes);
    if ("text" in decoded) return { line, cells: decoded.text.split("\0"), tooLong: this.#tooLong, next };
    const { offset, byte } = decoded.invalid;
    const cell = bytes.subarray(0, offset).filter((one) => one === NUL).length + 1;
    const hex = byte.toString(16).toUpperCase().padStart(2, "0");
    throw new CsvError(
      "invalid_encoding",
      line,
      `Line ${line}, cell ${cell}: the byte ${hex} is no ${this.#encoding}; save the file in that encoding, or configure the one it has`,
    );
  }

  clear(): void {
    this.#length = 0;
    this.#start = 0;
    this.#count = 0;
    this.#quoted = false;
    this.#tooLong = null;
    this.#dropping = false;
  }

  #room(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
