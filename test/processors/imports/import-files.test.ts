import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Files } from "../../../src/files/files.ts";
import { LARGEST_FILE } from "../../../src/processors/imports/file/import-files.ts";
import { addConfiguration, csv, type ImportStage, importStage, LOCATION, NOW, people } from "./stage.ts";

const HEADER = "sourcedId;username;givenName;familyName";

/** The file store, with `before` called ahead of each of its calls of one kind. */
function watched(files: Files, call: "read" | "move" | "write", before: (count: number) => Promise<unknown>): Files {
  let count = 0;
  return {
    ...files,
    [call]: async (...args: unknown[]) => {
      count += 1;
      await before(count);
      return (files[call] as (...all: unknown[]) => unknown)(...args);
    },
  };
}

const peopleOf = async (stage: ImportStage) =>
  (await stage.rows("SELECT external_id FROM persons ORDER BY external_id")).map((row) => row.external_id);

describe("the files of an import", () => {
  it("are taken in the order of their keys, and moved to done/ with their results", async () => {
    const stage = await importStage();
    await stage.put("b.csv", csv(HEADER, "P-1;u;Second;X"));
    await stage.put("a.csv", csv(HEADER, "P-1;u;First;X"));
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { files: 2, created: 1, updated: 1, scanned: 2 } });
    expect(await stage.person("P-1")).toMatchObject({ given_name: "Second" });
    const { entries } = await stage.files.list(LOCATION);
    expect(entries.map(({ key }) => key.slice(LOCATION.length))).toEqual([
      "done/20260301233000_a.csv",
      "done/20260301233000_a.csv.result.csv",
      "done/20260301233000_b.csv",
      "done/20260301233000_b.csv.result.csv",
    ]);
    expect(await stage.rows("SELECT key, kind, ref_type, ref_id, state, size FROM files ORDER BY id")).toEqual(
      ["a", "b"].map((name) => ({
        key: `${LOCATION}done/20260301233000_${name}.csv`,
        kind: "import",
        ref_type: "import_config",
        ref_id: 1,
        state: "done",
        size: expect.any(Number),
      })),
    );
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
  });

  it("lie directly under the location: neither deeper ones nor handled ones are taken", async () => {
    const stage = await importStage();
    for (const name of ["done/x.csv", "failed/y.csv", "archive/z.csv"]) await stage.put(name, people(1, 1));
    expect(await stage.run()).toMatchObject({
      state: "no_action",
      message: `No file waits in ${LOCATION}`,
    });
  });

  it("are complete lists before deltas", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(HEADER, "P-1;u;Delta;X"));
    await stage.put("full_b.csv", csv(HEADER, "P-1;u;Complete;X", "P-2;v;Complete;X"));
    await stage.put("full_a.csv", csv(HEADER, "P-1;u;First;X"));
    await stage.run();
    expect(await stage.person("P-1")).toMatchObject({ given_name: "Delta" });
    expect(await stage.person("P-2")).toMatchObject({ given_name: "Complete" });
  });

  describe("that were brought before (key, size, etag, parameters, configuration)", () => {
    /** Brings `name` once, and puts the very same object there again. */
    async function broughtTwice(name: string, content = people(1, 2)): Promise<ImportStage> {
      const stage = await importStage();
      await stage.put(name, content);
      await stage.run();
      const [done] = (await stage.files.list(`${LOCATION}done/`)).entries;
      await stage.files.move(done?.key ?? "", `${LOCATION}${name}`);
      await stage.database.execute("DELETE FROM persons");
      return stage;
    }
    const UNREAD = { state: "no_action", counts: { scanned: 1, skipped: 1 } };

    it("are moved unread and counted as skipped, if they are deltas", async () => {
      const stage = await broughtTwice("a.csv");
      expect(await stage.run({ chunkSize: 7 })).toMatchObject(UNREAD);
      expect(await peopleOf(stage)).toEqual([]);
      expect((await stage.names()).toSorted()).toEqual(["done/a.csv", "done/a.csv.result.csv"]);
    });

    it("are unread also when rows of them failed for what they are", async () => {
      const stage = await broughtTwice("a.csv", csv(HEADER, "P-1;u;A;B", "P-2;v;;B"));
      expect(await stage.run()).toMatchObject(UNREAD);
    });

    it.each([
      ["complete lists", "full_a.csv", people(1, 2), {}, ""],
      ["read with other parameters", "a.csv", people(1, 2), { createGroups: true }, ""],
      ["read with other options", "a.csv", people(1, 2), {}, `options = '{"unknownColumns":"ignore"}'`],
      ["read with another mapping", "a.csv", people(1, 2), {}, `mapping = '{"x":null}'`],
      ["files that left a question open", "a.csv", csv(`${HEADER};groups`, "P-1;u;A;B;X", "P-2;v;A;B;"), {}, ""],
    ])("are read again if they are %s", async (_what, name, content, parameters, configuration) => {
      const stage = await broughtTwice(name, content);
      if (configuration !== "") await stage.database.execute(`UPDATE import_configs SET ${configuration}`);
      expect(await stage.run(parameters)).toMatchObject({ counts: { files: 1, created: 2 } });
    });
  });

  it("whose rows fail unexpectedly too often go to failed/ with their results, and the next one is taken", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 9));
    await stage.put("b.csv", people(20, 21));
    await stage.put("c.csv", people(30, 34));
    await stage.put("d.csv", people(50, 58));
    // The database refuses the rows of a.csv and d.csv, and one of c.csv.
    await stage.database.execute(`CREATE TRIGGER refuse BEFORE INSERT ON persons WHEN NEW.external_id GLOB 'P-[1-9]' OR NEW.external_id GLOB 'P-5?' OR NEW.external_id = 'P-33'
      BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    const outcome = await stage.run({ maxFailures: 3, chunkSize: 2 });
    expect(outcome).toMatchObject({
      state: "failed",
      reason: "too_many_failures",
      counts: { files: 4, created: 6, failed: 11 },
    });
    expect(await stage.names()).toEqual([
      "done/b.csv",
      "done/b.csv.result.csv",
      "done/c.csv",
      "done/c.csv.result.csv",
      "failed/a.csv",
      "failed/a.csv.result.csv",
      "failed/d.csv",
      "failed/d.csv.result.csv",
    ]);
    const result = await stage.result("failed/a.csv");
    expect(result.slice(1).map((line) => line.split(";").slice(0, 3).join(";"))).toEqual([
      "2;P-1;failed",
      "3;P-2;failed",
      "4;P-3;failed",
      "5;P-4;failed",
      ";;failed",
    ]);
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
  });

  it("leave their names in no effect", async () => {
    const stage = await importStage();
    await stage.put("Jane Doe.csv", people(1, 1));
    await stage.run();
    const effects = await stage.rows("SELECT * FROM effects");
    expect(effects).toHaveLength(1);
    expect(JSON.stringify(effects)).not.toContain("Jane");
  });

  it("that failed before are read again", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};colour`, "P-1;u;A;B;red"));
    await stage.run();
    const [failed] = (await stage.files.list(`${LOCATION}failed/`)).entries;
    await stage.files.move(failed?.key ?? "", `${LOCATION}again.csv`);
    expect(await stage.run()).toMatchObject({ counts: { files: 1, failed: 1 } });
  });

  it("go to failed/ when no row of them could be used, and to done/ when they have no rows", async () => {
    const stage = await importStage();
    await stage.put("bad.csv", csv(HEADER, "P-1;u;;X", "P-2;v;;X"));
    await stage.put("empty.csv", `${HEADER}\r\n`);
    expect(await stage.run()).toMatchObject({ state: "partial", counts: { files: 2, failed: 2 } });
    expect(await stage.names()).toEqual([
      "done/empty.csv",
      "done/empty.csv.result.csv",
      "failed/bad.csv",
      "failed/bad.csv.result.csv",
    ]);
    expect(await stage.rows("SELECT state FROM files ORDER BY id")).toEqual([{ state: "failed" }, { state: "done" }]);
    expect(await stage.result("done/empty.csv")).toEqual(["line;ref;result;message"]);
  });

  it("are read in the configured encoding and delimiter", async () => {
    const stage = await importStage({ encoding: "windows-1252", delimiter: "," });
    const text = `${HEADER.replaceAll(";", ",")}\nP-1,u,Ren\xe9,\x8einka\n`;
    await stage.put(
      "a.csv",
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
    );
    await stage.run();
    expect(await stage.person("P-1")).toMatchObject({ given_name: "René", family_name: "Žinka" });
  });
});

