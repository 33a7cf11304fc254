import { describe, expect, it } from "vitest";
import { addConfiguration, type ImportStage, importStage, LOCATION, people } from "../stage.ts";

const peopleOf = async (stage: ImportStage) =>
  (await stage.rows("SELECT external_id FROM persons ORDER BY external_id")).map((row) => row.external_id);

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
