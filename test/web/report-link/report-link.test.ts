import { expect, it } from "vitest";
import { noFiles } from "../../../src/files/no-files.ts";
import { selectLinkedFile } from "../../../src/learning/reports/linked-file.ts";
import { reportSources } from "../../../src/learning/reports/report.ts";
import { boundStatement } from "../../../src/store/statement.ts";
import { MOST_OF_ADDRESS } from "../../../src/web/api/report-calls.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { setStage } from "../stage/stage.ts";
import { addToken, describeReportCalls } from "./report-call-cases.ts";
import { addReport, describeReportLinks, type LinkStage, NOW } from "./report-link-cases.ts";

async function set(overrides: Parameters<typeof setStage>[0] = {}): Promise<LinkStage> {
  const own = await freshFileDatabase(["store", "learning"]);
  const stage = await setStage({
    storeOf: async (client) => (client.databaseUrl === null ? stage.database : own),
    ...overrides,
  });
  stage.now = NOW;
  await stage.database.execute(
    "INSERT INTO clients (id, key, name, time_zone, database_url, created_at, updated_at) VALUES (3, 'own', 'Own', 'UTC', 'http://own.example', 0, 0)",
  );
  const { database: shared, files, faults, app } = stage;
  return { shared, own, files, faults, request: async (path, init) => app.request(path, init) };
}

describeReportLinks(set);
describeReportCalls(set);

it("a token in a fault's words is in no log and on no page", async () => {
  let failing = false;
  const stage = await set({
    storeOf: async () => {
      if (failing) throw new Error("The database is away");
      return stage.shared;
    },
  });
  const token = await addReport(stage);
  failing = true;
  const answer = await stage.request(`/r/${token}`);
  expect(answer.status).toBe(500);
  expect(stage.faults).toHaveLength(1);
  expect(`${stage.faults.join()} ${answer.headers.get("location")}`).not.toContain(token.slice(2));
});

it("a call whose file the store does not take says so, has failed, and leaves no file behind", async () => {
  const nothing = async (): Promise<never> => {
    throw new Error("The disk is full");
  };
  const files = { ...noFiles, write: nothing };
  const stage = await set({ files });
  const token = await addToken(stage);
  const answer = await stage.request("/api/report-calls", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: "{}",
  });
  expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining({ code: "unavailable" })]);
  const { rows } = await stage.shared.execute(
    "SELECT call.state AS call, file.state AS file FROM report_calls AS call JOIN files AS file ON file.id = call.file_id",
  );
  expect(rows.map((row) => ({ ...row }))).toEqual([{ call: "failed", file: "deleted" }]);
  expect(stage.faults.join()).toContain("The disk is full");
});

it("a flood of calls from one address is refused, whatever it sends, and another address is not", async () => {
  const stage = await set();
  const call = (address: string) =>
    stage.request("/api/report-calls", { method: "POST", headers: { "x-test-address": address } });
  const statuses = new Set<number>();
  for (let count = 0; count < MOST_OF_ADDRESS; count += 1) statuses.add((await call("203.0.113.7")).status);
  expect([...statuses]).toEqual([401]);
  const refused = await call("203.0.113.7");
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
  expect((await call("203.0.113.8")).status).toBe(401);
});

it("the description of the API names every report's filters, and each answer that a call can get", async () => {
  const stage = await set();
  const answer = await stage.request("/api/openapi.json");
  const document = (await answer.json()) as {
    openapi: string;
    components: { schemas: { call_skills: { properties: { filters: { properties: object } } } } };
    paths: Record<
      string,
      { post: { requestBody: { content: Record<string, { schema: { anyOf: { $ref: string }[] } }> } } }
    >;
  };
  expect(document.openapi).toBe("3.1.0");
  const { schemas } = document.components;
  expect(Object.keys(schemas.call_skills.properties.filters.properties)).toEqual([
    "states",
    "skills",
    "groups",
    "validUntil",
  ]);
  const body = document.paths["/api/report-calls"]?.post.requestBody.content["application/json"];
  expect(body?.schema.anyOf.map(({ $ref }) => $ref.split("/").at(-1))).toEqual(
    Object.keys(reportSources).map((key) => `call_${key}`),
  );
});

it("a token is looked up by its index, beside whatever number of files", async () => {
  const { shared } = await set();
  const { sql, args } = boundStatement(selectLinkedFile("hash"), 1, 0);
  const plan = await shared.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
  expect(plan.rows.map(({ detail }) => String(detail))).toEqual([
    expect.stringContaining("SEARCH file USING INDEX files_access_token (access_token_hash=?)"),
    expect.stringContaining("SEARCH owner USING INTEGER PRIMARY KEY"),
    expect.stringContaining("SEARCH report USING INTEGER PRIMARY KEY"),
  ]);
});