describe("a CSV file as spreadsheets and other systems write it", () => {
  const sample = (name: string) => readFile(new URL(`samples/${name}`, import.meta.url));

  it("has rows of delimiters only, which are passed over", async () => {
    const stage = await importStage();
    await stage.put("a.csv", await sample("rows-of-delimiters.csv"));
    expect(await stage.run({ maxFailures: 0, chunkSize: 50 })).toMatchObject({ state: "ok", failures: [] });
    expect((await peopleOf(stage)).length).toBeGreaterThan(0);
    expect(await stage.result("done/a.csv")).toHaveLength(1);
  });

  it("has characters that nobody sees, which are no part of keys and addresses", async () => {
    const stage = await importStage();
    await stage.put("a.csv", await sample("invisible-characters.csv"));
    const outcome = await stage.run();
    expect(outcome.failures.map(({ ref, code }) => `${ref} ${code}`.replace(/\p{Cf}/gu, ""))).toEqual([
      "a.csv:3 Z-2 duplicate",
      "a.csv:4 Z-3 duplicate",
      "a.csv:5 Z-4 duplicate",
      "a.csv:8 Z-6 duplicate",
    ]);
    expect(await stage.rows("SELECT external_id, username, email FROM persons")).toEqual([
      { external_id: "Z-1", username: "zoe.lang", email: "zoe@example.org" },
      { external_id: "Z-5", username: "zoe5", email: "zoe5@example.org" },
      { external_id: "Z-6", username: "zoe6", email: null },
    ]);
  });

  it("has people exchange their usernames", async () => {
    const stage = await importStage();
    await stage.put("a.csv", await sample("usernames-before.csv"));
    await stage.run();
    await stage.put("b.csv", await sample("usernames-exchanged.csv"));
    expect(await stage.run()).toMatchObject({ state: "ok", failures: [], counts: { updated: 2 } });
    expect(await stage.person("X-1")).toMatchObject({ username: "swap.b" });
    expect(await stage.person("X-2")).toMatchObject({ username: "swap.a" });
  });

  it("has addresses that the mailer would refuse, which the import refuses too", async () => {
    const stage = await importStage();
    await stage.put("a.csv", await sample("dots-in-addresses.csv"));
    expect((await stage.run()).failures).toMatchObject([
      { ref: "a.csv:2 P-1", code: "bad_email" },
      { ref: "a.csv:3 P-2", code: "bad_email" },
    ]);
    expect(await stage.person("P-3")).toMatchObject({ email: "o'brien+tag@example.org" });
  });

  it("has unnamed columns at its end, which are ignored while they are empty", async () => {
    const stage = await importStage();
    await stage.put("a.csv", await sample("unnamed-columns.csv"));
    await stage.put("b.csv", csv(`${HEADER};;`, "P-1;a;A;B", "P-2;b;A;B;;;;", "P-3;c;A;B;;x"));
    expect((await stage.run()).failures).toMatchObject([{ ref: "b.csv:4 P-3", code: "cell_count" }]);
    expect(await peopleOf(stage)).toEqual(["P-1", "P-2", "T-1"]);
  });

  it.each([
    ["as Excel writes it", "sep=;\r\n", ";", ","],
    ["behind a byte order mark", "\ufeffsep=,\r\n", ",", ";"],
    ["in capitals, with a tab", "SEP=\t\n", "\t", ";"],
    ["in quotes", '"sep=|"\n', "|", "auto"],
  ])("begins with a line sep= (%s)", async (_how, line, delimiter, configured) => {
    const stage = await importStage({ delimiter: configured });
    await stage.put("a.csv", `${line}${csv(HEADER, "P-1;a;A;B", "P-2;b;;B").replaceAll(";", delimiter)}`);
    expect((await stage.run()).failures).toMatchObject([{ ref: "a.csv:4 P-2", code: "missing_cell" }]);
    expect(await peopleOf(stage)).toEqual(["P-1"]);
  });

  it("begins with a line sep= (sample)", async () => {
    const stage = await importStage({ delimiter: "," });
    await stage.put("a.csv", await sample("excel-sep.csv"));
    expect(await stage.run()).toMatchObject({ state: "ok" });
    expect(await peopleOf(stage)).toEqual(["S-1"]);
  });

  it.each([
    ["tab", "\t"],
    ["auto", "\t"],
    ["auto", ","],
    ["auto", ";"],
  ])("with the delimiter %s is split at %j", async (delimiter, split) => {
    const stage = await importStage({ delimiter });
    await stage.put(
      "a.csv",
      csv(`${HEADER};attr.a,b`, 'P-1;a;A;B;"c,d;e\tf"')
        .replaceAll(/;(?!e)/g, split)
        .replace("attr.a,b", '"attr.a,b"'),
    );
    expect(await stage.run()).toMatchObject({ state: "ok", failures: [] });
    expect(await stage.person("P-1")).toMatchObject({ attributes: '{"a,b":"c,d;e\\tf"}' });
  });

  it("has values in lists separated as its configuration says", async () => {
    const stage = await importStage({ listSeparator: "," });
    await stage.put("a.csv", csv(`${HEADER};groups`, "P-1;a;A;B;X\\,Y,Z,back\\slash|bar"));
    await stage.run({ createGroups: true });
    const groups = await stage.rows("SELECT external_id FROM groups ORDER BY id");
    expect(groups.map(({ external_id }) => external_id)).toEqual(["X,Y", "Z", "back\\slash|bar"]);
  });
});

