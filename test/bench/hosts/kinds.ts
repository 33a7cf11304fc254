import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { startSqld } from "../../../src/hosts/local/sqld.ts";
import { freePorts } from "../../../src/hosts/node/ports.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import { patient } from "../../harness/database/patient.ts";
import { openEdgeSystem } from "../../harness/edge/edge-system.ts";
import { type DenoProcess, startDeno } from "../../hosts/deno/process.ts";
import { cpuOf } from "../report/cpu.ts";
import { startDelay } from "./delay.ts";
import { type HostKind, type MeasuredHost, troublesIn } from "./measured-host.ts";
import { startProfile } from "./profile.ts";

/** A statement of the benchmark's own waits this long (ms) while the host writes to the file. */
const FILE_WAIT_MS = 60_000;

/** A Deno process on a database file. */
export const denoWithFile: HostKind = {
  name: "Deno, file",
  leadMs: (clients) => 10_000 + clients * 5,
  ticksAtStart: true,
  firingClients: 2500,
  async open({ profile = false } = {}) {
    const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
    const url = `file:${folder}/bench.db`;
    const database = createClient({ url, intMode: "number", timeout: FILE_WAIT_MS });
    await database.execute("PRAGMA journal_mode = WAL");
    return denoHost({ folder, url, database, serverPid: null, profile, end: async () => undefined });
  },
};

/** A Deno process on a libSQL server. */
export const denoWithServer: HostKind = {
  name: "Deno, sqld",
  leadMs: (clients) => 10_000 + clients * 5,
  ticksAtStart: true,
  firingClients: 500,
  async open({ delayMs = 0, profile = false } = {}) {
    const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
    const sqld = await startSqld({ folder: join(folder, "sqld"), log: join(folder, "sqld.log") });
    const delay = delayMs > 0 ? await startDelay(sqld.url, delayMs) : null;
    return denoHost({
      folder,
      url: delay?.url ?? sqld.url,
      database: patient(createClient({ url: sqld.url, intMode: "number" })),
      serverPid: sqld.child.process.pid ?? null,
      profile,
      async end() {
        await delay?.close();
        await sqld.child.stop();
      },
    });
  },
};

async function denoHost(parts: {
  readonly folder: string;
  readonly url: string;
  readonly database: Client;
  readonly serverPid: number | null;
  readonly profile: boolean;
  readonly end: () => Promise<void>;
}): Promise<MeasuredHost> {
  const { folder, url, database, serverPid } = parts;
  for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
  const [inspector = 0] = await freePorts(1);
  const flags = parts.profile ? [`--inspect=127.0.0.1:${inspector}`] : [];
  let deno: DenoProcess | null = null;
  const read = (file: string) => readFile(join(folder, file), "utf8").catch(() => "");
  return {
    database,
    async start() {
      deno = await startDeno({ folder, database: url, flags });
    },
    tick: async () => undefined,
    cpu: () => ({ host: cpuOf(deno?.child.process.pid ?? null), server: cpuOf(serverPid) }),
    processes: () => [deno?.child.process.pid, serverPid].filter((pid) => typeof pid === "number"),
    troubles: async () => troublesIn((await deno?.output()) ?? "", await read("sqld.log")),
    profile: parts.profile ? () => startProfile(inspector) : null,
    kill: async () => {
      await deno?.kill();
    },
    async close() {
      await deno?.child.stop();
      database.close();
      await parts.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The Worker in workerd, Durable Objects and all, on a libSQL server. */
export const edgeWithServer: HostKind = {
  name: "Edge, sqld",
  // Each object's first alarm is a file of its own that waits for the disk.
  leadMs: (clients) => 8_000 + clients * 60,
  ticksAtStart: false,
  firingClients: 500,
  async open({ delayMs = 0 } = {}) {
    const { system, close } = await openEdgeSystem();
    const delay = delayMs > 0 ? await startDelay(system.databaseUrl, delayMs) : null;
    const read = (file: string) => readFile(file, "utf8").catch(() => "");
    return {
      database: system.database,
      start: () => system.start(delay ? { LIBSQL_URL: delay.url } : {}),
      tick: () => system.tick(),
      cpu: () => ({ host: cpuOf(system.processes().edge), server: cpuOf(system.processes().sqld) }),
      processes: () => Object.values(system.processes()).filter((pid) => typeof pid === "number"),
      troubles: async () => troublesIn(await read(system.logs.edge), await read(system.logs.sqld)),
      profile: null,
      kill: () => system.kill(),
      async close() {
        await delay?.close();
        await close();
      },
    };
  },
};
