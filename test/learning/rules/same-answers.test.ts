import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluate, truthOf } from "../../../src/learning/rules/evaluate.ts";
import { readPersonFacts } from "../../../src/learning/rules/facts.ts";
import { parseRule, type Rule } from "../../../src/learning/rules/schema.ts";
import { personCondition } from "../../../src/learning/rules/sql.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { sql } from "../../../src/store/sql.ts";
import { thisClient } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { arbitraryPerson, arbitraryRule, type TestPerson, TODAY, writePeople, ZONE } from "./population.ts";
import { degreeOf } from "./reference.ts";

const scene = { today: TODAY, timeZone: ZONE, coverage: true };
const PEOPLE = 40;
const truthAt = { 0: false, 0.5: null, 1: true } as const;

it("says true, false and unknown alike in SQL, in TypeScript and in an evaluator of its own, and is met only when true", async () => {
  const database = await freshFileDatabase();
  const rows = clientRows(database, 1, 1);
  const seen = { true: 0, false: 0, null: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryPerson, { minLength: PEOPLE, maxLength: PEOPLE }),
      fc.array(arbitraryRule, { minLength: 12, maxLength: 12 }),
      async (people, written) => {
        await database.batch(
          [
            "DELETE FROM item_progress",
            "DELETE FROM registrations",
            "DELETE FROM person_skills",
            "DELETE FROM person_certifications",
            "DELETE FROM coverage_entries",
            "DELETE FROM group_members",
            "DELETE FROM persons",
          ],
          "write",
        );
        await writePeople(database, people);
        await writePeople(database, people.slice(0, 5), 2, 1000);
        const ids = people.map((_, index) => index + 1);
        for (const json of written) {
          const parsed = parseRule(JSON.stringify(json));
          if (!parsed.ok) throw new Error(`${JSON.stringify(json)}: ${JSON.stringify(parsed.problems)}`);
          const rule: Rule = parsed.rule;
          // Of a rule and its negation one is met, or neither.
          const answers = await rows.all<{ id: number; held: number; denied: number }>(
            sql`SELECT id, ${personCondition(rule, scene)} AS held, ${personCondition({ not: rule }, scene)} AS denied
              FROM persons AS person WHERE person.client_id = ${thisClient} ORDER BY id`,
          );
          const facts = await readPersonFacts(rows, [...ids, 1000], [rule], scene);
          expect([...facts.keys()].sort((a, b) => a - b)).toEqual(ids);
          for (const [id, one] of facts) {
            const person = people[id - 1] as TestPerson;
            const truth = truthAt[degreeOf(json, person, id)];
            const answer = answers.find((row) => row.id === id);
            const named = `${JSON.stringify(rule)} for ${JSON.stringify(person)}`;
            expect([answer?.held, answer?.denied], named).toEqual([truth === true ? 1 : 0, truth === false ? 1 : 0]);
            expect(truthOf(rule, one, scene), named).toBe(truth);
            expect(evaluate(rule, one, scene), named).toBe(truth === true);
            seen[`${truth}`] += 1;
          }
        }
      },
    ),
    { numRuns: 60, endOnFailure: true },
  );
  // A generator whose rules always say the same would show nothing.
  const all = 60 * 12 * PEOPLE;
  expect(seen.true + seen.false + seen.null).toBe(all);
  for (const count of Object.values(seen)) expect(count / all).toBeGreaterThan(0.15);
});
