import { describe, expect, it } from "vitest";
import type { Files } from "../../../src/files/files.ts";
import { LARGEST_FILE } from "../../../src/processors/imports/import-files.ts";
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

  it("of the same size and etag as one already imported are moved unread and counted as skipped", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 2));
    await stage.run();
    // An upload whose object is the same: the folder's etag is made of inode and time, which a move keeps.
    const [done] = (await stage.files.list(`${LOCATION}done/`)).entries;
    await stage.files.move(done?.key ?? "", `${LOCATION}copy.csv`);
    await stage.database.execute("DELETE FROM persons");
    expect(await stage.run()).toMatchObject({ state: "no_action", counts: { scanned: 1, skipped: 1 } });
    expect(await peopleOf(stage)).toEqual([]);
    expect(await stage.names()).toContain("done/copy.csv");
    expect(await stage.names()).not.toContain("done/copy.csv.result.csv");
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
    ["a column without a name", valid.replace("familyName", "familyName;"), "unknown_column", 1, 'Unknown column ""'],
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
    ['{"delimiter":"||"}', "", "delimiter: must be one ASCII character"],
    ['{"delimiter":"\\""}', "", "delimiter: must be one ASCII character"],
    ['{"separator":";"}', "", "separator"],
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
