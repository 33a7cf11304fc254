import type { Database } from "../../../src/store/database.ts";
import { insert } from "../../learning/rows.ts";

type Row = Readonly<Record<string, string | number | null>>;

/** Inserts rows for client 1 and the same for client 2. `row` gets the client and a way to ids of its own: `own(3)` is 1003 or 2003. */
export async function insertForBoth(
  database: Database,
  table: string,
  rows: (own: (id: number) => number) => readonly Row[],
): Promise<void> {
  for (const client_id of [1, 2])
    await insert(database, table, ...rows((id) => client_id * 1000 + id).map((row) => ({ client_id, ...row })));
}

/** Inserts `count` rows of client 1 that do not matter. `row` gets an id that no other row has. */
export async function insertBystanders(
  database: Database,
  table: string,
  count: number,
  row: (id: number) => Row,
): Promise<void> {
  if (count > 0) await insert(database, table, ...Array.from({ length: count }, (_, index) => row(10_000 + index)));
}
