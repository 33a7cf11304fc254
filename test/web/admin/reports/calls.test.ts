import { beforeEach, describe, expect, it } from "vitest";
import { apiTokenRules } from "../../../../src/control/access/api-tokens.ts";
import { accessTokenHash } from "../../../../src/learning/reports/access-token.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

const DAY = 86_400_000;
let stage: Stage;
let berlin: Browser;
let path: string;

beforeEach(async () => {
  stage = await setStage();
  berlin = await stage.signedIn("client_admin", stage.berlin);
  path = `/admin/report-calls/${stage.berlin}`;
  await stage.database.execute({
    sql: "INSERT INTO reports (id, client_id, key, name, definition, created_at, updated_at) VALUES (1, ?, 'skills', 'Skills held', '{}', 0, 0)",
    args: [stage.berlin],
  });
});

const make = (changes: Record<string, string> = {}) =>
  berlin.post(path, { name: "Data warehouse", reportId: "1", days: "30", ...changes });
const tokens = async () => (await stage.database.execute("SELECT * FROM api_tokens ORDER BY id")).rows;
const call = (token: string) =>
  stage.app.request("http://localhost/api/report-calls", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: "{}",
  });

describe("a token for report calls", () => {
  it("is shown once when it is made, opens its report, and opens nothing once it is revoked", async () => {
    const made = await make();
    const token = /mht_[\w-]{43}/.exec(made.body)?.[0] ?? "";
    expect(made.text).toContain("It is shown this once");
    expect((await tokens())[0]).toMatchObject({
      token_hash: await accessTokenHash(token),
      client_id: stage.berlin,
      report_id: 1,
      expires_at: stage.now + 30 * DAY,
    });
    expect((await call(token)).status).toBe(201);
    const list = await berlin.get(path);
    expect(list.text).toMatch(/Data warehouse.*Skills held.*client_admin-1@example.com.*opens the report/);
    expect(list.body).not.toContain(token);
    expect(await berlin.post(`${path}/1/revoke`)).toMatchObject({ status: 303 });
    expect((await call(token)).status).toBe(401);
    const { rows } = await stage.database.execute(
      "SELECT action, before, after FROM audit_log WHERE entity = 'api_token'",
    );
    expect(rows.map(({ action }) => action)).toEqual(["create", "delete"]);
    expect(JSON.stringify(rows)).not.toContain(token.slice(4));
    expect((await berlin.get("/admin/audit?entity=api_token")).text).toContain("Data warehouse");
  });

  it.each([
    ["name", { name: " " }],
    ["reportId", { reportId: "2" }],
    ["days", { days: "0" }],
    ["days", { days: String(apiTokenRules.longestDays + 1) }],
  ])("is refused for its field %s", async (field, changes) => {
    const answer = await make(changes);
    expect([answer.status, answer.body]).toEqual([422, expect.stringContaining(`href="#field-${field}"`)]);
    expect(await tokens()).toEqual([]);
  });

  it("is made and revoked only after a fresh proof of who one is, and never by those who may only read", async () => {
    stage.now += 11 * 60_000;
    expect(await berlin.get(path)).toMatchObject({ status: 303, location: expect.stringContaining("/admin/prove") });
    expect((await make()).status).toBe(401);
    expect(await tokens()).toEqual([]);
    const reader = await stage.signedIn("read_only", stage.berlin);
    expect([(await reader.get(path)).status, (await reader.post(path, {})).status]).toEqual([403, 403]);
  });

  it("of an account that is switched off says that it opens nothing, and one that has expired says so", async () => {
    await make();
    await stage.database.execute("UPDATE admins SET active = 0 WHERE email LIKE 'client%'");
    const ada = await stage.signedIn("system_admin");
    expect((await ada.get(path)).text).toContain("opens nothing: its maker's account");
    await stage.database.execute(`UPDATE api_tokens SET expires_at = ${stage.now}`);
    expect((await ada.get(path)).text).toContain("expired");
  });

  it("is one of a limited number of a client", async () => {
    await stage.database.execute({
      sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO api_tokens (token_hash, client_id, report_id, admin_id, name, expires_at, created_at, updated_at)
        SELECT 'hash ' || i, ?, 1, 1, 'x', 0, 0, 0 FROM n`,
      args: [apiTokenRules.perClient, stage.berlin],
    });
    expect([(await make()).status, (await tokens()).length]).toEqual([422, apiTokenRules.perClient]);
  });
});
