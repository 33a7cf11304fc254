import { beforeEach, describe, expect, it } from "vitest";
import { componentPreviewLog } from "../../../src/learning/schema.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { CleanUpPreviewEntries } from "../../../src/processors/courses/CleanUpPreviewEntries.ts";
import { CoursePreviewCleanUp } from "../../../src/processors/courses/CoursePreviewCleanUp.ts";
import { parameterSchema } from "../../../src/processors/parameters.ts";
import { plansFor } from "../../harness/plans.ts";
import { drawing } from "../../harness/seed.ts";
import { Stage, type StageRun } from "../stage.ts";

const AT = Date.parse("2026-03-02T22:10:00Z");
const HOUR = 3_600_000;
let stage: Stage;

type Values = Readonly<Record<string, string | number | null>>;
/** An entry of the preview log that was last updated long ago. */
const entry = (id: number, values: Values = {}) =>
  stage.insert("component_preview_log", {
    id,
    component_id: 1,
    person_id: 1,
    role: "tutor",
    last_updated_at: 1,
    ...values,
  });
/** An attempt that was made in a preview long ago. */
const attempt = (id: number, values: Values = {}) =>
  stage.insert("attempts", { id, person_id: 1, media_id: 1, started_at: 1, is_preview: 1, ...values });
const run = async (options: StageRun = {}) => {
  await stage.clock.advanceTo(AT - 1000);
  return stage.play(options);
};
const left = async (table: string) => (await stage.rows(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);

describe.each([
  ["CleanUpPreviewEntries", CleanUpPreviewEntries],
  ["CoursePreviewCleanUp", CoursePreviewCleanUp],
])("%s deletes", (_name, processor) => {
  beforeEach(async () => {
    stage = await Stage.set(processor);
  });

  it.each([
    ["a millisecond more than the 24 hours of the default", {}, 24 * HOUR + 1, []],
    ["exactly 24 hours", {}, 24 * HOUR, [1]],
    ["more than the hour that a job says", { maxAgeHours: 1 }, HOUR + 1, []],
    ["exactly that hour", { maxAgeHours: 1 }, HOUR, [1]],
  ])("an entry that was last updated %s ago", async (_, parameters, age, expected) => {
    await entry(1, { last_updated_at: AT - age });
    await run({ parameters });
    expect(await left("component_preview_log")).toEqual(expected);
  });

  it("entries of all roles, the client's own only", async () => {
    const roles = componentPreviewLog.role.enumValues;
    expect(roles).toHaveLength(3);
    for (const [index, role] of roles.entries()) {
      await entry(1 + index, { role });
      await entry(11 + index, { role, client_id: 2 });
    }
    await run();
    expect(await left("component_preview_log")).toEqual([11, 12, 13]);
  });

  it("all of them, however small the chunks, and once", async () => {
    for (let id = 1; id <= 5; id += 1) await entry(id, { last_updated_at: id % 2 });
    const { state, counts } = await run({ parameters: { chunkSize: 2 } });
    expect({ state, counts }).toMatchObject({ state: "ok", counts: { scanned: 5, changed: 5, entries: 5 } });
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: {} });
  });

  it("none in a dry run, which counts them", async () => {
    await entry(1);
    expect(await run({ dryRun: true })).toMatchObject({ counts: { entries: 1 } });
    expect(await left("component_preview_log")).toEqual([1]);
  });

  it("those of the end of the day that the run is for, where that is an earlier one", async () => {
    const endOfDay = Date.parse("2026-02-20T23:00:00Z") - 1;
    await entry(1, { last_updated_at: endOfDay - 24 * HOUR - 1 });
    await entry(2, { last_updated_at: endOfDay - 24 * HOUR });
    await run({ asOf: "2026-02-20" });
    expect(await left("component_preview_log")).toEqual([2]);
  });

  it("nothing for less than an hour: that is refused", () => {
    const given = (maxAgeHours: number) => parameterSchema(processor).safeParse({ maxAgeHours }).success;
    expect([0, 1, 1.5].map(given)).toEqual([false, true, false]);
  });

  it("what it finds by the index of when entries were updated", async () => {
    await entry(1);
    expect(await plansFor(stage.database, "component_preview_log", run)).toEqual([
      "SEARCH component_preview_log USING COVERING INDEX component_preview_log_updated (client_id=? AND last_updated_at>? AND last_updated_at<?)",
      "SEARCH component_preview_log USING INTEGER PRIMARY KEY (rowid=?)",
    ]);
  });
});

