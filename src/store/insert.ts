import { getTableColumns, type SQL } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { quoted } from "./compile.ts";
import { sql } from "./sql.ts";

/** A row to be written: the schema's own column names, values of its types or SQL expressions. */
export type Written<T extends SQLiteTable> = {
  readonly [Name in keyof T["$inferInsert"]]: T["$inferInsert"][Name] | SQL;
};

const comma = sql.raw(", ");

/** Names in SQL, in quotes, of the columns that the schema calls `names`. */
function columnNames(table: SQLiteTable, names: readonly string[]): string[] {
  const all = getTableColumns(table) as Record<string, { readonly name: string }>;
  return names.map((name) => {
    const column = all[name];
    if (!column) throw new Error(`The table has no column ${name}`);
    return quoted(column.name);
  });
}

/**
 * Inserts one row; columns that have a default may be left out: `` insert(settings, { key, value, … }, sql`RETURNING id`) ``.
 *
 * @param rest what follows behind the values; default nothing
 */
export function insert<T extends SQLiteTable>(table: T, row: Written<T>, rest?: SQL): SQL {
  const names = columnNames(table, Object.keys(row)).join(", ");
  const values = sql.join(Object.values(row), comma);
  return sql`INSERT INTO ${table} (${sql.raw(names)}) VALUES (${values})${rest ? sql` ${rest}` : undefined}`;
}

/**
 * Inserts many rows of the same columns with one statement of constant text: they travel as JSON. Booleans become 0 and 1.
 *
 * @param rows at least one
 */
export function insertEach<T extends SQLiteTable>(table: T, rows: readonly T["$inferInsert"][]): SQL {
  const names = Object.keys(rows[0] ?? {});
  const columns = columnNames(table, names).join(", ");
  const values = names.map((name) => `value ->> '${name}'`).join(", ");
  return sql`INSERT INTO ${table} (${sql.raw(columns)}) SELECT ${sql.raw(values)}
    FROM json_each(${JSON.stringify(rows)}) ORDER BY key`;
}

/** What an update sets: `` sql`UPDATE clients SET ${assignments(clients, { name, updatedAt })} WHERE id = ${id}` ``. */
export function assignments<T extends SQLiteTable>(table: T, changes: Partial<Written<T>>): SQL {
  const values = Object.values(changes);
  return sql.join(
    columnNames(table, Object.keys(changes)).map((name, at) => sql`${sql.raw(name)} = ${values[at]}`),
    comma,
  );
}
