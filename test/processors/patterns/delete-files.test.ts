import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { keyList, markFilesDeleted } from "../../../src/learning/file-rows.ts";
import { defineProcessor, type Processor } from "../../../src/processors/contract.ts";
import {
  type DeleteFiles,
  deleteFiles,
  deleteRecordedFiles,
  fileCounts,
  fileDeletion,
} from "../../../src/processors/patterns/delete-files.ts";
import { sql } from "../../../src/store/sql.ts";
import { thisClient } from "../../../src/store/statement.ts";
import { Stage } from "../stage.ts";

const FOLDER = "c/1/data/temp/";
const shape = {
  id: "test-deletion",
  group: "platform",
  title: "Delete",
  summary: "Deletes.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: null,
  after: [],
  dryRun: "exact",
  parameters: z.strictObject({}),
} as const;

const listing = (plan: Partial<DeleteFiles<"orphans" | "listed" | "kept">>): Processor =>
  defineProcessor<typeof shape.parameters, z.output<typeof fileDeletion>, string, string>({
    ...shape,
    cursor: fileDeletion,
    nextRunFrom: () => null,
    counts: [...fileCounts, "orphans", "listed", "kept"],
    run: (context) =>
      deleteFiles(context, {
        what: "temporary files",
        prefix: FOLDER,
        isOld: ({ key }) => key.includes("old"),
        ...plan,
      }),
  });

const key = z.strictObject({ id: z.int() });
const recorded: Processor = defineProcessor<typeof shape.parameters, z.output<typeof key>, string, string>({
  ...shape,
  cursor: key,
  counts: fileCounts,
  run: (context) =>
    deleteRecordedFiles(context, {
      what: "exports",
      find: (after, limit) => sql<{ id: number; key: string; size: number }>`SELECT id, key, size FROM files
        WHERE client_id = ${thisClient} AND kind = 'report_export' AND state = 'ready' AND id > ${after?.id ?? 0} ORDER BY id LIMIT ${limit}`,
      keyOf: ({ id }) => ({ id }),
      record: (old) => [markFilesDeleted(keyList(old.map((file) => file.key)), context.now)],
    }),
});

let stage: Stage;
const set = async (processor: Processor) => {
  stage = await Stage.set(processor);
};
const put = (...names: string[]) => Promise.all(names.map((name) => stage.files.write(FOLDER + name, "12345")));
const row = (id: number, name: string, more: Readonly<Record<string, string | number>> = {}) =>
  stage.insert("files", { id, key: FOLDER + name, kind: "temp", size: 5, ...more });
const objects = async () => (await stage.files.list(FOLDER)).entries.map(({ key }) => key.slice(FOLDER.length));
const states = async () => (await stage.rows("SELECT state FROM files ORDER BY id")).map(({ state }) => state);
/** A store whose next deletions fail. */
const failing = (times: number) => {
  let left = times;
  return {
    filesFor: () => ({
      ...stage.files,
      delete: async (keys: readonly string[]) => {
        left -= 1;
        if (left >= 0) throw new Error("not now");
        await stage.files.delete(keys);
      },
    }),
  };
};

describe("old objects of a folder", () => {
  beforeEach(() => set(listing({ orphans: "orphans", listed: "listed" })));

  it("are deleted with or without a row; rows are marked, and each is counted where it belongs", async () => {
    await put("old1", "old2", "old3", "young1", "young2");
    await row(1, "old1");
    await row(2, "old2", { state: "deleted" });
    await row(3, "young1");
    const run = await stage.play({ parameters: { chunkSize: 2 } });
    expect(run).toMatchObject({
      state: "ok",
      counts: { scanned: 3, changed: 3, deleted: 1, orphans: 2, bytes: 15, listed: 5 },
    });
    expect(await objects()).toEqual(["young1", "young2"]);
    expect(await states()).toEqual(["deleted", "deleted", "ready"]);
    expect(await stage.rows("SELECT entity, action FROM audit_log")).toHaveLength(2);
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: { listed: 2 } });
  });

  it("are counted by a dry run, which deletes none", async () => {
    await put("old1", "old2", "young1");
    await row(1, "old1");
    const run = await stage.play({ dryRun: true });
    expect(run).toMatchObject({ counts: { deleted: 1, orphans: 1, bytes: 10, listed: 3 } });
    expect([await objects(), await states()]).toEqual([["old1", "old2", "young1"], ["ready"]]);
  });

  it("that the store does not delete at the first try are tried once more", async () => {
    await put("old1");
    expect(await stage.play({}, failing(1))).toMatchObject({ state: "ok", counts: { orphans: 1 } });
  });

  it("that it does not delete at the second either are failed rows, and the next run's", async () => {
    await put("old1", "old2");
    await row(1, "old1");
    const run = await stage.play({}, failing(2));
    expect(run).toMatchObject({ state: "partial", counts: { failed: 2 } });
    expect([await objects(), await states()]).toEqual([["old1", "old2"], ["ready"]]);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { deleted: 1, orphans: 1 } });
  });
});

it("a look into the database chooses among the old ones", async () => {
  await set(
    listing({
      choose: async (old) => ({ files: old.filter(({ key }) => !key.endsWith("2")), counts: { kept: 1 } }),
    }),
  );
  await put("old1", "old2", "old3");
  expect(await stage.play()).toMatchObject({ counts: { deleted: 2, kept: 1 } });
  expect(await objects()).toEqual(["old2"]);
});

it("unrecorded: the table of files is not asked", async () => {
  await set(listing({ unrecorded: true }));
  await put("old1");
  await row(1, "old1");
  expect(await stage.play()).toMatchObject({ counts: { deleted: 1 } });
  expect(await states()).toEqual(["ready"]);
});

describe("files whose rows say all", () => {
  beforeEach(() => set(recorded));

  it("are deleted without a listing, one that is gone already too", async () => {
    await put("1", "3", "4");
    for (const id of [1, 2, 3]) await row(id, String(id), { kind: "report_export" });
    await row(4, "4");
    const run = await stage.play(
      { parameters: { chunkSize: 2 } },
      { filesFor: () => ({ ...stage.files, list: () => Promise.reject(new Error("no listing")) }) },
    );
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 3, changed: 3, deleted: 3, bytes: 15 } });
    expect([await objects(), await states()]).toEqual([["4"], ["deleted", "deleted", "deleted", "ready"]]);
  });

  it("stay, row and object, where the store does not delete them", async () => {
    await put("1");
    await row(1, "1", { kind: "report_export" });
    expect(await stage.play({}, failing(2))).toMatchObject({ state: "partial", counts: { failed: 1 } });
    expect([await objects(), await states()]).toEqual([["1"], ["ready"]]);
  });
});
