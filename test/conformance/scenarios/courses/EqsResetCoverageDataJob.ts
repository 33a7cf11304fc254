import { EqsResetCoverageDataJob as processor } from "../../../../src/processors/courses/EqsResetCoverageDataJob.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const EqsResetCoverageDataJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ all: 1 }, "all"],
    [{ ruleIds: [] }, "ruleIds"],
    [{ ruleIds: ["x"] }, "ruleIds.0"],
    [{ rules: [1] }, "rules"],
  ],
  // A rule names a component that does not exist.
  ends: "partial",
  again: "partial",
  counts: { rules: 3, added: 4, removed: 2, failed: 1 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      await suite.setting("equivalences.enabled", true);
      const people = await suite.people(3);
      const [a, b, c] = [await suite.course(), await suite.course(), await suite.course()];
      const rule = (triggers: readonly (readonly number[])[], target_component_id: number, values = {}) =>
        suite.insert("equivalence_rules", {
          name: "Rule",
          relation: "covers",
          triggers: JSON.stringify(triggers),
          target_component_id,
          ...values,
        });
      await rule([[a], [b]], c, { both_ways: 1 });
      const changed = await rule([[a, b]], c, { version: 3, computed_version: 2 });
      const off = await rule([[a]], b, { active: 0, version: 2, computed_version: 1 });
      await rule([[99_999]], c);
      for (const person of people)
        await suite.registration(a, person, { status: "passed", completed_at: 1_000_000 + person });
      await suite.registration(b, people[0] ?? 0, { status: "passed", completed_at: 2_000_000 });
      for (const [rule_id, person_id, component_id] of [
        [changed, people[1], c],
        [off, people[2], b],
      ])
        await database.execute({
          sql: `INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, "by", since) VALUES (?, ?, ?, ?, '[1]', '1970-01-01')`,
          args: [clientId, rule_id ?? 0, person_id ?? 0, component_id ?? 0],
        });
      await suite.registration(c, people[2] ?? 0, { status: "failed" });
    }
    if (bystanders === 0) return;
    const other = await new Suite(database).course();
    await database.batch(
      Array.from({ length: bystanders }, (_, index) => ({
        sql: `INSERT INTO registrations (client_id, component_id, person_id, status, completed_at, created_at, updated_at)
          VALUES (1, ?, ?, 'passed', 5, 0, 0)`,
        args: [other, 10_000 + index],
      })),
      "write",
    );
  },
};
