import { beforeEach, describe, expect, it } from "vitest";
import { type AdminRole, addAdmin, readAccount } from "../../../src/control/access/access.ts";
import { apiTokenRules, createApiToken } from "../../../src/control/access/api-tokens.ts";
import { accessTokenHash } from "../../../src/learning/reports/access-token.ts";
import { apiToken } from "../../../src/web/api/api-token.ts";
import { type LinkStage, NOW } from "./report-link-cases.ts";

const HOUR = 3_600_000;

interface Token {
  readonly clientId?: number;
  readonly expiresAt?: number;
  readonly role?: AdminRole;
  /** The client that its maker is limited to; 0: none. */
  readonly of?: number;
}

/** The report of a client and two people in it: Ada is active, Bob is not. */
async function addPeople(stage: LinkStage, clientId: number): Promise<void> {
  const database = clientId === 3 ? stage.own : stage.shared;
  const insert = `INSERT INTO persons (client_id, username, username_key, given_name, family_name, email, auth_status, role, locale,
      auth_source, enrolled_on, created_at, updated_at)
    VALUES (?, ?, ?, ?, 'Test', ?, ?, 'learner', 'en', 'local', '2026-01-01', 0, 0)`;
  const person = (name: string, status: string) => ({
    sql: insert,
    args: [clientId, name, `${name}${clientId}`, name, `${name}@example.com`, status],
  });
  await database.batch(
    [
      person("ada", "active"),
      person("bob", "passive"),
      {
        sql: `INSERT INTO reports (id, client_id, key, name, definition, created_at, updated_at)
          VALUES (?, ?, 'persons', 'People', '{"columns":["username","auth_status"]}', 0, 0)`,
        args: [clientId * 10, clientId],
      },
    ],
    "write",
  );
}

/** What a call answers, taken or refused. */
interface Answered {
  readonly url: string;
  readonly format: string;
  readonly rows: number;
  readonly code: string;
  readonly problems: readonly [{ readonly field: string; readonly message: string }];
}

let serial = 0;

/** Adds a token for the report of a client with two people. Returns the token itself. */
export async function addToken(stage: LinkStage, token: Token = {}): Promise<string> {
  const { clientId = 1, expiresAt = NOW + HOUR, role = "client_admin", of = clientId } = token;
  serial += 1;
  const email = `maker-${serial}@example.com`;
  await addAdmin(stage.shared, { email, name: email, role, clientId: of, passwordHash: null }, NOW);
  const whole = apiToken(crypto.getRandomValues(new Uint8Array(32)));
  const made = {
    clientId,
    reportId: clientId * 10,
    adminId: (await readAccount(stage.shared, email))?.id ?? 0,
    name: "BI",
    tokenHash: await accessTokenHash(whole),
    expiresAt,
  };
  await createApiToken(stage.shared, made, email, NOW);
  const reports = await (clientId === 3 ? stage.own : stage.shared).execute(
    `SELECT 1 FROM reports WHERE id = ${clientId * 10}`,
  );
  if (reports.rows.length === 0) await addPeople(stage, clientId);
  return whole;
}

