import { execFile } from "node:child_process";
import { accessSync, constants, openSync, readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { startChild } from "../../../src/hosts/local/child.ts";

/** A peer's server in a folder of its own, reached by a socket in it. */
export interface PeerServer {
  /** Connection string of PostgreSQL, or the path of Redis' socket. */
  readonly address: string;
  readonly pid: number | null;
  close(): Promise<void>;
}

/** A peer's server is not on this machine; the message says how to get it. */
export class ServerMissingError extends Error {
  readonly code = "server_missing";
}

const run = promisify(execFile);
const POSTGRES_FOLDER = "/usr/lib/postgresql";

/** Folders in which programs are looked for: the PATH, and where Debian keeps PostgreSQL. */
function folders(): string[] {
  let versions: string[] = [];
  try {
    versions = readdirSync(POSTGRES_FOLDER).sort((a, b) => Number(b) - Number(a));
  } catch {
    // No PostgreSQL of Debian's.
  }
  return [
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/local/bin",
    ...versions.map((version) => `${POSTGRES_FOLDER}/${version}/bin`),
  ];
}

function programPath(name: string, remedy: string): string {
  for (const folder of folders()) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not here.
    }
  }
  throw new ServerMissingError(`${name} is not on this machine; ${remedy}`);
}

const postgresPath = (name: string) =>
  programPath(name, "install it (Debian: apt-get install postgresql) or put it on the PATH");

/** Path of PostgreSQL's server. @throws {ServerMissingError} */
export const postgresProgram = () => postgresPath("postgres");

/** Path of Redis' server. @throws {ServerMissingError} */
export const redisProgram = () =>
  programPath("redis-server", "install it (Debian: apt-get install redis-server) or put it on the PATH");

async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

async function untilAnswers(path: string, name: string, log: string, ended: () => boolean): Promise<void> {
  while (!(await answers(path))) {
    if (ended()) throw new Error(`${name} ended before it answered; see ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** PostgreSQL refuses to run as root; then it runs as the user that Debian makes for it. */
async function asPostgres(folder: string): Promise<readonly string[]> {
  if (userInfo().uid !== 0) return [];
  const { stdout } = await run("id", ["-u", "postgres"]).catch(() => {
    throw new ServerMissingError(
      "PostgreSQL does not run as root; add a user named postgres, or run this as another user",
    );
  });
  await chown(folder, Number(stdout), 0);
  return ["runuser", "-u", "postgres", "--"];
}

async function started(folder: string, command: readonly string[], socket: string): Promise<PeerServer> {
  const [program = "", ...args] = command;
  const log = join(folder, "log");
  const output = openSync(log, "w");
  const child = await startChild(program, program, args, { env: process.env, cwd: folder, stdio: [output, output] });
  let ended = false;
  child.exited.then(() => {
    ended = true;
  });
  await untilAnswers(socket, program, log, () => ended);
  return {
    address: socket,
    pid: child.process.pid ?? null,
    async close() {
      await child.stop(2000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL with its own defaults: fsync and synchronous_commit are on. @throws {ServerMissingError} */
export async function startPostgres(): Promise<PeerServer> {
  const [postgres, initdb] = [postgresProgram(), postgresPath("initdb")];
  const folder = await mkdtemp(join(tmpdir(), "minutehand-postgres-"));
  await chmod(folder, 0o755);
  const as = await asPostgres(folder);
  const data = join(folder, "data");
  const command = [...as, initdb, "-D", data, "-U", "bench", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"];
  await run(command[0] ?? "", command.slice(1), { cwd: folder });
  const serve = [...as, postgres, "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "shared_buffers=256MB"];
  const server = await started(folder, serve, join(folder, ".s.PGSQL.5432"));
  return { ...server, address: `postgresql://bench@/postgres?host=${encodeURIComponent(folder)}` };
}

/** Redis that writes each command to its log and waits for the disk before it answers. @throws {ServerMissingError} */
export async function startRedis(): Promise<PeerServer> {
  const program = redisProgram();
  const folder = await mkdtemp(join(tmpdir(), "minutehand-redis-"));
  const socket = join(folder, "redis.sock");
  const settings = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", ""];
  return started(folder, [program, ...settings, "--appendonly", "yes", "--appendfsync", "always"], socket);
}
