import { describe, expect, it } from "vitest";
import { addPeople, bring, group, id, member, members, membership, person, role, stageFor, xml } from "./xml-stage.ts";

describe("a membership", () => {
  it.each([
    ["", true, "member"],
    [role("01"), true, "member"],
    [role("02"), true, "lead"],
    [role("2"), true, "lead"],
    [role("08"), true, "member"],
    ["<role><status>1</status></role>", true, "member"],
    ['<role roletype="01"/>', true, "member"],
    [role("01", "0"), false, ""],
    [role("01", "1", "3"), false, ""],
    [role("02", "0") + role("01", "1"), true, "member"],
    [role("01", "1") + role("02", "1"), true, "lead"],
  ])("with the roles %s is there: %s %s", async (roles, there, asRole) => {
    for (const before of [null, "member", "lead"]) {
      const stage = await stageFor();
      await addPeople(stage, "P-1");
      await bring(
        stage,
        xml(group("A"), ...(before ? [membership("A", member("P-1", role(before === "lead" ? "02" : "01")))] : [])),
      );
      const outcome = await bring(stage, xml(membership("A", member("P-1", roles))));
      expect(await members(stage)).toEqual(there ? [`A P-1 xml ${asRole}`] : []);
      expect(outcome.counts.added ?? 0).toBe(there && !before ? 1 : 0);
      expect(outcome.counts.removed ?? 0).toBe(!there && before ? 1 : 0);
    }
  });

  it("ends by recstatus 3 of the member, and only that of source xml", async () => {
    const stage = await stageFor();
    await addPeople(stage, "P-1");
    await bring(stage, xml(group("A"), membership("A", member("P-1"))));
    await stage.database.execute(`INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
      VALUES (1, 1, 1, 'manual', 1, 1, 1)`);
    const outcome = await bring(stage, xml(membership("A", member("P-1", role(), "1", ' recstatus="3"'))));
    expect(outcome.counts).toMatchObject({ removed: 1 });
    expect(await members(stage)).toEqual(["A P-1 manual member"]);
    expect(await stage.rows("SELECT action, person_id FROM audit_log WHERE action LIKE 'member%'")).toEqual([
      { action: "member_added", person_id: 1 },
      { action: "member_removed", person_id: 1 },
    ]);
  });

  it("may stand before its group and its person in the file", async () => {
    const stage = await stageFor({ persons: true });
    const outcome = await bring(stage, xml(membership("A", member("P-1")), group("A"), person("P-1")), {
      chunkSize: 1,
    });
    expect(outcome).toMatchObject({ state: "ok", counts: { added: 1, groups: 1 } });
  });
});

describe("a person", () => {
  it("is read only with the option persons", async () => {
    const stage = await stageFor();
    expect(await bring(stage, xml(group("A"), person("P-1")))).toMatchObject({ state: "ok", counts: { scanned: 1 } });
    expect(await stage.rows("SELECT * FROM persons")).toEqual([]);
  });

  it("is created, updated, made passive and active again", async () => {
    const stage = await stageFor({ persons: true });
    await bring(stage, xml(person("P-1", { email: "a@example.com" })));
    expect(await stage.person("P-1")).toMatchObject({
      username: "p-1",
      given_name: "Given",
      family_name: "Family",
      email: "a@example.com",
      import_source: "xml",
      auth_status: "active",
      enrolled_on: "2026-03-02",
      must_change_password: 1,
    });
    await bring(stage, xml(person("P-1", { userid: "other" })));
    expect(await stage.person("P-1")).toMatchObject({ username: "other", email: "a@example.com" });
    await bring(
      stage,
      xml(`<person recstatus="3">${id("P-1")}</person>`, `<person recstatus="3">${id("P-2")}</person>`),
    );
    expect(await stage.person("P-1")).toMatchObject({ username: "other", auth_status: "passive" });
    await bring(stage, xml(person("P-1", { userid: "other", recstatus: "1" })));
    expect(await stage.person("P-1")).toMatchObject({ auth_status: "active" });
    expect(await stage.rows("SELECT action FROM audit_log")).toEqual(
      ["create", "update", "update", "update"].map((action) => ({ action })),
    );
  });
});
