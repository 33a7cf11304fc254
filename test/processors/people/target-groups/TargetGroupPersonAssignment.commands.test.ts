import { beforeEach, describe, expect, it } from "vitest";
import { TargetGroupPersonAssignment } from "../../../../src/processors/people/TargetGroupPersonAssignment.ts";
import { Stage } from "../stage.ts";
import { membersOf, people, sales, targetGroup } from "./target-groups.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(TargetGroupPersonAssignment);
});
const members = (group: number) => membersOf(stage, group);

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

  it("run when a person enters, and when a person leaves", async () => {
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
