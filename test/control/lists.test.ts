import { describe, expect, it } from "vitest";
import { listJobsStatement } from "../../src/control/jobs.ts";
import { listRunsStatement, type RunFilter } from "../../src/control/runs.ts";
import type { Statement } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/file-database.ts";

/** What the planner would read in full, apart from a page that the statement itself has cut. */
async function scans(statement: Statement): Promise<string[]> {
  const database = await freshFileDatabase(["control"]);
  const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${statement.sql}`, args: statement.args });
  return plan.rows
    .map((row) => String(row.detail))
    .filter((detail) => /^SCAN (runs|jobs|triggers|run_logs)\b/.test(detail) || /TEMP B-TREE/.test(detail));
}

describe("the list of runs", () => {
  const filters: [string, RunFilter][] = [
    ["a job", { jobId: 1 }],
    ["a client", { clientId: 1 }],
    ["a job and a client", { jobId: 1, clientId: 1 }],
    ["a state", { state: "failed" }],
    ["a client and a state", { clientId: 1, state: "failed" }],
    ["a job, from a page on", { jobId: 1, before: 1000 }],
  ];
  it.each(filters)("of %s is read by an index, in its order", async (_name, filter) => {
    expect(await scans(listRunsStatement(filter))).toEqual([]);
  });

  it.each([
    ["from the newest on", {}],
    ["from a page on", { before: 1000 }],
  ] as [string, RunFilter][])(
    "of everything, %s, is read by its key as far as the page goes",
    async (_name, filter) => {
      const statement = listRunsStatement(filter);
      expect(statement.sql).toMatch(/ORDER BY id DESC LIMIT/);
      expect((await scans(statement)).filter((detail) => detail !== "SCAN runs")).toEqual([]);
    },
  );
});

describe("the list of jobs", () => {
  it.each([
    ["of everything", {}],
    ["of a client", { clientId: 1 }],
  ])("%s finds last run and next fire by index", async (_name, filter) => {
    const database = await freshFileDatabase(["control"]);
    const statement = listJobsStatement(filter);
    const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${statement.sql}`, args: statement.args });
    const details = plan.rows.map((row) => String(row.detail));
    expect(details.filter((detail) => /^SCAN (runs|triggers|r|t)\b/.test(detail))).toEqual([]);
    expect(details.some((detail) => /SEARCH triggers USING .*triggers_job/.test(detail))).toBe(true);
    expect(details.some((detail) => /SEARCH runs USING .*runs_job/.test(detail))).toBe(true);
  });
});
