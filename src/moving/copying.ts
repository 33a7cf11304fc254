import type { Client } from "@libsql/client";
import type { SQL } from "drizzle-orm";
import type { Database, SqlValue } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { read, readEach, statement } from "../store/statement.ts";
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

/** What the statements call the table. */
const T = sql`t`;
const nameOf = (table: StoredTable) => sql.identifier(table.name);
const namesOf = (table: StoredTable) => table.columns.map(({ name }) => name);
const joined = <T>(all: readonly T[], each: (one: T) => SQL, between = sql`, `) => sql.join(all.map(each), between);
const listed = (names: readonly string[]) => joined(names, (name) => sql`${sql.identifier(name)}`);
const listedOf = (names: readonly string[]) => joined(names, (name) => sql`t.${sql.identifier(name)}`);
const keyOf = (table: StoredTable) => listedOf(table.key);
const valuesOf = (key: RowKey) => joined(key, (value) => sql`${value}`);

/** The client's rows behind one key and up to another; null: from the first, or to the last. */
function between(table: StoredTable, whose: Belonging, after: RowKey | null, until: RowKey | null = null): SQL {
  const from = after === null ? sql`1` : sql`(${keyOf(table)}) > (${valuesOf(after)})`;
  const to = until === null ? sql`` : sql` AND (${keyOf(table)}) <= (${valuesOf(until)})`;
  return sql`${belongs(table, whose, T)} AND ${from}${to}`;
}

/** The query behind {@link readPage}. */
export function pageQuery(table: StoredTable, whose: Belonging, after: RowKey | null, limits: PageLimits = PAGE): SQL {
  const names = namesOf(table);
  const key = listed(table.key);
  const bytes = joined(names, (name) => sql`coalesce(octet_length(t.${sql.identifier(name)}), 4) + 3`, sql` + `);
  return sql`SELECT ${listed(names)} FROM (
      SELECT *, sum(page_bytes) OVER (ORDER BY ${key}) AS page_total, row_number() OVER (ORDER BY ${key}) AS page_place
      FROM (SELECT ${listedOf(names)}, ${bytes} AS page_bytes FROM ${nameOf(table)} t
        WHERE ${between(table, whose, after)} ORDER BY ${keyOf(table)} LIMIT ${limits.rows}))
    WHERE page_place = 1 OR page_total <= ${limits.bytes} ORDER BY ${key}`;
}

/** A client's rows of a table behind a key; null when there are no more. */
export async function readPage(
  database: Database,
  table: StoredTable,
  whose: Belonging,
  after: RowKey | null,
  limits: PageLimits = PAGE,
): Promise<Page | null> {
  const rows = await read(database, pageQuery(table, whose, after, limits));
  const last = rows.at(-1);
  return last ? { rows: valuesIn(table, rows), until: table.key.map((name) => last[name] as string | number) } : null;
}

function valuesIn(table: StoredTable, rows: readonly Record<string, SqlValue>[]): (readonly SqlValue[])[] {
  const names = namesOf(table);
  return rows.map((row) => names.map((name) => row[name] as SqlValue));
}

/** A client's rows of a table behind one key and up to another, to be compared with a page of another database. */
export async function readRange(
  database: Database,
  table: StoredTable,
  whose: Belonging,
  after: RowKey | null,
  until: RowKey,
): Promise<readonly (readonly SqlValue[])[]> {
  const rows = await read(
    database,
    sql`SELECT ${listedOf(namesOf(table))} FROM ${nameOf(table)} t
      WHERE ${between(table, whose, after, until)} ORDER BY ${keyOf(table)}`,
  );
  return valuesIn(table, rows);
}

/** Puts a page into a database; rows that are there already stay, so it may be repeated. One set-based statement. */
export async function writePage(database: CopyDatabase, table: StoredTable, page: Page): Promise<void> {
  const names = namesOf(table);
  const values = sql.raw(names.map((_, index) => `value ->> ${index}`).join(", "));
  await database.migrate([
    statement(sql`INSERT INTO ${nameOf(table)} (${listed(names)}) SELECT ${values} FROM json_each(${JSON.stringify(page.rows)}) WHERE true
      ON CONFLICT (${listed(table.key)}) DO NOTHING`),
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
  await database.migrate([
    statement(sql`DELETE FROM ${nameOf(table)} AS t WHERE ${between(table, whose, after, until)}`),
  ]);
}

/** One value for each of some tables, of a client's rows in it; one round trip. @param ask the query of it, as `answer`, given `FROM table t WHERE …` */
async function ofTables<T>(
  database: Database,
  tables: readonly StoredTable[],
  whose: Belonging,
  ask: (rows: SQL) => SQL,
): Promise<readonly T[]> {
  const answers = await readEach(
    database,
    tables.map((table) => ask(sql`FROM ${nameOf(table)} t WHERE ${belongs({ ...table, ordered: true }, whose, T)}`)),
  );
  return answers.map(([row]) => row?.answer as T);
}

/** Which of some tables hold rows of a client; one round trip. */
export async function tablesWithRows(
  database: Database,
  tables: readonly StoredTable[],
  whose: Belonging,
): Promise<readonly boolean[]> {
  const found = await ofTables<0 | 1>(
    database,
    tables,
    whose,
    (rows) => sql`SELECT EXISTS (SELECT 1 ${rows}) AS answer`,
  );
  return found.map((one) => one === 1);
}

/** How many rows of a client each of some tables holds; one round trip. */
export async function countRows(
  database: Database,
  tables: readonly StoredTable[],
  whose: Belonging,
): Promise<readonly number[]> {
  return await ofTables<number>(database, tables, whose, (rows) => sql`SELECT count(*) AS answer ${rows}`);
}

/** The highest id of a client's rows in each of some tables whose key is `id`; 0 where it has none. One round trip. */
export async function highestOf(
  database: Database,
  tables: readonly StoredTable[],
  whose: Belonging,
): Promise<readonly number[]> {
  return await ofTables<number>(
    database,
    tables,
    whose,
    (rows) => sql`SELECT coalesce(max(t.id), 0) AS answer ${rows}`,
  );
}

/** The SHA-256 of rows, base16: the same for the same values in the same order, in whatever database they were read. */
export async function digestOf(rows: readonly (readonly SqlValue[])[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(rows)));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
