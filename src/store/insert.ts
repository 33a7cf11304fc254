import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

/** A row to be written: the schema's own column names, values of its types or SQL expressions. */
export type Written<T extends SQLiteTable> = {
  readonly [Name in keyof T["$inferInsert"]]: T["$inferInsert"][Name] | SQL;
};

/** Names and values, in the order in which they are given. */
function written(table: SQLiteTable, row: Readonly<Record<string, unknown>>) {
  const all = getTableColumns(table) as Record<string, { readonly name: string }>;
  return Object.entries(row).map(([name, value]) => {
    const column = all[name];
    if (!column) throw new Error(`The table has no column ${name}`);
    return { column: sql.identifier(column.name), value: sql`${value}` };
  });
}

/**
 * Inserts one row; columns that have a default may be left out: `` insert(settings, { key, value, … }, sql`RETURNING id`) ``.
 *
 * @param rest what follows behind the values; default nothing
 */
export function insert<T extends SQLiteTable>(table: T, row: Written<T>, rest?: SQL): SQL {
  const parts = written(table, row);
  const [names, values] = [parts.map(({ column }) => column), parts.map(({ value }) => value)];
  const end = rest ? sql` ${rest}` : sql``;
  return sql`INSERT INTO ${table} (${sql.join(names, sql`, `)}) VALUES (${sql.join(values, sql`, `)})${end}`;
}

/**
 * Inserts many rows of the same columns with one statement of constant text: they travel as JSON. Booleans become 0 and 1.
 *
 * @param rows at least one
 */
export function insertEach<T extends SQLiteTable>(table: T, rows: readonly T["$inferInsert"][]): SQL {
  const all = getTableColumns(table) as Record<string, { readonly name: string }>;
  const names = Object.keys(rows[0] ?? {});
  const columns = names.map((name) => {
    const column = all[name];
    if (!column) throw new Error(`The table has no column ${name}`);
    return sql.identifier(column.name);
  });
  const values = names.map((name) => sql`value ->> ${sql.raw(`'${name}'`)}`);
  return sql`INSERT INTO ${table} (${sql.join(columns, sql`, `)}) SELECT ${sql.join(values, sql`, `)}
    FROM json_each(${JSON.stringify(rows)}) ORDER BY key`;
}

/** What an update sets: `` sql`UPDATE clients SET ${assignments(clients, { name, updatedAt })} WHERE id = ${id}` ``. */
export function assignments<T extends SQLiteTable>(table: T, changes: Partial<Written<T>>): SQL {
  return sql.join(
    written(table, changes).map(({ column, value }) => sql`${column} = ${value}`),
    sql`, `,
  );
}
