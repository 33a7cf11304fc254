import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { checkJob } from "../../../src/administration/jobs/job-input.ts";
import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import type { FileEntry, Files } from "../../../src/files/files.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import { DefaultTempDirDeleteIlsEntries } from "../../../src/processors/platform/DefaultTempDirDeleteIlsEntries.ts";
import { TempFilesDelete } from "../../../src/processors/platform/TempFilesDelete.ts";
import { readSites } from "../../../src/scheduler/align.ts";
import { memoryFiles } from "../../harness/memory-files.ts";
import { Stage as PlatformStage } from "../../harness/stage.ts";
import { Stage } from "../stage.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What lies in the store, by the hours since it was written, with fractions for milliseconds. */
type Ages = Readonly<Record<string, number>>;

/** Puts objects into the store, and gives back the store as it looks when each is as old as it says at `now`. */
async function aged(files: Files, ages: Ages, now: number): Promise<Files> {
  for (const key of Object.keys(ages)) await files.write(key, "12345");
  const old = (entry: FileEntry) => ({ ...entry, uploadedAt: now - (ages[entry.key] ?? 0) * HOUR });
  return {
    ...files,
    list: async (...args) => {
      const page = await files.list(...args);
      return { ...page, entries: page.entries.map(old) };
    },
  };
}

async function keysOf(files: Files): Promise<string[]> {
  return (await files.list("")).entries.map(({ key }) => key);
}

