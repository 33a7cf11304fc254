import { describe, expect, it } from "vitest";
import { XMLGroupImport } from "../../../src/processors/imports/XMLGroupImport.ts";
import { addConfiguration, type ImportStage, importStage, NOW, type Outcome } from "./stage.ts";

const KIND = "xml_group";
const stageFor = (options: Record<string, unknown> = {}) =>
  importStage(options, { processor: XMLGroupImport, kind: KIND });

const id = (one: string, source = "hr") => `<sourcedid><source>${source}</source><id>${one}</id></sourcedid>`;
const group = (one: string, { recstatus = "", parent = "", name = one, more = "" } = {}) =>
  `<group${recstatus === "" ? "" : ` recstatus="${recstatus}"`}>${id(one)}<description><short>${name}</short>${more}</description>${
    parent === "" ? "" : `<relationship relation="1">${id(parent)}</relationship>`
  }</group>`;
const role = (roletype = "01", status = "1", recstatus = "") =>
  `<role roletype="${roletype}"${recstatus === "" ? "" : ` recstatus="${recstatus}"`}><status>${status}</status></role>`;
const member = (one: string, inside = role(), idtype = "1", attributes = "") =>
  `<member${attributes}>${id(one)}<idtype>${idtype}</idtype>${inside}</member>`;
const subgroup = (one: string, attributes = "") => member(one, role(), "2", attributes);
const membership = (one: string, ...members: string[]) => `<membership>${id(one)}${members.join("")}</membership>`;
const person = (one: string, { userid = one.toLowerCase(), recstatus = "", email = "" } = {}) =>
  `<person${recstatus === "" ? "" : ` recstatus="${recstatus}"`}>${id(one)}<userid>${userid}</userid><name><n><family>Family</family><given>Given</given></n></name>${email === "" ? "" : `<email>${email}</email>`}</person>`;
const xml = (...children: string[]) => `<?xml version="1.0"?>\n<enterprise>\n${children.join("\n")}\n</enterprise>\n`;

async function addPeople(stage: ImportStage, ...names: string[]): Promise<void> {
  for (const name of names) {
    await stage.database.execute({
      sql: `INSERT INTO persons (client_id, external_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at)
        VALUES (1, ?, ?, ?, 'G', 'F', '2020-01-01', 1, 1)`,
      args: [name, name.toLowerCase(), name.toLowerCase()],
    });
  }
}

/** Runs one file and returns the outcome. */
async function bring(
  stage: ImportStage,
  text: string | Uint8Array,
  parameters: Record<string, unknown> = {},
): Promise<Outcome> {
  await stage.put("a.xml", text);
  return stage.run(parameters);
}

const codes = (outcome: Outcome) => outcome.failures.map(({ ref, code }) => [ref, code]);
const members = async (stage: ImportStage) =>
  (
    await stage.rows(
      `SELECT groups.name || ' ' || persons.external_id || ' ' || group_members.source || ' ' || group_members.role AS one FROM group_members
        JOIN groups ON groups.id = group_id JOIN persons ON persons.id = person_id ORDER BY one`,
    )
  ).map(({ one }) => one);
const parents = async (stage: ImportStage) =>
  Object.fromEntries(
    (
      await stage.rows(
        "SELECT one.name, up.name AS parent FROM groups AS one LEFT JOIN groups AS up ON up.id = one.parent_id ORDER BY one.name",
      )
    ).map(({ name, parent }) => [name, parent]),
  );
/** Everything but the traces of files and runs. */
const content = async (stage: ImportStage) => ({
  groups: await stage.rows("SELECT * FROM groups ORDER BY id"),
  members: await stage.rows("SELECT * FROM group_members ORDER BY group_id, person_id"),
  persons: await stage.rows("SELECT * FROM persons ORDER BY id"),
  audit: await stage.rows("SELECT count(*) FROM audit_log"),
  index: await stage.rows("SELECT count(*) FROM index_changes"),
});

const LAUGHS = `<?xml version="1.0"?>
<!DOCTYPE enterprise [
 <!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]>
<enterprise>${group("A", { name: "&c;" })}</enterprise>`;
const GOOD = group("GOOD");
const long = "x".repeat(70_000);
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)));

