import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { startSqld } from "../../../src/hosts/local/sqld.ts";
import { tick } from "../../../src/scheduler/tick.ts";
import { migrateAll } from "../../harness/database/database.ts";
import { patient } from "../../harness/database/patient.ts";
import { openEdgeSystem } from "../../harness/edge/edge-system.ts";
import { LAST_RESORT_MS } from "../../harness/vitest/last-resort.ts";
import { startDeno } from "../deno/process.ts";

/** A host as the suite sees it from outside: its database and its pages. */
export interface Host {
  readonly database: Client;
  /** Address of its pages, once it runs. */
  readonly url: string;
  /** Starts it; it has ticked once when this returns, or does so at once. */
  start(): Promise<void>;
  /** One more tick, from a second source where the host ticks by itself. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

/** The Worker in the local edge runtime on a libSQL server. */
async function edgeWithServer(): Promise<Host> {
  const { system, close } = await openEdgeSystem();
  return {
    database: system.database,
    url: system.url,
    async start() {
      await system.start();
      await system.tick();
    },
    tick: () => system.tick(),
    close,
  };
}

/** One Deno process on a database file. */
async function denoWithFile(): Promise<Host> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-deno-"));
  const address = `file:${folder}/suite.db`;
  return denoHost(folder, address, 1, async () => undefined);
}

/** Two Deno processes on one libSQL server. */
async function denoWithServer(): Promise<Host> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-deno-"));
  const sqld = await startSqld({ folder: join(folder, "sqld"), log: join(folder, "sqld.log") });
  return denoHost(folder, sqld.url, 2, () => sqld.child.stop());
}

async function denoHost(
  folder: string,
  address: string,
  processes: number,
  closeDatabase: () => Promise<void>,
): Promise<Host> {
  const database = patient(createClient({ url: address, intMode: "number", timeout: LAST_RESORT_MS }));
  await migrateAll(database);
  let url = "";
  let end: () => Promise<unknown> = async () => undefined;
  return {
    database,
    get url() {
      return url;
    },
    async start() {
      const names = Array.from({ length: processes }, (_, index) => `deno${index}`);
      const started = await Promise.all(names.map((name) => startDeno({ folder, database: address, name })));
      url = started[0]?.url ?? "";
      end = () => Promise.all(started.map(({ child }) => child.stop()));
    },
    async tick() {
      await tick({ control: database }, Date.now(), "test");
    },
    async close() {
      await end();
      database.close();
      await closeDatabase();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every host that the suite runs on. */
export const hosts: readonly { readonly name: string; readonly open: () => Promise<Host> }[] = [
  { name: "Workers with sqld", open: edgeWithServer },
  { name: "Deno with a file", open: denoWithFile },
  { name: "Deno with sqld", open: denoWithServer },
];
