import { describe, expect, it } from "vitest";
import { NOW } from "../stage.ts";
import {
  addPeople,
  bring,
  codes,
  group,
  id,
  member,
  members,
  membership,
  person,
  role,
  stageFor,
  xml,
} from "./xml-stage.ts";

describe("a group", () => {
  it("is created with its key, name, description, source and kind, and told to audit and search", async () => {
    const stage = await stageFor();
    const more = "<long> A long\n one </long><full>The full one</full>";
    const outcome = await bring(
      stage,
      xml(
        group("ORG-7", { recstatus: "1", name: " Sales\n  team ", more }),
        `<group>${id("U")}<description><short>Unit</short><long>Long</long></description><org><orgunit>North</orgunit></org></group>`,
      ),
    );
    expect(outcome).toMatchObject({ state: "ok", counts: { files: 1, groups: 2, changed: 2, scanned: 2 } });
    const shape = { client_id: 1, source: "xml", active: 1, parent_id: null, created_at: NOW, updated_at: NOW };
    expect(await stage.rows("SELECT * FROM groups ORDER BY id")).toMatchObject([
      { ...shape, external_id: "hr|ORG-7", name: "Sales team", description: "The full one", kind: "group" },
      { ...shape, external_id: "hr|U", name: "Unit", description: "Long", kind: "org" },
    ]);
    expect(await stage.rows("SELECT entity, entity_id, action, run_id FROM audit_log")).toEqual([
      { entity: "group", entity_id: 1, action: "create", run_id: 1 },
      { entity: "group", entity_id: 2, action: "create", run_id: 1 },
    ]);
    expect(await stage.rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
      { entity: "group", entity_id: 1, op: "upsert" },
      { entity: "group", entity_id: 2, op: "upsert" },
    ]);
  });

  it.each([
    ["2", { name: "New", more: "<full>D</full>" }, { name: "New", description: "D", active: 1 }],
    ["1", { name: "Old" }, { name: "Old", description: "Text", active: 1 }],
    ["", { name: "Old", more: "<long></long>" }, { name: "Old", description: "", active: 1 }],
    ["3", { name: "Whatever" }, { name: "Old", description: "Text", active: 0 }],
  ])("with recstatus %j and %j becomes %j", async (recstatus, row, after) => {
    const stage = await stageFor();
    await bring(stage, xml(group("A", { name: "Old", more: "<full>Text</full>" })));
    if (recstatus === "1") await bring(stage, xml(group("A", { recstatus: "3" })));
    expect(await bring(stage, xml(group("A", { recstatus, ...row })))).toMatchObject({
      state: "ok",
      counts: { groups: 1 },
    });
    expect(await stage.rows("SELECT name, description, active FROM groups")).toEqual([after]);
  });

  it("of another source with the same external id, or of another client, stays", async () => {
    const stage = await stageFor();
    for (const [client, source] of [
      [1, "manual"],
      [2, "xml"],
    ] as const) {
      await stage.database.execute({
        sql: "INSERT INTO groups (client_id, external_id, name, source, created_at, updated_at) VALUES (?, 'hr|A', 'Kept', ?, 1, 1)",
        args: [client, source],
      });
    }
    await bring(stage, xml(group("A")));
    expect(await stage.rows("SELECT client_id, name, source FROM groups ORDER BY id")).toEqual([
      { client_id: 1, name: "Kept", source: "manual" },
      { client_id: 2, name: "Kept", source: "xml" },
      { client_id: 1, name: "A", source: "xml" },
    ]);
  });
});