describe("the columns of a file", () => {
  const mapped = async (mapping: Record<string, string | null>, options: Record<string, unknown> = {}) => {
    const stage = await importStage(options);
    await stage.database.execute({ sql: "UPDATE import_configs SET mapping = ?", args: [JSON.stringify(mapping)] });
    return stage;
  };
  const MOODLE = { idnumber: "sourcedId", firstname: "givenName", lastname: "familyName", lang: "locale", city: null };

  it("are renamed and passed over as the mapping says, before anything is asked of them", async () => {
    const stage = await mapped({ ...MOODLE, constructor: "attr.c" });
    await stage.put(
      "a.csv",
      csv("username;firstname;lastname;idnumber;lang;city;constructor", "u;Ada;L;P-1;en_GB;Paris;x"),
    );
    expect(await stage.run()).toMatchObject({ state: "ok", failures: [] });
    expect(await stage.person("P-1")).toMatchObject({
      username: "u",
      given_name: "Ada",
      locale: "en-GB",
      attributes: '{"c":"x"}',
    });
    expect(await stage.result("done/a.csv")).toHaveLength(1);
  });

  it.each([
    ["two columns of one name", { a: "username" }, csv(`${HEADER};a`, "P-1;u;A;B;v"), "duplicate_column"],
    ["a column that we do not have", { a: "colour" }, csv(`${HEADER};a`, "P-1;u;A;B;v"), "unknown_column"],
    ["no column for a required one", { username: null }, csv(HEADER, "P-1;u;A;B"), "missing_column"],
    ["columns that it does not name", {}, csv(`${HEADER};constructor`, "P-1;u;A;B;x"), "unknown_column"],
  ])("fail the file when the mapping makes %s", async (_what, mapping, content, code) => {
    const stage = await mapped(mapping);
    await stage.put("a.csv", content);
    expect((await stage.run()).failures).toMatchObject([{ ref: "a.csv:1", code }]);
  });

  it.each(['{"a":1}', "[]", "{"])("cannot be renamed by the mapping %s, which fails the run", async (mapping) => {
    const stage = await importStage();
    await stage.database.execute({ sql: "UPDATE import_configs SET mapping = ?", args: [mapping] });
    await stage.put("a.csv", people(1, 1));
    expect(await stage.run()).toMatchObject({
      state: "failed",
      reason: "invalid_configuration",
      message: expect.stringContaining("The mapping of the import configuration People"),
    });
  });

  it("that mean nothing here are ignored with one note, if the configuration says so", async () => {
    const stage = await mapped({}, { unknownColumns: "ignore" });
    await stage.put("a.csv", csv(`colour;${HEADER};size`, "red;P-1;u;A;B;9", "red;P-2;v;A;B;9"));
    expect(await stage.run({ chunkSize: 1 })).toMatchObject({ state: "ok", failures: [], counts: { created: 2 } });
    expect(await stage.result("done/a.csv")).toEqual([
      "line;ref;result;message",
      '1;;warning;""colour"", ""size"" have no meaning here and were ignored',
    ]);
    await stage.put("b.csv", csv("colour;size", "red;9"));
    expect((await stage.run()).failures).toMatchObject([{ code: "missing_column" }]);
  });
});

