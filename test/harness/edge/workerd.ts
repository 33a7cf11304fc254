import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from "miniflare";

/** A Worker that can be started in an edge runtime of its own, again and again. */
export interface WorkerdPlace {
  /** @param inspectorPort where its debugger listens; default: it has none */
  start(inspectorPort?: number): Promise<Workerd>;
  close(): Promise<void>;
}

/** A runtime at work. */
export interface Workerd {
  readonly pid: number | null;
  /** Kills the runtime with SIGKILL, as a power cut would; its data stays. Returns once it is gone. */
  kill(): Promise<void>;
}

const standIn = new URL("stand-in.sh", import.meta.url).pathname;

/** The runtime that Miniflare brings along. */
const { default: workerd } = createRequire(import.meta.resolve("miniflare"))("workerd") as { default: string };

/**
 * Prepares a Worker of one bundled module for workerd. `npm start` runs it through wrangler, which each time takes four seconds of CPU
 * for its configuration, its bundle and its proxy. Here Miniflare draws up the runtime's configuration once, which takes two, and
 * each start is the runtime alone: a test that starts a Worker twenty times is about the runtime.
 * Its scheduled handler answers at `/cdn-cgi/local/scheduled?cron=…&time=<ms>`.
 *
 * @param options.folder where Durable Objects and R2 keep their data: where wrangler keeps them, too
 * @param options.variables they win over those of the Worker
 * @param options.log file that takes the Worker's output, from its last start on
 */
export async function prepareWorkerd(
  worker: V4WorkerOptions,
  options: {
    readonly port: number;
    readonly folder: string;
    readonly variables: Readonly<Record<string, string>>;
    readonly log: string;
  },
): Promise<WorkerdPlace> {
  const prepared = join(options.folder, "prepared");
  await mkdir(prepared, { recursive: true });
  const miniflare = await startedWith(standIn, () => {
    return new Miniflare(
      convertV4MiniflareOptions({
        host: "127.0.0.1",
        port: options.port,
        resourcePersistencePath: join(options.folder, "v3"),
        unsafeTriggerHandlers: true,
        unsafeRuntimeEnv: { STAND_IN_FOLDER: prepared, STAND_IN_PORT: String(options.port) },
        logRequests: false,
        cf: false,
        handleStructuredLogs: () => undefined,
        workers: [{ ...worker, bindings: { ...worker.bindings, ...options.variables } }],
      }),
    );
  });
  const runtimeArguments = (await readFile(join(prepared, "arguments"), "utf8")).trimEnd().split("\n");
  return {
    start(inspectorPort) {
      const inspector = inspectorPort === undefined ? [] : [`--inspector-addr=127.0.0.1:${inspectorPort}`];
      return start([...runtimeArguments, ...inspector], join(prepared, "configuration"), options.log);
    },
    close: () => miniflare.dispose(),
  };
}

/** Lets Miniflare start another program for workerd, which it looks up in the environment. */
async function startedWith(program: string, open: () => Miniflare): Promise<Miniflare> {
  process.env.MINIFLARE_WORKERD_PATH = program;
  try {
    const miniflare = open();
    await miniflare.ready;
    return miniflare;
  } finally {
    delete process.env.MINIFLARE_WORKERD_PATH;
  }
}

/** Starts the runtime, and returns once it listens. */
async function start(runtimeArguments: readonly string[], configuration: string, log: string): Promise<Workerd> {
  const [input, output] = [openSync(configuration, "r"), openSync(log, "w", 0o600)];
  const child = spawn(workerd, [...runtimeArguments], {
    stdio: [input, output, output, "pipe"],
    env: { ...process.env, TZ: "UTC", FORCE_COLOR: "0" },
  });
  const exited = once(child, "exit");
  closeSync(input);
  closeSync(output);
  const listens = (async () => {
    for await (const line of createInterface(child.stdio[3] as Readable)) {
      if (line.includes('"socket":"entry"')) return true;
    }
    return false;
  })();
  if (!(await Promise.race([listens, exited.then(() => false)])))
    throw new Error(`The edge runtime ended before it listened:\n${await readFile(log, "utf8")}`);
  return {
    pid: child.pid ?? null,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
