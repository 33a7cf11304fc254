import { beforeEach, describe, expect, it } from "vitest";
import { TargetGroupPersonAssignment } from "../../../../src/processors/people/TargetGroupPersonAssignment.ts";
import { Stage } from "../stage.ts";
import { membersOf, people, sales, targetGroup } from "./target-groups.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(TargetGroupPersonAssignment);
});
const members = (group: number) => membersOf(stage, group);

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
