import { beforeEach, describe, expect, it } from "vitest";
import { BuddyListHisotry as processor } from "../../../src/processors/people/BuddyListHisotry.ts";
import { plansFor } from "../../harness/plans.ts";
import { Stage, type StageRun } from "../stage.ts";

const AT = "2026-03-02T10:15:40.500Z";
const TAKEN = Date.parse("2026-03-02T10:15:00Z");
const MINUTE = 60_000;
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
  await stage.insert("persons", { id: 1 }, { id: 2 }, { id: 3, client_id: 2 });
});

/** An open session of a person, last seen at an instant. */
const session = (person_id: number, seen: string, values: Readonly<Record<string, number>> = {}) =>
  stage.insert("person_sessions", { person_id, started_at: 0, last_seen_at: Date.parse(seen), ...values });
/** A count of an earlier instant. */
const counted = (taken: string, user_count: number, client_id = 1) =>
  stage.insert("online_user_stats", { client_id, taken_at: Date.parse(taken), user_count });
const timeout = (minutes: unknown, client_id = 1) =>
  stage.insert("settings", { client_id, key: "session.timeoutMinutes", value: JSON.stringify(minutes) });
/** A run that starts at an instant. */
const runAt = async (at: string, run: StageRun = {}) => {
  await stage.clock.advanceTo(Date.parse(at) - 1000);
  return stage.play(run);
};
/** Client 1's counts, each with its instant. */
const stats = async () =>
  (
    await stage.rows<{ taken_at: number; user_count: number }>(
      "SELECT taken_at, user_count FROM online_user_stats WHERE client_id = 1 ORDER BY taken_at",
    )
  ).map(({ taken_at, user_count }) => [new Date(taken_at).toISOString(), user_count]);
const taken = new Date(TAKEN).toISOString();

describe("online is who", () => {
  it.each([
    ["was seen as long ago as the setting says", "2026-03-02T10:05:40.500Z", 1],
    ["but not a millisecond longer", "2026-03-02T10:05:40.499Z", 0],
  ])("%s", async (_, seen, expected) => {
    await timeout(10);
    await timeout(60, 2);
    await session(1, seen);
    await runAt(AT);
    expect(await stats()).toEqual([[taken, expected]]);
  });

  it("was seen within half an hour where there is no setting", async () => {
    await session(1, "2026-03-02T09:45:40.500Z");
    await session(2, "2026-03-02T09:45:40.499Z");
    await runAt(AT);
    expect(await stats()).toEqual([[taken, 1]]);
  });

  it("has a session of this client that has not ended, and counts once for several", async () => {
    for (const seen of ["2026-03-02T10:14:00Z", "2026-03-02T10:15:00Z"]) await session(1, seen);
    await session(2, AT, { ended_at: Date.parse(AT) });
    await session(3, AT, { client_id: 2 });
    expect(await runAt(AT)).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, online: 1 } });
    expect(await stats()).toEqual([[taken, 1]]);
    expect(await stage.rows("SELECT client_id FROM online_user_stats")).toEqual([{ client_id: 1 }]);
  });

  it("is online at the start of the run, whatever earlier day it is for", async () => {
    await session(1, AT);
    await runAt(AT, { asOf: "2026-02-20" });
    expect(await stats()).toEqual([[taken, 1]]);
  });
});

describe("a count", () => {
  it("stands once for its minute, with that of the first run", async () => {
    await session(1, AT);
    await runAt(AT);
    await session(2, AT);
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: { skipped: 1 } });
    expect(await stats()).toEqual([[taken, 1]]);
    await runAt("2026-03-02T10:16:00Z");
    expect(await stats()).toEqual([
      [taken, 1],
      [new Date(TAKEN + MINUTE).toISOString(), 2],
    ]);
  });

  it.each([
    ["the first of all", [], true],
    ["behind another number", [["2026-03-02T10:00:00Z", 4]], true],
    [
      "behind a 0",
      [
        ["2026-03-02T09:45:00Z", 4],
        ["2026-03-02T10:00:00Z", 0],
      ],
      false,
    ],
  ] as const)("of 0, %s (%j), is written: %j", async (_, before, written) => {
    for (const [at, people] of before) await counted(at, people);
    await counted("2026-03-02T10:01:00Z", written ? 0 : 9, 2);
    expect(await runAt(AT)).toMatchObject({ state: written ? "ok" : "no_action" });
    const all = await stats();
    expect(all).toHaveLength(before.length + (written ? 1 : 0));
    if (written) expect(all.at(-1)).toEqual([taken, 0]);
  });

  it("is written behind a 0 where it is another number", async () => {
    await counted("2026-03-02T10:00:00Z", 0);
    await session(1, AT);
    await runAt(AT);
    expect((await stats()).at(-1)).toEqual([taken, 1]);
  });

  it("is not written in a dry run, which says who is online", async () => {
    await session(1, AT);
    expect(await runAt(AT, { dryRun: true })).toMatchObject({ counts: { changed: 1, online: 1 } });
    expect(await stats()).toEqual([]);
  });
});

