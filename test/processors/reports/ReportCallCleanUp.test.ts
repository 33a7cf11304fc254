import { beforeEach, describe, expect, it } from "vitest";
import { callReport } from "../../../src/administration/reports/report-calls.ts";
import type { OpenedToken } from "../../../src/control/access/api-tokens.ts";
import { ReportCallCleanUp as processor } from "../../../src/processors/reports/ReportCallCleanUp.ts";
import { plansFor } from "../../harness/plans.ts";
import { Stage } from "../stage.ts";

const HOUR = 3_600_000;
/** 22:45 in Berlin. */
const NOW = Date.parse("2026-03-14T21:45:00Z");
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
});

type Values = Readonly<Record<string, string | number | null>>;
/** A call that was asked for two hours ago. */
const call = (id: number, values: Values = {}) =>
  stage.insert("report_calls", {
    id,
    token_hash: `hash ${id}`,
    report_id: 1,
    requested_at: NOW - 2 * HOUR,
    expires_at: NOW + HOUR,
    ...values,
  });
/** The same with a result in the file store. */
async function result(id: number, values: Values = {}) {
  const key = `c/1/data/report/call/${id}.csv`;
  await stage.files.write(key, "12345");
  await stage.insert("files", { id, key, kind: "report_export", ref_type: "report_call", ref_id: id, size: 5 });
  await call(id, { state: "finished", finished_at: NOW - HOUR, file_id: id, ...values });
}
const play = async (run: Parameters<Stage["play"]>[0] = {}, more: Parameters<Stage["play"]>[1] = {}) => {
  await stage.clock.advanceTo(NOW - 1000);
  return stage.play(run, more);
};
const calls = async () =>
  (await stage.rows("SELECT id, state FROM report_calls ORDER BY id")).map(({ id, state }) => `${id} ${state}`);
const objects = async () => (await stage.files.list("c/1/data/report/call/")).entries.length;

describe("a finished call", () => {
  it.each([
    ["a millisecond after its expiry", NOW - 1, []],
    ["at the instant of its expiry", NOW, ["1 finished"]],
  ])("is deleted with its result %s, never before", async (_, expires_at, expected) => {
    await result(1, { expires_at });
    await play();
    expect([await calls(), await objects()]).toEqual([expected, expected.length]);
    expect(await stage.rows("SELECT state FROM files")).toEqual([{ state: expected.length ? "ready" : "deleted" }]);
  });

  it("keeps a result that is still promised, however long ago it was asked for", async () => {
    await result(1, { requested_at: 0, finished_at: 0 });
    expect(await play()).toMatchObject({ state: "no_action" });
  });

  it("whose result is gone already, object or row, is deleted all the same", async () => {
    await result(1, { expires_at: 1 });
    await stage.files.delete(["c/1/data/report/call/1.csv"]);
    await call(2, { state: "finished", expires_at: 1, file_id: 77 });
    expect(await play()).toMatchObject({ state: "ok", counts: { deleted: 2, bytes: 5 } });
    expect(await calls()).toEqual([]);
  });
});

describe("a failed call", () => {
  it.each<[string, Values, string[]]>([
    ["that ended more than keepHours ago", { finished_at: NOW - 24 * HOUR - 1 }, []],
    ["that ended keepHours ago", { finished_at: NOW - 24 * HOUR }, ["1 failed"]],
    ["without an end that was asked for more than keepHours ago", { requested_at: NOW - 24 * HOUR - 1 }, []],
    ["without an end that was asked for keepHours ago", { requested_at: NOW - 24 * HOUR }, ["1 failed"]],
    ["that ended since, though it has expired", { finished_at: NOW - HOUR, expires_at: 1 }, ["1 failed"]],
  ])("%s", async (_, values, expected) => {
    await call(1, { state: "failed", ...values });
    await play();
    expect(await calls()).toEqual(expected);
  });
});

describe("a call without a result", () => {
  it.each(["queued", "running"])("%s for stuckHours has failed, and is kept as that for keepHours", async (state) => {
    await call(1, { state, requested_at: NOW - 6 * HOUR });
    await call(2, { state, requested_at: NOW - 6 * HOUR + 1 });
    expect(await play()).toMatchObject({ state: "ok", counts: { stuck: 1, changed: 1 } });
    expect(await calls()).toEqual(["1 failed", `2 ${state}`]);
    await stage.sleep();
    expect(await stage.play()).toMatchObject({ counts: { stuck: 1, deleted: 1 } });
    expect(await calls()).toEqual(["2 failed"]);
  });
});

