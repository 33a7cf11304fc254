import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { csv, type ImportStage, importStage, people } from "../stage.ts";

const HEADER = "sourcedId;username;givenName;familyName";
const peopleOf = async (stage: ImportStage) =>
  (await stage.rows("SELECT external_id FROM persons ORDER BY external_id")).map((row) => row.external_id);

describe("a CSV file as spreadsheets and other systems write it", () => {
  const sample = (name: string) => readFile(new URL(`../samples/${name}`, import.meta.url));

  it("has rows of delimiters only, which are passed over", async () => {
    const stage = await importStage();
    await stage.put("a.csv", await sample("rows-of-delimiters.csv"));
    expect(await stage.run({ maxFailures: 0, chunkSize: 50 })).toMatchObject({ state: "ok", failures: [] });
    expect((await peopleOf(stage)).length).toBeGreaterThan(0);
    expect(await stage.result("done/a.csv")).toHaveLength(1);
  });

  it("has characters that are not shown, which are no part of keys and addresses", async () => {
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
