import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../drizzle/bundles.ts";
import { SecretBox } from "../../src/control/secret.ts";
import { type Edge, startEdge } from "../../src/hosts/local/edge.ts";
import { freePorts } from "../../src/hosts/local/ports.ts";
import { type Sqld, startSqld } from "../../src/hosts/local/sqld.ts";
import { migrate, migrationSets } from "../../src/store/migrations.ts";

/** The whole of Minutehand as it runs in production, on this machine: a libSQL server and the Worker in workerd. */
export interface EdgeSystem {
  readonly database: Client;
  readonly secrets: SecretBox;
  /** Address of the Worker, once {@link start}ed. */
  readonly url: string;
  start(): Promise<void>;
  /** Kills the edge runtime with SIGKILL, as a power cut would; its data stays. */
  kill(): Promise<void>;
  /** Calls the scheduled handler: one tick. */
  tick(): Promise<void>;
}

/** Sets a system up with an empty, migrated database of its own, and gives back what ends it. */
export async function openEdgeSystem(): Promise<{ readonly system: EdgeSystem; readonly close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-edge-"));
  const sqld: Sqld = await startSqld({ folder: join(folder, "sqld"), log: join(folder, "sqld.log") });
  const [port = 0] = await freePorts(1);
  const database = createClient({ url: sqld.url, intMode: "number" });
  for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
  const secretsKey = Buffer.alloc(32, 7).toString("base64");
  let edge: Edge | null = null;
  const kill = async () => {
    const child = edge?.child;
    edge = null;
    if (!child?.process.pid) return;
    process.kill(-child.process.pid, "SIGKILL");
    await child.exited;
  };
  const close = async () => {
    await kill();
    database.close();
    await sqld.child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const system: EdgeSystem = {
    database,
    secrets: new SecretBox(secretsKey),
    url,
    async start() {
      edge = await startEdge({
        port,
        folder: join(folder, "edge"),
        log: join(folder, "edge.log"),
        variablesFile: join(folder, "edge.env"),
        variables: { LIBSQL_URL: sqld.url, SECRETS_KEY: secretsKey, RELEASE_ID: "test", DEMO_MAILBOX_URL: "" },
      });
    },
    kill,
    async tick() {
      const response = await fetch(`${url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*&time=${Date.now()}`);
      if (!response.ok) throw new Error(`The tick was answered ${response.status}: ${await response.text()}`);
    },
  };
  return { system, close };
}
