import { beforeEach, describe, expect, it } from "vitest";
import { RemoveOutdatedReportsJob as processor } from "../../../src/processors/reports/RemoveOutdatedReportsJob.ts";
import { plansFor } from "../../harness/plans.ts";
import { DAY } from "../../harness/stage.ts";
import { Stage } from "../stage.ts";

/** 22:30 in Berlin. */
const AT = "2026-03-14T21:30:00Z";
const at = (text: string) => Date.parse(text);
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
});

type Values = Readonly<Record<string, string | number | null>>;
/** A file that lies in the store, with its row. */
async function file(id: number, stored: string, { client_id = 1, ...values }: Values = {}) {
  const key = `c/${client_id}/data/report/${id}.csv`;
  await stage.files.write(key, "12345");
  await stage.insert("files", { client_id, id, key, kind: "report", size: 5, stored_at: at(stored), ...values });
}
const play = async (run: Parameters<Stage["play"]>[0] = {}) => {
  await stage.clock.advanceTo(Math.max(stage.clock.now(), at(AT) - 1000));
  return stage.play(run);
};
const objects = async (client = 1) =>
  (await stage.files.list(`c/${client}/data/report/`)).entries.map(({ key }) => Number(/(\d+)\.csv$/.exec(key)?.[1]));
const states = async () =>
  (await stage.rows("SELECT id, state FROM files ORDER BY id")).map(({ id, state }) => `${id} ${state}`);

describe("reports and exports are deleted that were stored olderThanDays or more local days ago", () => {
  it.each([
    ["the last instant of the tenth day ago", "2026-03-04T22:59:59.999Z", []],
    ["the first instant of the ninth day ago", "2026-03-04T23:00:00Z", [1]],
  ])("%s, in the client's zone", async (_, stored, expected) => {
    await file(1, stored);
    await play();
    expect(await objects()).toEqual(expected);
  });

  it("days are the calendar's, also when the clocks are put forward", async () => {
    await file(1, "2026-03-28T22:59:59.999Z");
    await file(2, "2026-03-28T23:00:00Z");
    await stage.clock.advanceTo(at("2026-03-30T10:00:00Z"));
    await play({ parameters: { olderThanDays: 2 } });
    expect(await objects()).toEqual([2]);
  });

  it("of both kinds and of every origin, without an exception for the newest; nothing else", async () => {
    await file(1, "2026-03-01T00:00:00Z", { ref_type: "report_subscription", ref_id: 1 });
    await file(2, "2026-03-01T00:00:00Z", { kind: "report_export", ref_type: "report_call", ref_id: 1 });
    await file(3, "2026-03-01T00:00:00Z", { kind: "report_export", in_use: 1 });
    await file(4, "2026-03-01T00:00:00Z", { kind: "certificate" });
    await file(5, "2026-03-01T00:00:00Z", { client_id: 2 });
    expect(await play()).toMatchObject({ state: "ok", counts: { scanned: 3, changed: 3, deleted: 3, bytes: 15 } });
    expect([await objects(), await objects(2)]).toEqual([[4], [5]]);
    expect(await states()).toEqual(["1 deleted", "2 deleted", "3 deleted", "4 ready", "5 ready"]);
    expect(await play()).toMatchObject({ state: "no_action" });
  });

  it("an object that is gone already is a success", async () => {
    await file(1, "2026-03-01T00:00:00Z");
    await stage.files.delete(["c/1/data/report/1.csv"]);
    expect(await play()).toMatchObject({ state: "ok", counts: { deleted: 1 } });
  });

  it("as of an earlier day for which the run was started", async () => {
    await file(1, "2026-03-01T00:00:00Z");
    await play({ asOf: "2026-03-10" });
    expect(await objects()).toEqual([1]);
    await play({ asOf: "2026-03-11" });
    expect(await objects()).toEqual([]);
  });

  it("none in a dry run, which counts them", async () => {
    await file(1, "2026-03-01T00:00:00Z");
    expect(await play({ dryRun: true })).toMatchObject({ counts: { deleted: 1, bytes: 5 } });
    expect([await objects(), await states()]).toEqual([[1], ["1 ready"]]);
  });

  it("of random ages, none early and none left, however small the chunks", async () => {
    let seed = 7;
    const ages = Array.from({ length: 80 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return 216 + (seed % 49);
    });
    // 22:30 on the day of the run: what is 240 to 262 hours old lies on the tenth day ago.
    for (const [index, hours] of ages.entries()) {
      await file(index + 1, new Date(at(AT) - hours * 3_600_000).toISOString(), {
        kind: index % 2 ? "report" : "report_export",
      });
    }
    await play({ parameters: { chunkSize: 7 } });
    const left = ages.flatMap((hours, index) => (hours <= 9 * 24 + 22 ? [index + 1] : []));
    expect((await objects()).sort((a, b) => a - b)).toEqual(left);
  });
});

describe("rows of files that have been deleted for 90 days are removed", () => {
  const gone = (id: number, deletedAt: number, values: Values = {}) =>
    stage.insert("files", {
      id,
      key: `c/1/data/report/${id}.csv`,
      kind: "report",
      state: "deleted",
      stored_at: deletedAt - 10 * DAY,
      updated_at: deletedAt,
      ...values,
    });
  const over = at(AT) - 90 * DAY;

  it("of both kinds, and are counted as forgotten; those of other files and clients stay", async () => {
    await gone(1, over - 1);
    await gone(2, over - 1, { kind: "report_export" });
    await gone(3, over);
    await gone(4, over - 1, { kind: "certificate" });
    await gone(5, over - 1, { client_id: 2 });
    await gone(6, over + DAY, { stored_at: 0 });
    const run = await play();
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 2, changed: 2, forgotten: 2 } });
    expect(run.counts).not.toHaveProperty("deleted");
    expect((await states()).map((state) => state[0])).toEqual(["3", "4", "5", "6"]);
  });
});

it("a file store that does not delete: rows and objects stay and are listed, and the next run deletes them", async () => {
  await file(1, "2026-03-01T00:00:00Z");
  await stage.clock.advanceTo(at(AT));
  const refusing = { ...stage.files, delete: () => Promise.reject(new Error("not now")) };
  expect(await stage.play({}, { filesFor: () => refusing })).toMatchObject({ state: "partial", counts: { failed: 1 } });
  expect([await objects(), await states()]).toEqual([[1], ["1 ready"]]);
  expect(await stage.play()).toMatchObject({ state: "ok", counts: { deleted: 1 } });
});

it("files are found by the index of stored ones", async () => {
  await file(1, "2026-03-01T00:00:00Z");
  const plans = await plansFor(stage.database, "(file|files)", () => play());
  expect(plans.filter((plan) => plan.startsWith("SCAN"))).toEqual([]);
  expect(plans).toContain(
    "SEARCH file USING INDEX files_stored (client_id=? AND kind=? AND stored_at>? AND stored_at<?)",
  );
});
