import { LibsqlError } from "@libsql/client";
import { beforeEach, describe, expect, it } from "vitest";
import { TargetGroupPersonAssignment } from "../../../src/processors/people/TargetGroupPersonAssignment.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(TargetGroupPersonAssignment);
});

const sales = { attr: "department", op: "eq", value: "Sales" };
const targetGroup = (id: number, rule: unknown, more: Record<string, string | number | null> = {}) => ({
  id,
  kind: "target_group",
  rule: typeof rule === "string" ? rule : JSON.stringify(rule),
  ...more,
});
const people = (from: number, until: number, department: string, status = "active") =>
  Array.from({ length: until - from + 1 }, (_, index) => ({
    id: from + index,
    auth_status: status,
    attributes: JSON.stringify({ department }),
  }));
const members = async (group: number) => {
  const rows = await stage.rows<{ person_id: number; source: string }>(
    `SELECT person_id, source FROM group_members WHERE group_id = ${group} ORDER BY person_id, source <> 'rule', source`,
  );
  return rows.map(({ person_id, source }) => (source === "rule" ? String(person_id) : `${person_id} ${source}`));
};

describe("members become the active people for whom the rule holds", () => {
  beforeEach(async () => {
    await stage.add("persons", ...people(1, 3, "Sales"), ...people(4, 5, "Store"), ...people(6, 6, "Sales", "passive"));
    await stage.add("groups", targetGroup(10, sales));
  });

  it("inserts missing rows with the source rule and deletes those no longer true", async () => {
    await stage.add("group_members", { group_id: 10, person_id: 3 }, { group_id: 10, person_id: 4 });
    const run = await stage.run();
    expect(run.state).toBe("ok");
    expect(run.counts).toMatchObject({ groups: 1, added: 2, removed: 1, changed: 3, scanned: 3 });
    expect(await members(10)).toEqual(["1", "2", "3"]);
    expect(await stage.rows("SELECT joined_at FROM group_members WHERE person_id = 1")).toEqual([
      { joined_at: run.startedAt },
    ]);
  });

  it("leaves rows of other sources as they are, also beside one of its own", async () => {
    const sources = ["manual", "xml", "ldap", "csv"];
    await stage.add(
      "group_members",
      ...sources.map((source, index) => ({ group_id: 10, person_id: index + 2, source })),
    );
    await stage.add("group_members", { group_id: 10, person_id: 5 });
    await stage.run();
    expect(await members(10)).toEqual(["1", "2", "2 manual", "3", "3 xml", "4 ldap", "5 csv"]);
  });

  it("takes passive people only where the job says so, and inactive and deleted ones never", async () => {
    await stage.add("persons", ...people(7, 7, "Sales", "inactive"), ...people(8, 8, "Sales", "deleted"));
    await stage.add("group_members", { group_id: 10, person_id: 8 });
    await stage.run({ includePassive: true });
    expect(await members(10)).toEqual(["1", "2", "3", "6"]);
    await stage.run();
    expect(await members(10)).toEqual(["1", "2", "3"]);
  });

  it("changes nothing when it runs again, and notes when the groups were evaluated", async () => {
    await stage.run();
    const again = await stage.run();
    expect(again).toMatchObject({ state: "no_action", counts: { groups: 1 } });
    expect(await stage.rows("SELECT evaluated_at FROM groups WHERE id = 10")).toEqual([
      { evaluated_at: again.startedAt },
    ]);
  });

  it("tells audit and search of every membership", async () => {
    await stage.add("group_members", { group_id: 10, person_id: 4 });
    const { id } = await stage.run();
    const audit = await stage.rows(
      `SELECT entity, entity_id, person_id, action, before, after FROM audit_log WHERE run_id = ${id} ORDER BY id`,
    );
    expect(audit).toHaveLength(4);
    expect(audit[0]).toEqual({
      entity: "group",
      entity_id: 10,
      person_id: 4,
      action: "member_removed",
      before: '{"source":"rule"}',
      after: null,
    });
    expect(audit[1]).toEqual({
      entity: "group",
      entity_id: 10,
      person_id: 1,
      action: "member_added",
      before: null,
      after: '{"source":"rule"}',
    });
    const changed = await stage.rows<{ entity_id: number }>(
      "SELECT entity_id FROM index_changes WHERE entity = 'person' ORDER BY id",
    );
    expect(changed.map(({ entity_id }) => entity_id)).toEqual([4, 1, 2, 3]);
  });

  it("looks at active target groups with a rule, or at those that the job names", async () => {
    await stage.add(
      "groups",
      targetGroup(11, sales),
      targetGroup(12, sales, { active: 0 }),
      targetGroup(13, sales, { kind: "group" }),
      { id: 14, kind: "target_group" },
      targetGroup(15, sales, { client_id: 2 }),
    );
    const run = await stage.run({ groupIds: [11, 12, 15] });
    expect(run.counts).toMatchObject({ groups: 1, added: 3 });
    expect(run.log).toContain("No active target group with a rule: 12, 15");
    expect(await members(10)).toEqual([]);
    expect((await stage.run()).counts).toMatchObject({ groups: 2, added: 3 });
    for (const group of [12, 13, 14, 15]) expect(await members(group)).toEqual([]);
  });

  it("has nothing to do without a target group", async () => {
    await stage.database.execute("UPDATE groups SET active = 0");
    expect(await stage.run()).toMatchObject({
      state: "no_action",
      message: "There is no active target group with a rule",
    });
  });

  it("rehearses without a trace", async () => {
    const dry = await stage.run({}, { dryRun: true });
    expect(dry.counts).toMatchObject({ groups: 1, added: 3 });
    expect(await members(10)).toEqual([]);
    expect(await stage.rows("SELECT evaluated_at FROM groups WHERE id = 10")).toEqual([{ evaluated_at: null }]);
  });

  it("leaves out people who stop being active between reading and writing", async () => {
    const { database } = stage;
    let batches = 0;
    const watched = {
      execute: database.execute.bind(database),
      transaction: database.transaction.bind(database),
      async batch(...[statements, mode]: Parameters<typeof database.batch>) {
        const writes = statements.some(
          (one) => typeof one === "object" && "sql" in one && one.sql.includes("INSERT INTO group_members"),
        );
        if (mode === "write" && writes && batches++ === 0)
          await database.execute("UPDATE persons SET auth_status = 'passive' WHERE id = 2");
        return database.batch(statements, mode);
      },
    } as typeof database;
    const run = await stage.run({}, { storeOf: async () => watched });
    expect(run.counts).toMatchObject({ scanned: 3, changed: 2, added: 2 });
    expect(await members(10)).toEqual(["1", "3"]);
  });
});

