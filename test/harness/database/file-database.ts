import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type InStatement, type ResultSet } from "@libsql/client";
import { onTestFinished } from "vitest";
import type { OpenedDatabase } from "../../../src/hosts/assemble.ts";
import { openFileDatabase as openFile } from "../../../src/hosts/deno/file-database.ts";
import { type MigrationSet, migrationSets } from "../../../src/store/migrations.ts";
import { LAST_RESORT_MS } from "../vitest/last-resort.ts";
import { migrateAll } from "./database.ts";

/** Migrated files by their sets: they are made once, and each test gets a copy. */
const migrated = new Map<string, Promise<Uint8Array>>();

async function migratedFile(sets: readonly MigrationSet[]): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-migrated-"));
  try {
    const file = join(folder, "database.db");
    const client = createClient({ url: `file:${file}`, intMode: "number" });
    // Hundreds of tables and indexes are nearly empty in a test: small pages make a file that is copied in no time.
    await client.execute("PRAGMA page_size = 1024");
    await client.execute("PRAGMA journal_mode = WAL");
    await client.execute("PRAGMA synchronous = OFF");
    await migrateAll(client, sets);
    await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    client.close();
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * A migrated database in a file of its own, opened as the host with a file opens it, and removed when the test has ended: a statement
 * takes microseconds, so tests with many steps want this one. Foreign keys are enforced as sqld enforces them. Node only; call it
 * inside a test or a `beforeEach`.
 *
 * @param sets which migrations it gets; default all three
 */
export async function freshFileDatabase(
  sets: readonly MigrationSet[] = migrationSets,
): Promise<OpenedDatabase & { readonly url: string }> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-file-"));
  const file = join(folder, "database.db");
  await writeMigrated(file, sets);
  const client = openFileDatabase(file);
  onTestFinished(async () => {
    client.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { ...client, execute: explaining(client, `file:${file}`), url: `file:${file}` };
}

/**
 * A plan is asked of both engines that clients' databases live on, the runtime's own SQLite and libSQL's: what either of them would do
 * has to be good.
 */
function explaining(database: OpenedDatabase, url: string): OpenedDatabase["execute"] {
  return (async (...given: [InStatement]) => {
    const result = await database.execute(...given);
    const [statement] = given;
    if (!(typeof statement === "string" ? statement : statement.sql).startsWith("EXPLAIN QUERY PLAN")) return result;
    const other = createClient({ url, intMode: "number", timeout: LAST_RESORT_MS });
    try {
      const plan = await other.execute(...given);
      const details = ({ rows }: ResultSet) => rows.map(({ detail }) => String(detail)).join("\n");
      return details(plan) === details(result) ? result : { ...result, rows: [...result.rows, ...plan.rows] };
    } finally {
      other.close();
    }
  }) as OpenedDatabase["execute"];
}

/** Writes a migrated libSQL database into a new file. @param sets which migrations it gets; default all three */
export async function writeMigrated(file: string, sets: readonly MigrationSet[] = migrationSets): Promise<void> {
  const key = sets.join();
  const content = migrated.get(key) ?? migratedFile(sets);
  migrated.set(key, content);
  await writeFile(file, await content);
}

/** Opens a database in a file for tests: it waits for other connections, and not for the disk; it writes without real time passing. */
export function openFileDatabase(file: string): OpenedDatabase {
  return openFile(file, LAST_RESORT_MS, { synchronous: "OFF", soon: queueMicrotask });
}
