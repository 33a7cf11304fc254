import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import * as control from "../control/schema.ts";
import { databaseToken, type SecretBox, type SecretCell, SecretUnreadableError } from "../control/secret.ts";
import * as learning from "../learning/schema.ts";
import type { Database, Statement } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { read, statement } from "../store/statement.ts";

/** A column of sealed texts. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
}

/** What was done in a database. */
export interface Resealed {
  /** Texts that were sealed again. */
  readonly count: number;
  /** Texts that neither key opens. They stay as they are; their secrets must be entered again. */
  readonly unreadable: readonly SecretCell[];
}

/** Rows looked at in one call. */
const AT_ONCE = 100;

function sealedColumns(schema: Readonly<Record<string, unknown>>): SealedColumn[] {
  return Object.values(schema)
    .filter((member) => member instanceof SQLiteTable)
    .map((table) => getTableConfig(table))
    .flatMap(({ name, columns }) =>
      columns.filter((column) => column.name.endsWith("_enc")).map((column) => ({ table: name, column: column.name })),
    );
}

/** Every column of sealed texts, by the name that all of them have: `*_enc`. */
export const sealedInControl: readonly SealedColumn[] = sealedColumns(control);
export const sealedInStores: readonly SealedColumn[] = sealedColumns(learning);

/** What a text in a column is sealed for. @param owner the row, or the client that is being moved */
function cellOf({ table, column }: SealedColumn, owner: number): SecretCell {
  return table === "client_moves" ? databaseToken(owner) : { table, column, row: owner };
}

/**
 * Seals every text of some columns again that is not yet sealed by the present key for its cell. It can be killed anywhere and
 * begun again: what is done is passed over, and a text that is replaced meanwhile is left as it is. No other column is
 * touched.
 *
 * @param randomBytes the platform's own generator
 */
export async function reseal(
  database: Database,
  columns: readonly SealedColumn[],
  box: SecretBox,
  randomBytes: (length: number) => Uint8Array,
): Promise<Resealed> {
  const present = await box.sealedNow();
  const unreadable: SecretCell[] = [];
  let count = 0;
  for (const sealed of columns) {
    const { table, column } = sealed;
    for (let after = 0, more = true; more; ) {
      const rows = await readSealed(database, sealed, after, present);
      const updates: Statement[] = [];
      for (const { id, owner, text } of rows) {
        const again = await resealed(box, text, cellOf(sealed, owner), randomBytes(12));
        if (again === null) unreadable.push({ table, column, row: id });
        else updates.push(replaceSealed(sealed, id, text, again));
      }
      const results = updates.length === 0 ? [] : await database.batch(updates, "write");
      count += results.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0);
      after = rows.at(-1)?.id ?? 0;
      more = rows.length === AT_ONCE;
    }
  }
  return { count, unreadable };
}

/** Texts that are not sealed by the present key, by id. @param present how a text begins that is */
function readSealed(database: Database, { table, column }: SealedColumn, after: number, present: string) {
  const owner = sql.identifier(table === "client_moves" ? "client_id" : "id");
  const text = sql.identifier(column);
  return read<{ id: number; owner: number; text: string }>(
    database,
    sql`SELECT id, ${owner} AS owner, ${text} AS "text" FROM ${sql.identifier(table)}
      WHERE id > ${after} AND ${text} IS NOT NULL AND substr(${text}, 1, ${present.length}) <> ${present} ORDER BY id LIMIT ${AT_ONCE}`,
  );
}

/** A text that was replaced meanwhile is left as it is. */
function replaceSealed({ table, column }: SealedColumn, id: number, text: string, again: string): Statement {
  const name = sql.identifier(column);
  return statement(sql`UPDATE ${sql.identifier(table)} SET ${name} = ${again} WHERE id = ${id} AND ${name} = ${text}`);
}

async function resealed(box: SecretBox, text: string, cell: SecretCell, iv: Uint8Array): Promise<string | null> {
  try {
    return await box.seal(await box.open(text, cell), iv, cell);
  } catch (error) {
    if (error instanceof SecretUnreadableError) return null;
    throw error;
  }
}
