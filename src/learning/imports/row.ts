import { type CsvRow, LONGEST_CELL } from "../csv.ts";
import { type Day, isDay, isTimeZone } from "../day.ts";

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

/** Names of the columns of a file → their index. */
export type Columns = ReadonlyMap<string, number>;

/** A cell's meaning (spec 2.1): undefined = leave unchanged (empty, or no such column), null = `\N`, set to NULL. */
export type Cell<T> = T | null | undefined;

const NULL = "\\N";

/** A mailbox without quotes or comments: a local part (RFC 5321, 64 octets) and a domain of letters, digits and hyphens, also beyond ASCII. */
const ADDRESS =
  /^[^\s@"(),:;<>[\]\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;
const LONGEST_ADDRESS = 254;

/** One e-mail address without a name. */
export function isEmail(text: string): boolean {
  return text.length <= LONGEST_ADDRESS && ADDRESS.test(text);
}

/**
 * The cells of one row by column name, read and checked. White space around a cell is dropped; quotes make no difference to
 * its meaning. Every method throws {@link RowProblem}.
 */
export class ImportRow {
  readonly line: number;
  readonly #columns: Columns;
  readonly #row: CsvRow;

  constructor(columns: Columns, row: CsvRow) {
    this.line = row.line;
    this.#columns = columns;
    this.#row = row;
  }

  /** What stands in a column, whatever is wrong with the row; '' where nothing does. */
  glimpse(column: string): string {
    const text = this.verbatim(column).trim();
    return text === NULL ? "" : text;
  }

  /** The untrimmed text of a cell. */
  verbatim(column: string): string {
    return this.#row.cells[this.#columns.get(column) ?? -1] ?? "";
  }

  /** Refuses a row with too many or too few cells, or with a cell of more than 64 KiB. */
  checkShape(): void {
    const { cells, tooLong } = this.#row;
    if (tooLong !== null) {
      const column = [...this.#columns.keys()][tooLong] ?? String(tooLong + 1);
      throw new RowProblem("too_long", `${column}: a cell may have at most ${LONGEST_CELL / 1024} KB, a row 1 MB`);
    }
    if (cells.length === this.#columns.size) return;
    throw new RowProblem(
      "cell_count",
      `The row has ${cells.length} cells, the header ${this.#columns.size}; put a cell that contains the delimiter in quotes`,
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

  email(column: string): Cell<string> {
    return this.#checked(column, isEmail, "must be one e-mail address such as name@example.com", "bad_email");
  }

  timeZone(column: string): Cell<string> {
    return this.#checked(column, isTimeZone, "must be an IANA time zone such as Europe/Berlin", "unknown_time_zone");
  }

  /** A BCP 47 language tag, in its canonical spelling. */
  locale(column: string): Cell<string> {
    const text = this.text(column, 35);
    if (!text) return text;
    try {
      return Intl.getCanonicalLocales(text)[0];
    } catch {
      throw new RowProblem("bad_value", `${column}: must be a language tag such as de or pt-BR`);
    }
  }

  /** Texts separated by `|`, without repetitions. */
  list(column: string, longest = 255): Cell<string[]> {
    const text = this.text(column, 10_000);
    if (text === undefined || text === null) return text;
    const items = [...new Set(text.split("|").map((item) => item.trim()))].filter((item) => item !== "");
    if (items.length === 0) throw new RowProblem("bad_value", `${column}: names nothing; write ${NULL} for none`);
    if (items.some((item) => item.length > longest)) {
      throw new RowProblem("too_long", `${column}: at most ${longest} characters each`);
    }
    return items;
  }

  /** The columns that begin with `prefix`, by the rest of their name: a text, or null to remove it. Empty cells are left out. */
  prefixed(prefix: string, longest = 4000): Record<string, string | null> {
    const found: Record<string, string | null> = Object.create(null);
    for (const column of this.#columns.keys()) {
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
