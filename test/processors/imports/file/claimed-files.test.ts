import { describe, expect, it } from "vitest";
import { csv, type ImportStage, importStage, LOCATION, people } from "../stage.ts";

const HEADER = "sourcedId;username;givenName;familyName";
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