describe("TempFilesDelete", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.set(TempFilesDelete);
  });

  /** A run a second from now, which sees objects of the given ages. */
  async function play(ages: Ages, run: Parameters<Stage["play"]>[0] = {}) {
    const files = await aged(stage.files, ages, stage.clock.now() + 1000);
    return stage.play(run, { filesFor: () => files });
  }

  it("deletes objects older than olderThanHours below data/temp of the client and below temp, and nothing else", async () => {
    const millisecond = 1 / HOUR;
    const run = await play({
      "c/1/data/temp/old": 24 + millisecond,
      "c/1/data/temp/deep/older": 999,
      "c/1/data/temp/as old": 24,
      "c/1/data/temp/younger": 24 - millisecond,
      "c/1/data/temporary/a": 999,
      "c/1/data/report/a": 999,
      "c/2/data/temp/a": 999,
      "g/temp/a": 999,
      "n/weur/tmp/ils": 999,
      "temp/old": 24 + millisecond,
      "temp/young": 24,
    });
    expect(run).toMatchObject({
      state: "ok",
      counts: { scanned: 3, changed: 3, listed: 6, deleted: 3, bytes: 15 },
    });
    expect(await keysOf(stage.files)).toEqual([
      "c/1/data/report/a",
      "c/1/data/temp/as old",
      "c/1/data/temp/younger",
      "c/1/data/temporary/a",
      "c/2/data/temp/a",
      "g/temp/a",
      "n/weur/tmp/ils",
      "temp/young",
    ]);
  });

  it("takes the hours from the job, of which there is at least one", async () => {
    const run = await play({ "c/1/data/temp/2h": 2.1, "temp/1h": 1.5 }, { parameters: { olderThanHours: 2 } });
    expect(run).toMatchObject({ counts: { deleted: 1 } });
    expect(await keysOf(stage.files)).toEqual(["temp/1h"]);
    expect(TempFilesDelete.parameters.safeParse({ olderThanHours: 0 }).success).toBe(false);
  });

  it("leaves what is in use, counts what has been for more than 30 days, and marks the rows of what it deleted", async () => {
    const now = stage.clock.now() + 1000;
    const row = (id: number, name: string, in_use: number, updated_at: number, state = "ready") =>
      stage.insert("files", { id, key: `c/1/data/temp/${name}`, kind: "temp", in_use, updated_at, state });
    await row(1, "free", 0, 0);
    await row(2, "used", 1, now - 30 * DAY);
    await row(3, "used long", 1, now - 30 * DAY - 1);
    const names = ["free", "used", "used long", "unknown"].map((name) => `c/1/data/temp/${name}`);
    const run = await play(Object.fromEntries(names.map((key) => [key, 999])));
    expect(run).toMatchObject({ state: "ok", counts: { listed: 4, deleted: 2, bytes: 10, longInUse: 1 } });
    expect(await keysOf(stage.files)).toEqual(["c/1/data/temp/used", "c/1/data/temp/used long"]);
    expect((await stage.rows("SELECT state FROM files ORDER BY id")).map(({ state }) => state)).toEqual([
      "deleted",
      "ready",
      "ready",
    ]);
  });

  it("a second run finds nothing, and so does another client's in the common folder", async () => {
    const ages = { "c/1/data/temp/a": 25, "temp/a": 25 };
    expect(await play(ages)).toMatchObject({ state: "ok" });
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("an array that the store refuses twice is failed rows, which the next run deletes", async () => {
    const files = await aged(stage.files, { "temp/a": 25, "temp/b": 25 }, stage.clock.now());
    let calls = 0;
    const refusing = {
      ...files,
      delete: async () => {
        calls += 1;
        throw new Error("not now");
      },
    };
    expect(await stage.play({}, { filesFor: () => refusing })).toMatchObject({
      state: "partial",
      counts: { failed: 2 },
      errors: [{ code: "files_unavailable" }],
    });
    expect(calls).toBe(2);
    expect(await stage.play({}, { filesFor: () => files })).toMatchObject({ state: "ok", counts: { deleted: 2 } });
  });

  it("as of an earlier day it deletes what was old at the end of that day", async () => {
    const since = (stage.clock.now() + 1000 - Date.parse("2026-02-28T23:00:00Z")) / HOUR;
    const run = await play({ "temp/a": 24 + since + 0.1, "temp/b": 24 + since - 0.1 }, { asOf: "2026-02-28" });
    expect(run).toMatchObject({ counts: { deleted: 1 } });
    expect(await keysOf(stage.files)).toEqual(["temp/b"]);
  });

  it("whatever lies there, however old, of any owner, used or not: exactly the old ones that nothing uses go", async () => {
    const place = fc.constantFrom(
      "c/1/data/temp/",
      "c/1/data/temp/x/",
      "temp/",
      "c/1/data/tempo/",
      "c/2/data/temp/",
      "g/",
    );
    const object = fc.record({
      place,
      age: fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.constantFrom(23.9, 24, 24.1)),
      row: fc.constantFrom("none", "free", "used"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { maxLength: 25 }),
        fc.integer({ min: 1, max: 7 }),
        async (objects, chunkSize) => {
          await stage.files.delete(await keysOf(stage.files));
          await stage.database.execute("DELETE FROM files");
          const named = objects.map((one, index) => ({ ...one, key: `${one.place}${index}` }));
          const recorded = named.filter(({ place, row }) => place.startsWith("c/") && row !== "none");
          const rows = recorded.map(({ key, row }) => ({
            client_id: Number(key[2]),
            key,
            kind: "temp",
            in_use: row === "used" ? 1 : 0,
          }));
          if (rows.length > 0) await stage.insert("files", ...rows);
          const goes = ({ place, age, row }: (typeof named)[number]) =>
            age * HOUR > DAY && (place === "temp/" || (place.startsWith("c/1/data/temp/") && row !== "used"));
          const run = await play(Object.fromEntries(named.map(({ key, age }) => [key, age])), {
            parameters: { chunkSize },
          });
          const left = named.filter((one) => !goes(one)).map(({ key }) => key);
          expect(await keysOf(stage.files)).toEqual(left.toSorted());
          expect(run.counts.deleted ?? 0).toBe(named.length - left.length);
          const marked = await stage.rows<{ key: string }>("SELECT key FROM files WHERE state = 'deleted'");
          const deleted = named.filter(goes).filter(({ place, row }) => place.startsWith("c/") && row !== "none");
          expect(marked.map(({ key }) => key).toSorted()).toEqual(deleted.map(({ key }) => key).toSorted());
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe("DefaultTempDirDeleteIlsEntries", () => {
  let stage: PlatformStage;
  beforeEach(async () => {
    stage = new PlatformStage(await PlatformStage.fresh(), [DefaultTempDirDeleteIlsEntries]);
    await stage.database.execute("INSERT INTO nodes (id, location_hint) VALUES ('weur', 'weur'), ('enam', 'enam')");
  });

  async function play(ages: Ages, nodeId = "weur", parameters: Record<string, unknown> = {}) {
    const now = stage.clock.now() + 1000;

    const files = await aged(stage.files, ages, now);
    stage.ports = { ...stage.ports, filesFor: (run) => boundFiles(files, prefixesOf(run)) };
    const id = await stage.start({ nodeId, parameters });
    await stage.toEnd();
    return stage.outcome(id);
  }

  const objects: Ages = {
    "n/weur/tmp/ils1": 24 + 1 / HOUR,
    "n/weur/tmp/ils.d/x": 99,
    "n/weur/tmp/ils2": 24,
    "n/weur/tmp/IlsUpper": 99,
    "n/weur/tmp/other": 99,
    "n/weur/ils": 99,
    "n/enam/tmp/ils1": 99,
    "temp/ils": 99,
  };

  it("deletes what the run's node has in its scratch area, starts with ils and is older than a day", async () => {
    expect(await play(objects)).toMatchObject({
      state: "ok",
      counts: { scanned: 2, changed: 2, deleted: 2, bytes: 10 },
    });
    expect(await keysOf(stage.files)).toEqual([
      "n/enam/tmp/ils1",
      "n/weur/ils",
      "n/weur/tmp/IlsUpper",
      "n/weur/tmp/ils2",
      "n/weur/tmp/other",
      "temp/ils",
    ]);
  });

  it("a second run finds nothing", async () => {
    const { "n/weur/tmp/ils1": one = 0 } = objects;
    expect(await play({ "n/weur/tmp/ils1": one })).toMatchObject({ state: "ok" });
    expect(await play({})).toMatchObject({ state: "no_action" });
  });

  it("takes prefix and age from the job; an empty prefix is all files", async () => {
    const run = await play(objects, "weur", { prefix: "", olderThanHours: 98 });
    expect(run).toMatchObject({ counts: { deleted: 3 } });
    expect(await keysOf(stage.files)).toContain("n/weur/tmp/ils1");
  });

  it("a run for no node in particular works on the only one", async () => {
    await stage.database.execute("DELETE FROM nodes WHERE id = 'weur'");
    expect(await play(objects, "")).toMatchObject({ counts: { deleted: 1 } });
    expect(await keysOf(stage.files)).not.toContain("n/enam/tmp/ils1");
  });

  it.each([
    ["", "There is no node yet"],
    ["weur", "The node weur is gone"],
  ])("without its node (%j) there is nothing to do: %s", async (nodeId, message) => {
    await stage.database.execute("DELETE FROM nodes");
    expect(await play({}, nodeId)).toMatchObject({ state: "no_action", message });
  });

  it.each(["a/b", "../", "a\\b", "a\nb"])("refuses the prefix %j", (prefix) => {
    expect(DefaultTempDirDeleteIlsEntries.parameters.safeParse({ prefix }).success).toBe(false);
  });

  it("a store that does not delete fails the rows of this node, and the others go on", async () => {
    const old = { "n/weur/tmp/ils1": 25, "n/weur/tmp/ils2": 25, "n/enam/tmp/ils1": 25 };
    const files = await aged(stage.files, old, stage.clock.now() + 1000);
    const refusing = {
      ...files,
      delete: async (keys: readonly string[]) => {
        if (keys.some((key) => key.startsWith("n/weur/"))) throw new Error("not now");
        await files.delete(keys);
      },
    };
    stage.ports = { ...stage.ports, filesFor: () => refusing };
    const [weur, enam] = [await stage.start({ nodeId: "weur" }), await stage.start({ nodeId: "enam" })];
    await stage.toEnd();
    expect(await stage.outcome(weur)).toMatchObject({ state: "partial", counts: { failed: 2 } });
    expect(await stage.outcome(enam)).toMatchObject({ state: "ok", counts: { deleted: 1 } });
  });

  it("is executed on each node once there are several", async () => {
    const job = { name: "Scratch", processor: DefaultTempDirDeleteIlsEntries.id, parameters: {} };
    const check = async (executeOnEachNode: boolean) =>
      checkJob(
        { ...job, executeOnEachNode },
        createCatalogue([DefaultTempDirDeleteIlsEntries]),
        await readSites(stage.database),
        10,
        stage.clock.now(),
      ).ok;
    expect([await check(true), await check(false)]).toEqual([true, false]);
  });

  it("whatever lies in the scratch areas: exactly what is old, starts so and is this node's goes", async () => {
    const object = fc.record({
      node: fc.constantFrom("weur", "enam"),
      name: fc.constantFrom("ils", "il", "xils", "ILS", "ils-"),
      age: fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.constant(24)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(object, { maxLength: 20 }), async (drawn) => {
        const files = memoryFiles(() => stage.clock.now());
        const named = drawn.map((one, index) => ({ ...one, key: `n/${one.node}/tmp/${one.name}${index}` }));
        const seen = await aged(
          files,
          Object.fromEntries(named.map(({ key, age }) => [key, age])),
          stage.clock.now() + 1000,
        );
        stage.ports = { ...stage.ports, filesFor: () => seen };
        await stage.start({ nodeId: "weur", parameters: { chunkSize: 3 } });
        await stage.toEnd();
        const left = named.filter(
          ({ node, name, age }) => node !== "weur" || !name.startsWith("ils") || age * HOUR <= DAY,
        );
        expect(await keysOf(files)).toEqual(left.map(({ key }) => key).toSorted());
      }),
      { numRuns: 20 },
    );
  });
});
