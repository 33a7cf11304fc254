import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { Cron } from "croner";
import { bundles } from "../../drizzle/bundles.ts";
import { startSqld } from "../../src/hosts/local/sqld.ts";
import { tick } from "../../src/scheduler/tick.ts";
import { countingDatabase } from "../../src/store/database.ts";
import { migrate, migrationSets } from "../../src/store/migrations.ts";

const NOON = Date.parse("2026-03-02T12:00:30Z");
const STORED = 20_000;
const ROUNDS = 20;

/** The middle of what `work` took in ms, over {@link ROUNDS} rounds. */
async function median(work: (round: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await work(round);
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[ROUNDS / 2] ?? 0;
}

/**
 * What a tick costs on a real libSQL server with 20,000 stored triggers, of which none, 1, 500 or 1,000 are due; and beside
 * it what the plain way costs, in the same run: read every job and ask croner for its next run.
 */
export default async function bench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  const sqld = await startSqld({ folder, log: join(folder, "sqld.log") });
  const database = createClient({ url: sqld.url, intMode: "number" });
  try {
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    await database.batch(
      [
        `INSERT INTO jobs (id, name, processor, cron, created_at, updated_at)
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${STORED})
          SELECT i, 'Job ' || i, 'None', '0 ' || (i % 60) || ' 3 * * ?', 0, 0 FROM n`,
        `INSERT INTO triggers (job_id, client_id, time_zone, next_fire_at, created_at, updated_at)
          SELECT id, 1 + id % 200, 'Europe/Berlin', ${NOON + 86_400_000}, 0, 0 FROM jobs`,
      ],
      "write",
    );
    console.log(
      `A tick beside ${STORED.toLocaleString("en")} stored triggers, median of ${ROUNDS} (ms; round trips; statements)`,
    );
    const plain = await median(async () => {
      const jobs = await database.execute("SELECT t.id, j.cron FROM triggers t JOIN jobs j ON j.id = t.job_id");
      // croner has no "?"; the fields mean the same with "*".
      for (const job of jobs.rows.slice(0, 1000))
        new Cron(String(job.cron).replace("?", "*"), { timezone: "Europe/Berlin" }).nextRun(new Date(NOON));
    });
    for (const due of [0, 1, 500, 1000]) {
      const tally = { roundTrips: 0, statements: 0 };
      const time = await median(async (round) => {
        await database.batch(
          [
            "DELETE FROM runs",
            { sql: "UPDATE triggers SET next_fire_at = ? WHERE id <= ?", args: [NOON + 10_000, due] },
          ],
          "write",
        );
        tally.roundTrips = 0;
        tally.statements = 0;
        await tick({ control: countingDatabase(database, tally) }, NOON + round, "bench");
      });
      const reset = await median(async () => {
        await database.batch(
          [
            "DELETE FROM runs",
            { sql: "UPDATE triggers SET next_fire_at = ? WHERE id <= ?", args: [NOON + 10_000, due] },
          ],
          "write",
        );
      });
      const own = Math.max(0.1, time - reset);
      console.log(
        `${String(due).padStart(6)} due  ${own.toFixed(1).padStart(7)} ms  ${tally.roundTrips} round trips  ${tally.statements} statements`,
      );
    }
    console.log(
      `The plain way: ${plain.toFixed(0)} ms for reading ${STORED.toLocaleString("en")} jobs and asking croner about the first 1,000 of them`,
    );
  } finally {
    database.close();
    await sqld.child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
