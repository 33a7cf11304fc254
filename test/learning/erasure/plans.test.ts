import type { SQL } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { bindings } from "../../../src/learning/erasure/bindings.ts";
import { selectFilesOf } from "../../../src/learning/erasure/own-files.ts";
import { type ErasedPerson, selectDue } from "../../../src/learning/erasure/person.ts";
import { selectBound } from "../../../src/learning/erasure/rows.ts";
import { boundStatement } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";

const person: ErasedPerson = {
  id: 11,
  username: "4711",
  usernameKey: "4711",
  givenName: "Ada",
  familyName: "Byron",
  email: "ada@example.com",
  externalId: "P-17",
  keys: ["P-17", "4711"],
  address: "ada@example.com",
};

const names = { reports: "c/1/data/report/subscription/", prefixes: ["c/1/data/certificate/job/11_"] };

/** The steps of a query's plan that read a whole table, or a whole index, of the database. */
async function scans(query: SQL): Promise<string[]> {
  const database = await freshFileDatabase();
  const { sql, args } = boundStatement(query, 1, 1);
  const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: args as [] });
  const steps = plan.rows.map((row) => String(row.detail));
  const whole = (step: string) =>
    (/^SCAN (?!json_each|CONSTANT|\(subquery|value)/.test(step) && !step.includes("VIRTUAL TABLE")) ||
    // By client alone is by table alone where there is one client.
    /\(client_id=\?(?: AND rowid>\?)?\)$/.test(step);
  return steps.filter(whole);
}

describe("what an erasure reads grows with the rows of the person, not with the table", () => {
  // Small by nature: keys of files under import.
  it.each(bindings.filter(({ table }) => table !== "import_seen").map((one) => [one.table, one.by, one] as const))(
    "%s by %s",
    async (_table, _by, binding) => {
      const condition = binding.rows(person);
      expect(condition).not.toBeNull();
      if (condition) expect(await scans(selectBound(binding, condition, 5, 200))).toEqual([]);
    },
  );

  it("the person's own files", async () => {
    expect(await scans(selectFilesOf(11, names, 5, 200))).toEqual([]);
  });

  it("who is due", async () => {
    expect(await scans(selectDue("2026-03-01", 5, 25))).toEqual([]);
  });
});
