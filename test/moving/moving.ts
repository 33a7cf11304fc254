import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TransactionMode } from "@libsql/client";
import { onTestFinished } from "vitest";
import { type ClientFacts, readClient } from "../../src/control/clients/clients.ts";
import type { OpenedDatabase } from "../../src/hosts/assemble.ts";
import type { CopyDatabase } from "../../src/moving/copying.ts";
import { continueMove, type MovePorts, startMove } from "../../src/moving/move-client.ts";
import type { StoredTable } from "../../src/moving/table.ts";
import { clientTables } from "../../src/moving/tables.ts";
import type { Statement } from "../../src/store/database.ts";
import { ProcessGone } from "../conformance/suite/faults.ts";
import { migrateAll } from "../harness/database/database.ts";
import { freshFileDatabase, openFileDatabase } from "../harness/database/file-database.ts";

/** The control database with clients north (1) and south (2), and further databases that appear when they are asked for. */
export interface Suite {
  readonly control: OpenedDatabase;
  readonly tables: readonly StoredTable[];
  /** A database by the address that stands in `clients.database_url`. */
  at(url: string): Promise<OpenedDatabase>;
  /** Changes nothing by itself: each call to any database goes through `through`. */
  ports(through?: (database: CopyDatabase) => CopyDatabase, overrides?: Partial<MovePorts>): MovePorts;
  client(id?: number): Promise<ClientFacts>;
}

export const NORTH = 1;
export const SOUTH = 2;

/** A clock that tests set, for what asks the time only. */
export interface Watch {
  now: number;
}

export async function setSuite(watch: Watch = { now: 1000 }): Promise<Suite> {
  const control = await freshFileDatabase();
  const folder = await mkdtemp(join(tmpdir(), "minutehand-move-"));
  const opened = new Map<string, OpenedDatabase>();
  onTestFinished(async () => {
    for (const client of opened.values()) client.close();
    await rm(folder, { recursive: true, force: true });
  });
  await control.batch(
    ["north", "south"].map((key) => ({
      sql: "INSERT INTO clients (key, name, time_zone, created_at, updated_at) VALUES (?, ?, 'UTC', 0, 0)",
      args: [key, key],
    })),
    "write",
  );
  const tables = clientTables();
  const at = async (url: string) => {
    const known = opened.get(url);
    if (known) return known;
    const client = openFileDatabase(join(folder, `${url}.db`));
    opened.set(url, client);
    return client;
  };
  return {
    control,
    tables,
    at,
    ports: (through = (database) => database, overrides = {}) => ({
      control: through(control),
      open: async (url) => through(await at(url)),
      prepare: (database) => migrateAll(database, ["store", "learning"]),
      tables,
      platformStored: ["Platform"],
      now: () => watch.now,
      pause: async () => {
        watch.now += 1000;
      },
      ...overrides,
    }),
    async client(id = NORTH) {
      const found = await readClient(control, id);
      if (!found) throw new RangeError("no such client");
      return found;
    },
  };
}

/** Moves north to `url`; null: back. */
export async function moveTo(suite: Suite, url: string | null, ports = suite.ports()): Promise<void> {
  await startMove(ports, await suite.client(), { url, tokenEnc: null });
  await continueMove(ports, NORTH);
}

/** Rows for a table in turn for north and for south, so that their ids lie between each other; all columns filled. */
export function fill(table: StoredTable, perClient: number): Statement[] {
  return Array.from({ length: 2 * perClient }, (_, index): Statement => {
    const clientId = index % 2 === 0 ? NORTH : SOUTH;
    const values = table.columns.map(({ name, kind }) => {
      if (name === "id") return index + 1;
      if (name === "actor") return null;
      if (name === "client_id") return clientId;
      // Runs 1 to 100 are north's, 101 to 200 south's.
      if (name === "run_id") return (clientId === NORTH ? 0 : 100) + 1 + Math.floor(index / 2);
      if (kind === "text") return name === "processor" ? "P" : `${table.name} ${name} ${index} "ä" \\ \n {`;
      return kind === "real" ? (index + 1) / 7 : index + 1;
    });
    const names = table.columns.map(({ name }) => `"${name}"`);
    return {
      sql: `INSERT INTO "${table.name}" (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
      args: values,
    };
  });
}

/** An ended run of a client in the control database. */
export function runRow(id: number, clientId: number, processor = "P"): Statement {
  return {
    sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at)
      VALUES (?, 1, ?, 'schedule', ?, 0, ?, 'J', 'light', '{}', 'UTC', 'ok', 0)`,
    args: [id, clientId, id, processor],
  };
}

/** What a database holds in some tables: every row but the floors, as text, by table. Given a client, only its rows. */
export async function contentOf(
  database: CopyDatabase,
  tables: readonly StoredTable[],
  clientId?: number,
): Promise<Record<string, string[]>> {
  const results = await database.batch(
    tables.map(({ name, owner, key }) => `SELECT * FROM "${name}" WHERE ${owner}_id >= 0 ORDER BY ${key.join(", ")}`),
    "read",
  );
  return Object.fromEntries(
    tables.map(({ name, owner }, index) => {
      const rows = results[index]?.rows ?? [];
      const mine = (row: (typeof rows)[number]) =>
        clientId === undefined ||
        (owner === "client" ? row.client_id === clientId : Number(row.run_id) > 100 === (clientId === SOUTH));
      return [name, rows.filter(mine).map((row) => JSON.stringify(row))];
    }),
  );
}

/** A database each of whose calls goes through `around`. */
export function watched(
  database: CopyDatabase,
  around: <T>(call: () => Promise<T>, name: keyof CopyDatabase) => Promise<T>,
): CopyDatabase {
  return {
    execute: ((...args: Parameters<CopyDatabase["execute"]>) =>
      around(() => database.execute(...args), "execute")) as CopyDatabase["execute"],
    batch: (statements, mode) => around(() => database.batch(statements, mode), "batch"),
    transaction: (mode?: TransactionMode) => around(() => database.transaction(mode ?? "write"), "transaction"),
    migrate: (statements) => around(() => database.migrate(statements), "migrate"),
  };
}

/** A process that is killed behind one of its database calls, counted over all its databases: nothing gets through afterwards. */
export function killedAtCall(fatal: number) {
  let calls = 0;
  let gone = false;
  const guarded = async <T>(call: () => Promise<T>): Promise<T> => {
    if (gone) throw new ProcessGone("the process is gone");
    calls += 1;
    const answer = await call();
    if (calls < fatal) return answer;
    gone = true;
    throw new ProcessGone("the process is gone");
  };
  return {
    get survived() {
      return !gone;
    },
    through: (database: CopyDatabase) => watched(database, guarded),
  };
}
