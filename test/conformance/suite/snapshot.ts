import type { Files } from "../../../src/files/files.ts";
import type { Database } from "../../../src/store/database.ts";

/** Tables in which a run leaves its own traces: they are not what it works on. And words that follow rows of `search_documents`. */
const own =
  /^(checkpoints|effects|failures|lease_guard|runs|run_logs|job_stats|job_totals|ticks|migrations_\w+|search_words\w*|sqlite_\w+)$/;

/** Everything that a processor can have changed: the rows of every table that has any, and every file with its content. */
export interface Snapshot {
  readonly tables: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  readonly files: Readonly<Record<string, string>>;
}

/** Reads a whole small database and file store. */
export async function takeSnapshot(database: Database, files: Files | null): Promise<Snapshot> {
  const all = await database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  const names = all.rows.map(({ name }) => String(name)).filter((name) => !own.test(name));
  // Most tables are empty; one statement knows which.
  const filled = await database.execute(
    `SELECT ${names.map((name) => `EXISTS (SELECT 1 FROM "${name}") AS "${name}"`).join()}`,
  );
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const name of names) {
    if (Number(filled.rows[0]?.[name]) !== 1) continue;
    const result = await database.execute(`SELECT * FROM "${name}"`);
    tables[name] = result.rows.map((one) => Object.fromEntries(result.columns.map((column) => [column, one[column]])));
  }
  const contents: Record<string, string> = {};
  if (files) {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await files.list("", cursor ?? null);
      for (const entry of page.entries) {
        const stream = await files.read(entry.key);
        contents[entry.key] = stream ? await new Response(stream).text() : "";
      }
      cursor = page.cursor;
    }
  }
  return { tables, files: contents };
}

/** A snapshot without the listed columns (`table.column`), and with names of files as `rename` gives them. */
export function without(snapshot: Snapshot, columns: readonly string[]): Snapshot {
  const drop = new Set(columns);
  const tables = Object.fromEntries(
    Object.entries(snapshot.tables).map(([name, rows]) => [
      name,
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !drop.has(`${name}.${column}`)))),
    ]),
  );
  return { tables, files: snapshot.files };
}

/** The rows of one client, in every table where it has any. */
export function rowsOf(snapshot: Snapshot, clientId: number): Snapshot {
  const tables = Object.fromEntries(
    Object.entries(snapshot.tables)
      .map(([name, rows]) => [name, rows.filter((row) => row.client_id === clientId)] as const)
      .filter(([, rows]) => rows.length > 0),
  );
  const files = Object.fromEntries(Object.entries(snapshot.files).filter(([key]) => key.startsWith(`c/${clientId}/`)));
  return { tables, files };
}