describe("groups that refer to target groups", () => {
  it("come behind them, whatever their numbers", async () => {
    await stage.add("persons", ...people(1, 2, "Sales"));
    await stage.add("groups", targetGroup(10, { group: 11 }), targetGroup(11, { group: 12 }), targetGroup(12, sales));
    const run = await stage.run();
    expect(run.counts).toMatchObject({ groups: 3, added: 6 });
    expect(await members(10)).toEqual(["1", "2"]);
  });

  it("fail with rule_cycle where they refer to each other in a circle; the others, and who refers to them, do not", async () => {
    await stage.add("persons", ...people(1, 2, "Sales"));
    await stage.add(
      "groups",
      targetGroup(10, { group: 11 }),
      targetGroup(11, { any: [{ group: 10 }, sales] }),
      targetGroup(12, { not: { group: 12 } }),
      targetGroup(13, { group: 10 }),
      targetGroup(14, sales),
    );
    await stage.add("group_members", { group_id: 10, person_id: 2 });
    const run = await stage.run();
    expect(run.state).toBe("partial");
    expect(run.errors.map(({ ref, code }) => `${ref} ${code}`)).toEqual([
      "group:10 rule_cycle",
      "group:11 rule_cycle",
      "group:12 rule_cycle",
    ]);
    expect([await members(10), await members(11), await members(12)]).toEqual([["2"], [], []]);
    expect([await members(13), await members(14)]).toEqual([["2"], ["1", "2"]]);
  });

  it("see in the same run what the commands of other groups change", async () => {
    await stage.add("persons", ...people(1, 1, "Sales"));
    await stage.add(
      "groups",
      { id: 5, kind: "group" },
      targetGroup(10, { group: 5 }),
      targetGroup(11, { attr: "level", op: "eq", value: 3 }),
      targetGroup(12, sales, { on_enter: JSON.stringify([{ addToGroup: 5 }, { setAttribute: "level", value: "3" }]) }),
    );
    // A dry run takes the attribute back before it is asked for, and finds nothing wrong with it.
    expect((await stage.run({}, { dryRun: true })).errors).toEqual([]);
    expect((await stage.run()).errors).toEqual([]);
    expect([await members(10), await members(11)]).toEqual([["1"], ["1"]]);
  });
});

