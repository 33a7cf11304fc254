import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { type AdminRole, addAdmin, openSession, readAccount } from "../../../src/control/access/access.ts";
import { Signer } from "../../../src/control/access/signer.ts";
import type { RunState } from "../../../src/control/runs/run-state.ts";
import type { Files } from "../../../src/files/files.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import type { Database } from "../../../src/store/database.ts";
import { createApp } from "../../../src/web/app.ts";
import type { Ports } from "../../../src/web/ports.ts";
import { sessionToken, storedHash } from "../../../src/web/sign-in/token.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { addClient } from "../../harness/runner/runner.ts";
import { nodeConnect } from "../../harness/socket.ts";
import { processors } from "./processors.ts";
import { testRemote } from "./remote.ts";

/** Monday, 23 November 2026, 12:00 UTC. */
export const NOON = Date.UTC(2026, 10, 23, 12);

/** The application on a database of its own, with two clients, and what a test wants to know of it. */
export interface Stage {
  readonly app: ReturnType<typeof createApp>;
  readonly database: Database;
  readonly files: Files;
  readonly ports: Ports;
  /** Clients in Berlin and New York. */
  readonly berlin: number;
  readonly newYork: number;
  /** Clients whose runner was woken, in order. */
  readonly woken: number[];
  /** Faults that the application reported. */
  readonly faults: unknown[];
  /** The present instant (ms) of the application. */
  now: number;
  /** A browser that is signed in with this role, limited to a client (0: none). */
  signedIn(role: AdminRole, clientId?: number): Promise<Browser>;
  /** A browser of a stranger. */
  stranger(): Browser;
  /** Adds a job by the scheduler's own way. Returns its id. */
  addJob(input: Record<string, unknown>): Promise<number>;
  /** Adds a run row in a state. Returns its id. */
  addRun(run: { jobId: number; clientId: number; state: RunState; jobName?: string }): Promise<number>;
}

/** An answer with its text at hand. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** What a reader sees, without markup; white space is collapsed. */
  readonly text: string;
  /** Where a redirect leads; null for other answers. */
  readonly location: string | null;
}

/** What a reader sees of a page. */
export function textOf(html: string): string {
  return (
    html
      .replace(/<(style|head)[\s\S]*?<\/\1>/g, " ")
      // A place where a word may be broken is no gap in it.
      .replace(/<wbr\/?>/g, "")
      .replace(/<[^>]+>/g, " ")
      .replaceAll("&#39;", "'")
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&")
      .replace(/\s+/g, " ")
      .trim()
  );
}

/** Sends requests the way a browser does: its cookies, and where the request comes from. */
export class Browser {
  readonly #app: Stage["app"];
  readonly #origin: string;
  readonly cookies = new Map<string, string>();

  constructor(app: Stage["app"], origin = "http://localhost") {
    this.#app = app;
    this.#origin = origin;
  }

  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookies) headers.set("cookie", cookies);
    if (!headers.has("sec-fetch-site")) headers.set("sec-fetch-site", "same-origin");
    const response = await this.#app.request(this.#origin + path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const body = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body,
      text: textOf(body),
      location: response.headers.get("location"),
    };
  }

  get(path: string): Promise<Answer> {
    return this.send(path);
  }

  post(path: string, fields: Record<string, string> | URLSearchParams = {}): Promise<Answer> {
    return this.send(path, { method: "POST", body: new URLSearchParams(fields) });
  }

  upload(path: string, file: File | null, fields: Record<string, string> = {}): Promise<Answer> {
    const form = new FormData();
    if (file) form.set("file", file);
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return this.send(path, { method: "POST", body: form });
  }
}

/** Sets the stage. Call it inside a test or a `beforeEach`. */
export async function setStage(overrides: Partial<Ports> = {}): Promise<Stage> {
  const database = await freshFileDatabase();
  const folder = await mkdtemp(join(tmpdir(), "minutehand-web-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return setStageOn(database, folderFiles(folder), overrides);
}

/** The same on a migrated database and a file store that are there, also outside a test. */
export async function setStageOn(database: Database, files: Files, overrides: Partial<Ports> = {}): Promise<Stage> {
  const woken: number[] = [];
  const faults: unknown[] = [];
  let serial = 0;
  const ports: Ports = {
    control: database,
    storeOf: async () => database,
    files,
    catalogue: createCatalogue(Object.values(processors)),
    now: () => stage.now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    wakeRunner: async (clientId) => void woken.push(clientId),
    verifyPassword: async (password, hash) => hash === `plain ${password}`,
    hashPassword: async (password) => `plain ${password}`,
    devices: new Signer("device", Buffer.alloc(32, 7).toString("base64")),
    openId: null,
    clientAddress: (request) => request.headers.get("x-test-address") ?? "192.0.2.1",
    reportError: (error) => faults.push(error),
    remote: testRemote(nodeConnect()),
    mailbox: null,
    ...overrides,
  };
  const app = createApp(ports);
  const stage: Stage = {
    app,
    database,
    files,
    ports,
    berlin: await addClient(database, "berlin", "Europe/Berlin"),
    newYork: await addClient(database, "new-york", "America/New_York"),
    woken,
    faults,
    now: NOON,
    stranger: () => new Browser(app),
    async signedIn(role, clientId = 0) {
      serial += 1;
      const email = `${role}-${serial}@example.com`;
      await addAdmin(database, { email, name: email, role, clientId, passwordHash: "plain secret" }, stage.now);
      const account = await readAccount(database, email);
      if (!account) throw new Error("The account was not added");
      const token = sessionToken(crypto.getRandomValues(new Uint8Array(32)));
      const tokenHash = await storedHash(token);
      await openSession(database, { adminId: account.id, tokenHash, replacesHash: null, userAgent: "" }, stage.now);
      const browser = new Browser(app);
      browser.cookies.set("minutehand", token);
      return browser;
    },
    async addJob(input) {
      const result = await createJob(ports, input, "test@example.com", stage.now);
      if (result.state !== "saved") throw new Error(`The job was refused: ${JSON.stringify(result)}`);
      return result.jobId;
    },
    async addRun({ jobId, clientId, state, jobName = "Night" }) {
      serial += 1;
      const started = state === "running" ? stage.now - 60_000 : null;
      const result = await database.execute({
        sql: `INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state,
            started_at, created_at)
          VALUES (?, ?, 'schedule', ?, ?, 'PlainJob', ?, 'light', '{}', 'UTC', ?, ?, ?) RETURNING id`,
        args: [jobId, clientId, stage.now + serial, stage.now + serial, jobName, state, started, stage.now],
      });
      return Number(result.rows[0]?.id);
    },
  };
  return stage;
}