describe("a file that is refused as a whole", () => {
  const valid = csv(HEADER, "P-1;a;A;B", "P-2;b;A;B");
  it.each([
    [
      "an unknown column",
      `${HEADER};colour;size\nP-1;a;A;B;red;1\n`,
      "unknown_column",
      1,
      'Unknown columns "colour", "size"',
    ],
    [
      "a column in the wrong case",
      valid.replace("sourcedId", "SourcedID"),
      "unknown_column",
      1,
      "Did you mean sourcedId?",
    ],
    [
      "a column with a space",
      valid.replace(";username", "; username"),
      "unknown_column",
      1,
      'Unknown column " username"',
    ],
    ["a column without a name", valid.replace("username", "username;"), "unknown_column", 1, 'Unknown column ""'],
    ["an attribute without a name", `${HEADER};attr.\nP-1;a;A;B;x\n`, "unknown_column", 1, 'Unknown column "attr."'],
    ["another delimiter", valid.replaceAll(";", ","), "unknown_column", 1, 'The delimiter is configured as ";"'],
    [
      "a column twice",
      `${HEADER};email;email\nP-1;a;A;B;;\n`,
      "duplicate_column",
      1,
      'The column "email" stands twice',
    ],
    ["missing columns", "sourcedId;givenName\nP-1;A\n", "missing_column", 1, "The header lacks username, familyName"],
    ["nothing in it", "", "missing_header", 0, "The file is empty"],
    ["only line ends in it", "\r\n\r\n", "missing_header", 0, "The file is empty"],
    [
      "an open quote",
      `${valid}P-3;"c;A;B\nP-4;d;A;B\n`,
      "unclosed_quote",
      4,
      "The quote that line 4 opens is never closed",
    ],
    ["a stray quote", `${valid}P-3;c;5" pipe;B\n`, "stray_quote", 4, "Line 4 has a quote inside a cell"],
    ["old Macintosh line ends", valid.replaceAll("\n", "\r"), "carriage_return", 1, "save the file with CRLF or LF"],
  ])("for %s is imported not at all and says why", async (_what, content, code, line, message) => {
    const stage = await importStage();
    await stage.put("a.csv", content);
    await stage.put("b.csv", people(7, 7));
    const outcome = await stage.run();
    expect(outcome).toMatchObject({ state: "partial", counts: { files: 2, failed: 1, created: 1 } });
    expect(outcome.failures).toEqual([
      { ref: line === 0 ? "a.csv" : `a.csv:${line}`, code, message: expect.stringContaining(message) },
    ]);
    expect(await peopleOf(stage)).toEqual(["P-7"]);
    expect(await stage.names()).toEqual([
      "done/b.csv",
      "done/b.csv.result.csv",
      "failed/a.csv",
      "failed/a.csv.result.csv",
    ]);
    const [, result, ...more] = await stage.result("failed/a.csv");
    expect(result?.replaceAll('""', '"')).toContain(`${line === 0 ? "" : line};;failed;`);
    expect(more).toEqual([]);
  });

  it.each([
    ["utf-8", 0xe9, "Line 3, cell 4: the byte E9 is no utf-8"],
    ["windows-1252", 0x81, "Line 3, cell 4: the byte 81 is no windows-1252"],
    ["iso-8859-1", 0x92, "Line 3, cell 4: the byte 92 is no iso-8859-1"],
  ])("for a byte that is no %s names the line, the cell and the byte", async (encoding, byte, message) => {
    const stage = await importStage({ encoding });
    const content = new TextEncoder().encode(csv(HEADER, "P-1;a;A;B", "P-2;b;A;_", "P-3;c;A;B"));
    content[content.indexOf("_".charCodeAt(0))] = byte;
    await stage.put("a.csv", content);
    const outcome = await stage.run();
    expect(outcome.failures).toMatchObject([{ ref: "a.csv:3", code: "invalid_encoding" }]);
    expect(outcome.failures[0]?.message).toContain(message);
    expect(await peopleOf(stage)).toEqual([]);
  });

  it("for its size is not read", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 1));
    const huge: Files = {
      ...stage.files,
      list: async (prefix, cursor) => {
        const page = await stage.files.list(prefix, cursor);
        return { ...page, entries: page.entries.map((entry) => ({ ...entry, size: LARGEST_FILE + 1 })) };
      },
      read: async () => {
        throw new Error("read");
      },
    };
    const outcome = await stage.run({}, { files: huge });
    expect(outcome.failures).toEqual([
      { ref: "a.csv", code: "too_large", message: "The file has more than 200 MB; split it" },
    ]);
    expect(await stage.names()).toContain("failed/a.csv");
  });
});