describe("a bad row", () => {
  const bare = (inside: string, attributes = "") => `<group${attributes}>${inside}</group>`;
  const short = "<description><short>N</short></description>";
  it.each([
    ["a group without a name", bare(id("B")), "a.xml:4 hr|B", "missing_value"],
    [
      "a group without an id",
      bare(`<sourcedid><source>hr</source></sourcedid>${short}`),
      "a.xml:4 hr|",
      "missing_value",
    ],
    ["a group without a source", bare(`<sourcedid><id>B</id></sourcedid>${short}`), "a.xml:4 B", "missing_value"],
    ["a group without a sourcedid", bare(short), "a.xml:4", "missing_value"],
    ["a source with a bar", bare(`${id("B", "h|r")}${short}`), "a.xml:4 h|r|B", "bad_value"],
    ["an unknown recstatus", group("B", { recstatus: "4" }), "a.xml:4 hr|B", "bad_value"],
    ["a long name", group("B", { name: "n".repeat(256) }), "a.xml:4 hr|B", "too_long"],
    ["a long description", group("B", { more: `<full>${"d".repeat(10_001)}</full>` }), "a.xml:4 hr|B", "too_long"],
    ["a group that was there", group("A"), "a.xml:4 hr|A", "duplicate"],
    ["an unknown parent", group("A2", { parent: "NONE" }), "a.xml:4 hr|A2", "unknown_group"],
    ["a person without a name", `<person>${id("P-9")}<userid>p9</userid></person>`, "a.xml:4 hr|P-9", "missing_value"],
    ["a person with a bad address", person("P-9", { email: "no" }), "a.xml:4 hr|P-9", "bad_email"],
    ["a person with a taken userid", person("P-9", { userid: "p-1" }), "a.xml:4 hr|P-9", "username_taken"],
    ["an unknown person", membership("A", member("NOBODY")), "a.xml:4 hr|NOBODY", "unknown_person"],
    ["a deleted person", membership("A", member("GONE")), "a.xml:4 hr|GONE", "unknown_person"],
    ["an unknown group", membership("NONE", member("P-1")), "a.xml:4 hr|P-1", "unknown_group"],
    ["an unknown idtype", membership("A", member("P-1", "", "3")), "a.xml:4 hr|P-1", "bad_value"],
    ["an unknown roletype", membership("A", member("P-1", role("09"))), "a.xml:4 hr|P-1", "bad_value"],
    ["an unknown status", membership("A", member("P-1", role("01", "2"))), "a.xml:4 hr|P-1", "bad_value"],
    [
      "a member without an id",
      membership("A", `<member><idtype>1</idtype>${role()}</member>`),
      "a.xml:4",
      "missing_value",
    ],
    [
      "a member twice",
      membership("A", `${member("P-1")}${member("P-1", role("01", "0"))}`),
      "a.xml:4 hr|P-1",
      "duplicate",
    ],
  ])("(%s) fails, and its neighbours are imported", async (_what, row, ref, code) => {
    const stage = await stageFor({ persons: true });
    await addPeople(stage, "P-1", "P-2", "GONE");
    await stage.database.execute("UPDATE persons SET auth_status = 'deleted' WHERE external_id = 'GONE'");
    for (const chunkSize of [1, 200]) {
      const outcome = await bring(
        stage,
        xml(group("A"), row, group("Z"), person("P-3"), membership("A", member("P-2"))),
        {
          chunkSize,
        },
      );
      expect(codes(outcome)).toEqual([[ref, code]]);
      expect(outcome.state).toBe("partial");
      expect(await stage.rows("SELECT name FROM groups WHERE name IN ('A', 'Z') ORDER BY name")).toEqual([
        { name: "A" },
        { name: "Z" },
      ]);
      expect(await stage.person("P-3")).toMatchObject({ import_source: "xml" });
      expect(await members(stage)).toContain("A P-2 xml member");
      expect((await stage.result("done/a.xml"))[1]).toContain(`4;${ref.split(" ")[1] ?? ""};failed;`);
      await stage.database.execute("DELETE FROM files");
      await stage.files.delete((await stage.files.list("c/1/")).entries.map(({ key }) => key));
    }
  });

  it("of which a file has nothing else sends it to failed/", async () => {
    const stage = await stageFor();
    const outcome = await bring(stage, xml(membership("NONE", member("P-1"), member("P-2"))));
    expect(outcome).toMatchObject({ state: "partial", counts: { failed: 2 } });
    expect(await stage.names()).toEqual(["failed/a.xml", "failed/a.xml.result.csv"]);
  });
});
