import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { boundToAny } from "./bindings.ts";
import type { ErasedPerson } from "./person.ts";
import { storeTables } from "./tables.ts";

/** That a person is named in what is not theirs. Never the text itself. */
export interface Mention {
  readonly personId: number;
  readonly table: string;
  /** Row id. */
  readonly id: number;
  readonly column: string;
}

/** Where the look for mentions goes on. */
export interface MentionPosition {
  /** Index in {@link mentionTables}. */
  readonly table: number;
  /** Row id of the last row that was looked at. */
  readonly after: number;
}

export const MENTIONS_START: MentionPosition = { table: 0, after: 0 };

/** Tables of which the rows of others are looked through, with their columns. */
export const mentionTables: readonly { readonly table: string; readonly columns: readonly string[] }[] = Object.entries(
  storeTables,
).flatMap(([table, { texts = "" }]) => {
  // A file under import is looked through by its lines.
  const columns = texts.split(/\s+/).filter((column) => column !== "" && !/(?:_hash|_enc)$/.test(column));
  return columns.length === 0 || table === "import_seen" ? [] : [{ table, columns }];
});

/** Rows looked at in one statement, and the most that one answers. */
const WINDOW = 2000;
const AT_ONCE = 100;

/** Finds where some people are named: by full name, e-mail, or a username that is no ordinary word. It changes nothing. */
export class MentionFinder {
  readonly #people: readonly { readonly id: number; readonly needles: readonly string[]; readonly pattern: RegExp }[];
  readonly #erased: readonly ErasedPerson[];

  constructor(people: readonly ErasedPerson[]) {
    this.#erased = people;
    this.#people = people.flatMap((person) => {
      const names = namesOf(person);
      if (names.length === 0) return [];
      const needles = [...new Set(names.map(probeOf))].filter((probe) => probe !== "");
      return [{ id: person.id, needles, pattern: patternOf(names) }];
    });
  }

  /** Ids of the people whom a text names, also in JSON with escapes. */
  find(text: string): number[] {
    const plain = (
      text.includes("\\u")
        ? text.replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
        : text
    ).normalize("NFC");
    return this.#people.filter(({ pattern }) => plain.search(pattern) >= 0).map(({ id }) => id);
  }

  /**
   * Looks through one window of one table, passing over rows that are the people's own.
   *
   * @returns the mentions, and where to go on; null: that was all
   */
  async next(
    rows: ClientRows,
    position: MentionPosition,
  ): Promise<{ readonly mentions: readonly Mention[]; readonly next: MentionPosition | null }> {
    const searched = mentionTables[position.table];
    const probes = [...new Set(this.#people.flatMap(({ needles }) => needles))];
    if (!searched || probes.length === 0) return { mentions: [], next: null };
    const { table, columns } = searched;
    const names = columns.map((column) => sql.identifier(column));
    const text = sql.join(
      names.map((name) => sql`coalesce(${name}, '')`),
      sql` || ' ' || `,
    );
    const window = sql`FROM ${sql.identifier(table)} WHERE client_id = ${thisClient} AND rowid > ${position.after} ORDER BY rowid LIMIT ${WINDOW}`;
    const [bounds = [], found = []] = await rows.each([
      sql`SELECT max(row_key) AS until, count(*) AS rows FROM (SELECT rowid AS row_key ${window})`,
      sql`SELECT row_key, ${sql.join(names, sql`, `)} FROM (SELECT *, rowid AS row_key, lower(${text}) AS searched ${window})
        WHERE EXISTS (SELECT 1 FROM json_each(${JSON.stringify(probes)}) WHERE instr(searched, value)) AND NOT coalesce(${this.#own(table)}, 0) LIMIT ${AT_ONCE}`,
    ]);
    const mentions = found.flatMap((row) =>
      columns.flatMap((column) => {
        const value = row[column];
        if (typeof value !== "string") return [];
        return this.find(value).map((personId) => ({ personId, table, id: Number(row.row_key), column }));
      }),
    );
    const last = found.at(-1);
    const full = found.length === AT_ONCE && last ? Number(last.row_key) : null;
    const until = full ?? (Number(bounds[0]?.rows) === WINDOW ? Number(bounds[0]?.until) : null);
    if (until !== null) return { mentions, next: { table: position.table, after: until } };
    const next = position.table + 1;
    return { mentions, next: next < mentionTables.length ? { table: next, after: 0 } : null };
  }

  #own(table: string): SQL {
    const ids = sql`(SELECT value FROM json_each(${JSON.stringify(this.#erased.map(({ id }) => id))}))`;
    if (table === "persons") return sql`(id IN ${ids})`;
    return boundToAny(table, this.#erased) ?? sql`0`;
  }
}

/** By what a person can be recognised: the two names side by side, the address, a username of at least 4 characters that is no word. */
function namesOf({ givenName, familyName, email, username }: ErasedPerson): string[] {
  const [given, family] = [givenName.trim(), familyName.trim()];
  const full = given !== "" && family !== "" ? [`${given} ${family}`, `${family} ${given}`, `${family}, ${given}`] : [];
  const isWord = /^\p{L}+$/u.test(username);
  const handle = [...username].length >= 4 && !isWord ? [username] : [];
  return [...full, ...(email === null || email.trim() === "" ? [] : [email.trim()]), ...handle].map((name) =>
    name.normalize("NFC"),
  );
}

function patternOf(names: readonly string[]): RegExp {
  const spellings = names.map((name) =>
    name
      .split(/\s+/)
      .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
      .join("\\s+"),
  );
  return new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])(?:${spellings.join("|")})(?![\\p{L}\\p{M}\\p{N}])`, "iu");
}

/** The longest run of ASCII without what JSON escapes or white space: in every text that has the name, as SQLite's `lower()` has it. */
function probeOf(name: string): string {
  const runs = name.toLowerCase().split(/[^!#-[\]-~]+/);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  return longest || (name.split(/\s+/)[0] ?? "");
}