describe("a file that changes under the run", () => {
  it("while it is being read is taken anew, and only its new content counts", async () => {
    const stage = await importStage();
    // Two ranges of 1 MiB each: the second one is read from the new object.
    await stage.put("a.csv", people(1, 40_000));
    const files = watched(stage.files, "read", async (count) => {
      if (count === 2) await stage.put("a.csv", people(5, 6));
    });
    expect(await stage.run({ chunkSize: 1000 }, { files })).toMatchObject({
      state: "ok",
      counts: { files: 1, created: 2 },
    });
    expect(await peopleOf(stage)).toEqual(["P-5", "P-6"]);
    expect(await stage.names()).toEqual(["done/a.csv", "done/a.csv.result.csv"]);
  });

  it("between two passes is taken anew without its rows having become duplicates", async () => {
    const stage = await importStage();
    await stage.put("full_a.csv", csv(`${HEADER};supervisorSourcedId`, "P-1;a;A;B;P-2", "P-2;b;A;B;"));
    // The check reads once, each pass over the rows once more.
    const files = watched(stage.files, "read", async (count) => {
      if (count === 3)
        await stage.put("full_a.csv", csv(`${HEADER};supervisorSourcedId`, "P-1;a;A;New;P-3", "P-3;c;A;B;"));
    });
    const outcome = await stage.run({ missing: "passive", maxDeactivatePct: 50 }, { files });
    expect(outcome).toMatchObject({ state: "ok", failures: [] });
    expect(await stage.rows("SELECT external_id, family_name, auth_status FROM persons ORDER BY id")).toEqual([
      { external_id: "P-1", family_name: "New", auth_status: "active" },
      { external_id: "P-2", family_name: "B", auth_status: "passive" },
      { external_id: "P-3", family_name: "B", auth_status: "active" },
    ]);
  });

  it("just before it is moved is not moved: what was read is done, what stands there is taken next", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 2));
    const files = watched(stage.files, "move", async (count) => {
      if (count === 1) await stage.put("a.csv", people(3, 4));
    });
    expect(await stage.run({}, { files })).toMatchObject({ state: "ok", counts: { files: 2, created: 4 } });
    expect(await stage.names()).toEqual(["done/a.csv", "done/a.csv.result.csv"]);
  });

  it("again and again is left for the next run", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 2));
    let version = 10;
    const files = watched(stage.files, "read", () => stage.put("a.csv", people(1, version++)));
    const outcome = await stage.run({}, { files });
    expect(outcome).toMatchObject({ state: "partial", failures: [{ ref: "a.csv", code: "file_changed" }] });
    expect(await stage.names()).toEqual(["a.csv"]);
    expect(await stage.run()).toMatchObject({ state: "ok" });
  });

  it.each([
    ["while it is checked", 1],
    ["between two passes", 2],
  ])("because it is deleted %s is recorded, and the next one follows", async (_when, fatal) => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 2));
    await stage.put("b.csv", people(3, 4));
    const files = watched(stage.files, "read", async (count) => {
      if (count === fatal) await stage.files.delete([`${LOCATION}a.csv`]);
    });
    const outcome = await stage.run({}, { files });
    expect(outcome).toMatchObject({ state: "partial", failures: [{ ref: "a.csv", code: "file_gone" }] });
    expect(await peopleOf(stage)).toEqual(["P-3", "P-4"]);
    expect(await stage.rows("SELECT state FROM files")).toEqual([{ state: "done" }]);
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
  });

  it("because it is deleted just before it is moved counts as done", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 2));
    const files = watched(stage.files, "move", () => stage.files.delete([`${LOCATION}a.csv`]));
    expect(await stage.run({}, { files })).toMatchObject({ state: "ok", counts: { files: 1, created: 2 } });
    expect(await stage.names()).toEqual(["done/a.csv.result.csv"]);
  });

  it("because a write of its result failed is moved by the next attempt of the run", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 2));
    const files = watched(stage.files, "write", async (count) => {
      if (count === 1) throw new Error("the bucket does not answer");
    });
    expect(await stage.run({}, { files })).toMatchObject({ state: "ok", counts: { files: 1, created: 2, scanned: 2 } });
    expect(await stage.names()).toEqual(["done/a.csv", "done/a.csv.result.csv"]);
  });
});

