import { describe, expect, it } from "vitest";
import type { Files } from "../../../../src/files/files.ts";
import { csv, type ImportStage, importStage, LOCATION, people } from "../stage.ts";

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
