import { beforeEach, describe, expect, it } from "vitest";
import { evaluate, type Truth, truthOf } from "../../../src/learning/rules/evaluate.ts";
import { readComponentFacts, readPersonFacts } from "../../../src/learning/rules/facts.ts";
import { parseRule, type Rule, type RuleSubject } from "../../../src/learning/rules/schema.ts";
import { componentCondition, personCondition, selectComponentZones } from "../../../src/learning/rules/sql.ts";
import type { Database } from "../../../src/store/database.ts";
import { type ClientRows, clientRows } from "../../../src/store/rows.ts";
import { sql } from "../../../src/store/sql.ts";
import { thisClient } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { TODAY, ZONE } from "./population.ts";

const scene = { today: TODAY, timeZone: ZONE, coverage: true };
const ADA = 1;

let database: Database;
let rows: ClientRows;
beforeEach(async () => {
  database = await freshFileDatabase();
  rows = clientRows(database, 1, 1);
});

function read(json: unknown, subject: RuleSubject = "person"): Rule {
  const parsed = parseRule(json, subject);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.rule;
}

/** What the rule says of Ada, in SQL and in TypeScript, which have to agree. Of a rule and its negation one is met, or neither. */
async function says(json: unknown, { coverage } = scene): Promise<Truth> {
  const rule = read(json);
  const query = sql`SELECT ${personCondition(rule, { ...scene, coverage })} AS held, ${personCondition({ not: rule }, { ...scene, coverage })} AS denied
    FROM persons AS person WHERE person.client_id = ${thisClient} AND id = ${ADA}`;
  const answer = await rows.first<{ held: number; denied: number }>(query);
  const facts = (await readPersonFacts(rows, [ADA], [rule], { coverage })).get(ADA);
  if (!facts) throw new Error("Ada is not there");
  const truth = truthOf(rule, facts, scene);
  expect(answer).toEqual({ held: truth === true ? 1 : 0, denied: truth === false ? 1 : 0 });
  expect(evaluate(rule, facts, scene)).toBe(truth === true);
  return truth;
}