describe("an import configuration", () => {
  it("that does not exist is nothing to do", async () => {
    const stage = await importStage();
    await stage.database.execute("UPDATE import_configs SET client_id = 2");
    expect(await stage.run()).toMatchObject({
      state: "no_action",
      message: "There is no active import configuration of the kind user_csv",
    });
  });

  it("that is not active is left alone and named in the log", async () => {
    const stage = await importStage();
    await stage.database.execute("UPDATE import_configs SET scheduler_active = 0");
    await stage.put("a.csv", people(1, 1));
    expect(await stage.run()).toMatchObject({ state: "no_action" });
    expect(await stage.names()).toEqual(["a.csv"]);
    const log = await stage.rows("SELECT * FROM run_logs");
    expect(JSON.stringify(log)).toContain("The import configuration People is not active");
  });

  it("has its own location; the files of each are taken with its own options", async () => {
    const stage = await importStage();
    await addConfiguration(stage.database, 1, { delimiter: "\t" }, { location: "c/1/hr", name: "HR" });
    await stage.put("z.csv", people(1, 1));
    await stage.files.write("c/1/hr/a.csv", people(2, 2).replaceAll(";", "\t"));
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { files: 2, created: 2 } });
    expect((await stage.files.list("c/1/hr/")).entries.map(({ key }) => key)).toEqual([
      "c/1/hr/done/20260301233000_a.csv",
      "c/1/hr/done/20260301233000_a.csv.result.csv",
    ]);
  });

  it("with the location of an older one has no files of its own", async () => {
    const stage = await importStage();
    await addConfiguration(stage.database, 1, { delimiter: "," }, { location: LOCATION.slice(0, -1), name: "Twin" });
    await stage.put("a.csv", people(1, 2));
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { files: 1, created: 2 } });
    expect(JSON.stringify(await stage.rows("SELECT * FROM run_logs"))).toContain("Twin has the location of People");
  });

  it.each([
    ["{", "", "The options of the import configuration Broken are no JSON"],
    ['{"encoding":"utf-16"}', "", "encoding"],
    ['{"delimiter":"||"}', "", "delimiter: must be tab, auto, or one ASCII character"],
    ['{"delimiter":"\\""}', "", "delimiter: must be tab, auto, or one ASCII character"],
    ['{"separator":";"}', "", "separator"],
    ['{"listSeparator":"\\\\"}', "", "listSeparator: must be one ASCII character"],
    ['{"unknownColumns":"drop"}', "", "unknownColumns"],
    ["[]", "", "Broken"],
    ["{}", "c/2/import/", "it must lie below c/1/"],
    ["{}", "g/import/", "it must lie below c/1/"],
  ])(
    "with the options %s and the location %j fails the run before any file is touched",
    async (options, location, message) => {
      const stage = await importStage();
      await addConfiguration(stage.database, 1, options, { location, name: "Broken" });
      await stage.put("a.csv", people(1, 2));
      const outcome = await stage.run();
      expect(outcome).toMatchObject({ state: "failed", reason: "invalid_configuration" });
      expect(outcome.message).toContain(message);
      expect(await peopleOf(stage)).toEqual([]);
      expect(await stage.names()).toEqual(["a.csv"]);
    },
  );

  it("whose location leads out of it cannot reach another client's files", async () => {
    const stage = await importStage();
    await addConfiguration(stage.database, 1, {}, { location: "c/1/../2/import/", name: "Sly" });
    await stage.files.write("c/2/import/a.csv", people(1, 2));
    expect(await stage.run()).toMatchObject({ state: "failed" });
    expect(await peopleOf(stage)).toEqual([]);
  });
});

