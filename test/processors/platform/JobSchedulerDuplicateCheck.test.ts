import { beforeEach, describe, expect, it } from "vitest";
import { startRuns } from "../../../src/control/runs.ts";
import { JobSchedulerDuplicateCheck } from "../../../src/processors/platform/JobSchedulerDuplicateCheck.ts";
import type { Database } from "../../../src/store/database.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshFileDatabase } from "../../harness/file-database.ts";
import { addClient, testRunner } from "../../harness/runner.ts";

const MINUTE = 60_000;
const NOON = Date.parse("2026-03-02T12:00:00Z");
let database: Database;
let clock: VirtualClock;
let woken: number[];

beforeEach(async () => {
  database = await freshFileDatabase();
  clock = new VirtualClock(NOON);
  woken = [];
  await addClient(database as never, "north");
});

/** A run at work since so many minutes, silent for so many. */
const atWork = (id: number, jobId: number, since: number, silent: number, policies = "{}") =>
  database.execute({
    sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies, time_zone,
        state, lease, started_at, heartbeat_at, created_at)
      VALUES (?, ?, 1, 'schedule', ?, 0, 'P', 'J', 'light', '{}', ?, 'UTC', 'running', 1, ?, ?, 0)`,
    args: [id, jobId, id, policies, NOON - since * MINUTE, clock.now() - silent * MINUTE],
  });

async function check(): Promise<Record<string, number>> {
  const start = {
    processor: "JobSchedulerDuplicateCheck",
    jobName: "Check",
    load: "light",
    parameters: {},
    nodeId: "",
  } as const;
  const [id] = await startRuns(
    database,
    [{ ...start, jobId: 99, clientId: 0, timeZone: "UTC", asOf: null, dryRun: false, requestedBy: "t" }],
    clock.now(),
  );
  const runner = testRunner(database, [JobSchedulerDuplicateCheck], clock, 0, {
    wakeRunner: async (clientId) => {
      woken.push(clientId);
    },
  });
  await runner.work();
  const row = (await database.execute({ sql: "SELECT counts FROM runs WHERE id = ?", args: [id ?? 0] })).rows[0];
  return JSON.parse(String(row?.counts)) as Record<string, number>;
}

const state = async (id: number) => {
  const row = (await database.execute({ sql: "SELECT state, reason FROM runs WHERE id = ?", args: [id] })).rows[0];
  return [row?.state, row?.reason];
};

describe("JobSchedulerDuplicateCheck", () => {
  it("cancels the later of two runs of one job at work, and leaves jobs that may overlap alone", async () => {
    await atWork(1, 1, 5, 0);
    await atWork(2, 1, 3, 0);
    await atWork(3, 2, 5, 0, '{"overlap":"allow"}');
    await atWork(4, 2, 3, 0, '{"overlap":"allow"}');
    await atWork(5, 3, 3, 0);
    expect(await check()).toMatchObject({ duplicates: 1 });
    expect(await state(1)).toEqual(["running", null]);
    expect(await state(2)).toEqual(["cancelled", "duplicate"]);
    for (const id of [3, 4, 5]) expect(await state(id)).toEqual(["running", null]);
  });

  it("wakes the runner of a silent run three times, then gives it up", async () => {
    await atWork(1, 1, 30, 20);
    await atWork(2, 2, 30, 5);
    for (let round = 1; round <= 3; round += 1) {
      await clock.advance(5 * MINUTE);
      await database.execute({ sql: "UPDATE runs SET heartbeat_at = ? WHERE id = 2", args: [clock.now()] });
      expect(await check()).toMatchObject({ resumed: 1 });
      expect(woken).toEqual(Array.from({ length: round }, () => 1));
      expect(await state(1)).toEqual(["running", null]);
    }
    await clock.advance(5 * MINUTE);
    await database.execute({ sql: "UPDATE runs SET heartbeat_at = ? WHERE id = 2", args: [clock.now()] });
    await check();
    expect(await state(1)).toEqual(["failed", "no_runner"]);
    expect(await state(2)).toEqual(["running", null]);
    expect(woken.length).toBe(3);
  });

  it("begins to count anew when a silent run gave a sign of life", async () => {
    await atWork(1, 1, 30, 20);
    for (let round = 0; round < 6; round += 1) {
      await clock.advance(20 * MINUTE);
      await check();
      if (round % 2 === 1) {
        await database.execute({ sql: "UPDATE runs SET heartbeat_at = ? WHERE id = 1", args: [clock.now()] });
      }
    }
    expect(await state(1)).toEqual(["running", null]);
  });

  it("computes triggers anew that were left behind, and reports jobs that do the same", async () => {
    await database.batch(
      [
        ...[1, 2].map((id) => ({
          sql: "INSERT INTO jobs (id, name, processor, client_id, cron, created_at, updated_at) VALUES (?, 'Twin', 'P', 1, '0 0 13 * * ?', 0, 0)",
          args: [id],
        })),
        "INSERT INTO jobs (id, name, processor, client_id, cron, created_at, updated_at) VALUES (3, 'Over', 'P', 1, '0 0 13 1 1 ? 2020', 0, 0)",
        `INSERT INTO triggers (job_id, client_id, time_zone, next_fire_at, created_at, updated_at) VALUES
          (1, 1, 'UTC', NULL, 0, 0), (2, 1, 'UTC', ${NOON - 20 * MINUTE}, 0, 0), (3, 1, 'UTC', NULL, 0, 0)`,
      ],
      "write",
    );
    expect(await check()).toMatchObject({ rescheduled: 2, sameDefinitions: 1 });
    const next = await database.execute("SELECT next_fire_at, revision FROM triggers ORDER BY job_id");
    expect(next.rows.map((row) => [row.next_fire_at, row.revision])).toEqual([
      [NOON + 60 * MINUTE, 2],
      [NOON + 60 * MINUTE, 2],
      [null, 1],
    ]);
    const log = await database.execute("SELECT message FROM run_logs WHERE level = 'warn' AND message LIKE 'Jobs %'");
    expect(log.rows.map((row) => row.message)).toEqual([
      "Jobs 1, 2 run P for the same client at the same times with the same parameters",
    ]);
  });
});
