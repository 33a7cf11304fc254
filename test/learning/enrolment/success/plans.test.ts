import { expect, it } from "vitest";
import { CompletionRules } from "../../../../src/learning/completion/completion-rule.ts";
import { readParents } from "../../../../src/learning/enrolment/parents.ts";
import type { Database } from "../../../../src/store/database.ts";
import { SuccessStage } from "./stage.ts";

/** Every statement that is sent while something runs. */
async function sent(database: Database, play: () => Promise<unknown>) {
  const found = new Map<string, { sql: string; args: unknown }>();
  const note = (given: unknown) => {
    const { sql, args = [] } = given as { sql: string; args?: unknown };
    found.set(sql, { sql, args });
  };
  const { execute, batch } = database;
  database.execute = (...given: unknown[]) => {
    note(given[0]);
    return Reflect.apply(execute, database, given);
  };
  database.batch = (...given) => {
    for (const one of given[0]) note(one);
    return Reflect.apply(batch, database, given);
  };
  await play();
  Object.assign(database, { execute, batch });
  return [...found.values()];
}

/** What a step reads of a stored table: the whole of it, or all rows of the client. Rules of equivalence are read whole: they are configuration. */
const tooMuch =
  /^SCAN (?!json_each|CONSTANT|one|member|chosen|asked|success|complete|best|entry|back|naming|named|whole|above|rule|o|p$|missing|due|added|gone|taken|completion|found|\d|\(|ranked|checkpoints)|^SEARCH .*\((client_id=\?)\)$|AUTOMATIC.* (registration|period|item|progress)/;

it("what a success gives and takes reads by index what it is about, however large the tables", async () => {
  const stage = await SuccessStage.set();
  const person = await stage.person();
  const template = await stage.template();
  const course = await stage.course({
    template_id: template,
    completion_rule: JSON.stringify({ item: 1, status: ["passed"] }),
  });
  const parent = await stage.registration(template, person);
  const id = await stage.registration(course, person, { parent_registration_id: parent });
  const statements = await sent(stage.database, async () => {
    await new CompletionRules(stage.reader, { ...stage.scene, coverage: true }).judge([id]);
    await readParents(stage.reader, [id]);
    await stage.succeed([id]);
    await stage.withdraw(id);
  });
  expect(statements.length).toBeGreaterThan(20);
  const wrong: string[] = [];
  for (const { sql, args } of statements) {
    if (/^(BEGIN|COMMIT|PRAGMA)/.test(sql)) continue;
    const plan = await stage.database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: args as [] });
    for (const { detail } of plan.rows)
      if (tooMuch.test(String(detail))) wrong.push(`${detail} in ${sql.slice(0, 120)}`);
  }
  expect(wrong).toEqual([]);
});