describe("a bad rule costs its neighbours nothing", () => {
  it.each([
    ["bad_rule", "{broken", "Enter the rule as JSON"],
    ["bad_rule", { attr: "department", op: "like", value: "x" }, "op: Choose one of"],
    ["bad_rule", { all: [] }, "all: Enter at least one"],
    ["bad_command", sales, "on_enter.0: enter assignJobProfile", '[{"promote":1}]'],
    ["bad_command", sales, "on_enter: enter a list of commands as JSON", "nothing"],
    ["bad_command", sales, "A command names 99, which is not a group of this client", '[{"addToGroup":99}]'],
    ["bad_command", sales, "A command names 9, which is not a job profile of this client", '[{"assignJobProfile":9}]'],
    ["bad_command", sales, "This is a column of every person", '[{"setAttribute":"email","value":"x"}]'],
  ])("%s %j", async (code, rule, message, onEnter = "[]") => {
    await stage.add("persons", ...people(1, 2, "Sales"));
    await stage.add(
      "groups",
      { id: 9, kind: "group" },
      targetGroup(10, sales),
      targetGroup(11, rule, { on_enter: onEnter }),
      targetGroup(12, sales),
    );
    await stage.add("group_members", { group_id: 11, person_id: 2 });
    const run = await stage.run();
    expect(run).toMatchObject({ state: "partial", counts: { groups: 2, added: 4, failed: 1 } });
    expect(run.errors).toEqual([{ ref: "group:11", code, message: expect.stringContaining(message) }]);
    expect([await members(10), await members(11), await members(12)]).toEqual([["1", "2"], ["2"], ["1", "2"]]);
  });
});

it("a group whose rule the database cannot work out fails by itself, with row_error", async () => {
  await stage.add("persons", ...people(1, 2, "Sales"));
  await stage.add("groups", targetGroup(10, sales), targetGroup(11, sales), targetGroup(12, sales));
  const { database } = stage;
  const watched = {
    execute: database.execute.bind(database),
    transaction: database.transaction.bind(database),
    async batch(...[statements, mode]: Parameters<typeof database.batch>) {
      const about = statements.some(
        (one) => typeof one === "object" && "args" in one && Object.values(one.args ?? {}).includes(11),
      );
      if (mode === "read" && about) throw new LibsqlError("too many SQL variables", "SQLITE_ERROR");
      return database.batch(statements, mode);
    },
  } as typeof database;
  const run = await stage.run({}, { storeOf: async () => watched });
  expect(run).toMatchObject({ state: "partial", counts: { groups: 2, added: 4 } });
  expect(run.errors).toEqual([
    { ref: "group:11", code: "row_error", message: expect.stringContaining("too many SQL variables") },
  ]);
  expect([await members(10), await members(11), await members(12)]).toEqual([["1", "2"], [], ["1", "2"]]);
});

