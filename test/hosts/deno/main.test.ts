import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readDenoOptions } from "../../../src/hosts/deno/options.ts";
import { programEnvironment } from "../../../src/hosts/local/sqld.ts";
import { projectFolder } from "../../../src/hosts/node/folder.ts";
import { type DenoProcess, denoBinary, HEALTH_TOKEN, startDeno } from "./process.ts";

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-denomain-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function signIn({ url }: DenoProcess, password: string): Promise<string | null> {
  const response = await fetch(`${url}/sign-in`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams({ email: "admin@minutehand.example", password }),
    redirect: "manual",
  });
  await response.text();
  return response.headers.get("location");
}

const BY_PROXY = {
  "x-forwarded-for": "198.51.100.7",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "jobs.example",
};

/** As a proxy that ends TLS passes it on. */
async function signInThroughProxy({ url }: DenoProcess, password: string): Promise<Response> {
  const response = await fetch(`${url}/sign-in`, {
    method: "POST",
    headers: { ...BY_PROXY, origin: "https://jobs.example" },
    body: new URLSearchParams({ email: "admin@minutehand.example", password }),
    redirect: "manual",
  });
  await response.text();
  return response;
}

describe("deno task start", () => {
  it("serves the demo from a file, shows the password once, keeps the data, and ends at SIGTERM", async () => {
    const folder = await freshFolder();
    const first = await startDeno({ folder });
    onTestFinished(() => first.child.stop());
    const [, password = ""] = (await first.output()).match(/Password {2}(\S+)/) ?? [];
    expect(await first.output()).toMatch(/ready, with a demo.*Address.*http:\/\/127\.0\.0\.1:\d+\/.*E-mail/s);
    expect(await signIn(first, "wrong")).toBeNull();
    expect(await signIn(first, password)).toBe("/admin/now");
    const authorization = `Bearer ${HEALTH_TOKEN}`;
    const health = await (await fetch(`${first.url}/health`, { headers: { authorization } })).json();
    expect(health).toMatchObject({ lastTick: { source: "timer" } });
    expect(await output(startDeno({ folder, name: "beside" }))).toMatch(/already runs here/);
    first.child.process.kill("SIGTERM");
    expect(await first.child.exited).toEqual({ code: 0, signal: null });

    const second = await startDeno({ folder, trustedProxies: "127.0.0.1" });
    onTestFinished(() => second.child.stop());
    expect(await second.output()).toMatch(/your data was kept.*as before/s);
    expect(await signIn(second, password)).toBe("/admin/now");
    // Not only the first start: who set LIBSQL_URL wrong would take the demo for real.
    expect(await second.output()).toContain("This is the demo, because LIBSQL_URL is not set");
    expect(await (await fetch(`${second.url}/sign-in`)).text()).toContain("This is the demo: its people are made up");
    const proxied = await signInThroughProxy(second, password);
    expect(proxied.headers.getSetCookie()[0]).toMatch(/^__Host-minutehand=.*Secure/);
    expect(proxied.headers.get("strict-transport-security")).not.toBeNull();
    const sessions = await fetch(`${second.url}/admin/sessions`, {
      headers: { ...BY_PROXY, cookie: proxied.headers.getSetCookie()[0]?.split(";")[0] ?? "" },
    });
    expect(await sessions.text()).toContain("198.51.100.x");
  });
});

/** What a start that must fail has printed. */
async function output(start: Promise<DenoProcess>): Promise<string> {
  return start.then(
    () => "it started",
    (error: Error) => error.message,
  );
}

describe("its options", () => {
  it("default to this machine, a file with the demo and 45 seconds", () => {
    const options = readDenoOptions([], {});
    expect(options).toMatchObject({ host: "127.0.0.1", port: null, staleAfterMs: 45_000, secretsKey: null });
    expect(options.database).toMatchObject({ kind: "file", demo: true });
    expect(options.dataFolder).toMatch(/\.data\/deno$/);
  });

  it.each([
    ["file:/data/a.db", { kind: "file", path: "/data/a.db", demo: false }],
    ["file:///data/a.db", { kind: "file", path: "/data/a.db", demo: false }],
    ["file:a.db", { kind: "file", path: "a.db", demo: false }],
    ["http://127.0.0.1:8080", { kind: "server", url: "http://127.0.0.1:8080" }],
    ["libsql://db.example", { kind: "server", url: "libsql://db.example" }],
  ])("LIBSQL_URL may be %s", (LIBSQL_URL, expected) => {
    expect(readDenoOptions([], { LIBSQL_URL }).database).toMatchObject(expected);
  });

  it("name no bucket by default; one has an endpoint, a region and a login", () => {
    const login = { S3_ACCESS_KEY_ID: "id", S3_SECRET_ACCESS_KEY: "c2hvcnQ=" };
    const bucket = { S3_BUCKET: "files", S3_ENDPOINT: "http://127.0.0.1:9000" };
    expect(readDenoOptions([], { ...login, S3_ENDPOINT: bucket.S3_ENDPOINT }).s3).toBeNull();
    expect(readDenoOptions([], { ...login, ...bucket }).s3).toEqual({
      bucket: "files",
      endpoint: "http://127.0.0.1:9000",
      region: "us-east-1",
      accessKeyId: "id",
      secretAccessKey: "c2hvcnQ=",
    });
    expect(readDenoOptions([], { ...login, ...bucket, S3_REGION: "auto" }).s3).toMatchObject({ region: "auto" });
  });

  it.each([
    [{ S3_BUCKET: "files" }, /S3_ENDPOINT is ""; give the address of the service without the bucket/],
    [{ S3_BUCKET: "files", S3_ENDPOINT: "s3.example.org" }, /S3_ENDPOINT is "s3.example.org"/],
    [
      { S3_BUCKET: "files", S3_ENDPOINT: "https://s3.example.org", S3_SECRET_ACCESS_KEY: "c2hvcnQ=" },
      /give S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY too/,
    ],
    [{ LIBSQL_URL: "postgres://a" }, /LIBSQL_URL is "postgres:\/\/a"; give a file or a server/],
    [{ LIBSQL_URL: "file:" }, /LIBSQL_URL is "file:"/],
    [{ STALE_AFTER_SECONDS: "0" }, /STALE_AFTER_SECONDS is "0"; give seconds from 0.5 to 3600/],
    [{ SECRETS_KEY: "c2hvcnQ=" }, /SECRETS_KEY must be 32 bytes, base64; make one with/],
    [{ PORT: "none" }, /PORT is "none".*PORT=8080 deno task start/],
  ])("%o is refused with the remedy, and a secret is not repeated", (environment, message) => {
    expect(() => readDenoOptions([], environment)).toThrow(message);
    expect(() => readDenoOptions([], environment)).not.toThrow(/c2hvcnQ/);
  });
});

describe("deno task test", () => {
  let printed = "";
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(denoBinary, ["task", "test"], {
      cwd: projectFolder,
      env: { ...programEnvironment(), NO_COLOR: "1" },
    });
    printed = stdout;
  });

  it("runs the tests of the runners' loops inside Deno, and they pass", () => {
    expect(printed).toMatch(/ok \| \d+ passed \(3 steps\) \| 0 failed/);
  });
});
