import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { catalogue } from "../../../src/processors/all.ts";
import type { Runner } from "../../../src/runner/runner.ts";
import { tick } from "../../../src/scheduler/tick.ts";
import { countingDatabase } from "../../../src/store/database.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { testRunner } from "../../harness/runner/runner.ts";
import { figure } from "../report/figures.ts";
import { machineLines } from "../report/machine.ts";
import type { BenchOptions } from "../report/options.ts";
import { printTable, progress } from "../report/report.ts";

const MIDNIGHT = Date.parse("2026-03-02T00:00:00Z");
const MINUTE_MS = 60_000;

/** Written rows by table, noted by triggers in the database itself. */
async function countRows(database: Client): Promise<void> {
  const tables = await database.execute(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT GLOB 'search_words*'",
  );
  await database.execute("CREATE TABLE bench_rows (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID");
  for (const { name } of tables.rows) {
    await database.execute(`INSERT INTO bench_rows VALUES ('${name}', 0)`);
    for (const event of ["INSERT", "UPDATE", "DELETE"])
      await database.execute(
        `CREATE TRIGGER bench_${event}_${name} AFTER ${event} ON ${name} BEGIN UPDATE bench_rows SET n = n + 1 WHERE name = '${name}'; END`,
      );
  }
}

/**
 * What a day of clients with nothing to do costs the database, in virtual time: each has the default timetable, every processor of a
 * client at its suggested expression, and no data. Rows written and statements, those of the clock's ticks apart.
 */
export default async function bench(options: BenchOptions): Promise<void> {
  const clients = options.quick ? 2 : 100;
  const hours = 24;
  for (const line of machineLines()) console.log(line);
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  const database = createClient({ url: `file:${join(folder, "idle.db")}`, intMode: "number", timeout: 5000 });
  try {
    await database.execute("PRAGMA journal_mode = WAL");
    await database.execute("PRAGMA synchronous = OFF");
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    const runsADay = await furnish(database, clients);
    await countRows(database);
    await live(database, clients, hours, options, runsADay);
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Adds the clients and the default timetable. Returns the occurrences that it has for a client in a day. */
async function furnish(database: Client, clients: number): Promise<number> {
  await database.execute(
    `INSERT INTO clients (key, name, time_zone, created_at, updated_at)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${clients})
      SELECT 'client-' || i, 'Client ' || i, 'UTC', 0, 0 FROM n`,
  );
  const timetable = catalogue.all().filter(({ scope, suggestedCron }) => scope === "client" && suggestedCron);
  for (const { id, title, suggestedCron } of timetable) {
    const input = { name: title, processor: id, cron: suggestedCron };
    const saved = await createJob({ control: database, catalogue }, input, "bench", MIDNIGHT - 1000);
    // One that wants parameters has no default place in the timetable.
    if (saved.state !== "saved") progress(`${id} is left out: ${JSON.stringify(saved)}`);
  }
  return timetable.length;
}

async function live(
  database: Client,
  clients: number,
  hours: number,
  options: BenchOptions,
  jobs: number,
): Promise<void> {
  const clock = new VirtualClock(MIDNIGHT);
  const tallies = { tick: { roundTrips: 0, statements: 0 }, runner: { roundTrips: 0, statements: 0 } };
  const ticking = countingDatabase(database, tallies.tick);
  const running = countingDatabase(database, tallies.runner);
  const written = { tick: new Map<string, number>(), runner: new Map<string, number>() };
  const settle = async (by: Map<string, number>) => {
    const { rows } = await database.execute("SELECT name, n FROM bench_rows WHERE n > 0");
    for (const { name, n } of rows) by.set(String(name), (by.get(String(name)) ?? 0) + Number(n));
    if (rows.length > 0) await database.execute("UPDATE bench_rows SET n = 0 WHERE n > 0");
  };
  const runners = new Map<number, Runner>();
  const nextAt = new Map<number, number>();
  const end = MIDNIGHT + hours * 60 * MINUTE_MS;
  for (let minute = MIDNIGHT; minute < end; minute += MINUTE_MS) {
    await clock.advanceTo(minute);
    const report = await tick({ control: ticking, catalogue }, minute, "bench");
    await settle(written.tick);
    for (const id of report.wake) nextAt.set(id, minute);
    for (;;) {
      const due = [...nextAt].filter(([, at]) => at < minute + MINUTE_MS).toSorted(([, a], [, b]) => a - b)[0];
      if (!due) break;
      const [id, at] = due;
      await clock.advanceTo(Math.max(at, clock.now()));
      const runner = runners.get(id) ?? testRunner(running, catalogue.all(), clock, id);
      runners.set(id, runner);
      const next = await runner.work();
      if (next === null) nextAt.delete(id);
      else nextAt.set(id, next);
    }
    await settle(written.runner);
    if ((minute - MIDNIGHT) % (60 * MINUTE_MS) === 0) progress(`${new Date(minute).toISOString().slice(11, 16)}`);
  }
  const day = 24 / hours;
  const sum = (by: Map<string, number>) => [...by.values()].reduce((a, b) => a + b, 0);
  const own = written.tick.get("ticks") ?? 0;
  const perClient = (value: number) => figure(Math.round((value * day) / clients));
  const fates = await database.execute("SELECT state, count(*) AS n FROM runs GROUP BY state");
  const number = (value: number) => value.toLocaleString("en");
  printTable(
    {
      title: `A day of a client with nothing to do and the default timetable of ${jobs} jobs (${number(clients)} clients for ${hours} h)`,
      columns: ["", "rows written", "statements", "round trips"],
      rows: [
        [
          "planning, without the ticks' own rows",
          perClient(sum(written.tick) - own),
          perClient(tallies.tick.statements),
          perClient(tallies.tick.roundTrips),
        ],
        [
          "its runner",
          perClient(sum(written.runner)),
          perClient(tallies.runner.statements),
          perClient(tallies.runner.roundTrips),
        ],
        [
          "together",
          perClient(sum(written.tick) - own + sum(written.runner)),
          perClient(tallies.tick.statements + tallies.runner.statements),
          perClient(tallies.tick.roundTrips + tallies.runner.roundTrips),
        ],
      ],
    },
    options,
  );
  const tables = new Map<string, number>();
  for (const by of Object.values(written))
    for (const [name, n] of by) if (name !== "ticks") tables.set(name, (tables.get(name) ?? 0) + n);
  printTable(
    {
      title: "Rows written for a client in a day, by table",
      columns: ["", "rows"],
      rows: [...tables].toSorted(([, a], [, b]) => b - a).map(([name, n]) => [name, perClient(n)]),
    },
    options,
  );
  console.log(`\nThe ticks' own: ${figure(Math.round(own * day))} rows a day for all clients together`);
  console.log(`Runs: ${fates.rows.map(({ state, n }) => `${n} ${state}`).join(", ")}`);
}
