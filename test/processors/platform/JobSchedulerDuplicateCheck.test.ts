import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { startRuns } from "../../../src/control/runs/runs.ts";
import { defineProcessor } from "../../../src/processors/contract.ts";
import { JobSchedulerDuplicateCheck } from "../../../src/processors/platform/JobSchedulerDuplicateCheck.ts";
import type { Database } from "../../../src/store/database.ts";
import { DatabaseOutageError } from "../../../src/store/outage.ts";
import { openCheckpoint } from "../../../src/store/step/checkpoint.ts";
import { commitStep } from "../../../src/store/step/step.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { addClient, type RunnerOverrides, testRunner } from "../../harness/runner/runner.ts";

const MINUTE = 60_000;
const NOON = Date.parse("2026-03-02T12:00:00Z");
let database: Database;
let clock: VirtualClock;
let woken: number[];

/** What the other runs are runs of. */
const P = defineProcessor<z.ZodObject, null, string, string>({
  id: "P",
  group: "platform",
  title: "For tests",
  summary: "For tests.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: null,
  after: [],
  dryRun: "exact",
  parameters: z.strictObject({}),
  async *run() {
    yield { cursor: null };
    return undefined;
  },
});

beforeEach(async () => {
  database = await freshFileDatabase();
  clock = new VirtualClock(NOON);
  woken = [];
  await addClient(database as never, "north");
});

/** A run at work since some minutes, silent for some minutes. */
const atWork = (id: number, jobId: number, since: number, silent: number, policies = "{}") =>
  database.execute({
    sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies, time_zone,
        state, lease, started_at, heartbeat_at, created_at)
      VALUES (?, ?, 1, 'schedule', ?, 0, 'P', 'J', 'light', '{}', ?, 'UTC', 'running', 1, ?, ?, 0)`,
    args: [id, jobId, id, policies, NOON - since * MINUTE, clock.now() - silent * MINUTE],
  });

/** A run that waits for its runner since some minutes. */
const queued = (id: number, jobId: number, since: number, policies = "{}", kind = "schedule", stored = "queued") =>
  database.execute({
    sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies, time_zone, state, created_at)
      VALUES (?, ?, 1, ?, ?, ?, 'P', 'J', 'light', '{}', ?, 'UTC', ?, 0)`,
    args: [id, jobId, kind, id, NOON - since * MINUTE, policies, stored],
  });

const rows = async (sql: string) => (await database.execute(sql)).rows.map((row) => ({ ...row }));