describe("a group of 20 or more that would lose too many keeps its members", () => {
  const lose = async (rule: number, others: number, gone: number, parameters = {}) => {
    await stage.add("persons", ...people(1, rule + others, "Sales"), ...people(500, 501, "Sales"));
    await stage.add("groups", targetGroup(10, sales));
    const rows = Array.from({ length: rule }, (_, index) => ({ group_id: 10, person_id: index + 1 }));
    const manual = Array.from({ length: others }, (_, index) => ({
      group_id: 10,
      person_id: rule + index + 1,
      source: "manual",
    }));
    await stage.add("group_members", ...rows, ...manual);
    await stage.database.execute(`UPDATE persons SET attributes = '{"department":"Store"}' WHERE id <= ${gone}`);
    return stage.run(parameters);
  };

  it.each([
    [20, 0, 10, {}, "kept within the limit"],
    [19, 0, 19, {}, "too small to be suspicious"],
    [20, 0, 20, { maxChangePct: 100 }, "allowed to lose all"],
    [10, 15, 10, {}, "members of other sources count"],
  ])("%i by rule and %i by others lose %i with %j: %s", async (rule, others, gone, parameters, _) => {
    const run = await lose(rule, others, gone, parameters);
    expect(run.state).toBe("ok");
    expect(run.counts).toMatchObject({ removed: gone });
  });

  it.each([
    [20, 0, 11, {}],
    [20, 0, 1, { maxChangePct: 4 }],
    [40, 0, 40, { maxChangePct: 99, chunkSize: 3 }],
  ])("%i by rule and %i by others lose %i with %j: suspicious_result", async (rule, others, gone, parameters) => {
    const run = await lose(rule, others, gone, parameters);
    expect(run.state).toBe("partial");
    expect(run.errors).toEqual([
      {
        ref: "group:10",
        code: "suspicious_result",
        message: expect.stringContaining(`${gone} of ${rule} members would leave`),
      },
    ]);
    expect(await members(10)).toHaveLength(rule + others);
    expect(await stage.rows("SELECT evaluated_at FROM groups WHERE id = 10")).toEqual([{ evaluated_at: null }]);
  });

  it("somebody with a row of another source does not leave", async () => {
    await stage.add("persons", ...people(1, 20, "Store"));
    await stage.add("groups", targetGroup(10, sales));
    for (const source of ["rule", "manual"])
      await stage.add(
        "group_members",
        ...Array.from({ length: 20 }, (_, index) => ({ group_id: 10, person_id: index + 1, source })),
      );
    expect((await stage.run({ maxChangePct: 0 })).counts).toMatchObject({ removed: 20 });
  });

  it("is judged once: a run taken up among those who leave goes on", async () => {
    await stage.add("persons", ...people(1, 30, "Store"), ...people(31, 60, "Sales"));
    await stage.add("groups", targetGroup(10, sales));
    await stage.add(
      "group_members",
      ...Array.from({ length: 60 }, (_, index) => ({ group_id: 10, person_id: index + 1 })),
    );
    const run = await stage.run({ chunkSize: 1 }, { slice: { wallMs: 60_000, calls: 3 } });
    expect(run).toMatchObject({ state: "ok", counts: { removed: 30 } });
  });
});

