import { describe, expect, it } from "vitest";
import { type JobListFilter, LOOKED_AT, listJobs, listJobsStatements } from "../../src/control/jobs/job-list.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

describe("the list of jobs", () => {
  const filters: [string, JobListFilter][] = [
    ["of everything", {}],
    ["of everything, from a page on", { after: { key: "Night", id: 7 } }],
    ["of a client", { clientId: 1, after: { key: "Night", id: 7 } }],
    ["of two processors", { processors: ["UserImport", "GroupImport"] }],
    ["with a text", { text: "night" }],
    ["that are paused", { condition: "paused" }],
    ["that are failing, of a client", { condition: "failing", clientId: 1 }],
    ["by next fire", { order: "next", after: { key: 1000, id: 7 } }],
    ["by next fire, of a client", { order: "next", clientId: 1, after: { key: 1000, id: 7 } }],
    ["by last failure", { order: "failed", after: { key: 1000, id: 7 } }],
    ["by last failure, of a client", { order: "failed", clientId: 1 }],
  ];
  it.each(filters)("%s is walked by index as far as one page may look, and reads no run", async (_name, filter) => {
    const database = await freshFileDatabase(["control"]);
    for (const { sql, args } of listJobsStatements(filter, 0)) {
      const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
      const details = plan.rows.map((row) => String(row.detail));
      // A walk over a whole index ends where its page does.
      const scans = details.filter((detail) =>
        /^SCAN (runs|jobs|triggers|job_stats|job_totals|clients|[a-ct-z])\b/.test(detail),
      );
      expect(scans.filter((detail) => !/^SCAN (w|p)\b|^SCAN jobs USING .*jobs_name/.test(detail))).toEqual([]);
      expect(details.filter((detail) => /\bruns\b/.test(detail))).toEqual([]);
      if (filter.order === undefined) expect(sql).toMatch(/ORDER BY name, id LIMIT/);
    }
  });

  it.each(filters)("%s costs one round trip of two statements at most", (_name, filter) => {
    expect(listJobsStatements(filter, 0).length).toBeLessThanOrEqual(2);
  });

  it("searched in vain pauses after a number of jobs and goes on from there until all were seen", async () => {
    const database = await freshFileDatabase(["control"]);
    await database.execute(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ${LOOKED_AT})
      INSERT INTO jobs (name, processor, created_at, updated_at) SELECT 'Same name', 'UserImport', 1, 1 FROM n`);
    const first = await listJobs(database, { text: "nothing" }, 0);
    expect(first).toEqual({ jobs: [], next: { key: "Same name", id: LOOKED_AT }, lookedAt: LOOKED_AT });
    const second = await listJobs(database, { text: "nothing", after: first.next ?? undefined }, 0);
    expect(second).toEqual({ jobs: [], next: null, lookedAt: null });
  });
});
