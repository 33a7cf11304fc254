import { type Day, isDay, timeZoneName } from "../../time/day.ts";
import { type CsvRow, LONGEST_CELL } from "../csv/read.ts";
import { keyText } from "./key-text.ts";

/**
 * A row cannot be imported. The message names the column and the remedy, never a person's own data: what is written into
 * `failures` outlives the person.
 */
export class RowProblem extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What `read` gives, or the problem for which the row cannot be imported; any other error is thrown on. */
export function readOrProblem<T>(read: () => T): T | RowProblem {
  try {
    return read();
  } catch (error) {
    if (error instanceof RowProblem) return error;
    throw error;
  }
}

/** The columns of a file. */
export interface Columns {
  /** Names → index. */
  readonly index: ReadonlyMap<string, number>;
  /** How many the header has, with those that are passed over. */
  readonly width: number;
}

/** A cell's meaning: undefined = leave unchanged (empty, or no such column), null = `\N`, set to NULL. */
export type Cell<T> = T | null | undefined;

const NULL = "\\N";

/** Splits a text at each separator that has no backslash in front of it; a backslash in front of anything else is itself. */
function splitList(text: string, separator: string): string[] {
  const items: string[] = [];
  let item = "";
  for (let at = 0; at < text.length; at += 1) {
    const escaped = text[at] === "\\" && text[at + 1] === separator;
    if (text[at] === separator) {
      items.push(item);
      item = "";
    } else item += escaped ? separator : text[at];
    if (escaped) at += 1;
  }
  return [...items, item];
}

/**
 * The cells of one row by column name, read and checked. White space around a cell is dropped; quotes make no difference to
 * its meaning. Every method throws {@link RowProblem}.
 */
export class ImportRow {
  readonly line: number;
  readonly #columns: Columns;
  readonly #row: CsvRow;
  readonly #separator: string;

  /** @param separator between several values in one cell; one character */
  constructor(columns: Columns, row: CsvRow, separator = "|") {
    this.line = row.line;
    this.#columns = columns;
    this.#row = row;
    this.#separator = separator;
  }

  /** What stands in a column, also of a row that cannot be read; '' where nothing does. */
  glimpse(column: string): string {
    const text = this.verbatim(column).trim();
    return text === NULL ? "" : text;
  }

  /** The untrimmed text of a cell. */
  verbatim(column: string): string {
    return this.#row.cells[this.#columns.index.get(column) ?? -1] ?? "";
  }

  /** Refuses a row with too many or too few cells, or with a cell of more than 64 KiB. Empty cells behind the last column are none. */
  checkShape(): void {
    const { cells, tooLong } = this.#row;
    const { index, width } = this.#columns;
    if (tooLong !== null) {
      const column = [...index].find(([, at]) => at === tooLong)?.[0] ?? String(tooLong + 1);
      throw new RowProblem("too_long", `${column}: a cell may have at most ${LONGEST_CELL / 1024} KB, a row 1 MB`);
    }
    if (cells.length >= width && cells.slice(width).every((cell) => cell.trim() === "")) return;
    throw new RowProblem(
      "cell_count",
      `The row has ${cells.length} cells, the header ${width}; put a cell that contains the delimiter in quotes`,
    );
  }

  /** A text of at most `longest` characters, on one line. */
  text(column: string, longest = 255): Cell<string> {
    const text = this.verbatim(column).trim();
    if (text === "") return undefined;
    if (text === NULL) return null;
    if (text.length > longest) {
      throw new RowProblem("too_long", `${column}: at most ${longest} characters`);
    }
    if (/\p{Cc}/u.test(text))
      throw new RowProblem("bad_value", `${column}: line breaks and control characters are not allowed`);
    return text;
  }

  /** As {@link text}; undefined where empty, refused where `\N`. */
  filled(column: string, longest?: number): string | undefined {
    const text = this.text(column, longest);
    if (text === null) throw new RowProblem("bad_value", `${column}: cannot be set to NULL`);
    return text;
  }

