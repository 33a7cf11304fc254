import { describe, expect, it } from "vitest";
import { bring, group, id, member, membership, stageFor, xml } from "./xml-stage.ts";

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