it("another client's calls are left alone, and so are their files", async () => {
  await call(1, { client_id: 2, state: "failed", finished_at: 0 });
  await call(2, { client_id: 2, state: "running", requested_at: 0 });
  expect(await play()).toMatchObject({ state: "no_action" });
});

it("of calls of random state, age and result none goes early and none is left, and a dry run counts the same", async () => {
  let seed = 99;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const left: string[] = [];
  for (let id = 1; id <= 60; id += 1) {
    const state = ["queued", "running", "finished", "failed"][random(4)] as string;
    const [asked, expires] = [random(60), random(60) - 30];
    const ended =
      state === "finished" || (state === "failed" && random(3) > 0) ? Math.max(0, asked - random(10)) : null;
    const values = {
      state,
      requested_at: NOW - asked * HOUR,
      finished_at: ended === null ? null : NOW - ended * HOUR,
      expires_at: NOW + expires * HOUR,
    };
    await (state === "finished" ? result(id, values) : call(id, values));
    const stuck = (state === "queued" || state === "running") && asked >= 6;
    const gone = state === "finished" ? expires < 0 : state === "failed" && (ended ?? asked) > 24;
    if (!gone) left.push(`${id} ${stuck ? "failed" : state}`);
  }
  const rehearsed = await play({ dryRun: true, parameters: { chunkSize: 7 } });
  const run = await stage.play({ asOf: "2026-03-14", parameters: { chunkSize: 7 } });
  expect(await calls()).toEqual(left);
  expect(await objects()).toBe(left.filter((one) => one.endsWith("finished")).length);
  expect({ ...rehearsed.counts, skipped: 0 }).toEqual({ ...run.counts, skipped: 0 });
});

it("calls are found by their indexes", async () => {
  await result(1, { expires_at: 1 });
  const plans = await plansFor(stage.database, "(report_calls|call|file)", () => play());
  expect(plans.filter((plan) => plan.startsWith("SCAN report") || plan.startsWith("SCAN file"))).toEqual([]);
});

describe("what a call leaves", () => {
  const client = {
    id: 1,
    timeZone: "Europe/Berlin",
    defaultLocale: "en",
  } as OpenedToken["client"];
  const ports = () => ({
    store: stage.database,
    files: stage.files,
    now: () => stage.clock.now(),
    randomBytes: (length: number) => new Uint8Array(length).fill(7),
  });
  beforeEach(async () => {
    await stage.insert("reports", { id: 1, key: "persons", name: "People", definition: "{}" });
    await stage.insert("persons", { id: 5 });
    await stage.insert("persons", { id: 6 });
    await stage.clock.advanceTo(NOW - 26 * HOUR);
  });

  it("is gone once its link opens nothing any more, and not before", async () => {
    await callReport(ports(), { client, reportId: 1 }, { validHours: 26 });
    expect([await calls(), await objects()]).toEqual([["1 finished"], 1]);
    expect(await play()).toMatchObject({ state: "no_action" });
    await stage.clock.advance(2);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { deleted: 1 } });
    expect([await calls(), await objects()]).toEqual([[], 0]);
  });

  it("is gone too when it was cut short after its file was written", async () => {
    const cut: Stage["database"] = Object.create(stage.database, { batch: { value: refuseSecond(stage.database) } });
    await expect(callReport({ ...ports(), store: cut }, { client, reportId: 1 }, {})).rejects.toThrow("cut short");
    expect([await calls(), await objects()]).toEqual([["1 running"], 1]);
    await play();
    expect([await calls(), await objects()]).toEqual([["1 failed"], 1]);
    await stage.clock.advance(25 * HOUR);
    await stage.play();
    expect([await calls(), await objects()]).toEqual([[], 0]);
  });

  it("is no file at all when the report has more rows than a call may have", async () => {
    const asked = { ...ports(), mostRows: 1 };
    expect(await callReport(asked, { client, reportId: 1 }, {})).toEqual({ state: "too_large" });
    expect([await calls(), await objects()]).toEqual([["1 failed"], 0]);
    expect(await stage.rows("SELECT state FROM files")).toEqual([{ state: "deleted" }]);
  });
});

/** A database whose first batch is taken and whose next ones are not. */
function refuseSecond(database: Stage["database"]): Stage["database"]["batch"] {
  let taken = 0;
  return async (...args) => {
    taken += 1;
    if (taken > 1) throw new Error("cut short");
    return database.batch(...args);
  };
}
