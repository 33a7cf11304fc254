import { beforeEach, describe, expect, it } from "vitest";
import { readHealth } from "../../src/control/health.ts";
import { OPEN_AT_ONCE, OPEN_OF_A_JOB } from "../../src/control/runs/open-runs.ts";
import { startRuns } from "../../src/control/runs/runs.ts";
import { endStuckRuns, LONG_START_LIMIT_MS, SILENCE_LIMIT_MS, START_LIMIT_MS } from "../../src/scheduler/stuck.ts";
import { tick } from "../../src/scheduler/tick.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../src/store/database.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient, testRunner } from "../harness/runner/runner.ts";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-03-02T12:00:00Z");

let database: Database;

beforeEach(async () => {
  database = await freshFileDatabase();
  await addClient(database as never, "north");
});

/** A run as it may lie about: due, started, deadline and last sign of life as hours before noon. */
async function run(values: Record<string, string | number | null>): Promise<void> {
  const row: Record<string, string | number | null> = {
    job_id: 1,
    client_id: 1,
    kind: "schedule",
    processor: "Work",
    job_name: "J",
    load: "light",
    parameters: "{}",
    time_zone: "UTC",
    state: "planned",
    created_at: 0,
    scheduled_at: NOON,
    due_at: NOON,
    ...values,
  };
  await database.execute({
    sql: `INSERT INTO runs (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row).map(() => "?")})`,
    args: Object.values(row),
  });
}
const fate = async () =>
  (await database.execute("SELECT state, reason, message, lease, ended_at FROM runs")).rows.map((row) => ({
    ...row,
  }))[0];

const overdue = NOON - SILENCE_LIMIT_MS - 1;
const working = { started_at: NOON - 20 * HOUR, due_at: NOON - 20 * HOUR };

describe("a run that no runner ends", () => {
  it.each([
    ["planned for longer than a start may take", { due_at: NOON - START_LIMIT_MS - 1 }, "skipped no_runner"],
    ["queued for so long", { due_at: NOON - START_LIMIT_MS - 1, state: "queued" }, "skipped no_runner"],
    [
      "waiting for so long",
      { due_at: NOON - START_LIMIT_MS - 1, state: "waiting", message: "Waits for X" },
      "skipped late",
    ],
    [
      "of a backfill, waiting for a month",
      { due_at: NOON - LONG_START_LIMIT_MS - 1, kind: "backfill" },
      "skipped no_runner",
    ],
    [
      "at work and silent for hours past its deadline",
      { ...working, state: "running", deadline_at: overdue, heartbeat_at: overdue },
      "failed max_run_time",
    ],
    [
      "set aside, and silent for as long",
      { ...working, state: "waiting", deadline_at: overdue },
      "failed max_run_time",
    ],
    [
      "taken up again by hand and then by no runner",
      { ...working, state: "waiting", not_before_at: NOON - START_LIMIT_MS - SILENCE_LIMIT_MS - 1 },
      "failed no_runner",
    ],
  ])("%s is ended by the tick, with the reason", async (_case, values, expected) => {
    await run(values);
    const report = await tick({ control: database }, NOON, "cron");
    expect(report).toMatchObject({ swept: 1, wake: [1] });
    const ended = await fate();
    expect(`${ended?.state} ${ended?.reason}`).toBe(expected);
    expect(ended).toMatchObject({ ended_at: NOON, message: expect.stringMatching(/\w{3,}/) });
  });

  it.each([
    ["planned an hour ago", { due_at: NOON - HOUR }],
    ["of a backfill, queued for two days", { due_at: NOON - 48 * HOUR, kind: "backfill", state: "queued" }],
    [
      "of a job that runs all that it missed",
      { due_at: NOON - 48 * HOUR, policies: '{"misfire":"all"}', state: "queued" },
    ],
    [
      "past its deadline but heard of within the hour",
      { ...working, state: "running", deadline_at: overdue, heartbeat_at: NOON - HOUR },
    ],
    [
      "within its time, though silent",
      { ...working, state: "running", deadline_at: NOON + HOUR, heartbeat_at: overdue },
    ],
    [
      "waiting for a retry that is to come",
      { ...working, state: "waiting", deadline_at: overdue, not_before_at: NOON + HOUR },
    ],
  ])("%s is left to its runner", async (_case, values) => {
    await run(values);
    expect(await tick({ control: database }, NOON, "cron")).toMatchObject({ swept: 0 });
    expect((await fate())?.ended_at).toBeNull();
  });

  it("but was done by its checkpoint ends as that says, and an owner who wakes up finds the lease raised", async () => {
    await run({ ...working, state: "running", lease: 3, deadline_at: overdue });
    await database.execute(
      `INSERT INTO checkpoints (run_id, lease, now_at, done, outcome) VALUES (1, 3, 0, 1, '{"state":"ok","message":"done"}')`,
    );
    await tick({ control: database }, NOON, "cron");
    expect(await fate()).toMatchObject({ state: "ok", reason: null, message: "done", lease: 4 });
    expect((await database.execute("SELECT lease FROM checkpoints")).rows[0]?.lease).toBe(4);
  });

  it("ends as every run ends: with its figures, the jobs that follow it, and a pause after too many failures", async () => {
    const jobs = [
      [1, "Work", null, null],
      [2, "Behind what ended", 1, "ended"],
      [3, "Behind what ended well", 1, "ok"],
    ];
    for (const [id = 0, name = "", after = null, condition = null] of jobs) {
      await database.batch(
        [
          {
            sql: `INSERT INTO jobs (id, name, processor, client_id, load, after_job_id, after_condition, created_at, updated_at)
              VALUES (?, ?, 'Work', 1, 'light', ?, ?, 0, 0)`,
            args: [id, name, after, condition],
          },
          {
            sql: "INSERT INTO triggers (job_id, client_id, revision, time_zone, created_at, updated_at) VALUES (?, 1, 1, 'UTC', 0, 0)",
            args: [id],
          },
        ],
        "write",
      );
    }
    const policies = '{"pauseAfterFailures":2}';
    const failing = { ...working, state: "running", deadline_at: overdue, policies };
    await run({ ...failing, scheduled_at: 1 });
    await run({ ...failing, scheduled_at: 2 });
    await run({ ...failing, scheduled_at: 3, dry_run: 1 });
    await tick({ control: database }, NOON, "cron");
    const rows = async (sql: string) => (await database.execute(sql)).rows.map((row) => Object.values(row));
    expect(await rows("SELECT job_id, runs, failures_in_a_row, last_run_id, last_state FROM job_stats")).toEqual([
      [1, 2, 2, 2, "failed"],
    ]);
    expect(await rows("SELECT job_id, runs FROM job_totals")).toEqual([[1, 2]]);
    expect(await rows("SELECT job_id, scheduled_at, caused_by_run_id FROM runs WHERE kind = 'after'")).toEqual([
      [2, 1, 1],
      [2, 2, 2],
    ]);
    expect(await rows("SELECT pause_note FROM triggers WHERE job_id = 1")).toEqual([
      ["paused by itself after 2 failed runs in a row"],
    ]);
  });

  it("by a runner whose clock was hours ahead is looked after at the next tick: a sign of life of the future is none", async () => {
    await run({ ...working, state: "running", lease: 1, heartbeat_at: NOON + 4 * HOUR, deadline_at: NOON + 5 * HOUR });
    expect((await tick({ control: database }, NOON, "cron")).wake).toEqual([1]);
    await database.execute(`UPDATE runs SET heartbeat_at = ${NOON - 1_000}`);
    expect((await tick({ control: database }, NOON, "cron")).wake).toEqual([]);
  });

  it("costs one batch more, whatever their number; without one a tick is one batch of three statements", async () => {
    const cost = async () => {
      const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
      await tick({ control: countingDatabase(database, tally) }, NOON, "cron");
      return tally;
    };
    await run({ due_at: NOON - HOUR, scheduled_at: 0 });
    expect(await cost()).toEqual({ roundTrips: 1, statements: 3 });
    await run({ due_at: 1, scheduled_at: 1 });
    const one = await cost();
    for (let number = 2; number < 100; number += 1) await run({ due_at: number, scheduled_at: number });
    expect(await cost()).toEqual(one);
    expect(one).toEqual({ roundTrips: 2, statements: 10 });
    expect(await endStuckRuns(database, NOON)).toBe(0);
  });

  it("because this release lacks its processor waits, and says so, until one has it", async () => {
    const clock = new VirtualClock(NOON);
    const work = completing({ id: "Work" });
    const start = { jobId: 1, processor: "Work", jobName: "J", load: "light", parameters: {}, clientId: 1 } as const;
    const [id] = await startRuns(
      database,
      [{ ...start, nodeId: "", timeZone: "UTC", asOf: null, dryRun: false, requestedBy: "a" }],
      NOON,
    );
    await database.execute(`UPDATE runs SET state = 'running', started_at = ${NOON}, lease = 1 WHERE id = ${id}`);
    await testRunner(database, [], clock, 1).work();
    expect(await fate()).toMatchObject({ state: "waiting", reason: "unknown_processor" });
    await testRunner(database, [work], clock, 1).work();
    expect(await fate()).toMatchObject({ state: "no_action", reason: null });
  });
});

