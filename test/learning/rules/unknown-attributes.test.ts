import { beforeEach, describe, expect, it } from "vitest";
import { parseRule, type Rule } from "../../../src/learning/rules/schema.ts";
import { unknownAttributeOf, unknownComponentAttribute } from "../../../src/learning/rules/unknown-attributes.ts";
import type { Database } from "../../../src/store/database.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { Suite } from "../../processors/enrolment/suite.ts";

function read(json: unknown, subject: "person" | "component" = "person"): Rule {
  const parsed = parseRule(json, subject);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.rule;
}

describe("a name that is no column and that no person of the client has", () => {
  let database: Database;
  beforeEach(async () => {
    database = (await freshFileDatabase()) as Database;
    const suite = new Suite(database);
    await suite.person({ attributes: JSON.stringify({ office: "3", "größe [cm]": null, "a.b'c": true }) });
    await suite.person({ attributes: "{broken", auth_status: "passive" });
    await suite.person({ attributes: '["listed"]' });
    await new Suite(database, 2).person({ username: "else", attributes: '{"elsewhere":"3"}' });
  });
  const asks = (...names: string[]) => read({ any: names.map((attr) => ({ attr, op: "empty" })) });
  const problem = (...names: string[]) => unknownAttributeOf(clientRows(database, 1, 1), asks(...names));

  it.each(["office", "größe [cm]", "a.b'c", "username", "last_login_at", "personID"])("is not %s", async (name) => {
    expect(await problem(name)).toBeNull();
  });

  it.each(["ofice", "Office", "elsewhere", "listed", "0", "password_hash", "attributes"])("is %s", async (name) => {
    expect(await problem("office", name)).toEqual({
      code: "unknown_attribute",
      message: `The rule asks for "${name}", which is no column and which no person has; correct the name`,
    });
  });

  it("is named with the next two", async () => {
    expect((await problem("a", "b", "c", "d"))?.message).toContain('"a", "b", "c", which');
  });

  it("is not there in a rule that asks for no attribute", async () => {
    expect(await unknownAttributeOf(clientRows(database, 1, 1), read({ group: 1 }))).toBeNull();
  });
});

it.each([
  ["title", null],
  ["meta.12703", null],
  ["meta.0", "unknown_attribute"],
  ["price", "unknown_attribute"],
])("of a component's attributes %s is %s", (attr, expected) => {
  expect(unknownComponentAttribute(read({ not: { attr, op: "empty" } }, "component"))?.code ?? null).toBe(expected);
});