describe("counts are deleted once they are older than the job keeps them", () => {
  it.each([
    ["two years of days, unless the job says otherwise", {}, "2024-03-02T10:15:40.500Z"],
    ["keepDays", { keepDays: 10 }, "2026-02-20T10:15:40.500Z"],
  ])("%s", async (_, parameters, limit) => {
    await session(1, AT);
    await counted(new Date(Date.parse(limit) - 1).toISOString(), 3);
    await counted(limit, 4);
    await counted("2020-01-01T00:00:00Z", 5, 2);
    expect(await runAt(AT, { parameters })).toMatchObject({ state: "ok", counts: { deleted: 1, online: 1 } });
    expect(await stats()).toEqual([
      [limit, 4],
      [taken, 1],
    ]);
    expect(await stage.rows("SELECT user_count FROM online_user_stats WHERE client_id = 2")).toHaveLength(1);
  });

  it("by days of the calendar, also where the clocks change", async () => {
    await session(1, "2027-03-29T04:40:00Z");
    await counted("2027-03-27T05:39:00Z", 3);
    await counted("2027-03-27T05:40:00Z", 4);
    await runAt("2027-03-29T04:40:00Z", { parameters: { keepDays: 2 } });
    expect((await stats()).map(([, people]) => people)).toEqual([4, 1]);
  });

  it("as of the end of the day that the run is for, where that is an earlier one", async () => {
    await counted("2026-02-18T22:59:00Z", 3);
    await counted("2026-02-19T23:00:00Z", 4);
    await runAt(AT, { asOf: "2026-02-20", parameters: { keepDays: 1 } });
    expect((await stats()).map(([, people]) => people)).toEqual([4, 0]);
  });

  it("all of them, in runs that each stop early, and each of these counts people anew", async () => {
    await session(1, AT);
    for (let minute = 10; minute < 15; minute += 1) await counted(`2020-01-01T00:${minute}:00Z`, minute);
    const run = { parameters: { chunkSize: 2, maxRows: 3 } };
    expect(await runAt(AT, run)).toMatchObject({ state: "partial", counts: { online: 1, deleted: 2 } });
    expect(await runAt("2026-03-02T10:30:00Z", run)).toMatchObject({
      state: "partial",
      counts: { online: 1, deleted: 2 },
    });
    expect(await runAt("2026-03-02T10:45:00Z", run)).toMatchObject({ counts: { online: 1, deleted: 1 } });
    expect((await stats()).length).toBe(3);
  });
});

it.each([0, 1.5, "10"])(
  "session.timeoutMinutes %j is not valid: the run fails and changes nothing",
  async (minutes) => {
    await timeout(minutes);
    await counted("2020-01-01T00:00:00Z", 1);
    const run = await runAt(AT);
    expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration" });
    expect(run.message).toContain("session.timeoutMinutes");
    expect(await stats()).toHaveLength(1);
  },
);

it("open sessions and old counts are found by their indexes", async () => {
  await counted("2020-01-01T00:00:00Z", 1);
  expect(await plansFor(stage.database, "person_sessions", () => runAt(AT))).toEqual([
    "SEARCH person_sessions USING INDEX person_sessions_open (client_id=? AND ended_at=? AND last_seen_at>?)",
  ]);
  await counted("2020-01-01T00:00:00Z", 1);
  expect(await plansFor(stage.database, "online_user_stats", () => stage.play())).toEqual([
    "SEARCH online_user_stats USING INDEX online_user_stats_taken (client_id=? AND taken_at<?)",
    "SEARCH online_user_stats USING COVERING INDEX online_user_stats_taken (client_id=? AND taken_at>? AND taken_at<?)",
    "SEARCH online_user_stats USING INTEGER PRIMARY KEY (rowid=?)",
  ]);
});
