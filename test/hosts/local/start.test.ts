import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createClient } from "@libsql/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyPassword } from "../../../src/control/access/password.ts";
import { jobsOf } from "../../../src/demo/night/jobs.ts";
import { makeSqldAccess } from "../../../src/hosts/local/sqld-access.ts";
import { freePorts } from "../../../src/hosts/node/ports.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { LAST_RESORT_MS } from "../../harness/vitest/last-resort.ts";
import { ask } from "./outsider.ts";
import { listeningPorts, runningProcesses, untilGone, untilThere } from "./processes.ts";

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
  const read = (name: string) => new RegExp(`${name}="([^"]+)"`).exec(variables)?.[1] ?? "";
  return createClient({ url: read("LIBSQL_URL"), authToken: read("LIBSQL_TOKEN") });
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
    // A trigger stands on the clock itself, or with a group of quiet ones.
    const onTheClock = "next_fire_at IS NOT NULL OR quiet_group_id IS NOT NULL";
    expect(await count(`SELECT count(*) AS n FROM triggers WHERE ${onTheClock}`)).toBe(jobs.length + ofClients);
    expect(await count("SELECT count(*) AS n FROM nodes WHERE id = 'weur'")).toBe(1);
  });

  it("ticks at once", async () => {
    const database = await control(folder);
    const result = await database.execute("SELECT count(*) AS n FROM ticks");
    expect(Number(result.rows[0]?.n)).toBeGreaterThan(0);
  });

  describe("is closed to other pages of the same browser:", () => {
    const evil = { origin: "http://evil.example", "sec-fetch-site": "cross-site" };
    const neighbour = { origin: "http://localhost:3000" };
    /** What wrangler's local runtime adds to a Worker, as a page would ask for it. */
    const added = [
      "/cdn-cgi/local/explorer",
      "/cdn-cgi/local/explorer/api/r2/buckets",
      "/cdn-cgi/explorer",
      "/cdn-cgi/local/scheduled",
      "/cdn-cgi/handler/scheduled?cron=*+*+*+*+*",
      "/cdn-cgi/mf/scheduled",
      "/cdn-cgi/local/email?from=a@example.com&to=b@example.com",
      "/cdn-cgi/local/platform-proxy",
      "/cdn-cgi/local/r2/public/minutehand-files/c/1/import/user_csv/secret.csv",
      "/__cf_local/stream",
      "/json",
    ];
    const ticks = async () => {
      const result = await (await control(folder)).execute("SELECT count(*) AS n FROM ticks");
      return Number(result.rows[0]?.n);
    };

    it("the database asks for a token, and the one made for another start is none", async () => {
      const database = await control(folder);
      await database.execute("SELECT 1");
      const variables = await readFile(join(folder, ".data/edge.env"), "utf8");
      const databasePort = Number(/LIBSQL_URL="http:\/\/127\.0\.0\.1:(\d+)"/.exec(variables)?.[1]);
      const body = JSON.stringify({
        requests: [{ type: "execute", stmt: { sql: "UPDATE admins SET password_hash = 'x'" } }, { type: "close" }],
      });
      for (const authorization of [undefined, "Bearer x", `Bearer ${makeSqldAccess().token}`]) {
        for (const path of ["/v2/pipeline", "/v3/pipeline", "/"]) {
          const headers = { ...evil, "content-type": "text/plain", ...(authorization ? { authorization } : {}) };
          const { status } = await ask(databasePort, path, { method: "POST", headers, body });
          expect([400, 401, 404], `${authorization} ${path}`).toContain(status);
        }
      }
      expect(await passwordHash(folder)).toBe(firstHash);
    });

    it("the address answers only under its own name, without what the local runtime adds", async () => {
      for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1.:${port}`, `[::1]:${port}`]) {
        expect((await ask(port, "/sign-in", { headers: { host } })).status, host).toBe(421);
      }
      expect((await ask(port, "/sign-in", { headers: { host: `localhost:${port}` } })).status).toBe(200);
      const disguised = added.flatMap((path) => [
        path,
        `/${path}`,
        path.replace("c", "%63"),
        `/x/..${path}`,
        path.toUpperCase(),
      ]);
      for (const path of disguised) expect((await ask(port, path)).status, path).toBe(404);
      const hidden = { "mf-original-url": `http://127.0.0.1:${port}/cdn-cgi/local/explorer` };
      expect((await ask(port, "/sign-in", { headers: hidden })).body).toContain("<h1>");
    });

    it("no other port that it opens answers anything to a caller without a secret", async () => {
      const own = (await runningProcesses()).filter(ours);
      const groups = new Set(own.map(({ group }) => group));
      const all = (await runningProcesses()).filter(({ group }) => groups.has(group));
      const ports = (await listeningPorts(all.map(({ pid }) => pid))).filter((one) => one !== port);
      // The database, the Worker's runtime and what it asks its host, the mail server, the mails' reader.
      expect(ports.length).toBeGreaterThanOrEqual(5);
      const before = await ticks();
      for (const one of ports) {
        for (const path of ["/", "/sign-in", "/admin/now", "/?limit=5", ...added]) {
          for (const headers of [evil, neighbour, {}]) {
            const answer = await ask(one, path, { headers });
            const seen = `${one} ${path} ${JSON.stringify(headers)}: ${answer.status} ${answer.body.slice(0, 80)}`;
            // A tick that names no secret is answered and does nothing.
            if (path.includes("scheduled") && answer.status === 200) continue;
            expect([0, 400, 401, 403, 404, 405, 421], seen).toContain(answer.status);
            expect(answer.body, seen).not.toMatch(/<html|"mails"|"bucket|sourcedId/i);
          }
        }
      }
      // At most the one of a full minute that passed meanwhile.
      expect((await ticks()) - before).toBeLessThanOrEqual(1);
    });

    it("one who signs in there gets pages, may post, and sees files as before", async () => {
      const origin = started.address.slice(0, -1);
      const form = new URLSearchParams({ email: "admin@minutehand.example", password: started.password ?? "" });
      const signedIn = await fetch(`${origin}/sign-in`, {
        method: "POST",
        body: form,
        headers: { origin },
        redirect: "manual",
      });
      expect(signedIn.status).toBe(303);
      const headers = { cookie: (signedIn.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "", origin };
      for (const path of ["/admin/now", "/admin/mailbox", "/admin/files/1"]) {
        expect((await fetch(origin + path, { headers })).status, path).toBe(200);
      }
      const content = "username;email\nada;ada@example.com\n";
      const stored = `${origin}/admin/files/1/user_csv/closed.csv`;
      expect((await fetch(stored, { method: "PUT", headers, body: content })).status).toBe(201);
      expect(await (await fetch(stored, { headers })).text()).toBe(content);
      // The demo's shop tells of a purchase at the client's own address, with the signature of its connector.
      const shop = await (await fetch(`${origin}/admin/shop`, { headers })).text();
      const variantId = /<option value="(\d+)"/.exec(shop)?.[1] ?? "";
      const purchase = new URLSearchParams({ deed: "buy", variantId, email: "ada@north.example" });
      const bought = { method: "POST", headers, body: purchase, redirect: "manual" } as const;
      expect((await fetch(`${origin}/admin/shop`, bought)).status).toBe(303);
      const told = await (await control(folder)).execute(
        "SELECT client_id, provider, topic, proof FROM webhook_events",
      );
      expect(told.rows.map((row) => ({ ...row }))).toEqual([
        { client_id: 1, provider: "shopify", topic: "orders/paid", proof: "secret" },
      ]);
      const foreign = { ...headers, origin: "http://evil.example" };
      expect((await fetch(`${origin}/sign-out`, { method: "POST", headers: foreign })).status).toBe(403);
    });
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