/** The sentences of handbook, reports: calling a report, for any host. */
export function describeReportCalls(set: () => Promise<LinkStage>): void {
  let stage: LinkStage;
  beforeEach(async () => {
    stage = await set();
  });
  const post = (token: string | null, body: unknown = {}, headers: Record<string, string> = {}) =>
    stage.request("/api/report-calls", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const json = async (answer: Response) => (await answer.json()) as Answered;
  const calls = async (database = stage.shared) => {
    const { rows } = await database.execute("SELECT id, state, token_hash FROM report_calls ORDER BY id");
    return rows.map((row) => ({ ...row }));
  };
  const pathOf = (url: string) => new URL(url).pathname;

  describe("a call of a report", () => {
    it("makes its file and answers a link that opens it without the token, of which only a hash is kept", async () => {
      const token = await addToken(stage);
      const answer = await post(token, { filters: { status: ["active"] } });
      const body = await json(answer);
      expect([answer.status, body]).toEqual([
        201,
        {
          id: 1,
          report: 10,
          url: expect.stringMatching(/^https?:\/\/[^/]+\/x\/1\.[\w-]{43}$/),
          format: "csv",
          rows: 1,
          size: expect.any(Number),
          expiresAt: new Date(NOW + 24 * HOUR).toISOString(),
        },
      ]);
      const file = await stage.request(pathOf(body.url));
      const csv = '"Username";"Account status"\r\n"ada";"active"\r\n';
      expect([file.status, await file.text()]).toEqual([200, csv]);
      expect(file.headers.get("content-disposition")).toContain('filename="People 1.csv"');
      const link = body.url.split("/").at(-1) ?? "";
      expect(await calls()).toEqual([{ id: 1, state: "finished", token_hash: await accessTokenHash(link) }]);
      const { rows } = await stage.shared.execute("SELECT actor, subject, kind FROM access_log ORDER BY id");
      expect(rows.map((row) => ({ ...row }))).toEqual([
        { actor: expect.stringMatching(/^maker-/), subject: "API token 1: c/1/data/report/call/1.csv", kind: "export" },
        { actor: "", subject: "c/1/data/report/call/1.csv", kind: "export" },
      ]);
    });

    it("of a client with a database of its own is answered from there, at the client's host", async () => {
      await stage.shared.execute("UPDATE clients SET host = 'learn.own.example' WHERE id = 3");
      const answer = await post(await addToken(stage, { clientId: 3 }), {
        format: "xlsx",
        locale: "de",
        validHours: 240,
      });
      const body = await json(answer);
      expect([answer.status, body.format, body.rows]).toEqual([201, "xlsx", 2]);
      expect(body.url).toMatch(/^https:\/\/learn\.own\.example\/x\/3\./);
      const file = await stage.request(pathOf(body.url));
      expect([file.status, file.headers.get("content-type")]).toEqual([200, expect.stringMatching(/sheet$/)]);
      await file.arrayBuffer();
      expect([(await calls(stage.own)).length, (await calls()).length]).toEqual([1, 0]);
    });

    it("whose time is over, or whose file was deleted, answers 410; the link of a mail opens no call, nor a call's a mail", async () => {
      const { url } = await json(await post(await addToken(stage)));
      const path = pathOf(url);
      expect((await stage.request(path.replace("/x/", "/r/"))).status).toBe(404);
      expect((await stage.request(path.replace(/.$/, (last) => (last === "A" ? "E" : "A")))).status).toBe(404);
      await stage.shared.execute(`UPDATE files SET expires_at = ${NOW}`);
      const over = await stage.request(path);
      expect([over.status, await over.text()]).toEqual([410, expect.stringContaining("Call the report again")]);
      await stage.shared.execute(`UPDATE files SET expires_at = ${NOW + 1}, state = 'deleted'`);
      expect((await stage.request(path, { method: "HEAD" })).status).toBe(410);
    });

    it.each<[string, Token, string | null]>([
      ["without a token", {}, null],
      ["with a token that does not exist", {}, apiToken(new Uint8Array(32))],
      ["with what is no token", {}, "mht_'OR1=1"],
      ["with a token that has expired", { expiresAt: NOW }, ""],
      ["with a token of an account that may only read", { role: "read_only" }, ""],
      ["with a token of another client's administrator", { of: 2 }, ""],
    ])("%s is refused, and nothing of it is written", async (_what, given, sent) => {
      const made = await addToken(stage, given);
      const answer = await post(sent === "" ? made : sent);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([401, "application/problem+json"]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
      const text = await answer.text();
      expect(JSON.parse(text)).toMatchObject({ code: "unknown_token", status: 401 });
      expect(text).not.toContain(sent === "" ? made : (sent ?? made));
      expect(await calls()).toEqual([]);
    });

    it("stops when the administrator who made the token is switched off, and when the client is", async () => {
      const token = await addToken(stage, { role: "system_admin", of: 0 });
      expect((await post(token)).status).toBe(201);
      await stage.shared.execute("UPDATE admins SET active = 0");
      expect((await post(token)).status).toBe(401);
      await stage.shared.execute("UPDATE admins SET active = 1");
      await stage.shared.execute("UPDATE clients SET status = 'inactive' WHERE id = 1");
      expect((await post(token)).status).toBe(401);
    });

    it.each<[string, unknown, string]>([
      ["a filter that the report does not have", { filters: { colour: "red" } }, "filters.colour"],
      ["a filter with a word that there is not", { filters: { status: ["asleep"] } }, "filters.status.0"],
      ["another report than the token's", { report: 11 }, "report"],
      ["a field that there is not", { person: 5 }, "person"],
      ["a link that lasts too long", { validHours: 241 }, "validHours"],
      ["a format that there is not", { format: "pdf" }, "format"],
      ["what is no object", [1], ""],
    ])("with %s is refused whole, by field", async (_what, body, field) => {
      const answer = await post(await addToken(stage), body);
      const { code, problems } = await json(answer);
      expect([answer.status, code, problems[0].field]).toEqual([422, "invalid", field]);
      expect(problems[0].message.length).toBeGreaterThan(10);
      expect(await calls()).toEqual([]);
    });

    it.each<[string, string, Record<string, string>, number, string]>([
      ["that is no JSON", "{", {}, 400, "not_json"],
      ["that is a form", "a=b", { "content-type": "application/x-www-form-urlencoded" }, 415, "not_json"],
      ["that is too long", JSON.stringify({ x: "y".repeat(70_000) }), {}, 413, "too_long"],
    ])("%s is refused", async (_what, body, headers, status, code) => {
      const answer = await post(await addToken(stage), body, headers);
      expect([answer.status, (await json(answer)).code]).toEqual([status, code]);
      expect(await calls()).toEqual([]);
    });

    it("of a report that was deleted says so, and one whose definition is wrong says what is wrong with it", async () => {
      const token = await addToken(stage);
      await stage.shared.execute(`UPDATE reports SET definition = '{"columns":["shoe_size"]}' WHERE id = 10`);
      const wrong = await post(token);
      expect([wrong.status, (await json(wrong)).problems[0]]).toEqual([
        422,
        { field: "report", message: expect.stringContaining("definition.columns.0") },
      ]);
      await stage.shared.execute("DELETE FROM reports");
      const gone = await post(token);
      expect([gone.status, (await json(gone)).code]).toEqual([404, "no_report"]);
    });

    it("is taken from one token so often within an hour, counted for all processes, and other tokens are not held up", async () => {
      const token = await addToken(stage);
      await stage.shared.execute(
        `UPDATE api_tokens SET uses = ${apiTokenRules.uses}, counted_from = ${NOW - HOUR + 30_000}`,
      );
      const refused = await post(token);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
      expect((await post(await addToken(stage))).status).toBe(201);
      await stage.shared.execute(`UPDATE api_tokens SET counted_from = ${NOW - HOUR}`);
      expect((await post(token)).status).toBe(201);
      const { rows } = await stage.shared.execute("SELECT uses, last_used_at FROM api_tokens ORDER BY id LIMIT 1");
      expect({ ...rows[0] }).toEqual({ uses: 1, last_used_at: NOW });
    });

    it("waits its turn while as many are at work as may be; those that were cut short do not count for ever", async () => {
      const token = await addToken(stage);
      const running = (id: number, at: number) => ({
        sql: `INSERT INTO report_calls (id, client_id, token_hash, report_id, requested_at, expires_at, state, created_at, updated_at)
          VALUES (?, 1, ?, 10, ?, ?, 'running', 0, 0)`,
        args: [id, `hash ${id}`, at, NOW + HOUR],
      });
      await stage.shared.batch([1, 2, 3, 4].map((id) => running(id, NOW - 1000)));
      const busy = await post(token);
      expect([busy.status, (await json(busy)).code]).toEqual([429, "busy"]);
      await stage.shared.execute(`UPDATE report_calls SET requested_at = ${NOW - HOUR} WHERE id = 4`);
      expect((await post(token)).status).toBe(201);
    });

    it("waits while the client's data is being moved to another database", async () => {
      const token = await addToken(stage);
      await stage.shared.execute(
        "INSERT INTO client_moves (client_id, target_url, phase, started_at, moved_at) VALUES (1, 'x', 'copying', 0, 0)",
      );
      const answer = await post(token);
      expect([answer.status, (await json(answer)).code]).toEqual([503, "moving"]);
    });

    it("takes nothing but POST", async () => {
      const answer = await stage.request("/api/report-calls");
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
      await answer.text();
    });
  });
}