describe("a result file", () => {
  it("names exactly the rows with a problem, by line, each cell quoted and no formula in it", async () => {
    const stage = await importStage();
    await stage.put(
      "a.csv",
      csv(
        `${HEADER};groups;email`,
        "P-1;a;A;B;X;",
        "=1+1;b;A;;;",
        '"@SUM(1;""2"")";c;A;B;X;',
        "P-4;d;A;B;;bad",
        "P-5;e;A;B;;",
      ),
    );
    await stage.run();
    const { entries } = await stage.files.list(`${LOCATION}done/`);
    const key = entries.find((entry) => entry.key.endsWith(".result.csv"))?.key ?? "";
    const stream = await stage.files.read(key);
    expect(await new Response(stream).text()).toBe(
      [
        '"line";"ref";"result";"message"',
        '"2";"P-1";"warning";"groups: X does not exist; create it, or set createGroups"',
        '"3";"\'=1+1";"failed";"familyName: required, but empty"',
        '"4";"\'@SUM(1;""2"")";"warning";"groups: X does not exist; create it, or set createGroups"',
        '"5";"P-4";"failed";"email: must be one e-mail address such as name@example.com"',
        "",
      ].join("\r\n"),
    );
  });

  it("has all of a thousand problems, those of each file in its own", async () => {
    const stage = await importStage();
    const rows = Array.from(
      { length: 1200 },
      (_, n) => `P-${n};u${n};A;${n % 2 === 0 ? "" : "B"};${n % 2 === 0 ? "" : "X"}`,
    );
    await stage.put("a.csv", csv(`${HEADER};groups`, ...rows));
    await stage.put("b.csv", csv(HEADER, "P-1;u1;A;", "P-3;u3;A;B"));
    await stage.run({ maxFailures: 2000, chunkSize: 1000 });
    const lines = (await stage.result("done/a.csv")).slice(1).map((line) => line.split(";").slice(0, 3));
    expect(lines).toEqual(
      Array.from({ length: 1200 }, (_, n) => [String(n + 2), `P-${n}`, n % 2 === 0 ? "failed" : "warning"]),
    );
    expect(await stage.result("done/b.csv")).toHaveLength(2);
  });
});

it("has the present moment of the run in everything that it writes", async () => {
  const stage = await importStage();
  await stage.put("a.csv", people(1, 1));
  await stage.run();
  for (const table of ["persons", "files"]) {
    const rows = await stage.rows(`SELECT created_at, updated_at FROM ${table}`);
    expect(rows).toEqual([{ created_at: NOW, updated_at: NOW }]);
  }
});