describe("CleanUpPreviewEntries deletes attempts", () => {
  beforeEach(async () => {
    stage = await Stage.set(CleanUpPreviewEntries);
  });

  it.each([
    ["ended a millisecond more than 24 hours ago", { ended_at: AT - 24 * HOUR - 1 }, []],
    ["ended 24 hours ago, however early it began", { ended_at: AT - 24 * HOUR }, [1]],
    ["never ended and began a millisecond more ago", { started_at: AT - 24 * HOUR - 1 }, []],
    ["never ended and began 24 hours ago", { started_at: AT - 24 * HOUR }, [1]],
    ["is no preview", { is_preview: 0 }, [1]],
    ["is another client's", { client_id: 2 }, [1]],
  ])("that were made in a preview: one that %s", async (_, values, expected) => {
    await attempt(1, values);
    await run();
    expect(await left("attempts")).toEqual(expected);
  });

  it("with what their packages kept, and nothing of others", async () => {
    await attempt(1);
    await attempt(2, { is_preview: 0 });
    await attempt(3, { client_id: 2 });
    for (const [id, attempt_id, client_id] of [
      [1, 1, 1],
      [2, 1, 1],
      [3, 2, 1],
      [4, 3, 2],
    ] as const)
      await stage.insert("cmi_data", { id, client_id, attempt_id, element: `cmi.${id}`, value: "x" });
    const { counts } = await run();
    expect(counts).toMatchObject({ scanned: 1, changed: 1, attempts: 1 });
    expect(await left("attempts")).toEqual([2, 3]);
    expect(await left("cmi_data")).toEqual([3, 4]);
  });

  it("and entries in one run, however small the chunks", async () => {
    for (let id = 1; id <= 3; id += 1) {
      await attempt(id, { started_at: id % 2 });
      await entry(id);
      await stage.insert("cmi_data", { id, attempt_id: id, element: "cmi.x", value: "x" });
    }
    const { state, counts } = await run({ parameters: { chunkSize: 2 } });
    expect({ state, counts }).toMatchObject({
      state: "ok",
      counts: { scanned: 6, changed: 6, entries: 3, attempts: 3 },
    });
    expect(await left("cmi_data")).toEqual([]);
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("that it finds by an index, and their data too", async () => {
    await attempt(1);
    await stage.insert("cmi_data", { id: 1, attempt_id: 1, element: "cmi.x", value: "x" });
    const attempts = await plansFor(stage.database, "attempts", run);
    expect(attempts.filter((plan) => !plan.startsWith("SEARCH attempts USING"))).toEqual([]);
    expect(attempts[0]).toContain("attempts_preview (client_id=? AND is_preview=? AND started_at>? AND started_at<?)");
  });
});

it("CoursePreviewCleanUp leaves attempts alone, and is found by its other name", async () => {
  stage = await Stage.set(CoursePreviewCleanUp);
  await attempt(1);
  expect(await run()).toMatchObject({ state: "no_action" });
  expect(await left("attempts")).toEqual([1]);
  expect(catalogue.find("CoursePreviewCleanUpJob")).toBe(CoursePreviewCleanUp);
});

it("running both is harmless", async () => {
  stage = await Stage.set(CleanUpPreviewEntries);
  await entry(1);
  await run();
  const other = new Stage(stage.database, [CoursePreviewCleanUp]);
  await other.clock.advanceTo(AT + HOUR);
  expect(await other.play()).toMatchObject({ state: "no_action" });
});

it.each([
  ["CleanUpPreviewEntries", CleanUpPreviewEntries],
  ["CoursePreviewCleanUp", CoursePreviewCleanUp],
])(
  "%s: of entries and attempts of random age, owner and end none goes early and none is left",
  async (_name, processor) => {
    stage = await Stage.set(processor);
    const below = drawing(11);
    /** Hours on both sides of the 24, whole ones and with a millisecond more or less. */
    const age = () => (20 + below(9)) * HOUR + below(3) - 1;
    const kept = { entries: [] as number[], attempts: [] as number[] };
    for (let id = 1; id <= 60; id += 1) {
      const clientId = 1 + below(2);
      const updated = age();
      await entry(id, { client_id: clientId, last_updated_at: AT - updated });
      if (clientId === 2 || updated <= 24 * HOUR) kept.entries.push(id);

      const [began, hasEnded, isPreview] = [age() + below(10) * HOUR, below(2), below(4) > 0 ? 1 : 0];
      const ended = hasEnded ? Math.min(began, age()) : null;
      const owner = 1 + below(2);
      const times = { started_at: AT - began, ended_at: ended === null ? null : AT - ended };
      await attempt(id, { client_id: owner, is_preview: isPreview, ...times });
      await stage.insert("cmi_data", { id, client_id: owner, attempt_id: id, element: "cmi.x", value: "x" });
      const goes =
        processor === CleanUpPreviewEntries && owner === 1 && isPreview === 1 && (ended ?? began) > 24 * HOUR;
      if (!goes) kept.attempts.push(id);
    }
    await run({ parameters: { chunkSize: 7 } });
    expect(await left("component_preview_log")).toEqual(kept.entries);
    expect([await left("attempts"), await left("cmi_data")]).toEqual([kept.attempts, kept.attempts]);
  },
);
