import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluate } from "../../../src/learning/rules/evaluate.ts";
import { readPersonFacts } from "../../../src/learning/rules/facts.ts";
import { parseRule, type Rule } from "../../../src/learning/rules/schema.ts";
import { personCondition } from "../../../src/learning/rules/sql.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { thisClient } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/file-database.ts";
import { arbitraryPerson, arbitraryRule, TODAY, writePeople, ZONE } from "./population.ts";

const scene = { today: TODAY, timeZone: ZONE };
const PEOPLE = 40;

it("gives the same answers in SQL, for all people at once, and in TypeScript, for each of them", async () => {
  const database = await freshFileDatabase();
  const rows = clientRows(database, 1, 1);
  const seen = { people: 0, held: 0 };
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
          const answers = await rows.all<{ id: number; held: number | null }>(
            sql`SELECT id, ${personCondition(rule, scene)} AS held FROM persons AS person WHERE person.client_id = ${thisClient} ORDER BY id`,
          );
          const facts = await readPersonFacts(rows, [...ids, 1000], [rule]);
          expect([...facts.keys()].sort((a, b) => a - b)).toEqual(ids);
          for (const [id, one] of facts) {
            const held = answers.find((answer) => answer.id === id)?.held;
            expect(held, `${JSON.stringify(rule)} for ${JSON.stringify(people[id - 1])}`).toBe(
              evaluate(rule, one, scene) ? 1 : 0,
            );
            seen.people += 1;
            seen.held += held ?? 0;
          }
        }
      },
    ),
    { numRuns: 60, endOnFailure: true },
  );
  // A generator whose rules hold for nobody, or for all, would show nothing.
  expect(seen.people).toBe(60 * 12 * PEOPLE);
  expect(seen.held / seen.people).toBeGreaterThan(0.2);
  expect(seen.held / seen.people).toBeLessThan(0.8);
});
