import { expect, it } from "vitest";
import { selectLinkedFile } from "../../../src/learning/reports/linked-file.ts";
import { boundStatement } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { setStage } from "../stage/stage.ts";
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

it("a token is looked up by its index, beside whatever number of files", async () => {
  const { shared } = await set();
  const { sql, args } = boundStatement(selectLinkedFile("hash"), 1, 0);
  const plan = await shared.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
  expect(plan.rows.map(({ detail }) => String(detail))).toEqual([
    expect.stringContaining("SEARCH file USING INDEX files_access_token (access_token_hash=?)"),
    expect.stringContaining("SEARCH subscription USING INTEGER PRIMARY KEY"),
    expect.stringContaining("SEARCH report USING INTEGER PRIMARY KEY"),
  ]);
});
