import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { erasedKeyHash, erasedKeySecret } from "../../../../src/learning/erasure/erased-key.ts";
import { usernameKey } from "../../../../src/learning/username.ts";
import { XMLGroupImport } from "../../../../src/processors/imports/XMLGroupImport.ts";
import { plansFor } from "../../../harness/plans.ts";
import { type ImportStage, importStage, type Outcome } from "../stage.ts";

// What the files of other systems look like.

const stageFor = (options: Record<string, unknown> = {}) =>
  importStage(options, { processor: XMLGroupImport, kind: "xml_group" });
const sample = (name: string) => readFile(new URL(`../samples/${name}`, import.meta.url));

const id = (one: string, source = "hr") => `<sourcedid><source>${source}</source><id>${one}</id></sourcedid>`;
const named = (one: string, inside = "", attributes = "") =>
  `<group${attributes}>${id(one)}<description><short>${one}</short></description>${inside}</group>`;
const relation = (one: string, label = "", attributes = ' relation="1"') =>
  `<relationship${attributes}>${id(one)}${label === "" ? "" : `<label>${label}</label>`}</relationship>`;
const member = (one: string, idtype = "1") =>
  `<member>${id(one)}<idtype>${idtype}</idtype><role roletype="01"><status>1</status></role></member>`;
const membership = (one: string, ...members: string[]) => `<membership>${id(one)}${members.join("")}</membership>`;
const xml = (...children: string[]) => `<?xml version="1.0"?>\n<enterprise>\n${children.join("\n")}\n</enterprise>\n`;

async function bring(
  stage: ImportStage,
  text: string | Uint8Array,
  parameters: Record<string, unknown> = {},
): Promise<Outcome> {
  await stage.put("a.xml", text);
  return stage.run(parameters);
}

async function addPeople(stage: ImportStage, ...names: string[]): Promise<void> {
  for (const name of names) {
    await stage.database.execute({
      sql: `INSERT INTO persons (client_id, external_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at)
        VALUES (1, ?, ?, ?, 'G', 'F', '2020-01-01', 1, 1)`,
      args: [name, name.toLowerCase(), usernameKey(name)],
    });
  }
}

const groupNames = async (stage: ImportStage) =>
  (await stage.rows("SELECT name FROM groups WHERE active = 1 ORDER BY name")).map(({ name }) => name);
const parents = async (stage: ImportStage) =>
  Object.fromEntries(
    (
      await stage.rows(
        "SELECT one.name, up.name AS parent FROM groups AS one LEFT JOIN groups AS up ON up.id = one.parent_id ORDER BY one.name",
      )
    ).map(({ name, parent }) => [name, parent]),
  );
const members = async (stage: ImportStage) =>
  (
    await stage.rows(
      `SELECT groups.name || ' ' || persons.external_id AS one FROM group_members
        JOIN groups ON groups.id = group_id JOIN persons ON persons.id = person_id ORDER BY one`,
    )
  ).map(({ one }) => one);

describe("a document type declaration", () => {
  it.each([
    ["doctype-system.xml", "Group 1"],
    ["doctype-public-latin1.xml", "Gruppe æøå"],
  ])("without internal subset is passed over (%s)", async (name, group) => {
    const stage = await stageFor();
    expect(await bring(stage, await sample(name))).toMatchObject({ state: "ok", failures: [] });
    expect(await groupNames(stage)).toEqual([group]);
  });

  it.each([
    "<!DOCTYPE enterprise>",
    "<!DOCTYPE enterprise SYSTEM 'a[b]c.dtd'>",
    '<!DOCTYPE enterprise PUBLIC "[" "]">',
  ])("%s has no internal subset", async (declaration) => {
    const stage = await stageFor();
    expect(await bring(stage, `${declaration}${xml(named("A")).slice(22)}`)).toMatchObject({ state: "ok" });
  });
});

