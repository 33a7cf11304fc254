import { getTableColumns, getTableName, type InferColumnsDataTypes, SQL } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { sql } from "./sql.ts";

/** A value as the database answers it: booleans are 0 and 1, what the schema keeps as JSON is text. */
type Stored<D> = D extends boolean ? 0 | 1 : D extends string | number | null ? D : string;

type Columns<T extends SQLiteTable> = T["_"]["columns"];

/** The row that {@link select} reads: the schema's own column names and types, as the database answers them. */
export type Selected<T extends SQLiteTable, K extends keyof Columns<T>> = {
  readonly [Name in K]: Stored<InferColumnsDataTypes<Columns<T>>[Name]>;
};

/** A query, or its list of columns, that knows the row it answers. */
export class Selection<Row> extends SQL<Row> {
  /** Never there: it tells one row type from another. */
  declare readonly row: Row;
}

/**
 * The row of a {@link Selection}: `type Course = RowOf<typeof courseColumns>`.
 */
export type RowOf<S> = S extends Selection<infer Row> ? Row : never;

/**
 * Columns of a table for a query that joins several: `` sql`SELECT ${columns(persons, ["id", "email"], "person")}, … FROM …` ``.
 *
 * @param names as the schema names them; the row has the same names
 * @param alias what the query calls the table; default: the table's own name
 */
export function columns<T extends SQLiteTable, const K extends keyof Columns<T> & string>(
  table: T,
  names: readonly K[],
  alias?: string,
): Selection<Selected<T, K>> {
  const from = alias ?? getTableName(table);
  const known = knownLists.get(table) ?? new Map<string, Selection<unknown>>();
  knownLists.set(table, known);
  const key = `${from} ${names.join()}`;
  const made = known.get(key) ?? columnList(table, names, from);
  known.set(key, made);
  return made as Selection<Selected<T, K>>;
}

/** Lists that were made, by table, alias and names: there are as many as queries in the code. */
const knownLists = new WeakMap<SQLiteTable, Map<string, Selection<unknown>>>();

function columnList(table: SQLiteTable, names: readonly string[], from: string): Selection<unknown> {
  const all = getTableColumns(table) as Record<string, { readonly name: string }>;
  const list = names.map((name) => {
    const column = all[name];
    if (!column) throw new Error(`The table has no column ${name}`);
    return column.name === name ? `"${from}"."${name}"` : `"${from}"."${column.name}" AS "${name}"`;
  });
  // As one text: drizzle would put a list of identifiers together anew for each statement, at some microseconds each.
  return new Selection([sql.raw(list.join(", "))]);
}

/** A row that a left join may not have found: each of its columns is null then. */
export type LeftJoined<Row> = { readonly [Name in keyof Row]: Row[Name] | null };

/** Some columns of a row that a join read together with others. */
export function part<Row extends object, K extends keyof Row>(row: Row, names: readonly K[]): Pick<Row, K> {
  const some: Partial<Pick<Row, K>> = {};
  for (const name of names) some[name] = row[name];
  return some as Pick<Row, K>;
}

/** The values of a list as a subquery, so that a statement's text does not depend on its length: `` sql`WHERE id IN ${among(ids)}` ``. */
export function among(values: Iterable<string | number>): SQL {
  return sql`(SELECT value FROM json_each(${JSON.stringify([...values])}))`;
}

/**
 * Reads columns of one table: the statement and the type of its rows from one place.
 *
 * ```ts
 * const found = await rows.all(select(components, ["id", "endAt"], sql`WHERE client_id = ${thisClient} AND id > ${after} LIMIT 50`));
 * found[0].endAt; // number | null
 * ```
 *
 * @param rest what follows behind `FROM table`
 */
export function select<T extends SQLiteTable, const K extends keyof Columns<T> & string>(
  table: T,
  names: readonly K[],
  rest: SQL,
): Selection<Selected<T, K>> {
  return new Selection<Selected<T, K>>([sql`SELECT ${columns(table, names)} FROM ${table} ${rest}`]);
}