describe("a group of 20 or more that would gain too many keeps its members", () => {
  /** A group with members by rule, some of whom leave; some people more are to enter. */
  const grow = async (rule: number, entering: number, parameters = {}, leaving = 0) => {
    await stage.add("persons", ...people(1, rule + entering, "Sales"));
    await stage.add("groups", targetGroup(10, sales));
    await stage.add(
      "group_members",
      ...Array.from({ length: rule }, (_, index) => ({ group_id: 10, person_id: index + 1 })),
    );
    await stage.database.execute(`UPDATE persons SET attributes = '{"department":"Store"}' WHERE id <= ${leaving}`);
    return stage.run(parameters);
  };

  it.each([
    [20, 10, {}, "grown within the limit"],
    [19, 400, {}, "too small to be suspicious"],
    [0, 400, {}, "new"],
    [20, 20, { maxChangePct: 100 }, "allowed to double"],
    [20, 100, { maxChangePct: 500 }, "allowed to grow sixfold"],
    [20, 0, { maxChangePct: 0 }, "as it was"],
  ])("%i members gain %i with %j: %s", async (rule, entering, parameters, _) => {
    const run = await grow(rule, entering, parameters);
    expect(run.errors).toEqual([]);
    expect(run.counts.added ?? 0).toBe(entering);
    expect(await members(10)).toHaveLength(rule + entering);
  });

  it.each([
    [20, 11, {}],
    [20, 2, { maxChangePct: 5 }],
    [30, 300, { maxChangePct: 900, chunkSize: 7 }],
  ])("%i members gain %i with %j: suspicious_result", async (rule, entering, parameters) => {
    const run = await grow(rule, entering, parameters, 1);
    expect(run.state).toBe("partial");
    expect(run.errors).toEqual([
      {
        ref: "group:10",
        code: "suspicious_result",
        message: expect.stringContaining(`${entering} would enter beside ${rule} members`),
      },
    ]);
    // Nobody enters, and nobody leaves either.
    expect(await members(10)).toEqual(Array.from({ length: rule }, (_, index) => String(index + 1)));
    expect(await stage.rows("SELECT evaluated_at FROM groups WHERE id = 10")).toEqual([{ evaluated_at: null }]);
  });

  it("somebody with a row of another source is no gain", async () => {
    await stage.add("persons", ...people(1, 40, "Sales"));
    await stage.add("groups", targetGroup(10, sales));
    const by = (source: string, from: number, until: number) =>
      Array.from({ length: until - from + 1 }, (_, index) => ({ group_id: 10, person_id: from + index, source }));
    await stage.add("group_members", ...by("rule", 1, 20), ...by("xml", 21, 40));
    expect((await stage.run({ maxChangePct: 0 })).counts).toMatchObject({ added: 20 });
  });

  it("counts in windows of people, and a run taken up among them counts on", async () => {
    await stage.add("persons", ...people(1, 60, "Sales"));
    await stage.add("groups", targetGroup(10, sales));
    await stage.add(
      "group_members",
      ...Array.from({ length: 20 }, (_, index) => ({ group_id: 10, person_id: index * 3 + 1 })),
    );
    const run = await stage.run({ chunkSize: 1, maxChangePct: 199 }, { slice: { wallMs: 60_000, calls: 3 } });
    expect(run.errors).toMatchObject([{ message: expect.stringContaining("40 would enter beside 20 members") }]);
    expect(await stage.run({ chunkSize: 1, maxChangePct: 200 }, { slice: { wallMs: 60_000, calls: 3 } })).toMatchObject(
      { state: "ok", counts: { added: 40 } },
    );
  });
});