async function check(overrides: RunnerOverrides = {}, dryRun = false): Promise<Record<string, number>> {
  const start = {
    processor: "JobSchedulerDuplicateCheck",
    jobName: "Check",
    load: "light",
    parameters: {},
    nodeId: "",
  } as const;
  const [id] = await startRuns(
    database,
    [{ ...start, jobId: 99, clientId: 0, timeZone: "UTC", asOf: null, dryRun, requestedBy: "t" }],
    clock.now(),
  );
  const runner = testRunner(database, [JobSchedulerDuplicateCheck, P], clock, 0, {
    wakeRunner: async (clientId) => {
      woken.push(clientId);
    },
    ...overrides,
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

  it.each(["skip", "queue_one", "queue_all"])("cancels the younger of two at work under %s", async (overlap) => {
    await atWork(2, 1, 5, 0, JSON.stringify({ overlap }));
    await atWork(1, 1, 3, 0, JSON.stringify({ overlap }));
    expect(await check()).toMatchObject({ duplicates: 1 });
    expect([await state(2), await state(1)]).toEqual([
      ["running", null],
      ["cancelled", "duplicate"],
    ]);
  });

  it("cancels the elder ones under cancel_running, since the newest takes their place", async () => {
    for (const [id, since] of [
      [1, 9],
      [2, 5],
      [3, 3],
    ] as const)
      await atWork(id, 1, since, 0, '{"overlap":"cancel_running"}');
    await atWork(4, 2, 5, 0, '{"overlap":"cancel_running"}');
    await queued(5, 2, 2, '{"overlap":"cancel_running"}');
    expect(await check()).toMatchObject({ duplicates: 3 });
    for (const id of [1, 2, 4]) expect(await state(id)).toEqual(["cancelled", "duplicate"]);
    expect(await state(3)).toEqual(["running", null]);
    expect(await state(5)).toEqual(["queued", null]);
  });

  it("cancels what waits for its runner behind another of its job only where it may not wait", async () => {
    for (const [job, overlap] of ["skip", "queue_one", "queue_all", "allow"].entries()) {
      await atWork(10 * job + 1, job + 1, 5, 0, JSON.stringify({ overlap }));
      await queued(10 * job + 2, job + 1, 3, JSON.stringify({ overlap }));
    }
    await atWork(51, 6, 5, 0);
    await queued(52, 6, 3, '{"overlap":"skip"}', "backfill");
    await queued(61, 7, 9);
    await queued(62, 7, 3);
    await queued(63, 8, 3);
    expect(await check()).toMatchObject({ duplicates: 2 });
    expect(await state(2)).toEqual(["cancelled", "duplicate"]);
    expect(await state(62)).toEqual(["cancelled", "duplicate"]);
    for (const id of [12, 22, 32, 52, 61, 63]) expect(await state(id)).toEqual(["queued", null]);
  });

  it("takes a run that is planned and due for one that waits for its runner", async () => {
    await queued(1, 1, 9, "{}", "schedule", "planned");
    await queued(2, 1, 3, "{}", "schedule", "planned");
    await atWork(3, 2, 5, 0);
    await queued(4, 2, -1, "{}", "schedule", "planned");
    expect(await check()).toMatchObject({ duplicates: 1 });
    expect(await state(2)).toEqual(["cancelled", "duplicate"]);
    for (const id of [1, 4]) expect(await state(id)).toEqual(["planned", null]);
  });

  it("ends a duplicate as every run is ended: figures, permit, lease, checkpoint and log follow", async () => {
    await atWork(1, 1, 5, 0);
    await atWork(2, 1, 3, 0);
    await database.execute("UPDATE runs SET load = 'heavy' WHERE id = 2");
    await openCheckpoint(database, { id: 2, lease: 1, cursorVersion: 1, clientId: 1 }, NOON);
    await commitStep(database, { runId: 2, lease: 1, step: 0, units: [], counts: { changed: 4 } });
    await database.execute(
      "INSERT INTO heavy_permits (run_id, pool, client_id, wanted_at, seen_at, expires_at) VALUES (2, '', 1, 0, 0, 9)",
    );
    await check();
    expect(await rows("SELECT lease, ended_at, counts FROM runs WHERE id = 2")).toEqual([
      { lease: 2, ended_at: NOON, counts: '{"changed":4}' },
    ]);
    expect(await rows("SELECT runs, last_state, last_duration_ms, fates FROM job_stats WHERE job_id = 1")).toEqual([
      { runs: 1, last_state: "cancelled", last_duration_ms: 3 * MINUTE, fates: "c" },
    ]);
    expect(await rows("SELECT run_id FROM heavy_permits")).toEqual([]);
    expect((await rows("SELECT message FROM run_logs WHERE run_id = 2")).at(-1)?.message).toContain("Ended: cancelled");
    expect(woken).toContain(1);
    // Its owner finds the store closed to it, whether or not it has heard of its end.
    await expect(commitStep(database, { runId: 2, lease: 1, step: 1, units: [] })).rejects.toMatchObject({
      code: "lease_lost",
    });
    expect(await rows("SELECT entity_id, action FROM audit_log WHERE entity = 'run'")).toEqual([
      { entity_id: 2, action: "cancel" },
    ]);
  });

  it("lets a run that had ended in its store have its own end", async () => {
    await atWork(1, 1, 5, 0);
    await atWork(2, 1, 3, 0);
    await database.execute("UPDATE runs SET load = 'heavy' WHERE id = 2");
    await openCheckpoint(database, { id: 2, lease: 1, cursorVersion: 1, clientId: 1 }, NOON);
    await commitStep(database, { runId: 2, lease: 1, step: 0, units: [], ending: { state: "ok" } });
    await check();
    expect(await state(2)).toEqual(["ok", null]);
  });

  it("leaves a run of a client whose database does not answer for the next time, and ends the others", async () => {
    await addClient(database as never, "south");
    await atWork(1, 1, 5, 0);
    await atWork(2, 1, 3, 0);
    await database.execute("UPDATE runs SET client_id = 2");
    await atWork(3, 1, 5, 0);
    await atWork(4, 1, 3, 0);
    const refuse = () => Promise.reject(new DatabaseOutageError(new Error("gone")));
    const silent: Database = { execute: refuse, batch: refuse, transaction: refuse };
    const storeOf: RunnerOverrides["storeOf"] = async ({ id }) => (id === 2 ? silent : database);
    expect(await check({ storeOf })).toMatchObject({ duplicates: 1, failed: 1 });
    expect([await state(2), await state(4)]).toEqual([
      ["running", null],
      ["cancelled", "duplicate"],
    ]);
  });

  it("rehearses all of it in a dry run", async () => {
    await atWork(1, 1, 5, 0);
    await atWork(2, 1, 3, 0);
    await check({}, true);
    expect(await state(2)).toEqual(["running", null]);
    expect(await rows("SELECT * FROM audit_log")).toEqual([]);
  });

  it("ends a run that is given up as every run is ended: what follows it starts, and its failures are counted", async () => {
    await database.batch(
      [
        "INSERT INTO jobs (id, name, processor, client_id, created_at, updated_at) VALUES (1, 'J', 'P', 1, 0, 0)",
        "INSERT INTO jobs (id, name, processor, client_id, after_job_id, after_condition, created_at, updated_at) VALUES (2, 'Next', 'P', 1, 1, 'ended', 0, 0)",
        "INSERT INTO triggers (job_id, client_id, time_zone, created_at, updated_at) VALUES (1, 1, 'UTC', 0, 0), (2, 1, 'UTC', 0, 0)",
      ],
      "write",
    );
    await atWork(1, 1, 30, 20, '{"pauseAfterFailures":1}');
    for (let round = 0; round < 4; round += 1) {
      await clock.advance(5 * MINUTE);
      await check();
    }
    expect(await state(1)).toEqual(["failed", "no_runner"]);
    expect(await rows("SELECT runs, failures_in_a_row, fates FROM job_stats WHERE job_id = 1")).toEqual([
      { runs: 1, failures_in_a_row: 1, fates: "f" },
    ]);
    expect(await rows("SELECT job_id, kind, state FROM runs WHERE caused_by_run_id = 1")).toEqual([
      { job_id: 2, kind: "after", state: "queued" },
    ]);
    expect(await rows("SELECT paused_until > 0 AS paused FROM triggers ORDER BY job_id")).toEqual([
      { paused: 1 },
      { paused: null },
    ]);
    expect(await rows("SELECT * FROM processor_state")).toEqual([]);
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

  it("computes a trigger anew behind however many whose last fire has passed", async () => {
    const over = 250;
    const ids = Array.from({ length: over + 1 }, (_, index) => index + 1);
    await database.batch(
      ids.flatMap((id) => [
        {
          sql: "INSERT INTO jobs (id, name, processor, client_id, cron, created_at, updated_at) VALUES (?, 'J', 'P', ?, ?, 0, 0)",
          args: [id, id, id <= over ? "0 0 13 1 1 ? 2020" : "0 0 13 * * ?"],
        },
        {
          sql: "INSERT INTO triggers (id, job_id, client_id, time_zone, next_fire_at, created_at, updated_at) VALUES (?, ?, 1, 'UTC', NULL, 0, 0)",
          args: [id, id],
        },
      ]),
      "write",
    );
    expect(await check()).toMatchObject({ scanned: 1, rescheduled: 1 });
    expect(await rows(`SELECT next_fire_at FROM triggers WHERE id = ${over + 1}`)).toEqual([
      { next_fire_at: NOON + 60 * MINUTE },
    ]);
  });

  it("gives each occurrence that a late trigger missed its fate before the trigger goes on", async () => {
    await database.batch(
      [
        "INSERT INTO jobs (id, name, processor, client_id, cron, created_at, updated_at) VALUES (1, 'Often', 'P', 1, '0 0/10 * * * ?', 0, 0)",
        `INSERT INTO triggers (job_id, client_id, time_zone, next_fire_at, created_at, updated_at) VALUES (1, 1, 'UTC', ${NOON - 40 * MINUTE}, 0, 0)`,
      ],
      "write",
    );
    expect(await check()).toMatchObject({ rescheduled: 1 });
    expect(await rows("SELECT next_fire_at, last_fated_at FROM triggers")).toEqual([
      { next_fire_at: NOON + 10 * MINUTE, last_fated_at: NOON },
    ]);
    expect(
      await rows("SELECT scheduled_at, until_at, occurrences, state, reason FROM runs WHERE kind = 'schedule'"),
    ).toEqual([
      { scheduled_at: NOON - 40 * MINUTE, until_at: NOON, occurrences: 5, state: "skipped", reason: "misfire" },
    ]);
  });

  it("computes the next fire by the holidays of the trigger's own client", async () => {
    await addClient(database as never, "south");
    await database.batch(
      [
        "INSERT INTO jobs (id, name, processor, cron, created_at, updated_at) VALUES (1, 'Fifth', 'P', '0 0 6 5c * ?', 0, 0)",
        "INSERT INTO triggers (job_id, client_id, time_zone, created_at, updated_at) VALUES (1, 1, 'UTC', 0, 0), (1, 2, 'UTC', 0, 0)",
        "INSERT INTO calendars (client_id, day) VALUES (1, '2026-03-05'), (1, '2026-03-06'), (2, '2026-03-07')",
      ],
      "write",
    );
    expect(await check()).toMatchObject({ rescheduled: 2 });
    const next = (await rows("SELECT next_fire_at FROM triggers ORDER BY client_id")).map(({ next_fire_at }) =>
      new Date(Number(next_fire_at)).toISOString().slice(0, 10),
    );
    expect(next).toEqual(["2026-03-07", "2026-03-05"]);
  });
});
