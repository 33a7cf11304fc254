import type { Database, Statement } from "../store/database.ts";
import { type Belonging, belongs } from "./belonging.ts";
import type { CopyDatabase } from "./copying.ts";
import type { StoredTable } from "./table.ts";

/**
 * SQLite gives a new row the id behind the highest one in its table, so two databases give the same ids, and the database
 * that a client left would give its ids again. A floor is a row of nobody, one for each table, whose id all later ones exceed:
 * - a database of a client's own begins at a range that no other database ever has (the number of the move times
 *   {@link RANGE});
 * - the shared database keeps above the highest id of a client that leaves it, or comes back to it.
 * So no id of a table is ever given to two rows that live at the same time, wherever they live, and ids stay when rows move.
 */

/** Ids in one range: 2^36. Numbers up to 2^53 hold 131,071 of them, one for each move. */
export const RANGE = 2 ** 36;

/** Owner of the floor rows: no client has this id. */
const NOBODY = -1;

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
  const results = await database.batch(
    asked.map((table): Statement => {
      const own = belongs({ ...table, ordered: true }, whose, "t");
      return { sql: `SELECT max(t.id) AS highest FROM "${table.name}" t WHERE ${own.sql}`, args: own.args };
    }),
    "read",
  );
  return new Map(asked.map(({ name }, index) => [name, Number(results[index]?.rows[0]?.highest ?? 0)]));
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
    const owner = table.owner === "client" ? "client_id" : "run_id";
    const above = `max(coalesce((SELECT max(id) FROM "${table.name}"), 0), ?) + 1`;
    const filled = table.columns.filter(({ name, required }) => required && name !== "id" && name !== owner);
    const names = ["id", owner, ...filled.map(({ name }) => name)];
    const values = [above, NOBODY, ...filled.map(({ name, kind }) => emptyValue(name, kind))];
    return [
      {
        sql: `UPDATE "${table.name}" SET id = ${above} WHERE ${owner} = ${NOBODY} AND id <= ?`,
        args: [floor, floor],
      },
      {
        sql: `INSERT INTO "${table.name}" (${names.map((name) => `"${name}"`).join(", ")}) SELECT ${values.join(", ")}
          WHERE NOT EXISTS (SELECT 1 FROM "${table.name}" WHERE ${owner} = ${NOBODY})`,
        args: [floor],
      },
    ];
  });
  if (statements.length > 0) await database.migrate(statements);
}

function emptyValue(name: string, kind: StoredTable["columns"][number]["kind"]): string {
  if (kind === "text") return "''";
  return name === "at" || name.endsWith("_at") ? String(NEVER) : "0";
}