describe("a bare ampersand", () => {
  it.each(["bare-ampersand.xml", "bare-ampersand-before-entity.xml"])("is told by its own line (%s)", async (name) => {
    const stage = await stageFor();
    const outcome = await bring(stage, await sample(name));
    expect(outcome.failures).toEqual([
      { ref: "a.xml:12", code: "not_well_formed", message: 'Line 12: a bare "&"; write it as "&amp;"' },
    ]);
    expect(await groupNames(stage)).toEqual([]);
  });

  const good = named("A");
  it.each([
    ["2,000 groups before the next reference", [named("R&D"), ...Array(2000).fill(good), "<a>&amp;</a>"], 3],
    ["in front of a reference on its line", ["<a>R&D &amp; more</a>"], 3],
    ["behind a good reference", ["<a>&lt; &#38; &#x26; &</a>", "<a>;</a>"], 3],
    ["behind a comment and CDATA that have one", ["<a><!-- R&D -->\n<![CDATA[R&D]]>\n&</a>", "<a>;</a>"], 5],
    ["in an attribute", ['<a\nb="R&D"/>', "<a>;</a>"], 4],
    ["at the end of the file", ["<a>&"], 3],
  ])("%s is told by its own line", async (_where, children, line) => {
    const stage = await stageFor();
    const outcome = await bring(stage, xml(...(children as string[])));
    expect(outcome.failures).toMatchObject([{ ref: `a.xml:${line}`, code: "not_well_formed" }]);
    expect(outcome.failures[0]?.message).toContain("a bare");
  });

  it("in a comment, an instruction or CDATA is none, and does not hide what is wrong", async () => {
    const stage = await stageFor();
    const outcome = await bring(stage, xml("<a>\n<!-- R&D --><?x R&D?><![CDATA[R&D]]>\n&nbsp;</a>"));
    expect(outcome.failures).toMatchObject([{ ref: "a.xml:5", code: "not_well_formed" }]);
    expect(outcome.failures[0]?.message).toContain("undefined entity");
  });
});

describe("namespaces", () => {
  it.each([
    ["a default one", "", ' xmlns="http://www.imsglobal.org/xsd/ims_epv1p1"'],
    ["a prefix", "ims:", ' xmlns:ims="http://www.imsglobal.org/xsd/ims_epv1p1"'],
  ])("(%s) make no difference, in whatever steps the file is read", async (_what, prefix, declaration) => {
    const stage = await stageFor();
    await addPeople(stage, "P-1");
    const text = xml(named("A"), named("B", relation("A")), membership("B", member("P-1")))
      .replace(/<(\/?)(?=[a-z])/g, `<$1${prefix}`)
      .replace("enterprise>", `enterprise${declaration}>`);
    expect(await bring(stage, text, { chunkSize: 1 })).toMatchObject({ state: "ok", failures: [] });
    expect(await parents(stage)).toEqual({ A: null, B: "A" });
    expect(await members(stage)).toEqual(["B P-1"]);
  });
});

