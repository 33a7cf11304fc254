import { LibsqlError } from "@libsql/client";
import { beforeEach, describe, expect, it } from "vitest";
import { TargetGroupPersonAssignment } from "../../../../src/processors/people/TargetGroupPersonAssignment.ts";
import { Stage } from "../stage.ts";
import { membersOf, people, sales, targetGroup } from "./target-groups.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(TargetGroupPersonAssignment);
});
const members = (group: number) => membersOf(stage, group);

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

describe("what cannot be said of a person makes no person a member", () => {
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
    "an attribute that no person has fails the group with unknown_attribute, and it keeps its members: %j",
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
