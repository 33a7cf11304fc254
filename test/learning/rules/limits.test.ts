import { expect, it } from "vitest";
import { DEEPEST, MOST_TESTS, parseRule, type Rule } from "../../../src/learning/rules/schema.ts";
import { personCondition } from "../../../src/learning/rules/sql.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { sql } from "../../../src/store/sql.ts";
import { thisClient } from "../../../src/store/statement.ts";
import { freshDatabase } from "../../harness/database/database.ts";
import { TODAY, ZONE } from "./population.ts";

const around: readonly (readonly [string, (inner: unknown) => unknown])[] = [
  ["all", (inner) => ({ all: [{ group: 1 }, inner] })],
  ["any", (inner) => ({ any: [{ group: 1 }, inner] })],
  ["not", (inner) => ({ not: inner })],
  ["atLeast", (inner) => ({ atLeast: 2, of: [{ group: 1 }, inner, { group: 2 }] })],
];
const inside: readonly (readonly [string, unknown])[] = [
  [
    "a list of texts, numbers and days",
    { attr: "department", op: "nin", value: ["Größe", "ΣΊΣΥΦΟΣ", 7, "2026-03-02", true] },
  ],
  ["a text in the order of many scripts", { attr: "department", op: "lt", value: "aéжλ学ꭰა" }],
  ["a part of a text", { attr: "department", op: "contains", value: "The quick brown fox jumps over the lazy dog" }],
  ["a number", { attr: "department", op: "gte", value: 7 }],
  ["a day", { attr: "department", op: "withinDays", value: 30 }],
  ["an absence", { attr: "department", op: "empty" }],
  ["an instant", { attr: "last_login_at", op: "nin", value: ["2026-03-01", "2026-03-03"] }],
  ["an item", { item: 1, scoreGte: 0.5 }],
  ["a component", { component: 1, status: ["passed"] }],
  ["progress on a component", { component: 1, progressGte: 50 }],
  ["a certification", { certification: 1, status: ["fulfilled"] }],
];

it.each(inside)("the deepest rules with %s are within what the database's parser can hold", async (_, test) => {
  const database = await freshDatabase();
  const rows = clientRows(database, 1, 1);
  for (const [name, wrap] of around) {
    let json = test;
    for (let depth = 1; depth < DEEPEST; depth += 1) json = wrap(json);
    const parsed = parseRule(json);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const condition = personCondition(parsed.rule, { today: TODAY, timeZone: ZONE, coverage: true });
    const found = rows.all(sql`SELECT id FROM persons AS person WHERE person.client_id = ${thisClient} AND person.id > 0
      AND NOT EXISTS (SELECT 1 FROM group_members AS own WHERE own.person_id = person.id AND NOT (own.client_id = 2 OR (${condition})))`);
    await expect(found, name).resolves.toEqual([]);
  }
});

it("a rule with 200 tests is one statement", async () => {
  const database = await freshDatabase();
  const tests = Array.from({ length: MOST_TESTS }, (_, index) => inside[index % inside.length]?.[1] as Rule);
  for (const json of [{ all: tests }, { atLeast: MOST_TESTS / 2, of: tests }]) {
    const parsed = parseRule(json);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const condition = personCondition(parsed.rule, { today: TODAY, timeZone: ZONE, coverage: true });
    const query = sql`SELECT id FROM persons AS person WHERE person.client_id = ${thisClient} AND ${condition}`;
    await expect(clientRows(database, 1, 1).all(query)).resolves.toEqual([]);
  }
});