describe("a group that is switched off", () => {
  const everybody = { attr: "username", op: "notEmpty" };
  beforeEach(async () => {
    await stage.add("persons", ...people(1, 30, "Sales"));
  });
  const byRule = (group: number, until: number) =>
    stage.add(
      "group_members",
      ...Array.from({ length: until }, (_, index) => ({ group_id: group, person_id: index + 1 })),
    );

  it.each([
    ["its rule still holds", JSON.stringify(sales)],
    ["its rule cannot be read", "{broken"],
    ["its rule names an unknown attribute", JSON.stringify({ attr: "ofice", op: "eq", value: "x" })],
    ["it has no rule any more", null],
  ])("loses all members by rule, however many, and those of other sources stay: %s", async (_, rule) => {
    await stage.add("groups", { id: 10, kind: "target_group", rule, active: 0 });
    await byRule(10, 30);
    await stage.add("group_members", { group_id: 10, person_id: 5, source: "manual" });
    const run = await stage.run({ maxChangePct: 0, chunkSize: 7 });
    expect(run).toMatchObject({ state: "ok", counts: { groups: 1, removed: 30 }, errors: [] });
    expect(await members(10)).toEqual(["5 manual"]);
    expect(await stage.rows("SELECT evaluated_at FROM groups WHERE id = 10")).toEqual([
      { evaluated_at: run.startedAt },
    ]);
    expect(await stage.run()).toMatchObject({ state: "no_action" });
  });

  it("runs its on_leave commands, and keeps its members where they cannot be used", async () => {
    await stage.add(
      "groups",
      { id: 5, kind: "group" },
      targetGroup(10, everybody, { active: 0, on_leave: '[{"addToGroup":5}]', on_enter: "nonsense" }),
      targetGroup(11, everybody, { active: 0, on_leave: "nonsense" }),
    );
    await byRule(10, 2);
    await byRule(11, 2);
    const run = await stage.run();
    expect(run.errors).toMatchObject([{ ref: "group:11", code: "bad_command" }]);
    expect([await members(5), await members(10), await members(11)]).toEqual([["1", "2"], [], ["1", "2"]]);
  });

  it("is emptied before the groups whose rules name it, also where a run stops between them", async () => {
    await stage.add(
      "groups",
      targetGroup(9, { group: 10 }),
      targetGroup(10, { group: 9 }, { active: 0 }),
      targetGroup(11, { not: { group: 10 } }),
    );
    await byRule(9, 2);
    await byRule(10, 3);
    const run = await stage.run({ chunkSize: 1 }, { slice: { wallMs: 60_000, calls: 2 } });
    expect(run).toMatchObject({ state: "ok", errors: [] });
    expect([await members(9), await members(10)]).toEqual([[], []]);
    expect(await members(11)).toHaveLength(30);
  });

  it("is emptied where the job names it, and not where it names others", async () => {
    await stage.add("groups", targetGroup(10, everybody, { active: 0 }), targetGroup(11, everybody, { active: 0 }));
    await byRule(10, 2);
    await byRule(11, 2);
    await stage.run({ groupIds: [11] });
    expect([await members(10), await members(11)]).toEqual([["1", "2"], []]);
  });

  it("while it is being evaluated loses its members in the same run", async () => {
    await stage.add("groups", targetGroup(10, everybody));
    const { database } = stage;
    let steps = 0;
    const watched = {
      execute: database.execute.bind(database),
      transaction: database.transaction.bind(database),
      async batch(...[statements, mode]: Parameters<typeof database.batch>) {
        const result = await database.batch(statements, mode);
        if (mode === "write" && ++steps === 2) await database.execute("UPDATE groups SET active = 0 WHERE id = 10");
        return result;
      },
    } as typeof database;
    const run = await stage.run({ chunkSize: 5 }, { storeOf: async () => watched });
    expect(run.state).toBe("ok");
    expect(run.counts.added).toBe(run.counts.removed);
    expect(await members(10)).toEqual([]);
  });
});

