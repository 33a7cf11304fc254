import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createClient } from "@libsql/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyPassword } from "../../../src/control/password.ts";
import { jobsOf } from "../../../src/hosts/local/night/jobs.ts";
import { freePorts } from "../../../src/hosts/local/ports.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { LAST_RESORT_MS } from "../../harness/last-resort.ts";
import { runningProcesses, untilGone, untilThere } from "./processes.ts";

const root = new URL("../../..", import.meta.url).pathname;

/** A fresh clone with its packages installed: what git tracks or would track, and a link to node_modules. */
async function clone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-clone-"));
  const left = new Set(["node_modules", ".git", ".data", ".wrangler", "dist", "coverage"]);
  for (const name of await readdir(root)) {
    if (!left.has(name)) await cp(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true });
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** `npm start` as someone types it: without this project's programs on the PATH, in a process group as a terminal makes one. */
function typeStart(folder: string, port: number, ...args: string[]): ChildProcess {
  const path = (process.env.PATH ?? "").split(delimiter).filter((one) => !one.includes("node_modules"));
  const environment = { ...process.env, PATH: path.join(delimiter), PORT: String(port) };
  const stdio = ["ignore", "pipe", "pipe"] as const;
  return spawn("npm", ["start", "--", ...args], { cwd: folder, env: environment, stdio: [...stdio], detached: true });
}

interface Started {
  readonly npm: ChildProcess;
  readonly output: () => string;
  readonly address: string;
  readonly password: string | null;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

/** Starts and waits for the greeting. */
async function npmStart(folder: string, port: number, ...args: string[]): Promise<Started> {
  const npm = typeStart(folder, port, ...args);
  let output = "";
  const ended = once(npm, "close").then(([code]) => ({ code: code as number | null, output }));
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("Ctrl-C stops everything")) resolve();
    };
    npm.stdout?.on("data", read);
    npm.stderr?.on("data", read);
    ended.then(() => reject(new Error(`npm start ended:\n${output}`)));
  });
  const password = /Password\s+(\S+)\n/.exec(output)?.[1] ?? null;
  return { npm, output: () => output, address: /Address\s+(\S+)/.exec(output)?.[1] ?? "", password, ended };
}

/** The one `node start.ts` below an npm. */
async function starter(folder: string): Promise<number> {
  const register = JSON.parse(await readFile(join(folder, ".data/processes.json"), "utf8")) as {
    owner: { pid: number };
  };
  return register.owner.pid;
}

async function control(folder: string) {
  const variables = await readFile(join(folder, ".data/edge.env"), "utf8");
  return createClient({ url: /LIBSQL_URL="([^"]+)"/.exec(variables)?.[1] ?? "" });
}

async function passwordHash(folder: string): Promise<string> {
  const result = await (await control(folder)).execute("SELECT password_hash FROM admins");
  return String(result.rows[0]?.password_hash);
}

