import { bundles } from "../../../drizzle/bundles.ts";
import { openFileDatabase } from "../../../src/hosts/deno/file-database.ts";
import { bare } from "../../../src/store/database.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import { addClient } from "../../harness/runner/runner.ts";
import { componentRows, heldRows, peopleRows, registrationRows } from "./rows.ts";
import type { Volume } from "./volume.ts";

/** Makes a database file of one client with everything that the processors of people and learning read; nearly nothing is due. */
export async function seedVolume(path: string, volume: Volume): Promise<void> {
  const database = openFileDatabase(path, 5_000, { synchronous: "OFF" });
  try {
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    await addClient(database, "north", "Europe/Berlin");
    const rows = [peopleRows(volume), componentRows(volume), registrationRows(volume), heldRows(volume)];
    for (const sql of rows.flat()) await database.batch([bare(sql)], "write");
    await database.execute(bare("PRAGMA wal_checkpoint(TRUNCATE)"));
  } finally {
    database.close();
  }
}