  /** As {@link text}; refused where empty or `\N`. */
  required(column: string, longest?: number): string {
    const text = this.text(column, longest);
    if (text === undefined || text === null) throw new RowProblem("missing_cell", `${column}: required, but empty`);
    return text;
  }

  oneOf<T extends string>(column: string, values: readonly T[]): T | undefined {
    const text = this.filled(column);
    const found = values.find((value) => value === text);
    if (text !== undefined && found === undefined) {
      throw new RowProblem("bad_value", `${column}: must be one of ${values.join(", ")}`);
    }
    return found;
  }

  day(column: string): Cell<Day> {
    return this.#checked(column, isDay, "must be an existing day written YYYY-MM-DD");
  }

  /** As {@link text}, as keys and addresses are compared ({@link keyText}). */
  key(column: string, longest?: number): Cell<string> {
    const text = this.text(column, longest);
    if (!text) return text;
    const key = keyText(text);
    return key === "" ? undefined : key;
  }

  /** As {@link key}; refused where empty or `\N`. */
  requiredKey(column: string, longest?: number): string {
    const key = this.key(column, longest);
    if (key === undefined || key === null) throw new RowProblem("missing_cell", `${column}: required, but empty`);
    return key;
  }

  /** One e-mail address without a name. @param isMailbox the check of the mailer that would send to it */
  email(column: string, isMailbox: (text: string) => boolean): Cell<string> {
    const address = this.key(column, 1000);
    if (address && !isMailbox(address)) {
      throw new RowProblem("bad_email", `${column}: must be one e-mail address such as name@example.com`);
    }
    return address;
  }

  /** An IANA time zone, in the case that it is written in there. */
  timeZone(column: string): Cell<string> {
    const text = this.key(column, 1000);
    if (!text) return text;
    if (/^[+-]|^(?:UTC|GMT)[+-]/i.test(text)) {
      const message = "must be an IANA time zone such as Europe/Berlin, not an offset, which does not know summer time";
      throw new RowProblem("unknown_time_zone", `${column}: ${message}`);
    }
    const zone = timeZoneName(text);
    if (zone === null) {
      throw new RowProblem("unknown_time_zone", `${column}: must be an IANA time zone such as Europe/Berlin`);
    }
    return zone;
  }

  /** A BCP 47 language tag, in its canonical spelling; `_` is read as `-`. */
  locale(column: string): Cell<string> {
    const text = this.text(column, 35);
    if (!text) return text;
    try {
      return Intl.getCanonicalLocales(text.replaceAll("_", "-"))[0];
    } catch {
      throw new RowProblem("bad_value", `${column}: must be a language tag such as de or pt-BR`);
    }
  }

  /** Keys, separated as the file separates them, without repetitions. A backslash in front of a separator makes it part of a key. */
  keys(column: string, longest = 255): Cell<string[]> {
    const text = this.text(column, 10_000);
    if (text === undefined || text === null) return text;
    const items = [...new Set(splitList(text, this.#separator).map(keyText))].filter((item) => item !== "");
    if (items.length === 0) throw new RowProblem("bad_value", `${column}: names nothing; write ${NULL} for none`);
    if (items.some((item) => item.length > longest)) {
      throw new RowProblem("too_long", `${column}: at most ${longest} characters each`);
    }
    return items;
  }

  /** The columns that begin with `prefix`, by the rest of their name: a text, or null to remove it. Empty cells are left out. */
  prefixed(prefix: string, longest = 4000): Record<string, string | null> {
    const found: Record<string, string | null> = Object.create(null);
    for (const column of this.#columns.index.keys()) {
      if (!column.startsWith(prefix)) continue;
      const text = this.verbatim(column).trim();
      if (text === "") continue;
      if (text.length > longest) throw new RowProblem("too_long", `${column}: at most ${longest} characters`);
      found[column.slice(prefix.length)] = text === NULL ? null : text;
    }
    return found;
  }

  #checked(column: string, fits: (text: string) => boolean, rule: string, code = "bad_value"): Cell<string> {
    const text = this.text(column, 1000);
    if (text && !fits(text)) throw new RowProblem(code, `${column}: ${rule}`);
    return text;
  }
}
