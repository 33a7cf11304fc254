import { join } from "node:path";
import { bundles } from "../../../drizzle/bundles.ts";
import type { OpenedDatabase } from "../../../src/hosts/assemble.ts";
import { openFileDatabase } from "../../../src/hosts/deno/file-database.ts";
import { tick } from "../../../src/scheduler/tick.ts";
import { lastTriggerId } from "../../../src/scheduler/trigger-ids.ts";
import { countingDatabase } from "../../../src/store/database.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import { sql } from "../../../src/store/sql.ts";
import { statement } from "../../../src/store/statement.ts";
import { least, median } from "../report/figures.ts";

/** Ten seconds before every job's second: 13:00:40 in Berlin. */
const NOON = Date.parse("2026-03-02T12:00:30Z");
const CRON = "40 0 13 * * ?";
const DAY_MS = 86_400_000;
const CLIENTS = 1000;
/** Rounds that do not count: code is compiled in them, and caches are filled. */
const WARM_UP = 3;

/** A tick beside stored triggers. */
export interface TickCost {
  readonly stored: number;
  readonly due: number;
  /** ms, median of the rounds. */
  readonly ms: number;
  /** ms on the processor, the least of the rounds: the database is in this process, and what else the machine does is not in it. */
  readonly leastCpuMs: number;
  readonly roundTrips: number;
  readonly statements: number;
}

/** A database file with jobs for all of its 1,000 clients, which are due tomorrow; their triggers lie where the scheduler puts them. */
async function stock(folder: string, stored: number): Promise<OpenedDatabase> {
  const database = openFileDatabase(join(folder, `${stored}.db`), 5_000);
  for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
  const numbers = (count: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  await database.batch(
    [
      `INSERT INTO clients (key, name, time_zone, created_at, updated_at) ${numbers(CLIENTS)}
        SELECT 'client-' || i, 'Client ' || i, 'Europe/Berlin', 0, 0 FROM n`,
      `INSERT INTO jobs (id, name, processor, cron, created_at, updated_at) ${numbers(Math.ceil(stored / CLIENTS))}
        SELECT i, 'Job ' || i, 'ExpiredCoursesToCompleted', '${CRON}', 0, 0 FROM n`,
      statement(sql`INSERT INTO triggers (id, job_id, client_id, time_zone, next_fire_at, created_at, updated_at)
        SELECT ${lastTriggerId(sql`j.id`)} + row_number() OVER (PARTITION BY j.id), j.id, c.id, 'Europe/Berlin', ${NOON + 10_000 + DAY_MS}, 0, 0 FROM jobs j CROSS JOIN clients c`),
    ],
    "write",
  );
  return database;
}

/**
 * Ticks beside each number of stored triggers, of which none or a job's 1,000 are due. The databases take turns, so that what else the machine
 * does meets them all.
 */
export async function measureTicks(folder: string, sizes: readonly number[], rounds: number): Promise<TickCost[]> {
  const databases = new Map<number, OpenedDatabase>();
  for (const stored of sizes) databases.set(stored, await stock(folder, stored));
  const costs: TickCost[] = [];
  try {
    for (const due of [0, 1000]) {
      const times = new Map<number, number[]>(sizes.map((stored) => [stored, []]));
      const cpuTimes = new Map<number, number[]>(sizes.map((stored) => [stored, []]));
      const tallies = new Map<number, { roundTrips: number; statements: number }>();
      for (let round = 0; round < WARM_UP + rounds; round += 1) {
        for (const [stored, database] of databases) {
          await database.batch(
            [
              "DELETE FROM runs",
              "DELETE FROM ticks",
              {
                sql: "UPDATE triggers SET next_fire_at = ?, last_fated_at = NULL WHERE job_id = ?",
                args: [NOON + 10_000, due === 0 ? 0 : 1],
              },
            ],
            "write",
          );
          const tally = { roundTrips: 0, statements: 0 };
          const start = performance.now();
          const cpu = process.cpuUsage();
          const { planned } = await tick({ control: countingDatabase(database, tally) }, NOON + round, "bench");
          const { user, system } = process.cpuUsage(cpu);
          if (round >= WARM_UP) {
            times.get(stored)?.push(performance.now() - start);
            cpuTimes.get(stored)?.push((user + system) / 1000);
          }
          if (planned !== due) throw new Error(`The tick planned ${planned} runs of ${due}`);
          tallies.set(stored, tally);
        }
      }
      for (const stored of sizes) {
        const { roundTrips, statements } = tallies.get(stored) ?? { roundTrips: 0, statements: 0 };
        costs.push({
          stored,
          due,
          ms: median(times.get(stored) ?? []),
          leastCpuMs: least(cpuTimes.get(stored) ?? []),
          roundTrips,
          statements,
        });
      }
    }
    return costs;
  } finally {
    for (const database of databases.values()) database.close();
  }
}
