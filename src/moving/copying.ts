import type { Client } from "@libsql/client";
import type { Database, SqlValue, Statement } from "../store/database.ts";
import { type Belonging, belongs } from "./belonging.ts";
import type { StoredTable } from "./table.ts";

/** A database between which rows are copied. Its `migrate` is a batch with foreign keys unchecked: a row may come before the one that it names. */
export type CopyDatabase = Database & Pick<Client, "migrate">;

/** The key of a row, column by column. */
export type RowKey = readonly (string | number)[];

/** Limits of one page. */
export interface PageLimits {
  readonly rows: number;
  /** A page ends before it grows longer than this; its first row always fits. libSQL servers refuse arguments of some MB. */
  readonly bytes: number;
}

/** What copying takes at once. */
export const PAGE: PageLimits = { rows: 500, bytes: 1_000_000 };

/** Rows of a table in the order of their key, values in the order of its columns. */
export interface Page {
  readonly rows: readonly (readonly SqlValue[])[];
  readonly until: RowKey;
}

function behind(table: StoredTable, alias: string, after: RowKey | null): { sql: string; args: SqlValue[] } {
  if (after === null) return { sql: "1", args: [] };
  const names = table.key.map((name) => `${alias}.${quote(name)}`);
  return { sql: `(${names.join(", ")}) > (${names.map(() => "?").join(", ")})`, args: [...after] };
}

function upTo(table: StoredTable, alias: string, until: RowKey): { sql: string; args: SqlValue[] } {
  const names = table.key.map((name) => `${alias}.${quote(name)}`);
  return { sql: `(${names.join(", ")}) <= (${names.map(() => "?").join(", ")})`, args: [...until] };
}

const quote = (name: string) => `"${name}"`;
const listed = (names: readonly string[]) => names.map(quote).join(", ");
const namesOf = (table: StoredTable) => table.columns.map(({ name }) => name);

/** The statement behind {@link readPage}. */
export function pageStatement(
  table: StoredTable,
  whose: Belonging,
  after: RowKey | null,
  limits: PageLimits = PAGE,
): Statement {
  const own = belongs(table, whose, "t");
  const from = behind(table, "t", after);
  const size = table.columns.map(({ name }) => `coalesce(octet_length(t.${quote(name)}), 4) + 3`).join(" + ");
  const names = namesOf(table);
  return {
    sql: `SELECT ${listed(names)} FROM (
        SELECT *, sum(page_bytes) OVER (ORDER BY ${listed(table.key)}) AS page_total, row_number() OVER (ORDER BY ${listed(table.key)}) AS page_place
        FROM (SELECT ${names.map((name) => `t.${quote(name)}`).join(", ")}, ${size} AS page_bytes FROM ${quote(table.name)} t
          WHERE ${own.sql} AND ${from.sql} ORDER BY ${table.key.map((name) => `t.${quote(name)}`).join(", ")} LIMIT ?))
      WHERE page_place = 1 OR page_total <= ? ORDER BY ${listed(table.key)}`,
    args: [...own.args, ...from.args, limits.rows, limits.bytes],
  };
}

/** A client's rows of a table behind a key; null when there are no more. */
export async function readPage(
  database: Database,
  table: StoredTable,
  whose: Belonging,
  after: RowKey | null,
  limits: PageLimits = PAGE,
): Promise<Page | null> {
  const result = await database.execute(pageStatement(table, whose, after, limits));
  const names = namesOf(table);
  const rows = result.rows.map((row) => names.map((name) => row[name] as SqlValue));
  const last = result.rows.at(-1);
  return last ? { rows, until: table.key.map((name) => last[name] as string | number) } : null;
}

/** A client's rows of a table behind one key and up to another, to be compared with a page of another database. */
export async function readRange(
  database: Database,
  table: StoredTable,
  whose: Belonging,
  after: RowKey | null,
  until: RowKey,
): Promise<readonly (readonly SqlValue[])[]> {
  const own = belongs(table, whose, "t");
  const from = behind(table, "t", after);
  const to = upTo(table, "t", until);
  const names = namesOf(table);
  const result = await database.execute({
    sql: `SELECT ${names.map((name) => `t.${quote(name)}`).join(", ")} FROM ${quote(table.name)} t
      WHERE ${own.sql} AND ${from.sql} AND ${to.sql} ORDER BY ${table.key.map((name) => `t.${quote(name)}`).join(", ")}`,
    args: [...own.args, ...from.args, ...to.args],
  });
  return result.rows.map((row) => names.map((name) => row[name] as SqlValue));
}

/** Puts a page into a database; rows that are there already stay, so it may be repeated. One set-based statement. */
export async function writePage(database: CopyDatabase, table: StoredTable, page: Page): Promise<void> {
  const names = namesOf(table);
  const values = names.map((_, index) => `value ->> ${index}`);
  await database.migrate([
    {
      sql: `INSERT INTO ${quote(table.name)} (${listed(names)}) SELECT ${values.join(", ")} FROM json_each(?) WHERE true
        ON CONFLICT (${listed(table.key)}) DO NOTHING`,
      args: [JSON.stringify(page.rows)],
    },
  ]);
}

/** Deletes a client's rows of a table behind one key and up to another. */
export async function deleteRange(
  database: CopyDatabase,
  table: StoredTable,
  whose: Belonging,
  after: RowKey | null,
  until: RowKey,
): Promise<void> {
  const own = belongs(table, whose, "t");
  const from = behind(table, "t", after);
  const to = upTo(table, "t", until);
  await database.migrate([
    {
      sql: `DELETE FROM ${quote(table.name)} AS t WHERE ${own.sql} AND ${from.sql} AND ${to.sql}`,
      args: [...own.args, ...from.args, ...to.args],
    },
  ]);
}

/** Which of some tables hold rows of a client; one round trip. */
export async function tablesWithRows(
  database: Database,
  tables: readonly StoredTable[],
  whose: Belonging,
): Promise<readonly boolean[]> {
  const results = await database.batch(
    tables.map((table): Statement => {
      const own = belongs({ ...table, ordered: true }, whose, "t");
      return { sql: `SELECT EXISTS (SELECT 1 FROM ${quote(table.name)} t WHERE ${own.sql}) AS found`, args: own.args };
    }),
    "read",
  );
  return results.map((result) => Number(result.rows[0]?.found) === 1);
}

/** How many rows of a client each of some tables holds; one round trip. */
export async function countRows(
  database: Database,
  tables: readonly StoredTable[],
  whose: Belonging,
): Promise<readonly number[]> {
  const results = await database.batch(
    tables.map((table): Statement => {
      const own = belongs({ ...table, ordered: true }, whose, "t");
      return { sql: `SELECT count(*) AS rows FROM ${quote(table.name)} t WHERE ${own.sql}`, args: own.args };
    }),
    "read",
  );
  return results.map((result) => Number(result.rows[0]?.rows ?? 0));
}

/** The SHA-256 of rows, base16: the same for the same values in the same order, in whatever database they were read. */
export async function digestOf(rows: readonly (readonly SqlValue[])[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(rows)));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