describe("a hostile file", () => {
  it.each<[string, string | Uint8Array, string, number]>([
    ["a billion laughs", LAUGHS, "doctype", 4],
    ["an empty internal subset", `<!DOCTYPE enterprise []>${xml(GOOD).slice(22)}`, "doctype", 1],
    [
      "an internal subset behind a system id with a bracket",
      `<!DOCTYPE enterprise SYSTEM "a[b.dtd" [ ]>${xml(GOOD).slice(22)}`,
      "doctype",
      1,
    ],
    [
      "an external entity",
      `<!DOCTYPE enterprise [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<enterprise>${group("A", { name: "&x;" })}</enterprise>`,
      "doctype",
      1,
    ],
    ["an entity without a DTD", xml(GOOD, group("A", { name: "&nbsp;" })), "not_well_formed", 4],
    [
      "an entity named like a property of every object",
      xml(GOOD, group("A", { name: "&constructor;" })),
      "not_well_formed",
      4,
    ],
    ["60 levels of nesting", xml(GOOD, `${"<a>".repeat(60)}${"</a>".repeat(60)}`), "too_deep", 4],
    ["a million levels", `<enterprise>${"<a>".repeat(1_000_000)}`, "too_deep", 1],
    ["a huge text", xml(GOOD, group("A", { name: long })), "too_long", 4],
    [
      "a huge text in parts",
      xml(GOOD, group("A", { name: `${"x".repeat(40_000)}<!-- -->${"x".repeat(40_000)}` })),
      "too_long",
      4,
    ],
    ["a huge text that never ends", `<enterprise>${"x".repeat(3_000_000)}`, "too_long", 1],
    ["a huge comment", xml(GOOD, `<!--${long}-->`), "too_long", 4],
    ["a huge CDATA", xml(GOOD, `<a><![CDATA[${long}]]></a>`), "too_long", 4],
    ["a huge attribute", xml(GOOD, `<a b="${long}"/>`), "too_long", 4],
    ["a huge name", xml(GOOD, `<${long}/>`), "too_long", 4],
    ["an unclosed element", `<enterprise>\n${GOOD}\n<group>`, "not_well_formed", 3],
    ["a crossed element", xml(GOOD, "<a><b></a></b>"), "not_well_formed", 4],
    ["a repeated attribute", xml(GOOD, '<a b="1" b="2"/>'), "not_well_formed", 4],
    ["text behind the root", `${xml(GOOD)}more`, "not_well_formed", 5],
    ["a second root", `${xml(GOOD)}<enterprise/>`, "not_well_formed", 5],
    ["a control character", xml(GOOD, group("A", { name: "\u0001" })), "not_well_formed", 4],
    ["a zero byte", xml(GOOD, group("A", { name: "\0" })), "not_well_formed", 4],
    ["nothing", "", "not_well_formed", 1],
    ["another format", '<?xml version="1.0"?>\n<html><body/></html>', "unknown_root", 2],
    ["no XML", "sourcedId;username\nP-1;p1\n", "not_well_formed", 3],
    ["bytes that are no UTF-8", bytes("<enterprise>\n<group>", [0xe4], "</group></enterprise>"), "invalid_encoding", 2],
    ["a UTF-8 character cut off", bytes("<enterprise>\n</enterprise>\n", [0xe2, 0x82]), "invalid_encoding", 3],
    ["a surrogate in UTF-8", bytes("<enterprise>", [0xed, 0xa0, 0x80], "</enterprise>"), "invalid_encoding", 1],
    [
      "windows-1252 declared as ISO-8859-1",
      bytes('<?xml version="1.0" encoding="ISO-8859-1"?>\n<enterprise>', [0x80], "</enterprise>"),
      "invalid_encoding",
      2,
    ],
    [
      "a mark of UTF-8 and ISO-8859-1",
      bytes([0xef, 0xbb, 0xbf], '<?xml version="1.0" encoding="iso-8859-1"?><enterprise/>'),
      "invalid_encoding",
      1,
    ],
    ["UTF-32", bytes([0xff, 0xfe, 0, 0], [0x3c, 0, 0, 0]), "unsupported_encoding", 1],
    ["UTF-16 declared, but not written", `<?xml version="1.0" encoding="UTF-16"?>${GOOD}`, "invalid_encoding", 1],
    [
      "UTF-16 written, but not declared",
      new Uint8Array(Buffer.from('\ufeff<?xml version="1.0" encoding="iso-8859-1"?><enterprise/>', "utf16le")),
      "invalid_encoding",
      1,
    ],
    [
      "half a pair of surrogates",
      new Uint8Array(Buffer.from("\ufeff<enterprise>\n\ud800</enterprise>", "utf16le")),
      "invalid_encoding",
      2,
    ],
    ["half a unit of UTF-16", bytes([0xff, 0xfe], [0x3c, 0, 0x61, 0, 0x2f, 0, 0x3e]), "invalid_encoding", 1],
    [
      "a byte beyond US-ASCII",
      bytes('<?xml version="1.0" encoding="us-ascii"?>\n<enterprise>', [0xe4]),
      "invalid_encoding",
      2,
    ],
    [
      "an undefined byte of windows-1252",
      bytes('<?xml version="1.0" encoding="windows-1252"?>\n<enterprise>', [0x81]),
      "invalid_encoding",
      2,
    ],
    ["another encoding", `<?xml version="1.0" encoding="UTF-7"?><enterprise/>`, "unsupported_encoding", 1],
  ])("with %s is refused whole, with its line", async (_what, text, code, line) => {
    const stage = await stageFor({ persons: true });
    await stage.put("b.xml", xml(group("NEIGHBOUR")));
    const outcome = await bring(stage, text);
    expect(outcome).toMatchObject({ state: "partial", failures: [{ ref: `a.xml:${line}`, code }] });
    expect(await stage.rows("SELECT name FROM groups")).toEqual([{ name: "NEIGHBOUR" }]);
    expect(await stage.names()).toEqual([
      "done/b.xml",
      "done/b.xml.result.csv",
      "failed/a.xml",
      "failed/a.xml.result.csv",
    ]);
    expect((await stage.result("failed/a.xml"))[1]).toMatch(new RegExp(`^${line};;failed;`));
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
  });

  it("of 30 MB in one membership is read with flat memory, and refused for its last byte", async () => {
    const stage = await stageFor();
    const many = member("P-1").repeat(200_000);
    const outcome = await bring(stage, `<enterprise>\n${membership("A", many)}\n</enterprise`);
    expect(outcome.failures).toMatchObject([{ ref: "a.xml:3", code: "not_well_formed" }]);
  });
});

