import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { readHealth } from "../../src/control/health.ts";
import { emptyPayloads } from "../../src/learning/webhooks/progress.ts";
import { outdatedRuns, sweepRetention } from "../../src/scheduler/retention.ts";
import { countingDatabase, type DatabaseTally } from "../../src/store/database.ts";
import { read } from "../../src/store/statement.ts";
import { withClock } from "../harness/database/clocked.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

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
      {
        // A client's nonces are left to its own job.
        sql: "INSERT INTO oidc_nonces (client_id, nonce_hash, issuer, issued_at, expires_at) VALUES (0, 'a', 'i', 0, ?), (0, 'b', 'i', 0, ?), (1, 'c', 'i', 0, ?)",
        args: [NOW - 2 * DAY, NOW, NOW - 2 * DAY],
      },
      {
        sql: `INSERT INTO api_tokens (id, token_hash, client_id, report_id, admin_id, name, expires_at, created_at, updated_at)
          VALUES (1, 'a', 1, 1, 1, 'x', ?, 0, 0), (2, 'b', 1, 1, 1, 'x', ?, 0, 0)`,
        args: [NOW - 90 * DAY - 1, NOW - 90 * DAY],
      },
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
  expect((await left("SELECT group_concat(client_id) = '0,1' FROM oidc_nonces"))[0]).toBe(1);
  expect(await left("SELECT id FROM api_tokens")).toEqual([2]);
  expect(await sweepRetention(database, async () => database, NOW)).toBe(0);
});

it("retention empties payloads of deliveries that came to rest 180 days ago, or as long ago as the setting says, and of no others", async () => {
  const database = await freshFileDatabase();
  const deliveries = [
    ["old", "parked", NOW - 181 * DAY],
    ["young", "done", NOW - 179 * DAY],
    ["waits", "new", null],
  ] as const;
  for (const [id, state, processedAt] of deliveries) {
    await database.execute({
      sql: `INSERT INTO webhook_events (client_id, provider, delivery_id, topic, payload, received_at, processed_at, state, created_at, updated_at)
        VALUES (1, 'shopify', ?, 't', '{"id":1}', 0, ?, ?, 0, 0)`,
      args: [id, processedAt, state],
    });
  }
  const emptied = async () => {
    await sweepRetention(database, async () => database, NOW);
    const { rows } = await database.execute(
      "SELECT delivery_id AS id FROM webhook_events WHERE payload = '{}' ORDER BY 1",
    );
    return rows.map(({ id }) => id);
  };
  expect(await emptied()).toEqual(["old"]);
  await database.execute(
    "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'webhookPayloadDays', '30', 0, 0)",
  );
  expect(await emptied()).toEqual(["old", "young"]);
  const plan = await read<{ detail: string }>(database, sql`EXPLAIN QUERY PLAN ${emptyPayloads(NOW, 500)}`);
  expect(plan.map(({ detail }) => detail).join()).toContain(
    "SEARCH webhook_events USING INDEX webhook_events_payload (processed_at<?)",
  );
});

it("retention is not held up by thousands of old runs that stay, and scans none of the young", async () => {
  const database = await freshFileDatabase();
  // 200 jobs with 20 old runs each, which stay; then one job with 30; then as many young ones.
  await database.execute({
    sql: `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 8059)
      INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at)
      SELECT CASE WHEN i < 4000 THEN i / 20 WHEN i < 4030 THEN 999 ELSE i % 200 END, 1, 'schedule', i, 0, 'P', 'J', 'light', '{}', 'UTC', 'ok',
        CASE WHEN i < 4030 THEN ?1 ELSE ?2 END FROM n`,
    args: [NOW - 200 * DAY, NOW - DAY],
  });
  await database.execute("DELETE FROM runs WHERE job_id <> 999 AND id > 4060 AND job_id >= 100");
  const plan = await read(database, sql`EXPLAIN QUERY PLAN ${outdatedRuns(NOW - 90 * DAY)}`);
  const scans = plan.map((row) => String(row.detail)).filter((detail) => /^SCAN [rn]\b/.test(detail));
  expect(scans).toEqual([]);
  let removed = 0;
  for (let more = 1; more > 0; removed += more) more = await sweepRetention(database, async () => null, NOW);
  // Of the 100 jobs with young runs the old ones go, and 10 of the last job.
  expect(removed).toBe(100 * 20 + 10);
});

it("retention visits the databases of clients' own a few at a time, by turns, and trims index changes in all", async () => {
  const control = await freshFileDatabase();
  const own = await freshFileDatabase();
  for (let id = 1; id <= 8; id += 1) {
    await control.execute({
      sql: "INSERT INTO clients (id, key, name, time_zone, database_url, created_at, updated_at) VALUES (?, ?, 'c', 'UTC', ?, 0, 0)",
      args: [id, `c${id}`, id === 8 ? null : "libsql://own.example"],
    });
  }
  for (const database of [control, own]) {
    for (const age of [200, 100, 10]) {
      await database.execute({
        sql: "INSERT INTO index_changes (client_id, entity, entity_id, op, at) VALUES (1, 'person', 1, 'upsert', ?)",
        args: [NOW - age * DAY],
      });
    }
  }
  const visited = new Set<number>();
  const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
  const sweep = (now: number) =>
    sweepRetention(
      countingDatabase(control, tally),
      async (clientId) => {
        visited.add(clientId);
        return countingDatabase(own, tally);
      },
      now,
    );
  await sweep(NOW);
  expect(visited.size).toBe(5);
  expect(tally.roundTrips).toBe(3 + 5);
  await sweep(NOW + 3_600_000);
  expect([...visited].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  for (const database of [control, own]) {
    expect((await database.execute("SELECT count(*) AS n FROM index_changes")).rows[0]?.n).toBe(1);
  }
});

it("health names what is wrong, each in one sentence", async () => {
  const database = await freshFileDatabase();
  const health = (own: number) =>
    readHealth(
      withClock(database, () => NOW),
      own,
    );
  expect((await health(NOW)).problems).toEqual(["There has been no tick yet; check the Cron Trigger"]);
  await database.execute({ sql: "INSERT INTO ticks (at, source) VALUES (?, 'alarm')", args: [NOW - 60_000] });
  expect(await health(NOW)).toMatchObject({ ok: true, problems: [], lastTick: { source: "alarm" } });
  await database.execute({
    sql: "INSERT INTO triggers (job_id, client_id, time_zone, next_fire_at, created_at, updated_at) VALUES (1, 1, 'UTC', ?, 0, 0)",
    args: [NOW - 600_000],
  });
  const late = await health(NOW + 600_000);
  expect(late.ok).toBe(false);
  expect(late.problems).toEqual([
    expect.stringMatching(/last tick was 11 minutes ago/),
    expect.stringMatching(/1 triggers lie in the past/),
    expect.stringMatching(/clock.*600 s/),
  ]);
});
