import { beforeEach, describe, expect, it } from "vitest";
import { TargetGroupPersonAssignment } from "../../../../src/processors/people/TargetGroupPersonAssignment.ts";
import { Stage } from "../stage.ts";
import { membersOf, people, sales, targetGroup } from "./target-groups.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(TargetGroupPersonAssignment);
});
const members = (group: number) => membersOf(stage, group);

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

  it("a person with a row of another source does not leave", async () => {
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
    // No person enters, and no person leaves either.
    expect(await members(10)).toEqual(Array.from({ length: rule }, (_, index) => String(index + 1)));
    expect(await stage.rows("SELECT evaluated_at FROM groups WHERE id = 10")).toEqual([{ evaluated_at: null }]);
  });

  it("a person with a row of another source is no gain", async () => {
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
