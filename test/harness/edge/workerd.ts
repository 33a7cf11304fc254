import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from "miniflare";

/** A Worker in an edge runtime of its own. */
export interface Workerd {
  /** The runtime's process. */
  readonly pid: number | null;
  /** Kills the runtime with SIGKILL, as a power cut would; its data stays. Returns once it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a Worker of one bundled module in workerd, and returns once it serves. `npm start` does that through wrangler, which each time takes four
 * seconds of CPU for its configuration, its bundle and its proxy; a test that starts a Worker twenty times is about the runtime.
 * Its scheduled handler answers at `/cdn-cgi/local/scheduled?cron=…&time=<ms>`.
 *
 * @param options.folder where Durable Objects and R2 keep their data: where wrangler keeps them, too
 * @param options.variables they win over those of the Worker
 * @param options.log file that takes the Worker's output
 * @param options.inspectorPort where its debugger listens; default: it has none
 */
export async function startWorkerd(
  worker: V4WorkerOptions,
  options: {
    readonly port: number;
    readonly folder: string;
    readonly variables: Readonly<Record<string, string>>;
    readonly log: string;
    readonly inspectorPort?: number | undefined;
  },
): Promise<Workerd> {
  const others = workerds();
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: options.port,
      resourcePersistencePath: join(options.folder, "v3"),
      unsafeTriggerHandlers: true,
      ...(options.inspectorPort === undefined ? {} : { inspectorPort: options.inspectorPort }),
      logRequests: false,
      cf: false,
      handleStructuredLogs: ({ level, message }) => appendFileSync(options.log, `${level}: ${message}\n`),
      workers: [{ ...worker, bindings: { ...worker.bindings, ...options.variables } }],
    }),
  );
  await runtime.ready;
  const own = workerds().filter((pid) => !others.includes(pid));
  return {
    pid: own[0] ?? null,
    async kill() {
      for (const pid of own) process.kill(pid, "SIGKILL");
      await runtime.dispose();
    },
  };
}

/** The process ids of this process's runtimes. */
function workerds(): number[] {
  const children = readdirSync("/proc/self/task").flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return children.filter((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "workerd");
}
