import { expect, it } from "vitest";
import { readHealth } from "../../src/control/health.ts";
import { sweepRetention } from "../../src/scheduler/retention.ts";
import { freshFileDatabase } from "../harness/file-database.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-06-01T12:00:00Z");

it("retention removes runs older than 90 days with all their traces, but the newest 20 of each job never", async () => {
  const database = await freshFileDatabase();
  const run = (id: number, jobId: number, age: number, state = "ok") => ({
    sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at)
      VALUES (?, ?, 1, 'schedule', ?, 0, 'P', 'J', 'light', '{}', 'UTC', ?, ?)`,
    args: [id, jobId, id, state, NOW - age * DAY],
  });
  await database.batch(
    [
      ...Array.from({ length: 30 }, (_, index) => run(1 + index, 1, 200)),
      ...Array.from({ length: 5 }, (_, index) => run(101 + index, 2, 200)),
      ...Array.from({ length: 30 }, (_, index) => run(201 + index, 3, 10)),
      run(301, 1, 200, "waiting"),
      ...[1, 30, 101].flatMap((id) => [
        { sql: "INSERT INTO run_logs (run_id, at, level, message) VALUES (?, 0, 'info', 'x')", args: [id] },
        { sql: "INSERT INTO checkpoints (run_id, lease, step, now_at) VALUES (?, 1, 1, 0)", args: [id] },
        { sql: "INSERT INTO effects (run_id, key, state, intended_at) VALUES (?, 'k', 'done', 0)", args: [id] },
      ]),
      { sql: "INSERT INTO ticks (at, source) VALUES (?, 'cron'), (?, 'cron')", args: [NOW - 8 * DAY, NOW - DAY] },
    ],
    "write",
  );
  const removed = await sweepRetention(database, async () => database, NOW);
  const left = async (sql: string) => (await database.execute(sql)).rows.map((row) => Number(Object.values(row)[0]));
  // Job 1 has 31 rows, one of them still open and newer: 19 of its ended ones stay beside it.
  expect(removed).toBe(11);
  expect((await left("SELECT id FROM runs WHERE job_id = 1 ORDER BY id"))[0]).toBe(12);
  expect((await left("SELECT count(*) FROM runs WHERE job_id = 2"))[0]).toBe(5);
  expect((await left("SELECT count(*) FROM runs WHERE job_id = 3"))[0]).toBe(30);
  expect(await left("SELECT run_id FROM run_logs ORDER BY 1")).toEqual([30, 101]);
  expect(await left("SELECT run_id FROM checkpoints ORDER BY 1")).toEqual([30, 101]);
  expect(await left("SELECT run_id FROM effects ORDER BY 1")).toEqual([30, 101]);
  expect((await left("SELECT count(*) FROM ticks"))[0]).toBe(1);
  expect(await sweepRetention(database, async () => database, NOW)).toBe(0);
});

it("health names what is wrong, each in one sentence", async () => {
  const database = await freshFileDatabase();
  const present = Date.now();
  expect((await readHealth(database, present)).problems).toEqual([
    "There has been no tick yet; check the Cron Trigger",
  ]);
  await database.execute({ sql: "INSERT INTO ticks (at, source) VALUES (?, 'alarm')", args: [present - 60_000] });
  expect(await readHealth(database, present)).toMatchObject({ ok: true, problems: [], lastTick: { source: "alarm" } });
  await database.execute({
    sql: "INSERT INTO triggers (job_id, client_id, time_zone, next_fire_at, created_at, updated_at) VALUES (1, 1, 'UTC', ?, 0, 0)",
    args: [present - 600_000],
  });
  const late = await readHealth(database, present + 600_000);
  expect(late.ok).toBe(false);
  expect(late.problems).toEqual([
    expect.stringMatching(/last tick was 11 minutes ago/),
    expect.stringMatching(/1 triggers lie in the past/),
    expect.stringMatching(/clock.*600 s/),
  ]);
});