it("passes over elements that it does not know, whatever they are called", async () => {
  const stage = await stageFor();
  const odd =
    '<constructor a="1"><id>X</id></constructor><__proto__/><toString>text</toString><!-- x --><?php echo 1 ?>';
  const inner = `<group>${odd}${id("A")}<description>${odd}<short>A</short></description></group>`;
  expect(await bring(stage, xml(odd, inner, odd))).toMatchObject({ state: "ok", counts: { scanned: 1, groups: 1 } });
});

describe("an encoding", () => {
  const name = "Größe & Ñandú";
  const text = (declaration: string) =>
    `${declaration}<enterprise>${group("Ä-1", { name: "Größe &amp; &#xD1;andú" })}</enterprise>`;
  it.each([
    ["UTF-8 without a declaration", new TextEncoder().encode(text(""))],
    ["UTF-8 with a mark", new TextEncoder().encode(`\ufeff${text('<?xml version="1.0"?>')}`)],
    ["UTF-8 declared", new TextEncoder().encode(text("<?xml version='1.0' encoding='utf-8'?>"))],
    ["ISO-8859-1 declared", bytes(text('<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>'))],
    ["windows-1252 declared", bytes(text('<?xml version="1.0" encoding="windows-1252"?>'))],
    [
      "UTF-16 with a mark",
      new Uint8Array(Buffer.from(text('\ufeff<?xml version="1.0" encoding="UTF-16"?>'), "utf16le")),
    ],
    ["UTF-16 without a mark", new Uint8Array(Buffer.from(text(""), "utf16le"))],
    ["big-endian UTF-16", new Uint8Array(Buffer.from(text('\ufeff<?xml version="1.0"?>'), "utf16le").swap16())],
  ])("of %s is read", async (_what, file) => {
    const stage = await stageFor();
    expect(await bring(stage, file)).toMatchObject({ state: "ok", counts: { files: 1, groups: 1 } });
    expect(await stage.rows("SELECT external_id, name FROM groups")).toEqual([{ external_id: "hr|Ä-1", name }]);
  });

  it("of US-ASCII is read", async () => {
    const stage = await stageFor();
    const file = `<?xml version="1.0" encoding="US-ASCII"?><enterprise>${group("A", { name: "Gr&#xF6;&#xDF;e" })}</enterprise>`;
    expect(await bring(stage, file)).toMatchObject({ state: "ok" });
    expect(await stage.rows("SELECT name FROM groups")).toEqual([{ name: "Größe" }]);
  });

  it("does not move the places where steps begin, whatever the bytes of a character", async () => {
    const groups = Array.from({ length: 3000 }, (_, n) => group(`G-${n}`, { name: `${"ä€𝄞".repeat(5)}\r\n${n}` }));
    for (const [declared, encode] of [
      ["UTF-8", (one: string) => new TextEncoder().encode(one)],
      ["ISO-8859-1", (one: string) => bytes(one.replaceAll("€𝄞", "ß"))],
      ["UTF-16", (one: string) => new Uint8Array(Buffer.from(`\ufeff${one}`, "utf16le"))],
      ["UTF-16BE", (one: string) => new Uint8Array(Buffer.from(one, "utf16le").swap16())],
    ] as const) {
      const stage = await stageFor();
      const file = `<?xml version="1.0" encoding="${declared}"?>\r\n<enterprise>${groups.join("\r\n")}</enterprise>`;
      expect(await bring(stage, encode(file), { chunkSize: 700 })).toMatchObject({
        state: "ok",
        counts: { groups: 3000 },
      });
    }
  });
});

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