describe("npm start", () => {
  let folder: string;
  let port: number;
  let started: Started;
  let firstHash: string;
  const ours = (one: { command: string }) => one.command.includes(folder);

  beforeAll(async () => {
    folder = await clone();
    [port = 0] = await freePorts(1);
    started = await npmStart(folder, port);
  });

  afterAll(async () => {
    for (const one of (await runningProcesses()).filter(ours)) process.kill(one.pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  it("prints one address, an administrator's e-mail and a password made for this installation", async () => {
    expect(started.output().match(/https?:\/\/\S+/g)).toEqual([`http://127.0.0.1:${port}/`]);
    expect(started.output()).toContain("admin@minutehand.example");
    expect(started.password).toMatch(/^([a-z0-9]{4}-){4}[a-z0-9]{4}$/);
    firstHash = await passwordHash(folder);
    expect(await verifyPassword(started.password ?? "", firstHash)).toBe(true);
  });

  it("serves the application at that address", async () => {
    const response = await fetch(started.address);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("<html");
  });

  it("has migrated the database and seeded two clients, their waiting mails and the night's jobs with their clocks", async () => {
    const database = await control(folder);
    const count = async (sql: string) => Number((await database.execute(sql)).rows[0]?.n);
    expect(await count("SELECT count(DISTINCT time_zone) AS n FROM clients")).toBe(2);
    expect(await count("SELECT count(*) AS n FROM messages WHERE dedupe_key LIKE 'demo|%'")).toBe(40);
    const jobs = jobsOf(catalogue);
    const ofClients = jobs.filter(({ processor }) => catalogue.find(processor)?.scope === "client").length;
    expect(await count("SELECT count(*) AS n FROM jobs")).toBe(jobs.length);
    expect(await count("SELECT count(*) AS n FROM triggers WHERE next_fire_at IS NOT NULL")).toBe(
      jobs.length + ofClients,
    );
    expect(await count("SELECT count(*) AS n FROM nodes WHERE id = 'weur'")).toBe(1);
  });

  it("ticks at once", async () => {
    const database = await control(folder);
    const result = await database.execute("SELECT count(*) AS n FROM ticks");
    expect(Number(result.rows[0]?.n)).toBeGreaterThan(0);
  });

  it("keeps its secrets in files that only their owner can read, and out of arguments", async () => {
    const { secretsKey } = JSON.parse(await readFile(join(folder, ".data/secrets.json"), "utf8")) as {
      secretsKey: string;
    };
    expect(Buffer.from(secretsKey, "base64")).toHaveLength(32);
    for (const one of await runningProcesses()) expect(one.command).not.toContain(secretsKey);
  });

  it("refuses to run twice on one folder, and says so", async () => {
    const second = await npmStart(folder, port).then(
      () => null,
      (error: Error) => error.message,
    );
    expect(second).toContain("already runs here");
  });

  it("stops everything on Ctrl-C and leaves no process behind", async () => {
    process.kill(-(started.npm.pid ?? Number.NaN), "SIGINT");
    expect((await started.ended).output).toContain("Stopping.");
    await untilGone(ours, 0);
  });

  it("does so in the middle of its start too, on SIGTERM", async () => {
    const npm = typeStart(folder, port);
    const ended = once(npm, "close");
    await untilThere((one) => ours(one) && one.command.startsWith("sqld"), LAST_RESORT_MS);
    npm.kill("SIGTERM");
    await ended;
    await untilGone(ours, 0);
  });

  it("keeps data and password at the next start", async () => {
    started = await npmStart(folder, port);
    expect(started.output()).toContain("your data was kept");
    expect(started.password).toBe(null);
    expect(await passwordHash(folder)).toBe(firstHash);
    const messages = await (await control(folder)).execute(
      "SELECT count(*) AS n FROM messages WHERE dedupe_key LIKE 'demo|%'",
    );
    expect(messages.rows[0]?.n).toBe(40);
  });

  it("leaves no process behind either when it is killed with SIGKILL", async () => {
    process.kill(await starter(folder), "SIGKILL");
    await started.ended;
    await untilGone(ours, LAST_RESORT_MS);
  });

  it("starts again after that, and makes another password when asked to", async () => {
    started = await npmStart(folder, port, "--new-password");
    expect(started.output()).toContain("your data was kept");
    const hash = await passwordHash(folder);
    expect(hash).not.toBe(firstHash);
    expect(await verifyPassword(started.password ?? "", hash)).toBe(true);
  });

  it("stops everything when one of its programs dies, and names its log", async () => {
    const sqld = await untilThere((one) => ours(one) && one.command.startsWith("sqld"), 0);
    process.kill(sqld.pid, "SIGKILL");
    const { code, output } = await started.ended;
    expect(code).not.toBe(0);
    expect(output).toContain("sqld ended by itself (SIGKILL)");
    expect(output).toContain(".data/log/sqld.log");
    await untilGone(ours, 0);
  });
});
