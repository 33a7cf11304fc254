import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundles } from "../../../drizzle/bundles.ts";
import { readRun, startRuns } from "../../../src/control/runs/runs.ts";
import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { openFileDatabase } from "../../../src/hosts/deno/file-database.ts";
import { systemClock } from "../../../src/hosts/system-clock.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import { TrackingCalculation } from "../../../src/processors/reports/TrackingCalculation.ts";
import { Runner } from "../../../src/runner/runner.ts";
import { countingDatabase, type Database } from "../../../src/store/database.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import { addDays, localDay } from "../../../src/time/day.ts";
import type { VirtualClock } from "../../harness/clock.ts";
import { addClient, runnerPorts } from "../../harness/runner/runner.ts";
import type { BenchOptions } from "../report/options.ts";

const DAYS = 40;
const PEOPLE = 20_000;
const COURSES = 200;

/** Events of the days up to yesterday, a day with one statement. */
async function seed(database: Database, yesterday: string, events: number): Promise<void> {
  const numbers = (to: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${to})`;
  await database.batch(
    [
      `INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, attributes, enrolled_on, created_at, updated_at)
        ${numbers(PEOPLE)} SELECT i, 1, 'user' || i, 'user' || i, 'Given', 'Family', '{}', '2026-01-01', 0, 0 FROM n`,
      `INSERT INTO components (id, client_id, kind, title, planning_status, created_at, updated_at)
        ${numbers(COURSES)} SELECT i, 1, 'course', 'Course ' || i, 'released', 0, 0 FROM n`,
    ],
    "write",
  );
  for (let back = DAYS - 1; back >= 0; back -= 1) {
    await database.execute({
      sql: `INSERT INTO tracking_events (client_id, person_id, component_id, item_id, event, duration_s, at, day_on, created_at, updated_at)
        ${numbers(events / DAYS)} SELECT 1, 1 + i * 7919 % ${PEOPLE + 20}, 1 + i * 31 % ${COURSES}, i % 3,
          CASE i % 2 WHEN 0 THEN 'launch' ELSE 'exit' END, i * 13 % 4000, 0, ?, 0, 0 FROM n`,
      args: [addDays(yesterday, -back)],
    });
  }
}

/**
 * TrackingCalculation on a database in a file, opened as the Deno host opens it: 10 million events (`--quick`: 1 million) of 20,000 people over 40 days, one event
 * in a thousand of a person that does not exist. First all days are summed up and those behind 30 days deleted, then nothing is new,
 * then 10,000 events came late. After the first night the sums of each day, component and person are compared with a count of the events,
 * made before it.
 */
export default async function bench({ quick }: BenchOptions): Promise<void> {
  const events = quick ? 1_000_000 : 10_000_000;
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  const database = openFileDatabase(join(folder, "bench.db"), 60_000);
  try {
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    await addClient(database, "bench", "Europe/Berlin");
    const yesterday = addDays(localDay(systemClock.now(), "Europe/Berlin"), -1);
    await seed(database, yesterday, events);
    // Of each day, of each component and of each person: events and seconds, in one text.
    const sums = async (table: string, events: string) => {
      const texts: string[] = [];
      for (const key of ["day_on", "component_id", `CASE WHEN person_id > ${PEOPLE} THEN 0 ELSE person_id END`]) {
        const { rows } = await database.execute(
          `SELECT ${key} AS key, ${events} AS events, sum(duration_s) AS seconds FROM ${table} GROUP BY 1 ORDER BY 1`,
        );
        texts.push(...rows.map((row) => `${row.key} ${row.events} ${row.seconds}`));
      }
      return texts;
    };
    const before = await sums("tracking_events", "count(*)");
    console.log(`${events.toLocaleString("en")} events of ${PEOPLE.toLocaleString("en")} people on ${DAYS} days`);
    await night(database, folder, "first night", events / 1_000_000);
    const after = await sums("tracking_daily", "sum(event_count)");
    const differing = before.filter((text, at) => text !== after[at]).length + Math.abs(before.length - after.length);
    console.log(`sums of days, components and people: ${after.length}; other than counted before: ${differing}`);
    await night(database, folder, "nothing new");
    await database.execute({
      sql: `INSERT INTO tracking_events (client_id, person_id, component_id, item_id, event, duration_s, at, day_on, created_at, updated_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        SELECT 1, 1 + i % ${PEOPLE}, 1, 0, 'launch', 1, 0, date(?, '-' || (i % ${DAYS}) || ' days'), 0, 0 FROM n`,
      args: [yesterday],
    });
    await night(database, folder, "10,000 late");
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One run, measured. @param parts of the run for each of which the highest memory is told */
async function night(database: Database, folder: string, name: string, parts = 1): Promise<void> {
  const tally = { roundTrips: 0, statements: 0 };
  const memory: number[] = [];
  let longest = 0;
  let slices = 0;
  const counted = countingDatabase(database, tally);
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    longest = Math.max(longest, performance.now() - start);
    memory.push(process.memoryUsage.rss());
    return result;
  };
  const measured = {
    execute: (...args: Parameters<Database["execute"]>) => timed(() => counted.execute(...args)),
    batch: (...args: Parameters<Database["batch"]>) => timed(() => counted.batch(...args)),
    transaction: counted.transaction,
  } satisfies Database;
  const processor: Processor = {
    ...TrackingCalculation,
    run: (context) => {
      slices += 1;
      return TrackingCalculation.run(context);
    },
  };
  const { id: processorId, load } = processor;
  const run = { jobId: 1, processor: processorId, jobName: processorId, load, parameters: {}, clientId: 1, nodeId: "" };
  const [runId = 0] = await startRuns(
    database,
    [{ ...run, timeZone: "Europe/Berlin", asOf: null, dryRun: false, requestedBy: "bench" }],
    systemClock.now(),
  );
  const ports = runnerPorts(measured, [processor], systemClock as unknown as VirtualClock, {
    filesFor: (of) => boundFiles(folderFiles(folder), prefixesOf(of)),
    clock: systemClock,
  });
  const start = performance.now();
  const runner = new Runner(ports, 1);
  while ((await runner.work()) !== null);
  const seconds = (performance.now() - start) / 1000;
  const ended = await readRun(database, runId);
  console.log(
    `${name.padEnd(12)} ${ended?.state.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s  ${tally.statements.toLocaleString("en")} statements  ` +
      `${tally.roundTrips.toLocaleString("en")} round trips  ${slices} slices  longest call ${longest.toFixed(0)} ms  ` +
      `${JSON.stringify(ended?.counts)}`,
  );
  const highest = Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part, part + 1].map((at) => Math.floor((memory.length * at) / parts));
    return (memory.slice(from, to).reduce((most, one) => Math.max(most, one), 0) / 2 ** 20).toFixed(0);
  });
  console.log(
    `${"".padEnd(12)} memory of this process, MB, highest in each ${parts}th of the run: ${highest.join(" ")}`,
  );
}