describe("a group", () => {
  it("without a short name is named by the long one, and keeps its members", async () => {
    const stage = await stageFor();
    await addPeople(stage, "N-0004");
    expect(await bring(stage, await sample("empty-short.xml"))).toMatchObject({ state: "ok", failures: [] });
    const name = "Institutt for lærerutdanning og skoleforskning, seksjon for videreutdanning";
    expect(await stage.rows("SELECT name, description FROM groups")).toEqual([{ name, description: "" }]);
    expect(await members(stage)).toEqual([`${name} N-0004`]);
  });

  it("and a member with recstatus 0 are taken as if they had none", async () => {
    const stage = await stageFor();
    await addPeople(stage, "P-1");
    const one = member("P-1").replace("<member>", '<member recstatus="0">').replace("<role", '<role recstatus="0"');
    expect(await bring(stage, xml(named("A", "", ' recstatus="0"'), membership("A", one)))).toMatchObject({
      state: "ok",
      counts: { groups: 1, added: 1 },
    });
  });

  it("that is to be taken away and is not there is one note, and so are its memberships", async () => {
    const stage = await stageFor();
    await addPeople(stage, "P-1", "P-2");
    const gone = named("GONE", relation("A"), ' recstatus="3"');
    const rows = [gone, named("A"), membership("GONE", member("P-1"), member("P-2"), member("A", "2"))];
    expect(await bring(stage, xml(...rows), { chunkSize: 1 })).toMatchObject({ state: "ok", failures: [] });
    expect(await groupNames(stage)).toEqual(["A"]);
    expect(await stage.result("done/a.xml")).toEqual([
      "line;ref;result;message",
      "3;hr|GONE;warning;recstatus 3: there is no such group; nothing is done about it and its memberships",
    ]);
  });

  it("that only its membership names is created with createGroups, named by its id", async () => {
    const rows = [membership("X-1", member("P-1")), membership("X-1", member("P-2")), named("A"), named("")];
    const stage = await stageFor({ createGroups: true });
    await addPeople(stage, "P-1", "P-2");
    const outcome = await bring(stage, xml(...rows.slice(0, 3)), { chunkSize: 1 });
    expect(outcome).toMatchObject({ state: "ok", failures: [], counts: { groups: 2, added: 2 } });
    expect(await members(stage)).toEqual(["X-1 P-1", "X-1 P-2"]);
    const without = await stageFor();
    await addPeople(without, "P-1", "P-2");
    expect((await bring(without, xml(...rows.slice(0, 3)))).failures).toMatchObject([
      { code: "unknown_group" },
      { code: "unknown_group" },
    ]);
  });

  it("and a person whose ids are padded or hold characters that are not shown are those without", async () => {
    const stage = await stageFor();
    await addPeople(stage, "P-1");
    await bring(stage, xml(named("A")));
    const outcome = await bring(stage, xml(membership(" \u200bA ", member("\u00a0P\u00ad-1 "))));
    expect(outcome).toMatchObject({ state: "ok", failures: [] });
    expect(await members(stage)).toEqual(["A P-1"]);
  });
});

describe("unknown people", () => {
  it("however many, are listed, and neither end the run nor keep the next file waiting", async () => {
    const stage = await stageFor();
    await addPeople(stage, "P-1");
    const left = Array.from({ length: 150 }, (_, n) => member(`LEFT-${n}`));
    await stage.put("b.xml", xml(named("B"), membership("B", member("P-1"))));
    const outcome = await bring(stage, xml(named("A"), membership("A", ...left)));
    expect(outcome).toMatchObject({ state: "partial", counts: { files: 2, failed: 150, groups: 2, added: 1 } });
    expect(new Set(outcome.failures.map(({ code }) => code))).toEqual(new Set(["unknown_person"]));
    expect(await stage.names()).toEqual(["done/a.xml", "done/a.xml.result.csv", "done/b.xml", "done/b.xml.result.csv"]);
    expect(await stage.result("done/a.xml")).toHaveLength(151);
  });
});

describe("maxRows", () => {
  it("works through all files in several runs, each going on behind the last row of the one before", async () => {
    const stage = await stageFor({ createGroups: true });
    await addPeople(stage, "P-1", "P-2");
    const rows = [named("A"), named("B", relation("A")), membership("A", member("P-1"), member("P-2"), member("NO"))];
    await stage.put("a.xml", xml(...rows, membership("X", member("P-1"))));
    await stage.put("b.xml", xml(named("C"), membership("C", member("P-1"))));
    const states: unknown[] = [];
    for (let run = 0; run < 6; run += 1) states.push((await stage.run({ maxRows: 2 })).state);
    expect(states).toEqual(["partial", "partial", "partial", "partial", "partial", "no_action"]);
    expect(await groupNames(stage)).toEqual(["A", "B", "C", "X"]);
    expect(await parents(stage)).toMatchObject({ B: "A" });
    expect(await members(stage)).toEqual(["A P-1", "A P-2", "C P-1", "X P-1"]);
    expect((await stage.names()).filter((name) => name.startsWith("done/"))).toHaveLength(4);
    expect(await stage.result("done/a.xml")).toHaveLength(2);
  });
});