describe("a parent", () => {
  it("is set by relationship and by idtype 2, whatever the order in the file and the size of steps", async () => {
    for (const chunkSize of [1, 2, 200]) {
      const stage = await stageFor();
      const outcome = await bring(
        stage,
        xml(
          membership("ROOT", subgroup("B")),
          group("C", { parent: "B" }),
          group("A", { parent: "ROOT" }),
          `<group>${id("D")}<description><short>D</short></description><relationship relation="2">${id("A")}</relationship></group>`,
          group("B"),
          group("ROOT"),
        ),
        { chunkSize },
      );
      expect(outcome).toMatchObject({ state: "ok", counts: { groups: 5, scanned: 8 } });
      expect(await parents(stage)).toEqual({ A: "ROOT", B: "ROOT", C: "B", D: null, ROOT: null });
    }
  });

  it("that closes a cycle is rejected in the last row of it, and its neighbours go on", async () => {
    for (const chunkSize of [1, 2, 200]) {
      const stage = await stageFor();
      const file = xml(
        group("A", { parent: "B" }),
        group("B", { parent: "C" }),
        group("C", { parent: "A" }),
        group("D", { parent: "A" }),
        membership("D", subgroup("E")),
        group("E"),
      );
      const outcome = await bring(stage, file, { chunkSize });
      expect(codes(outcome)).toEqual([["a.xml:5 hr|C", "parent_cycle"]]);
      expect(await parents(stage)).toEqual({ A: "B", B: "C", C: null, D: "A", E: "D" });
      const before = await content(stage);
      expect(codes(await bring(stage, `${file} `, { chunkSize }))).toEqual([["a.xml:5 hr|C", "parent_cycle"]]);
      expect(await content(stage)).toEqual(before);
    }
  });

  it("and child can change places in one file, in either order", async () => {
    for (const chunkSize of [1, 200]) {
      for (const turn of [false, true]) {
        const stage = await stageFor();
        await bring(stage, xml(group("A", { parent: "B" }), group("B", { parent: "TOP" }), group("TOP")));
        const rows = [group("B", { parent: "A" }), group("A", { parent: "TOP" })];
        const outcome = await bring(stage, xml(...(turn ? rows.reverse() : rows)), { chunkSize });
        expect(outcome.failures).toEqual([]);
        expect(await parents(stage)).toEqual({ A: "TOP", B: "A", TOP: null });
      }
    }
  });

  it("that is a second one is noted and passed over; recstatus 3 takes one away", async () => {
    const stage = await stageFor();
    const outcome = await bring(
      stage,
      xml(
        group("A"),
        group("B"),
        group("C", { parent: "A" }),
        membership("A", subgroup("C")),
        membership("B", subgroup("C")),
      ),
    );
    expect(outcome).toMatchObject({ state: "ok", failures: [] });
    expect((await stage.result("done/a.xml"))[1]).toMatch(/^7;hr\|C;warning;An earlier row/);
    await bring(stage, xml(membership("B", subgroup("C", ' recstatus="3"'))));
    expect(await parents(stage)).toMatchObject({ C: "A" });
    expect(await bring(stage, xml(membership("A", subgroup("C", ' recstatus="3"'))))).toMatchObject({
      counts: { groups: 1 },
    });
    expect(await parents(stage)).toMatchObject({ C: null });
    await bring(stage, xml(membership("A", subgroup("C"))));
    await bring(stage, xml(membership("A", subgroup("C", ' recstatus="3"')), membership("B", subgroup("C"))));
    expect(await parents(stage)).toMatchObject({ C: "B" });
  });

  it("has at most 100 above it", async () => {
    const stage = await stageFor();
    const chain = Array.from({ length: 110 }, (_, n) => group(`G${n}`, n === 0 ? {} : { parent: `G${n - 1}` }));
    const outcome = await bring(stage, xml(...chain), { chunkSize: 7 });
    expect(outcome.failures[0]).toMatchObject({ ref: "a.xml:104 hr|G101", code: "too_deep" });
    // Each group below a rejected one begins a tree of its own.
    expect(outcome.failures).toHaveLength(1);
  });
});

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

  it("delta leaves members who are not listed", async () => {
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
  ])("full removes members who are not in a file that %s", async (_what, rows, left) => {
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
