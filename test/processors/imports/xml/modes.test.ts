import { describe, expect, it } from "vitest";
import { addConfiguration } from "../stage.ts";
import {
  addPeople,
  bring,
  content,
  group,
  KIND,
  member,
  members,
  membership,
  parents,
  role,
  stageFor,
  subgroup,
  xml,
} from "./xml-stage.ts";

describe("mode", () => {
  const FIRST = xml(
    group("A"),
    group("B"),
    membership("A", member("P-1"), member("P-2"), member("P-3")),
    membership("B", member("P-1")),
  );
  async function first(options: Record<string, unknown>) {
    const stage = await stageFor(options);
    await addPeople(stage, "P-1", "P-2", "P-3", "P-4");
    await bring(stage, FIRST);
    await stage.database.execute(`INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
      VALUES (1, 1, 4, 'manual', 1, 1, 1)`);
    return stage;
  }
  const ALL = ["A P-1 xml member", "A P-2 xml member", "A P-3 xml member", "A P-4 manual member", "B P-1 xml member"];

  it("delta leaves people who are not listed", async () => {
    const stage = await first({});
    await bring(stage, xml(group("A"), membership("A", member("P-1"))));
    expect(await members(stage)).toEqual(ALL);
  });

  it.each([
    [
      "lists some of a group's members",
      [membership("A", member("P-2"))],
      ["A P-2 xml member", "A P-4 manual member", "B P-1 xml member"],
    ],
    [
      "lists them in two memberships",
      [membership("A", member("P-2")), membership("A", member("P-3"))],
      ["A P-2 xml member", "A P-3 xml member", "A P-4 manual member", "B P-1 xml member"],
    ],
    [
      "names a group and no member",
      [group("B")],
      ["A P-1 xml member", "A P-2 xml member", "A P-3 xml member", "A P-4 manual member"],
    ],
    ["has an empty membership", [membership("A")], ["A P-4 manual member", "B P-1 xml member"]],
    ["has another group below it", [group("C"), membership("C", subgroup("A"))], ALL],
    ["names it as a parent", [group("C", { parent: "A" })], ALL],
    [
      "has a member with a bad role",
      [membership("A", member("P-1", role("77")))],
      ["A P-1 xml member", "A P-4 manual member", "B P-1 xml member"],
    ],
    ["has a member who cannot be read", [membership("A", member(""))], ALL],
    ["has a bad group", [group("B", { name: "" })], ALL],
  ])("full removes people who are not in a file that %s", async (_what, rows, left) => {
    for (const chunkSize of [1, 200]) {
      const stage = await first({ mode: "full" });
      const outcome = await bring(stage, xml(...rows), { chunkSize, maxRemovePct: 100 });
      expect(await members(stage)).toEqual(left);
      expect(outcome.counts.removed ?? 0).toBe(ALL.length - left.length);
      const before = await content(stage);
      await bring(stage, `${xml(...rows)} `, { chunkSize });
      expect(await content(stage)).toEqual(before);
    }
  });

  it.each(["delta", "full"])("%s changes nothing when the same content is read again", async (mode) => {
    const stage = await first({ mode });
    const before = await content(stage);
    expect(await bring(stage, `${FIRST}<!-- again -->`)).toMatchObject({
      state: "no_action",
      counts: { scanned: 6, skipped: 6 },
    });
    expect(await content(stage)).toEqual(before);
  });
});

describe("a configuration", () => {
  it("runs only if its scheduler is active and configIds names it", async () => {
    const stage = await stageFor();
    await addConfiguration(stage.database, 1, {}, { kind: KIND, location: "c/1/two", name: "Two" });
    await addConfiguration(stage.database, 1, {}, { kind: KIND, location: "c/1/three", name: "Three", active: 0 });
    await stage.put("one.xml", xml(group("ONE")));
    await stage.files.write("c/1/two/two.xml", xml(group("TWO")));
    await stage.files.write("c/1/three/three.xml", xml(group("THREE")));
    expect(await stage.run({ configIds: [2, 3, 9] })).toMatchObject({ state: "ok", counts: { files: 1 } });
    const log = JSON.stringify(await stage.rows("SELECT * FROM run_logs"));
    expect(log).toContain("The import configuration Three is not active");
    expect(log).toContain("with the id 9");
    expect(await stage.rows("SELECT name FROM groups")).toEqual([{ name: "TWO" }]);
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { files: 1 } });
    expect(await stage.rows("SELECT name FROM groups ORDER BY id")).toEqual([{ name: "TWO" }, { name: "ONE" }]);
    expect(await stage.files.head("c/1/three/three.xml")).not.toBeNull();
  });

  it.each([{ mode: "both" }, { target: "" }, { persons: "yes" }, { delimiter: ";" }])(
    "with the options %j fails the run",
    async (options) => {
      const stage = await stageFor(options);
      const outcome = await bring(stage, xml(group("A")));
      expect(outcome).toMatchObject({ state: "failed", reason: "invalid_configuration" });
      expect(outcome.message).toContain(Object.keys(options)[0]);
      expect(await stage.names()).toEqual(["a.xml"]);
    },
  );

  it("with a target skips files for others, and leaves them where they are", async () => {
    const properties = (...targets: string[]) =>
      `<properties><datasource>hr</datasource>${targets.map((one) => `<target>${one}</target>`).join("")}</properties>`;
    const stage = await stageFor({ target: "LMS" });
    await stage.put("a.xml", xml(properties("ERP"), group("A")));
    await stage.put("b.xml", xml(properties("ERP", "LMS"), group("B")));
    await stage.put("c.xml", xml(properties(), group("C")));
    expect(await stage.run()).toMatchObject({ state: "ok", failures: [], counts: { files: 2, groups: 2, skipped: 1 } });
    expect(await stage.rows("SELECT name FROM groups")).toEqual([{ name: "B" }, { name: "C" }]);
    expect((await stage.names()).filter((name) => !name.startsWith("done/"))).toEqual(["a.xml"]);
    expect(await stage.run()).toMatchObject({ state: "no_action" });
    expect(await stage.rows("SELECT state FROM files")).toEqual([{ state: "done" }, { state: "done" }]);
  });
});

it("imports the example of the specification", async () => {
  const stage = await stageFor();
  await addPeople(stage, "P-17");
  await bring(stage, xml(group("ORG-1")));
  const outcome = await bring(
    stage,
    `<enterprise><properties><datasource>hr</datasource><datetime>2026-01-05</datetime></properties>
 <group recstatus="2"><sourcedid><source>hr</source><id>ORG-7</id></sourcedid><description><short>Sales</short></description>
  <relationship relation="1"><sourcedid><source>hr</source><id>ORG-1</id></sourcedid></relationship></group>
 <membership><sourcedid><source>hr</source><id>ORG-7</id></sourcedid>
  <member><sourcedid><source>hr</source><id>P-17</id></sourcedid><idtype>1</idtype><role roletype="01"><status>1</status></role></member></membership></enterprise>`,
  );
  expect(outcome).toMatchObject({ state: "ok", counts: { files: 1, groups: 1, added: 1, scanned: 3 } });
  expect(await parents(stage)).toEqual({ "ORG-1": null, Sales: "ORG-1" });
  expect(await members(stage)).toEqual(["Sales P-17 xml member"]);
});
