import type { Database, Statement } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { statement } from "../store/statement.ts";
import type { Belonging } from "./belonging.ts";
import { type CopyDatabase, highestOf } from "./copying.ts";
import type { StoredTable } from "./table.ts";

/**
 * SQLite gives a new row the id behind the highest one in its table, so two databases give the same ids, and the database
 * that a client left would give its ids again. A floor is a row of no client, one for each table, whose id all later ones exceed:
 * - a database of a client's own begins at a range that no other database ever has (the number of the move times
 *   {@link RANGE});
 * - the shared database keeps above the highest id of a client that leaves it, or comes back to it.
 * So no id of a table is ever given to two rows that live at the same time, wherever they live, and ids stay when rows move.
 */

/** Ids in one range: 2^36. Numbers up to 2^53 hold 131,071 of them, one for each move. */
export const RANGE = 2 ** 36;

/** Owner of the floor rows: no client has this id. */
const NO_CLIENT = -1;

/** Instants of a floor row (ms), the year 9999, so that no clean-up by age takes it for an old one. */
const NEVER = 253_402_300_799_000;

/** Tables whose rows get their ids from SQLite. */
export function numbered(tables: readonly StoredTable[]): StoredTable[] {
  return tables.filter(({ key }) => key.length === 1 && key[0] === "id");
}

/** The highest id of a client's rows in each numbered table; 0 where it has none. One round trip. */
export async function highestIds(
  database: Database,
  tables: readonly StoredTable[],
  whose: Belonging,
): Promise<ReadonlyMap<string, number>> {
  const asked = numbered(tables);
  const highest = await highestOf(database, asked, whose);
  return new Map(asked.map(({ name }, index) => [name, highest[index] ?? 0]));
}

/**
 * Makes sure that later ids of the given tables are higher than these. A floor stands above all ids that its table has: rows
 * that lie there now may go. It is never lowered; a second call changes nothing.
 */
export async function layFloors(
  database: CopyDatabase,
  tables: readonly StoredTable[],
  floorOf: (table: string) => number,
): Promise<void> {
  const statements = numbered(tables).flatMap((table): Statement[] => {
    const floor = floorOf(table.name);
    if (floor <= 0) return [];
    const own = sql.identifier(table.name);
    const owner = table.owner === "client" ? "client_id" : "run_id";
    const ofNoClient = sql`${sql.identifier(owner)} = ${NO_CLIENT}`;
    const above = sql`max(coalesce((SELECT max(id) FROM ${own}), 0), ${floor}) + 1`;
    const filled = table.columns.filter(({ name, required }) => required && name !== "id" && name !== owner);
    const names = ["id", owner, ...filled.map(({ name }) => name)].map((name) => sql.identifier(name));
    const values = [above, sql`${NO_CLIENT}`, ...filled.map(({ name, kind }) => sql`${emptyValue(name, kind)}`)];
    return [
      statement(sql`UPDATE ${own} SET id = ${above} WHERE ${ofNoClient} AND id <= ${floor}`),
      statement(sql`INSERT INTO ${own} (${sql.join(names, sql`, `)}) SELECT ${sql.join(values, sql`, `)}
        WHERE NOT EXISTS (SELECT 1 FROM ${own} WHERE ${ofNoClient})`),
    ];
  });
  if (statements.length > 0) await database.migrate(statements);
}

function emptyValue(name: string, kind: StoredTable["columns"][number]["kind"]): string | number {
  if (kind === "text") return "";
  return name === "at" || name.endsWith("_at") ? NEVER : 0;
}