describe("what cannot be said of somebody makes nobody a member", () => {
  it("neither a test nor its negation holds for people without the value", async () => {
    await stage.add("persons", ...people(1, 2, "Sales"), ...people(3, 4, "Store"), { id: 5, attributes: "{}" });
    await stage.add(
      "groups",
      targetGroup(10, sales),
      targetGroup(11, { not: sales }),
      targetGroup(12, { attr: "department", op: "ne", value: "Sales" }),
      targetGroup(13, { any: [{ not: sales }, { attr: "department", op: "empty" }] }),
    );
    await stage.add("group_members", { group_id: 11, person_id: 5 });
    await stage.run();
    expect([await members(10), await members(11), await members(12), await members(13)]).toEqual([
      ["1", "2"],
      ["3", "4"],
      ["3", "4"],
      ["3", "4", "5"],
    ]);
  });

  it.each([
    { attr: "ofice", op: "eq", value: "3" },
    { not: { attr: "ofice", op: "eq", value: "3" } },
    {
      any: [
        { attr: "username", op: "notEmpty" },
        { attr: "ofice", op: "empty" },
      ],
    },
  ])(
    "an attribute that nobody has fails the group with unknown_attribute, and it keeps its members: %j",
    async (rule) => {
      await stage.add("persons", ...people(1, 2, "Sales"));
      await stage.add("persons", { id: 3, client_id: 2, username: "elsewhere", attributes: '{"ofice":"3"}' });
      await stage.add("groups", targetGroup(10, rule), targetGroup(11, sales));
      await stage.add("group_members", { group_id: 10, person_id: 2 });
      const run = await stage.run();
      expect(run).toMatchObject({ state: "partial", counts: { groups: 1, added: 2, failed: 1 } });
      expect(run.errors).toEqual([
        { ref: "group:10", code: "unknown_attribute", message: expect.stringContaining('"ofice"') },
      ]);
      expect([await members(10), await members(11)]).toEqual([["2"], ["1", "2"]]);
    },
  );

  it("covered components count where equivalences are enabled", async () => {
    await stage.add("persons", ...people(1, 2, "Sales"));
    await stage.add("components", { id: 7 });
    await stage.add("equivalence_rules", {
      id: 1,
      name: "Same",
      relation: "covers",
      triggers: "[]",
      target_component_id: 7,
    });
    await stage.database.execute(
      "INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, by, since) VALUES (1, 1, 1, 7, '[]', '2026-01-01')",
    );
    await stage.add("groups", targetGroup(10, { component: 7, status: ["passed"] }));
    await stage.run();
    expect(await members(10)).toEqual([]);
    await stage.add("settings", { key: "equivalences.enabled", value: "true" });
    await stage.run();
    expect(await members(10)).toEqual(["1"]);
    await stage.database.execute("UPDATE settings SET value = '1'");
    expect(await stage.run()).toMatchObject({ state: "failed", reason: "invalid_configuration" });
  });
});

it("a run with maxRows goes on where the one before stopped, and judges a group anew", async () => {
  await stage.add("persons", ...people(1, 8, "Sales"));
  await stage.add("groups", targetGroup(10, sales), targetGroup(11, sales));
  const added: number[] = [];
  for (let night = 0; night < 5; night += 1)
    added.push((await stage.run({ maxRows: 4, chunkSize: 3 })).counts.added ?? 0);
  expect(added).toEqual([4, 4, 4, 4, 0]);
  expect([await members(10), await members(11)]).toEqual([await members(10), await members(10)]);
  expect(await members(11)).toHaveLength(8);
});