describe("a file that is brought again", () => {
  const again = async (stage: ImportStage) => {
    const { entries } = await stage.files.list("c/1/import/xml_group/done/");
    const done = entries.find(({ key }) => key.endsWith(".xml"));
    await stage.files.move(done?.key ?? "", "c/1/import/xml_group/a.xml");
    return stage.run();
  };

  it("is not read if it is a delta, unless it left a question open", async () => {
    const stage = await stageFor();
    await bring(stage, xml(named("A"), membership("A", member("P-1"))));
    await addPeople(stage, "P-1");
    expect(await again(stage)).toMatchObject({ state: "ok", counts: { added: 1, files: 1 } });
    expect(await again(stage)).toMatchObject({ state: "no_action", counts: { scanned: 1, skipped: 1 } });
  });

  it("is read if it is a complete list", async () => {
    const stage = await stageFor({ mode: "full" });
    await addPeople(stage, "P-1");
    await bring(stage, xml(named("A"), membership("A", member("P-1"))));
    await stage.database.execute("DELETE FROM group_members");
    expect(await again(stage)).toMatchObject({ state: "ok", counts: { added: 1, files: 1 } });
  });
});

describe("parents", () => {
  const both = (first: string, second: string) => named("S", relation("T", first) + relation("C", second));
  it.each([
    ["T as Term, C as Course", [], "C", both("Term", "Course")],
    ["T as Course, C as Term", [], "T", both("Course", "Term")],
    ["T and C without label", [], "T", both("", "")],
    ["T as Term, C as term", [], "T", both("Term", "term")],
    ["T as Term, C as Course", ["Term"], "T", both("Term", "Course")],
    ["T as Term, C as Course", ["Department", "term"], "T", both("Term", "Course")],
    ["T as Term, C as Course", ["Department"], "C", both("Term", "Course")],
    ["itself as Course, T as Term", [], "T", named("S", relation("S", "Course") + relation("T", "Term"))],
  ])("(%s, parentLabels %j): %s counts", async (_which, parentLabels, parent, section) => {
    const stage = await stageFor({ parentLabels });
    const outcome = await bring(stage, xml(section, named("T"), named("C")));
    expect(outcome).toMatchObject({ state: "ok", failures: [] });
    expect((await parents(stage)).S).toBe(parent);
    const others = section.includes(">C<") ? 1 : 0;
    expect(await stage.result("done/a.xml")).toHaveLength(1 + others);
    if (others === 0) return;
    expect((await stage.result("done/a.xml"))[1]).toContain(
      `Further parents were passed over: hr|${parent === "T" ? "C" : "T"}`,
    );
  });

  it("without relation are parents; those with another relation are told in the log", async () => {
    const stage = await stageFor();
    const rows = [named("A"), named("B", relation("A", "", "")), named("C", relation("A", "", ' relation="3"'))];
    await bring(stage, xml(...rows));
    expect(await parents(stage)).toEqual({ A: null, B: "A", C: null });
    expect(JSON.stringify(await stage.rows("SELECT * FROM run_logs"))).toContain(
      "1 relationships with another relation than 1",
    );
  });

  it.each([
    ["by relationship", (one: string) => named(one, relation(one))],
    ["by membership", (one: string) => `${named(one)}${membership(one, member(one, "2"))}`],
  ])("that are the group itself (%s) are none", async (_how, self) => {
    const stage = await stageFor();
    await bring(stage, xml(named("TOP"), named("A", relation("TOP"))));
    expect(await bring(stage, xml(self("A"), named("B", relation("A"))))).toMatchObject({ state: "ok", failures: [] });
    expect(await parents(stage)).toEqual({ A: null, B: "A", TOP: null });
    expect(await stage.result("done/a.xml")).toHaveLength(1);
  });
});