it("health counts runs past their deadline, runs that no runner looked at, and the age of the oldest", async () => {
  const now = Date.now();
  await database.execute({ sql: "INSERT INTO ticks (at, source) VALUES (?, 'alarm')", args: [now - 1000] });
  await run({ state: "waiting", started_at: 1, due_at: now - HOUR, deadline_at: now - 1, scheduled_at: 1 });
  await run({ state: "planned", due_at: now - 4 * 60_000, scheduled_at: 2 });
  await run({ state: "queued", due_at: now - 1000, scheduled_at: 3 });
  expect(await readHealth(database, now)).toMatchObject({
    ok: false,
    problems: ["1 runs are past the time that they may take", "1 runs are due and no runner has looked at them"],
    lastTick: { at: now - 1000, source: "alarm" },
    oldestWaitingAt: now - HOUR,
    waiting: 3,
    overtime: 1,
    untaken: 1,
    triggersBehind: 0,
  });
});

it("health does not count runs as unseen that stand behind more of their job, or of their client, than a runner looks at", async () => {
  const now = Date.now();
  const untaken = async () => (await readHealth(database, now)).untaken;
  const due_at = now - 10 * 60_000;
  await run({ state: "running", started_at: 1, due_at: due_at - 1, deadline_at: now + HOUR, scheduled_at: 0 });
  for (let at = 1; at < OPEN_OF_A_JOB; at += 1) await run({ state: "waiting", due_at: due_at - 1, scheduled_at: at });
  await run({ state: "planned", due_at, scheduled_at: OPEN_OF_A_JOB });
  expect(await untaken()).toBe(0);
  await run({ state: "planned", due_at, scheduled_at: 1, job_id: 2 });
  expect(await untaken()).toBe(1);
  for (let job = 3; job < 3 + OPEN_AT_ONCE - OPEN_OF_A_JOB; job += 1)
    await run({ state: "waiting", due_at: due_at - 1, scheduled_at: 1, job_id: job });
  expect(await untaken()).toBe(0);
});
