import { describe, expect, it } from "vitest";
import { csv, type ImportStage, importStage, LOCATION } from "../stage.ts";
import { addGroup, addPerson, HEADER, person } from "./people-stage.ts";

describe("groups", () => {
  const membersOf = (stage: ImportStage) =>
    stage
      .rows(
        `SELECT g.external_id || ':' || m.source AS member FROM group_members m JOIN groups g ON g.id = m.group_id
        JOIN persons p ON p.id = m.person_id WHERE p.external_id = 'P-1' ORDER BY 1`,
      )
      .then((rows) => rows.map(({ member }) => member));

  it("become the person's memberships of source csv, exactly; those of other sources stay", async () => {
    const stage = await importStage();
    const id = await addPerson(stage, { external_id: "P-1", username: "p-1", import_source: "csv" });
    for (const [name, source] of [
      ["A", "manual"],
      ["B", "xml"],
      ["C", "csv"],
    ] as const)
      await addGroup(stage, name, source);
    await addGroup(stage, "D", "manual", 2);
    for (const [group, source] of [
      [1, "csv"],
      [1, "manual"],
      [2, "rule"],
    ] as const) {
      await stage.database.execute({
        sql: "INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at) VALUES (1, ?, ?, ?, 1, 1, 1)",
        args: [group, id, source],
      });
    }
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";C| B |C")));
    expect((await stage.run()).counts).toMatchObject({ updated: 1, changed: 1 });
    expect(await membersOf(stage)).toEqual(["A:manual", "B:csv", "B:rule", "C:csv"]);
    await stage.put("b.csv", csv(`${HEADER};groups`, person("P-1", ";B|C")));
    expect((await stage.run()).counts).toMatchObject({ skipped: 1 });
    await stage.put("c.csv", csv(`${HEADER};groups`, person("P-1", ";")));
    expect((await stage.run()).counts).toMatchObject({ skipped: 1 });
    await stage.put("d.csv", csv(`${HEADER};groups`, person("P-1", ";\\N")));
    expect((await stage.run()).counts).toMatchObject({ updated: 1 });
    expect(await membersOf(stage)).toEqual(["A:manual", "B:rule"]);
    const audit = await stage.rows("SELECT before, after FROM audit_log ORDER BY id");
    expect(audit).toEqual([
      { before: '{"groups":[1]}', after: '{"groups":[3,2]}' },
      { before: '{"groups":[2,3]}', after: '{"groups":[]}' },
    ]);
  });

  it("that do not exist are left out with a warning", async () => {
    const stage = await importStage();
    await addGroup(stage, "A", "manual");
    await addGroup(stage, "B", "manual", 2);
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";A|B|Z"), person("P-2", ";A")));
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { created: 2, changed: 2 }, failures: [] });
    expect(await membersOf(stage)).toEqual(["A:csv"]);
    expect(await stage.result("done/a.csv")).toEqual([
      "line;ref;result;message",
      "2;P-1;warning;groups: B, Z does not exist; create it, or set createGroups",
    ]);
  });

  it("that do not exist are created if createGroups says so, once each", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";A|B"), person("P-2", ";B")));
    expect(await stage.run({ createGroups: true })).toMatchObject({ state: "ok", counts: { created: 2 } });
    expect(await stage.rows("SELECT external_id, name, kind, source, active FROM groups ORDER BY id")).toEqual([
      { external_id: "A", name: "A", kind: "group", source: "csv", active: 1 },
      { external_id: "B", name: "B", kind: "group", source: "csv", active: 1 },
    ]);
    expect(await stage.rows("SELECT count(*) AS members FROM group_members")).toEqual([{ members: 3 }]);
    expect(
      await stage.rows("SELECT entity_id FROM audit_log WHERE entity = 'group' AND action = 'create'"),
    ).toHaveLength(2);
    await stage.put("b.csv", csv(`${HEADER};groups`, person("P-1", ";B|A"), person("P-2", ";B")));
    expect(await stage.run({ createGroups: true })).toMatchObject({ state: "no_action", counts: { skipped: 2 } });
  });
});

describe("a group of another source", () => {
  it.each([
    ["hr\\|A", 2],
    ["xml|hr|A", null],
    ["xml\\|hr\\|A", 2],
    ["S", 1],
    ["ldap\\|S", 3],
    ["xml\\|S", 4],
    ["ldap\\|NONE", null],
  ])("is named %s", async (cell, group) => {
    const stage = await importStage();
    for (const [name, source] of [
      ["S", "manual"],
      ["hr|A", "xml"],
      ["S", "ldap"],
      ["S", "xml"],
    ] as const)
      await addGroup(stage, name, source);
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", `;${cell}`)));
    await stage.run();
    const found = await stage.rows("SELECT group_id FROM group_members");
    expect(found.map(({ group_id }) => group_id)).toEqual(group === null ? [] : [group]);
  });

  it("is not created by a CSV file", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";xml\\|hr\\|A|B\\|C")));
    expect(await stage.run({ createGroups: true })).toMatchObject({ state: "ok" });
    expect(await stage.rows("SELECT external_id FROM groups")).toEqual([{ external_id: "B|C" }]);
    expect((await stage.result("done/a.csv"))[1]).toContain("xml|hr|A does not exist");
  });

  it("that was not there is joined when the same file is brought again", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";A")));
    await stage.run();
    await addGroup(stage, "A", "manual");
    const bringAgain = async () => {
      const { entries } = await stage.files.list(`${LOCATION}done/`);
      const done = entries.find(({ key }) => !key.endsWith(".result.csv"));
      await stage.files.move(done?.key ?? "", `${LOCATION}a.csv`);
    };
    await bringAgain();
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { updated: 1 } });
    expect(await stage.rows("SELECT source FROM group_members")).toEqual([{ source: "csv" }]);
    await bringAgain();
    expect(await stage.run()).toMatchObject({ state: "no_action", counts: { scanned: 1, skipped: 1 } });
  });
});