describe("commands", () => {
  const state = async () => ({
    profile: await members(5),
    plain: await members(6),
    attributes: (await stage.rows<{ attributes: string }>("SELECT attributes FROM persons WHERE id = 1"))[0]
      ?.attributes,
  });
  beforeEach(async () => {
    await stage.add("persons", ...people(1, 1, "Sales"));
    await stage.add(
      "groups",
      { id: 5, kind: "job_profile" },
      { id: 6, kind: "group" },
      { id: 7, kind: "target_group" },
      targetGroup(10, sales, {
        on_enter: JSON.stringify([
          { assignJobProfile: 5 },
          { setAttribute: "größe", value: "XL" },
          { addToGroup: 6 },
          { addToGroup: 7 },
        ]),
        on_leave: JSON.stringify([{ removeJobProfile: 5 }, { setAttribute: "größe", value: null }]),
      }),
    );
  });

  it("run when somebody enters, and when somebody leaves", async () => {
    expect((await stage.run()).counts).toMatchObject({ added: 1, commands: 4 });
    expect(await state()).toEqual({ profile: ["1"], plain: ["1"], attributes: '{"department":"Sales","größe":"XL"}' });
    expect(await members(7)).toEqual(["1 manual"]);
    await stage.database.execute(`UPDATE persons SET attributes = json_set(attributes, '$.department', 'Store')`);
    expect((await stage.run()).counts).toMatchObject({ removed: 1, changed: 1, commands: 2 });
    expect(await state()).toEqual({ profile: [], plain: ["1"], attributes: '{"department":"Store"}' });
  });

  it("run once: not for existing members", async () => {
    await stage.run();
    await stage.database.execute("DELETE FROM group_members WHERE group_id IN (5, 6)");
    expect((await stage.run()).state).toBe("no_action");
    expect(await members(5)).toEqual([]);
  });

  it("do not depend on each other: one that finds nothing to change does not stop the next", async () => {
    await stage.add("group_members", { group_id: 5, person_id: 1, source: "ldap" });
    await stage.run();
    expect(await state()).toMatchObject({ profile: ["1", "1 ldap"], plain: ["1"] });
    const audit = await stage.rows("SELECT entity, entity_id, action, before, after FROM audit_log ORDER BY id");
    expect(audit).toEqual([
      { entity: "group", entity_id: 10, action: "member_added", before: null, after: '{"source":"rule"}' },
      { entity: "group", entity_id: 5, action: "member_added", before: null, after: '{"source":"rule"}' },
      { entity: "person", entity_id: 1, action: "set_attribute", before: '{"größe":null}', after: '{"größe":"XL"}' },
      { entity: "group", entity_id: 6, action: "member_added", before: null, after: '{"source":"rule"}' },
      { entity: "group", entity_id: 7, action: "member_added", before: null, after: '{"source":"manual"}' },
    ]);
  });

  it("take a job profile away whatever gave it", async () => {
    await stage.run();
    await stage.add("group_members", { group_id: 5, person_id: 1, source: "xml" });
    await stage.database.execute(`UPDATE persons SET attributes = '{"department":"Store"}'`);
    await stage.run();
    expect(await members(5)).toEqual([]);
  });

  it("leave attributes alone that are no JSON", async () => {
    await stage.database.execute("UPDATE persons SET attributes = '{broken'");
    await stage.database.execute(`UPDATE groups SET rule = '{"attr":"username","op":"notEmpty"}' WHERE id = 10`);
    expect((await stage.run()).state).toBe("ok");
    expect((await state()).attributes).toBe("{broken");
  });
});

describe("a rule that is edited while it is being evaluated", () => {
  it("begins its group anew, and the members are those of the new rule", async () => {
    await stage.add("persons", ...people(1, 6, "Sales"), ...people(7, 12, "Store"));
    await stage.add("groups", targetGroup(10, sales), targetGroup(11, { group: 10 }));
    const { database } = stage;
    let steps = 0;
    const watched = {
      execute: database.execute.bind(database),
      transaction: database.transaction.bind(database),
      async batch(...[statements, mode]: Parameters<typeof database.batch>) {
        const result = await database.batch(statements, mode);
        if (mode === "write" && ++steps === 2)
          await database.execute(
            `UPDATE groups SET rule = '{"attr":"department","op":"eq","value":"Store"}' WHERE id = 10`,
          );
        return result;
      },
    } as typeof database;
    const run = await stage.run({ chunkSize: 2 }, { storeOf: async () => watched });
    expect(run).toMatchObject({ state: "ok", counts: { groups: 2, added: 16, removed: 4 } });
    expect(await members(10)).toEqual(["7", "8", "9", "10", "11", "12"]);
    expect(await members(11)).toEqual(["7", "8", "9", "10", "11", "12"]);
  });
});

it("a heavy rule is evaluated in windows of people, and no one is missed", async () => {
  await stage.add("persons", ...people(1, 1300, "Sales"));
  const tests = Array.from({ length: 200 }, (_, index) => ({
    attr: "department",
    op: "startsWith",
    value: `x${index}`,
  }));
  await stage.add("groups", targetGroup(10, { any: [...tests.slice(1), sales] }));
  await stage.add("group_members", { group_id: 10, person_id: 1300 });
  expect((await stage.run({ chunkSize: 1000 })).counts).toMatchObject({ added: 1299, changed: 1299 });
  await stage.database.execute(`UPDATE persons SET attributes = '{}' WHERE id IN (1, 1249, 1250, 1251, 1300)`);
  expect((await stage.run({ chunkSize: 1 })).counts).toMatchObject({ removed: 5, changed: 5 });
  expect(await members(10)).toHaveLength(1295);
});
