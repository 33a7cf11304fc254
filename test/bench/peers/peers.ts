import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { cpuOf } from "../report/cpu.ts";
import { versionOf } from "../report/machine.ts";
import { progress } from "../report/report.ts";
import type { PeerMessage } from "./program.ts";
import { type PeerServer, postgresProgram, redisProgram, startPostgres, startRedis } from "./servers.ts";

const here = `${import.meta.dirname}/`;
const benchFolder = `${here}../`;

/** A job queue that Minutehand is measured beside, in one of its settings. */
export interface Peer {
  readonly name: string;
  readonly program: "graphile-worker" | "pg-boss" | "bullmq";
  readonly setting: "single" | "batched";
  /** Jobs of a round, so that it takes a second or more. */
  readonly jobs: number;
  readonly durability: string;
  readonly start: () => Promise<PeerServer>;
}

const postgresDurability = "fsync, synchronous_commit on";

/** All peers, each with the settings that its documentation recommends for throughput, and one by one. */
export const peers: readonly Peer[] = [
  {
    name: "graphile-worker, 24 at once",
    program: "graphile-worker",
    setting: "single",
    jobs: 4000,
    durability: postgresDurability,
    start: startPostgres,
  },
  {
    name: "graphile-worker, local queue 500, completed in batches",
    program: "graphile-worker",
    setting: "batched",
    jobs: 20_000,
    durability: postgresDurability,
    start: startPostgres,
  },
  {
    name: "pg-boss, one by one, 24 at once",
    program: "pg-boss",
    setting: "single",
    jobs: 2000,
    durability: postgresDurability,
    start: startPostgres,
  },
  {
    name: "pg-boss, batches of 100",
    program: "pg-boss",
    setting: "batched",
    jobs: 20_000,
    durability: postgresDurability,
    start: startPostgres,
  },
  {
    name: "BullMQ, 100 at once",
    program: "bullmq",
    setting: "single",
    jobs: 10_000,
    durability: "appendfsync always",
    start: startRedis,
  },
];

/** What a peer did in a round. */
export interface PeerRound {
  /** Jobs ended in a second. */
  readonly rate: number;
  /** ms for each job: of its own process, and of its server's. */
  readonly cpuPerRun: { readonly host: number; readonly server: number };
}

/** Installs the peers' packages, unless they are there as `test/bench/package-lock.json` has them. */
export function installPeers(): void {
  const lock = `${benchFolder}package-lock.json`;
  const installed = `${benchFolder}node_modules/.package-lock.json`;
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  progress("installing the peers (test/bench/package.json)");
  execFileSync("npm", ["install", "--no-save", "--no-audit", "--no-fund"], {
    cwd: benchFolder,
    stdio: ["ignore", 2, 2],
  });
}

/** The peers' versions, and their servers'. */
export function peerVersions(): string {
  const version = (name: string) =>
    JSON.parse(readFileSync(`${benchFolder}node_modules/${name}/package.json`, "utf8")).version as string;
  const packages = ["graphile-worker", "pg-boss", "bullmq"].map((name) => `${name} ${version(name)}`);
  const server = (name: string, path: () => string) => {
    try {
      return `${name} ${versionOf(path()) ?? "-"}`;
    } catch {
      return `no ${name}`;
    }
  };
  return [...packages, server("PostgreSQL", postgresProgram), server("Redis", redisProgram)].join(", ");
}

/**
 * Lets a peer do its jobs once, with a server and a process of its own.
 *
 * @param jobs default: the peer's own number
 * @throws {ServerMissingError}
 */
export async function peerRound(peer: Peer, jobs = peer.jobs): Promise<PeerRound> {
  const server = await peer.start();
  try {
    const args = [`${here}${peer.program}.program.ts`, "--jobs", String(jobs), "--setting", peer.setting];
    const child = spawn(process.execPath, [...args, "--server", server.address], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    let before = 0;
    const round = await new Promise<PeerRound>((resolve, reject) => {
      child.on("message", (message: PeerMessage) => {
        const spent = cpuOf(server.pid);
        if (message.event === "begin") before = spent;
        else {
          const { tookMs, cpuMs } = message;
          resolve({ rate: (1000 * jobs) / tookMs, cpuPerRun: { host: cpuMs / jobs, server: (spent - before) / jobs } });
        }
      });
      child.once("exit", (code) => reject(new Error(`${peer.name} ended with ${code} before its jobs had`)));
    });
    if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
    progress(
      `${peer.name}: ${round.rate.toFixed(0)}/s, CPU ${round.cpuPerRun.host.toFixed(2)} + ${round.cpuPerRun.server.toFixed(2)} ms a job`,
    );
    return round;
  } finally {
    await server.close();
  }
}