/** Ada with these columns; nothing else of her is known. */
async function ada(columns: Record<string, string | number | null> = {}): Promise<void> {
  const row: Record<string, string | number | null> = {
    id: ADA,
    client_id: 1,
    username: "ada",
    username_key: "ada",
    given_name: "Ada",
    family_name: "Lovelace",
    enrolled_on: "2026-01-01",
    created_at: 0,
    updated_at: 0,
    ...columns,
  };
  const names = Object.keys(row);
  await database.execute({
    sql: `INSERT INTO persons (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    args: Object.values(row),
  });
}

const insert = (table: string, row: Record<string, string | number | null>) => ({
  sql: `INSERT INTO ${table} (${Object.keys(row).join(", ")}, created_at, updated_at) VALUES (${Object.keys(row)
    .map(() => "?")
    .join(", ")}, 0, 0)`,
  args: Object.values(row),
});

describe("text compares trimmed and without regard to case, in any script", () => {
  it.each([
    ["  sales ", { op: "eq", value: "Sales" }, true],
    ["Größe", { op: "eq", value: "GRÖSSE" }, true],
    ["Vertrieb", { op: "ne", value: "vertrieb" }, false],
    ["Vertrieb", { op: "in", value: ["Einkauf", " VERTRIEB "] }, true],
    ["Vertrieb", { op: "nin", value: ["Einkauf", "Lager"] }, true],
    ["Vertrieb Süd", { op: "contains", value: "SÜD" }, true],
    ["Vertrieb Süd", { op: "startsWith", value: "süd" }, false],
    ["Vertrieb Süd", { op: "startsWith", value: "vertrieb" }, true],
    ["Ökologie", { op: "gt", value: "z" }, true],
    ["müller", { op: "lte", value: "MÜLLER" }, true],
    ["100%", { op: "contains", value: "%" }, true],
    ["a*b", { op: "contains", value: "*" }, true],
  ])("%j %j: %s", async (department, test, expected) => {
    await ada({ attributes: JSON.stringify({ department }) });
    expect(await says({ attr: "department", ...test })).toBe(expected);
  });
});

describe("numbers compare as numbers where both sides are", () => {
  it.each([
    ["10", { op: "gt", value: 9 }, true],
    ["10", { op: "gt", value: "9" }, true],
    ["7.0", { op: "eq", value: 7 }, true],
    [7, { op: "eq", value: "7.00" }, true],
    ["007", { op: "eq", value: 7 }, false],
    ["-1", { op: "lt", value: 0 }, true],
    ["ten", { op: "gt", value: 9 }, false],
    ["ten", { op: "ne", value: 9 }, true],
    ["10", { op: "lt", value: "m" }, true],
    [true, { op: "eq", value: true }, true],
    ["1", { op: "eq", value: true }, true],
    ["no", { op: "eq", value: false }, false],
  ])("%j %j: %s", async (age, test, expected) => {
    await ada({ attributes: JSON.stringify({ age }) });
    expect(await says({ attr: "age", ...test })).toBe(expected);
  });
});

describe("dates compare as day, an instant as the client's local day", () => {
  it.each([
    ["since", "2026-03-01", { op: "lt", value: "2026-03-02" }, true],
    ["since", "2026-03-02T23:59:00Z", { op: "eq", value: "2026-03-02" }, true],
    ["since", "2026-02-31", { op: "lt", value: "2026-03-02" }, false],
    ["since", "2026-03-02", { op: "lte", value: "2026-03-02T08:00" }, true],
    ["since", "soon", { op: "gt", value: "2026-03-02" }, false],
    ["since", "2026-02-28", { op: "withinDays", value: 2 }, true],
    ["since", "2026-03-04", { op: "withinDays", value: 2 }, true],
    ["since", "2026-02-27", { op: "withinDays", value: 2 }, false],
    ["since", "2026-02-28", { op: "olderThanDays", value: 2 }, false],
    ["since", "2026-02-27", { op: "olderThanDays", value: 2 }, true],
    ["since", "2026-03-05", { op: "olderThanDays", value: 0 }, false],
    // 23:30 in UTC on the 1st is the 2nd in Berlin.
    ["last_login_at", "2026-03-01T23:30:00Z", { op: "eq", value: "2026-03-02" }, true],
    ["last_login_at", "2026-03-01T23:30:00Z", { op: "ne", value: "2026-03-01" }, true],
    ["last_login_at", "2026-03-01T22:30:00Z", { op: "gte", value: "2026-03-02" }, false],
    ["last_login_at", "2026-03-01T22:30:00Z", { op: "in", value: ["2026-02-01", "2026-03-01"] }, true],
    ["last_login_at", "2026-03-01T22:30:00Z", { op: "nin", value: ["2026-02-01", "never"] }, true],
    ["last_login_at", "2026-01-30T23:00:00Z", { op: "withinDays", value: 30 }, true],
    ["last_login_at", "2026-01-30T22:59:59Z", { op: "olderThanDays", value: 30 }, true],
    ["last_login_at", "2026-03-01T22:30:00Z", { op: "gt", value: "9999-12-31" }, false],
    ["last_login_at", "2026-03-01T22:30:00Z", { op: "contains", value: "2026" }, false],
  ])("%s %s %j: %s", async (attr, value, test, expected) => {
    await ada(
      attr === "since" ? { attributes: JSON.stringify({ since: value }) } : { last_login_at: Date.parse(value) },
    );
    expect(await says({ attr, ...test })).toBe(expected);
  });
});

describe("an unknown attribute or a missing value makes a test unknown, and so its negation", () => {
  const tests = [
    { op: "eq", value: "x" },
    { op: "ne", value: "x" },
    { op: "in", value: ["x"] },
    { op: "nin", value: ["x"] },
    { op: "contains", value: "x" },
    { op: "startsWith", value: "x" },
    { op: "gt", value: 1 },
    { op: "lt", value: "m" },
    { op: "lte", value: "2026-03-02" },
    { op: "eq", value: true },
    { op: "withinDays", value: 36_500 },
    { op: "olderThanDays", value: 0 },
  ];
  it.each(tests)("%j", async (test) => {
    await ada({ attributes: JSON.stringify({ blank: " ", nothing: null, list: ["x"], object: { x: 1 } }) });
    for (const attr of ["unheard of", "blank", "nothing", "list", "object", "email", "last_login_at"]) {
      expect(await says({ attr, ...test }), attr).toBeNull();
      expect(await says({ not: { attr, ...test } }), attr).toBeNull();
    }
  });

  it.each([
    ["email", true],
    ["last_login_at", true],
    ["blank", true],
    ["list", true],
    ["unheard of", true],
    ["department", false],
    ["username", false],
    ["created_at", false],
  ])("empty and notEmpty always answer, of %s: %s", async (attr, empty) => {
    await ada({ attributes: JSON.stringify({ blank: " ", department: "Sales", list: ["x"] }) });
    expect(await says({ attr, op: "empty" })).toBe(empty);
    expect(await says({ attr, op: "notEmpty" })).toBe(!empty);
    expect(await says({ not: { attr, op: "empty" } })).toBe(!empty);
  });

  it("a value that does not compare with what it is asked is none of it, and not unknown", async () => {
    await ada({ attributes: JSON.stringify({ level: "high", since: "2026-02-31" }), last_login_at: 0 });
    expect(await says({ attr: "level", op: "gt", value: 3 })).toBe(false);
    expect(await says({ attr: "level", op: "lte", value: 3 })).toBe(false);
    expect(await says({ attr: "level", op: "ne", value: 3 })).toBe(true);
    expect(await says({ attr: "since", op: "lt", value: "2026-03-02" })).toBe(false);
    expect(await says({ attr: "since", op: "withinDays", value: 100 })).toBe(false);
    expect(await says({ attr: "last_login_at", op: "contains", value: "0" })).toBe(false);
  });

  it("attributes that are no JSON are missing, and other people are judged all the same", async () => {
    await ada({ attributes: "{broken" });
    expect(await says({ attr: "department", op: "eq", value: "Sales" })).toBeNull();
    expect(
      await says({
        any: [
          { attr: "department", op: "eq", value: "Sales" },
          { attr: "username", op: "eq", value: "ADA" },
        ],
      }),
    ).toBe(true);
  });

  it("the password's hash is no attribute", async () => {
    await ada({ password_hash: "scrypt$1" });
    expect(await says({ attr: "password_hash", op: "notEmpty" })).toBe(false);
    expect(await says({ attr: "password_hash", op: "startsWith", value: "scrypt" })).toBeNull();
  });
});

describe("Kleene's logic", () => {
  const [yes, no, unknown] = [
    { attr: "username", op: "eq", value: "ada" },
    { attr: "username", op: "eq", value: "bob" },
    { attr: "email", op: "eq", value: "ada@example.com" },
  ];
  it.each([
    ["not true", { not: yes }, false],
    ["not false", { not: no }, true],
    ["not unknown", { not: unknown }, null],
    ["not not unknown", { not: { not: unknown } }, null],
    ["all: true, unknown", { all: [yes, unknown] }, null],
    ["all: false, unknown", { all: [unknown, no] }, false],
    ["all: true", { all: [yes, yes] }, true],
    ["any: true, unknown", { any: [unknown, yes] }, true],
    ["any: false, unknown", { any: [no, unknown] }, null],
    ["any: false", { any: [no, no] }, false],
    ["2 of true, true, unknown", { atLeast: 2, of: [yes, unknown, yes] }, true],
    ["2 of true, unknown, false", { atLeast: 2, of: [yes, unknown, no] }, null],
    ["2 of unknown, unknown, false", { atLeast: 2, of: [unknown, unknown, no] }, null],
    ["2 of unknown, false, false", { atLeast: 2, of: [unknown, no, no] }, false],
    ["3 of true, true, unknown", { atLeast: 3, of: [yes, yes, unknown] }, null],
    ["not (2 of true, unknown, false)", { not: { atLeast: 2, of: [yes, unknown, no] } }, null],
    ["not all: true, unknown", { not: { all: [yes, unknown] } }, null],
    ["not any: false, (not all: true, unknown)", { not: { any: [no, { not: { all: [yes, unknown] } }] } }, null],
    ["any: true, (not 1 of unknown)", { any: [yes, { not: { atLeast: 1, of: [unknown] } }] }, true],
  ])("%s", async (_, rule, expected) => {
    await ada();
    expect(await says(rule)).toBe(expected);
  });
});

describe("tests on what belongs to a person", () => {
  beforeEach(async () => {
    await ada();
    await database.batch(
      [
        insert("groups", { id: 7, client_id: 1, name: "Seven" }),
        insert("group_members", { client_id: 1, group_id: 7, person_id: ADA, source: "ldap", joined_at: 0 }),
        insert("person_skills", { client_id: 1, person_id: ADA, skill_id: 3, current_level: 2 }),
        insert("person_skills", {
          client_id: 1,
          person_id: ADA,
          skill_id: 4,
          current_level: 0,
          display_state: "expired",
        }),
        insert("registrations", {
          id: 10,
          client_id: 1,
          component_id: 5,
          person_id: ADA,
          cycle_no: 1,
          status: "passed",
          progress_pct: 100,
        }),
        insert("registrations", {
          id: 11,
          client_id: 1,
          component_id: 5,
          person_id: ADA,
          cycle_no: 2,
          status: "booked",
          progress_pct: 20,
        }),
        insert("registrations", { id: 12, client_id: 1, component_id: 9, person_id: ADA, status: "passed" }),
        insert("registrations", {
          id: 13,
          client_id: 1,
          component_id: 9,
          person_id: ADA,
          cycle_no: 2,
          status: "booked",
          progress_pct: 20,
        }),
        insert("item_progress", { client_id: 1, registration_id: 10, item_id: 9, status: "completed" }),
        insert("item_progress", { client_id: 1, registration_id: 10, item_id: 8, status: "passed", score_scaled: 0.8 }),
        insert("person_certifications", {
          client_id: 1,
          person_id: ADA,
          certification_id: 6,
          period_no: 1,
          start_on: "2025-01-01",
          end_on: "2025-12-31",
          status: "fulfilled",
          is_current: 0,
        }),
        insert("person_certifications", {
          client_id: 1,
          person_id: ADA,
          certification_id: 6,
          period_no: 2,
          start_on: "2026-01-01",
          end_on: "2026-12-31",
          status: "in_progress",
        }),
      ],
      "write",
    );
  });
  it.each([
    ["a member by any row of any source", { group: 7 }, true],
    ["no member", { group: 8 }, false],
    ["the level or a higher one", { skill: 3, minLevel: 2 }, true],
    ["any level", { skill: 3 }, true],
    ["a lower level", { skill: 3, minLevel: 3 }, false],
    ["an expired skill", { skill: 4 }, false],
    ["a registration of any cycle", { component: 5, status: ["passed", "completed"] }, true],
    ["the newer cycle as well", { component: 5, status: ["booked"] }, true],
    ["no such status", { component: 5, status: ["failed"] }, false],
    ["progress", { component: 5, progressGte: 100 }, true],
    ["progress on another component", { component: 6, progressGte: 0 }, false],
    ["progress that one of its registrations does not say", { component: 9, progressGte: 50 }, null],
    ["progress that another of its registrations says", { component: 9, progressGte: 20 }, true],
    ["an item's status", { item: 8, status: ["passed"] }, true],
    ["an item's score", { item: 8, scoreGte: 0.8 }, true],
    ["a lower score", { item: 8, scoreGte: 0.81 }, false],
    ["a score that is not there", { item: 9, scoreGte: 0 }, null],
    ["an item that was never begun", { item: 99, scoreGte: 0 }, false],
    ["the current period of a certification", { certification: 6, status: ["in_progress"] }, true],
    ["not an earlier one", { certification: 6, status: ["fulfilled"] }, false],
    ["all", { all: [{ group: 7 }, { skill: 3 }] }, true],
    ["any", { any: [{ group: 8 }, { skill: 9 }] }, false],
    ["not", { not: { group: 8 } }, true],
    ["atLeast 2 of 3", { atLeast: 2, of: [{ group: 7 }, { skill: 9 }, { item: 8, scoreGte: 0 }] }, true],
    ["atLeast 3 of 3", { atLeast: 3, of: [{ group: 7 }, { skill: 9 }, { item: 8, scoreGte: 0 }] }, false],
  ])("%s %j: %s", async (_, rule, expected) => {
    expect(await says(rule)).toBe(expected);
  });

  describe("a component that equivalences cover for the person", () => {
    beforeEach(async () => {
      const rule = {
        id: 1,
        client_id: 1,
        name: "Same",
        relation: "covers",
        triggers: "[[5]]",
        target_component_id: 20,
      };
      await database.execute(insert("equivalence_rules", rule));
      await database.execute(
        "INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, by, since) VALUES (1, 1, 1, 20, '[10]', '2026-01-01'), (1, 1, 1, 9, '[10]', '2026-01-01'), (1, 1, 2, 21, '[10]', '2026-01-01')",
      );
    });
    it.each([
      ["is passed", { component: 20, status: ["passed"] }, true, false],
      ["is completed", { component: 20, status: ["booked", "completed"] }, true, false],
      ["is finished", { component: 20, progressGte: 100 }, true, false],
      ["is finished whatever an unfinished registration says", { component: 9, progressGte: 100 }, true, null],
      ["is not booked", { component: 20, status: ["booked"] }, false, false],
      ["is not failed", { not: { component: 20, status: ["failed", "cancelled"] } }, true, true],
      ["is no other component", { component: 21, status: ["passed"] }, false, false],
    ])("%s: %j", async (_, rule, covered, without) => {
      expect(await says(rule)).toBe(covered);
      expect(await says(rule, { ...scene, coverage: false })).toBe(without);
    });
  });

  it("an item's progress can be asked of one registration only, as learning logic does", async () => {
    const rule = read({ item: 8, status: ["passed"] });
    const of = async (registration: number) => {
      const facts = (await readPersonFacts(rows, [ADA], [rule], { coverage: false, registrationId: registration })).get(
        ADA,
      );
      return facts && evaluate(rule, facts, scene);
    };
    expect([await of(10), await of(11)]).toEqual([true, false]);
  });

  it("another client's rows are not seen", async () => {
    await database.execute("UPDATE group_members SET client_id = 2");
    expect(await says({ group: 7 })).toBe(false);
  });
});

describe("rules over components", () => {
  const MIDNIGHT_IN_TOKYO = Date.parse("2026-03-01T15:00:00Z");
  beforeEach(async () => {
    await database.batch(
      [
        insert("components", {
          id: 1,
          client_id: 1,
          kind: "course",
          title: "Brandschutz",
          planning_status: "released",
          start_at: MIDNIGHT_IN_TOKYO,
        }),
        insert("components", {
          id: 2,
          client_id: 1,
          kind: "course",
          title: "Fire safety",
          start_at: MIDNIGHT_IN_TOKYO,
          time_zone: "Asia/Tokyo",
        }),
      ],
      "write",
    );
    await database.execute(
      "INSERT INTO meta_values (client_id, component_id, meta_tag_id, value) VALUES (1, 1, 11801, '1'), (1, 2, 12703, '2026-05-01')",
    );
  });

  it.each([
    ["a column", { attr: "title", op: "contains", value: "BRAND" }, [1]],
    ["a meta tag", { attr: "meta.11801", op: "eq", value: true }, [1]],
    ["a meta tag that is a day", { attr: "meta.12703", op: "gt", value: "2026-04-30" }, [2]],
    ["a meta tag that is not there", { attr: "meta.12703", op: "empty" }, [1]],
    ["a component's start in its own zone", { attr: "start_at", op: "eq", value: "2026-03-02" }, [2]],
    ["and in the client's", { attr: "start_at", op: "eq", value: "2026-03-01" }, [1]],
    ["a value that is not there", { not: { attr: "meta.12703", op: "gt", value: "2026-06-01" } }, [2]],
    ["an unknown attribute", { not: { attr: "price", op: "eq", value: 7 } }, []],
    ["the absence of an unknown attribute", { attr: "price", op: "empty" }, [1, 2]],
  ])("%s %j", async (_, json, expected) => {
    const rule = read(json, "component");
    const zones = (await rows.all<{ time_zone: string }>(selectComponentZones())).map((row) => row.time_zone);
    expect(zones).toEqual(["Asia/Tokyo"]);
    const query = sql`SELECT id FROM components AS component WHERE component.client_id = ${thisClient} AND ${componentCondition(rule, { ...scene, zones })}`;
    expect((await rows.all<{ id: number }>(query)).map(({ id }) => id)).toEqual(expected);
    const facts = await readComponentFacts(rows, [1, 2], [rule]);
    const zoneOf = (id: number) => (id === 2 ? "Asia/Tokyo" : ZONE);
    const held = [...facts].filter(([id, one]) => evaluate(rule, one, { ...scene, timeZone: zoneOf(id) }, "component"));
    expect(held.map(([id]) => id)).toEqual(expected);
  });
});