describe("a person", () => {
  const userid = (value: string, type: string, more = "") => `<userid useridtype="${type}"${more}>${value}</userid>`;
  const ids =
    userid("logon1", "Logon ID", ' password="hush" pwencryptiontype="none"') +
    userid("sct1", "SCTID", ' password="hush"');
  const person = (inside: string, email = "<email>ada@example.com</email>") =>
    `<person>${id("P-1")}${inside}<name><fn>Ada Mary Lovelace</fn></name>${email}</person>`;
  it.each([
    ["first", "logon1", "everything", person(ids)],
    ["type:SCTID", "sct1", "everything", person(ids)],
    ["type:Email ID", "ada@example.com", "no such userid", person(ids)],
    ["type:Email ID", "P-1", "neither that userid nor email", person(ids, "")],
    ["email", "ada@example.com", "everything", person(ids)],
    ["id", "P-1", "everything", person(ids)],
    ["first", "ada@example.com", "no userid", person("")],
    ["first", "P-1", "neither userid nor email", person("", "")],
  ])("with userId %s has the username %s (%s)", async (userId, username, _what, row) => {
    const stage = await stageFor({ persons: true, userId });
    expect(await bring(stage, xml(row))).toMatchObject({ state: "ok", failures: [] });
    expect(await stage.person("P-1")).toMatchObject({ username, given_name: "Ada Mary", family_name: "Lovelace" });
  });

  it("never shows a password anywhere", async () => {
    const stage = await stageFor({ persons: true });
    await bring(stage, xml(person(ids), `<person>${ids}<name><fn>X</fn></name></person>`));
    const tables = ["persons", "audit_log", "run_logs", "failures", "checkpoints"];
    const stored = await Promise.all(tables.map((table) => stage.rows(`SELECT * FROM ${table}`)));
    expect(JSON.stringify([stored, await stage.result("done/a.xml")])).not.toContain("hush");
  });

  it("who was deleted for good is not created again, unless recreateErased says so", async () => {
    const stage = await stageFor({ persons: true });
    const hash = await erasedKeyHash(
      await erasedKeySecret(new Uint8Array(32).fill(7)),
      1,
      "username",
      "ada@example.com",
    );
    await stage.database.execute({
      sql: "INSERT INTO erased_people (client_id, key_hash) VALUES (1, ?)",
      args: [hash],
    });
    const outcome = await bring(stage, xml(person("")));
    expect(outcome).toMatchObject({ state: "no_action", failures: [], counts: { erasedSkipped: 1 } });
    expect(await stage.person("P-1")).toBeUndefined();
    expect((await stage.result("done/a.xml"))[1]).toMatch(/^3;hr\|P-1;warning;The person with this sourcedId/);
    await bring(stage, xml(person("")), { recreateErased: true });
    expect(await stage.person("P-1")).toMatchObject({ username: "ada@example.com" });
  });

  it.each([
    ["3", "import", "passive"],
    ["1", "import", "active"],
    ["1", "admin", "passive"],
    ["", "import", "passive"],
  ])("with recstatus %j who is passive (%s) becomes %s", async (recstatus, reason, status) => {
    const stage = await stageFor({ persons: true });
    await bring(stage, xml(person("")));
    await stage.database.execute({
      sql: "UPDATE persons SET auth_status = 'passive', passive_reason = ?",
      args: [reason],
    });
    const row = person("").replace("<person>", `<person recstatus="${recstatus}">`);
    await stage.put("b.xml", xml(row));
    await stage.run();
    expect(await stage.person("P-1")).toMatchObject({ auth_status: status });
    const told = status === "passive" && recstatus !== "3" ? 1 : 0;
    expect(await stage.result("done/b.xml")).toHaveLength(1 + told);
  });

  it("with one word as a name has it as the family name", async () => {
    const stage = await stageFor({ persons: true });
    await bring(stage, xml(`<person>${id("P-1")}<name><fn>Björk</fn></name></person>`));
    expect(await stage.person("P-1")).toMatchObject({ given_name: "", family_name: "Björk" });
  });
});

