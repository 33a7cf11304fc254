import { parseArgs } from "node:util";

/** What a peer's program is to do. */
export interface PeerTask {
  readonly jobs: number;
  /** Setting by name, as `peers.ts` lists them. */
  readonly setting: string;
  /** Where its server listens: for PostgreSQL a connection string, for Redis a socket's path. */
  readonly server: string;
}

/** What it tells the benchmark, which takes the times of the server's processes meanwhile. */
export type PeerMessage =
  | { readonly event: "begin" }
  /** @property tookMs from the first job's fetch to the last one's end, which is then in the server; cpuMs of this process meanwhile */
  | { readonly event: "end"; readonly tookMs: number; readonly cpuMs: number };

/**
 * A peer's program: puts the jobs in its queue, then lets them be done and measures that alone.
 *
 * @param prepare fills the queue and returns what does the jobs, and what ends it all
 */
export async function peerProgram(
  prepare: (task: PeerTask) => Promise<{ work: () => Promise<void>; close: () => Promise<void> }>,
): Promise<void> {
  const { values } = parseArgs({
    options: { jobs: { type: "string" }, setting: { type: "string" }, server: { type: "string" } },
  });
  const { jobs = "0", setting = "", server = "" } = values;
  const { work, close } = await prepare({ jobs: Number(jobs), setting, server });
  const tell = (message: PeerMessage) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));
  await tell({ event: "begin" });
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const tookMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  await tell({ event: "end", tookMs, cpuMs: (user + system) / 1000 });
  await close();
  process.exit(0);
}

/** Resolves at the call of `done` that makes `count` of them. */
export function counted(count: number): { readonly done: () => void; readonly all: Promise<void> } {
  let left = count;
  let finish: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    all,
    done() {
      left -= 1;
      if (left === 0) finish();
    },
  };
}
