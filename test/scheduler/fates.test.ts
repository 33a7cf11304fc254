import { beforeEach, describe, expect, it } from "vitest";
import { createJob, updateJob } from "../../src/administration/jobs/jobs.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { tick } from "../../src/scheduler/tick.ts";
import type { Database } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient } from "../harness/runner/runner.ts";

const MINUTE = 60_000;
const NOON = Date.parse("2026-03-02T12:00:00Z");
const catalogue = createCatalogue([completing({ id: "Work" })]);
let database: Database;

const save = (input: Record<string, unknown>) =>
  createJob({ control: database, catalogue }, { name: "Job", processor: "Work", clientId: 1, ...input }, "a", NOON);
const runTick = (now: number) => tick({ control: database }, now, "cron");
const rows = async () =>
  (await database.execute("SELECT * FROM runs ORDER BY scheduled_at, id")).rows.map((row) => ({
    at: (Number(row.scheduled_at) - NOON) / MINUTE,
    until: row.until_at === null ? null : (Number(row.until_at) - NOON) / MINUTE,
    state: String(row.state),
    reason: row.reason,
    count: Number(row.occurrences),
  }));

beforeEach(async () => {
  database = await freshFileDatabase();
  await addClient(database as never, "north");
});

describe("every occurrence has one fate", () => {
  it("missed ones under `all` run, the newest up to the cap; the others are dropped as one row", async () => {
    await save({ cron: "0 * * * * ?", policies: { misfire: "all", misfireCap: 3 } });
    await runTick(NOON + 10 * MINUTE + 30_000);
    expect(await rows()).toEqual([
      { at: 1, until: 6, state: "skipped", reason: "dropped", count: 6 },
      { at: 7, until: null, state: "planned", reason: "catch_up", count: 1 },
      { at: 8, until: null, state: "planned", reason: "catch_up", count: 1 },
      { at: 9, until: null, state: "planned", reason: "catch_up", count: 1 },
      { at: 10, until: null, state: "planned", reason: null, count: 1 },
      { at: 11, until: null, state: "planned", reason: null, count: 1 },
      { at: 12, until: null, state: "planned", reason: null, count: 1 },
    ]);
  });

  it("those of a pause are one row that grows with each tick, with range and number", async () => {
    await save({ cron: "0 * * * * ?" });
    await database.execute(`UPDATE triggers SET paused_until = ${NOON + 60 * MINUTE}, pause_note = 'building works'`);
    for (let minute = 0; minute < 30; minute += 1) await runTick(NOON + minute * MINUTE);
    expect(await rows()).toEqual([{ at: 1, until: 30, state: "skipped", reason: "paused", count: 30 }]);
    for (let minute = 30; minute < 62; minute += 1) await runTick(NOON + minute * MINUTE);
    expect((await rows()).map(({ at, until, reason, count }) => [at, until, reason, count])).toEqual([
      [1, 59, "paused", 59],
      [60, null, null, 1],
      [61, null, null, 1],
      [62, null, null, 1],
    ]);
  });

  it("those in a blackout of the client or of the platform are skipped as such, and no others", async () => {
    await save({ cron: "0 * * * * ?" });
    const blackout = (client: number, from: number, until: number) =>
      database.execute(
        `INSERT INTO blackouts (client_id, starts_at, ends_at, created_at, updated_at) VALUES (${client}, ${NOON + from * MINUTE}, ${NOON + until * MINUTE}, 0, 0)`,
      );
    await blackout(1, 2, 4);
    await blackout(0, 5, 6);
    await blackout(2, 0, 60);
    for (let minute = 0; minute < 6; minute += 1) await runTick(NOON + minute * MINUTE);
    expect((await rows()).map(({ at, until, reason, count }) => [at, until, reason, count])).toEqual([
      [1, null, null, 1],
      [2, 3, "blackout", 2],
      [4, null, null, 1],
      [5, null, "blackout", 1],
      [6, null, null, 1],
    ]);
  });

  it("after the switch that stops everything is thrown, each is skipped as stopped", async () => {
    await save({ cron: "0 * * * * ?" });
    await database.execute(
      `INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'stopped', '{"at":${NOON + 2 * MINUTE}}', 0, 0)`,
    );
    for (let minute = 0; minute < 5; minute += 1) await runTick(NOON + minute * MINUTE);
    expect((await rows()).map(({ at, until, reason, count }) => [at, until, reason, count])).toEqual([
      [1, null, null, 1],
      [2, 5, "stopped", 4],
    ]);
  });

  it("holidays of the client's calendar move C", async () => {
    await database.execute("INSERT INTO calendars (client_id, day) VALUES (1, '2026-03-05'), (1, '2026-03-06')");
    await save({ cron: "0 0 9 5C * ?" });
    await runTick(Date.parse("2026-03-07T08:59:00Z"));
    expect(
      (await database.execute("SELECT scheduled_at FROM runs")).rows.map((row) => Number(row.scheduled_at)),
    ).toEqual([Date.parse("2026-03-07T09:00:00Z")]);
  });
});

describe("policies", () => {
  it.each([
    [{ misfire: "sometimes" }, "policies.misfire"],
    [{ attempts: 0 }, "policies.attempts"],
    [{ overlap: "both" }, "policies.overlap"],
    [{ colour: "red" }, "policies.colour"],
    [{ maxRunMinutes: 100_000 }, "policies.maxRunMinutes"],
  ])("%j are refused on save and the field is named", async (policies, field) => {
    const result = await save({ policies });
    expect(result.state === "invalid" && result.problems.map((problem) => problem.field)).toEqual([field]);
  });
});

describe("a chain", () => {
  it("that would run in a circle is refused on save", async () => {
    await save({ cron: "0 0 1 * * ?" });
    await save({ after: { jobId: 1 } });
    await save({ after: { jobId: 2 } });
    const update = (id: number, input: Record<string, unknown>) =>
      updateJob(
        { control: database, catalogue },
        id,
        1,
        { name: "Job", processor: "Work", clientId: 1, ...input },
        "a",
        NOON,
      );
    const result = await update(1, { after: { jobId: 3 } });
    expect(result).toMatchObject({
      state: "invalid",
      problems: [{ field: "after", message: expect.stringContaining("circle") }],
    });
    expect(await update(3, { after: { jobId: 1 } })).toMatchObject({ state: "saved" });
  });

  it("needs a job that exists, and no clock beside it", async () => {
    expect(await save({ after: { jobId: 9 } })).toMatchObject({ state: "invalid", problems: [{ field: "after" }] });
    await save({ cron: "0 0 1 * * ?" });
    expect(await save({ cron: "0 0 2 * * ?", after: { jobId: 1 } })).toMatchObject({
      state: "invalid",
      problems: [{ field: "after" }],
    });
  });
});