describe("a complete list", () => {
  const crowd = Array.from({ length: 10 }, (_, n) => `P-${n}`);
  async function full(options: Record<string, unknown> = {}): Promise<ImportStage> {
    const stage = await stageFor({ mode: "full", ...options });
    await addPeople(stage, ...crowd);
    const groups = ["ROOT", "A", "B", "C", "D", "OTHER"].map((one) =>
      named(one, one === "ROOT" || one === "OTHER" ? "" : relation("ROOT")),
    );
    await bring(stage, xml(...groups, membership("A", ...crowd.map((one) => member(one)))));
    return stage;
  }
  const all = ["ROOT", "A", "B", "C", "D"].map((one) => named(one));
  const some = (count: number) => membership("A", ...crowd.slice(0, count).map((one) => member(one)));

  it.each([
    [8, 20, true],
    [7, 20, false],
    [10, 0, true],
    [9, 0, false],
    [0, 20, false],
    [0, 100, true],
  ])("with %i of 10 members and maxRemovePct %i is carried out: %s", async (listed, maxRemovePct, allowed) => {
    const stage = await full();
    const outcome = await bring(stage, xml(...all, some(listed)), { maxRemovePct });
    expect(outcome).toMatchObject(allowed ? { failures: [] } : { state: "failed", reason: "suspicious_result" });
    expect(await members(stage)).toHaveLength(allowed ? listed : 10);
    if (allowed) return;
    expect(await stage.names()).toContain("failed/a.xml");
    expect(outcome.message).toContain(`${10 - listed} of 10 memberships are missing from this list`);
  });

  it("is measured against what there was before it, not against what it brings", async () => {
    const stage = await full();
    await addPeople(stage, ...Array.from({ length: 90 }, (_, n) => `NEW-${n}`));
    const added = Array.from({ length: 90 }, (_, n) => member(`NEW-${n}`));
    const outcome = await bring(stage, xml(named("A"), membership("A", ...added)));
    expect(outcome).toMatchObject({ state: "failed", reason: "suspicious_result", counts: { added: 90 } });
    expect(await members(stage)).toHaveLength(100);
  });

  it("that has groups and no membership takes none away", async () => {
    const stage = await full();
    expect(await bring(stage, xml(...all))).toMatchObject({ state: "failed", reason: "suspicious_result" });
    expect(await members(stage)).toHaveLength(10);
  });

  it("with root switches off the groups below it that it does not have, and no others", async () => {
    const stage = await full({ root: "hr|ROOT" });
    const outcome = await bring(stage, xml(named("ROOT"), named("A"), named("B"), some(10)), { maxRemovePct: 50 });
    expect(outcome).toMatchObject({ state: "ok", counts: { groups: 2 } });
    expect(await groupNames(stage)).toEqual(["A", "B", "OTHER", "ROOT"]);
    expect(await stage.rows("SELECT action FROM audit_log WHERE action = 'deactivate'")).toHaveLength(2);
    const again = await bring(stage, `${xml(...all, some(10))} `);
    expect(again).toMatchObject({ state: "ok", counts: { groups: 2 } });
    expect(await groupNames(stage)).toEqual(["A", "B", "C", "D", "OTHER", "ROOT"]);
  });

  it("with root looks at the groups below it by their parents and ids, not at all of the client for each", async () => {
    const stage = await full({ root: "hr|ROOT" });
    const plans = await plansFor(stage.database, "groups", () =>
      bring(stage, xml(named("ROOT"), named("A"), named("B"), some(10)), { maxRemovePct: 50 }),
    );
    expect(plans.filter((plan) => /SCAN groups|\(client_id=\?( AND source=\?)?\)$/.test(plan))).toEqual([]);
    expect(plans.some((plan) => plan.includes("groups_parent (client_id=? AND parent_id=?)"))).toBe(true);
  });

  it("with root switches off nothing when more than maxRemovePct of the groups would go", async () => {
    const stage = await full({ root: "hr|ROOT" });
    const outcome = await bring(stage, xml(named("ROOT"), named("A"), named("B"), some(9)), { maxRemovePct: 49 });
    expect(outcome).toMatchObject({ state: "failed", reason: "suspicious_result" });
    expect(outcome.message).toContain("2 of 4 groups below hr|ROOT are missing from this list, more than 49 %");
    expect(await groupNames(stage)).toHaveLength(6);
    expect(await members(stage)).toHaveLength(10);
  });
});
