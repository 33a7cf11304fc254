import { expect, it } from "vitest";
import { openElsewhere } from "../../../src/hosts/deno/loops.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";

it("the look at other processes' runs reads open runs only", async () => {
  const database = await freshFileDatabase(["control"]);
  const { sql, args } = openElsewhere([1, 2], 1_000);
  const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
  const steps = [...new Set(plan.rows.map((row) => String(row.detail)))];
  expect(steps.filter((step) => /runs/.test(step))).toEqual([
    expect.stringMatching(/SEARCH runs USING INDEX runs_(overdue|state) /),
  ]);
});
