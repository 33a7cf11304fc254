import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Client, createClient } from "@libsql/client";
import type { V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { bundles } from "../../../drizzle/bundles.ts";
import { SecretBox } from "../../../src/control/secret.ts";
import { programEnvironment, type Sqld, startSqld } from "../../../src/hosts/local/sqld.ts";
import { projectFolder } from "../../../src/hosts/node/folder.ts";
import { freePorts } from "../../../src/hosts/node/ports.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import { patient } from "../database/patient.ts";
import { prepareWorkerd, type Workerd, type WorkerdPlace } from "./workerd.ts";

/** The whole of Minutehand as it runs in production, on this machine: a libSQL server and the Worker in workerd. */
export interface EdgeSystem {
  readonly database: Client;
  readonly secrets: SecretBox;
  /** Address of the Worker, once {@link start}ed. */
  readonly url: string;
  /** Where the edge runtime keeps its objects and buckets. */
  readonly folder: string;
  /** What the edge runtime and the database server have printed, each from its last start on. */
  readonly logs: { readonly edge: string; readonly sqld: string };
  /** Address of the database server. */
  readonly databaseUrl: string;
  /** Ids of the processes at work: of the edge runtime, whose children do the work, once {@link start}ed, and of the database server. */
  processes(): { readonly edge: number | null; readonly sqld: number | null };
  /** @param variables of the Worker beside its own */
  start(variables?: Readonly<Record<string, string>>, inspectorPort?: number): Promise<void>;
  /** Kills the edge runtime with SIGKILL, as a power cut would; its data stays. */
  kill(): Promise<void>;
  /** Kills the database server with SIGKILL, and starts it again on its data and port. */
  killServer(): Promise<void>;
  /** Calls the scheduled handler: one tick. */
  tick(): Promise<void>;
}

let built: Promise<V4WorkerOptions> | null = null;

/** Bundles the Worker as a deployment does, once for each process, so that a restart is quick and no edit of a source file restarts it. */
function builtWorker(): Promise<V4WorkerOptions> {
  built ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "minutehand-worker-"));
    try {
      const wrangler = `${projectFolder}node_modules/wrangler/bin/wrangler.js`;
      await promisify(execFile)(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", folder], {
        cwd: projectFolder,
        env: { ...programEnvironment(), WRANGLER_SEND_METRICS: "false", NODE_EXTRA_CA_CERTS: "" },
      });
      const contents = await readFile(join(folder, "worker.js"), "utf8");
      const { workerOptions } = unstable_getMiniflareWorkerOptions(`${projectFolder}wrangler.toml`);
      return { ...workerOptions, name: "minutehand", modules: [{ type: "ESModule", path: "worker.js", contents }] };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  })();
  return built;
}

/** Sets a system up with an empty, migrated database of its own, and gives back what ends it. */
export async function openEdgeSystem(): Promise<{ readonly system: EdgeSystem; readonly close: () => Promise<void> }> {
  const worker = await builtWorker();
  const folder = await mkdtemp(join(tmpdir(), "minutehand-edge-"));
  const logs = { edge: join(folder, "edge.log"), sqld: join(folder, "sqld.log") };
  const [port = 0, sqldPort = 0] = await freePorts(2);
  const openServer = () => startSqld({ folder: join(folder, "sqld"), log: logs.sqld, port: sqldPort });
  let sqld: Sqld = await openServer();
  const database = patient(createClient({ url: sqld.url, intMode: "number" }));
  for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
  const secretsKey = Buffer.alloc(32, 7).toString("base64");
  let edge: Workerd | null = null;
  const places = new Map<string, Promise<WorkerdPlace>>();
  const kill = async () => {
    const killed = edge;
    edge = null;
    await killed?.kill();
  };
  const close = async () => {
    await kill();
    for (const one of places.values()) await (await one).close();
    database.close();
    await sqld.child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const options = { port, folder: join(folder, "edge"), log: logs.edge };
  const own = { LIBSQL_URL: sqld.url, SECRETS_KEY: secretsKey, RELEASE_ID: "test", DEMO_MAILBOX_URL: "" };
  const system: EdgeSystem = {
    database,
    secrets: new SecretBox(secretsKey),
    url,
    folder: options.folder,
    logs,
    databaseUrl: sqld.url,
    processes: () => ({ edge: edge?.pid ?? null, sqld: sqld.child.process.pid ?? null }),
    async start(variables = {}, inspectorPort = undefined) {
      const key = JSON.stringify(variables);
      const found = places.get(key) ?? prepareWorkerd(worker, { ...options, variables: { ...own, ...variables } });
      places.set(key, found);
      edge = await (await found).start(inspectorPort);
    },
    kill,
    async killServer() {
      sqld.child.process.kill("SIGKILL");
      await sqld.child.exited;
      sqld = await openServer();
    },
    async tick() {
      const response = await fetch(`${url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*&time=${Date.now()}`);
      if (!response.ok) throw new Error(`The tick was answered ${response.status}: ${await response.text()}`);
    },
  };
  return { system, close };
}
