import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { startRuns } from "../../../src/control/runs/runs.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { RETENTION_DAYS, sweepRetention } from "../../../src/scheduler/retention.ts";
import { countingDatabase } from "../../../src/store/database.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { addClient, testRunner } from "../../harness/runner/runner.ts";
import { setStageOn } from "../../web/stage/stage.ts";
import { visitor } from "../../web/walk/visits.ts";
import { furnish } from "../../web/walk/walk.ts";
import { addCrowd } from "../crowd/crowd.ts";
import { median } from "../report/figures.ts";

/** Retention is asked on a day when this many of the oldest runs are too old. */
const OUTDATED = 400;
/** Between two runs of the crowd (ms). */
const APART_MS = 7776;
const DAY_MS = 86_400_000;

/** What something costs beside a number of stored runs. */
export interface Cost {
  readonly what: string;
  readonly ms: number;
  readonly statements: number;
  readonly roundTrips: number;
}

/**
 * What a run that finds nothing, the lists and one call of retention cost beside a number of stored runs, in a file: medians, ms.
 */
export async function measureBesideRuns(folder: string, runs: number, rounds: number): Promise<Cost[]> {
  const database = createClient({ url: `file:${join(folder, `runs-${runs}.db`)}`, intMode: "number", timeout: 5000 });
  try {
    await database.execute("PRAGMA journal_mode = WAL");
    await database.execute("PRAGMA synchronous = OFF");
    await database.execute("PRAGMA cache_size = -400000");
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    const stage = await setStageOn(database, folderFiles(join(folder, `files-${runs}`)));
    const things = await furnish(stage);
    const focus = { jobId: things["own job"], clientId: stage.berlin, runId: things["own run"] };
    await addCrowd(
      database,
      { clients: 500, jobs: 100, runs, others: Math.min(runs, 50_000), from: 1_000_000, focus },
      stage.now,
    );
    // Those that the pages look at have the lowest ids; they are to be the oldest too.
    await database.execute({ sql: "UPDATE runs SET created_at = 0 WHERE id <= ?", args: [things["platform run"]] });
    // As a database that is in use: with what a libSQL connection has by default.
    await database.execute("PRAGMA cache_size = -2000");
    const visit = await visitor(stage);
    const costs = [await aRun(database, stage.now, rounds)];
    for (const [what, address] of [
      ["list of runs", "/admin/runs"],
      ["list of one client's runs", `/admin/runs?client=${stage.berlin}`],
      ["list of jobs", "/admin/jobs"],
      ["what is at work now", "/admin/now"],
    ] as const) {
      const visits = [];
      for (let round = 0; round <= rounds; round += 1) visits.push(await visit(address));
      const last = visits.at(-1);
      if (last?.status !== 200) throw new Error(`${address} was answered ${last?.status}`);
      costs.push({
        what,
        ms: median(visits.slice(1).map(({ took }) => took)),
        statements: last.statements.length,
        roundTrips: last.roundTrips,
      });
    }
    costs.push(await retention(database, stage.now - (runs - OUTDATED) * APART_MS + RETENTION_DAYS * DAY_MS));
    return costs;
  } finally {
    database.close();
  }
}

/** A run of a client without data, from the call of its runner until that has nothing more to do. */
async function aRun(database: Client, now: number, rounds: number): Promise<Cost> {
  const clientId = await addClient(database, "idle");
  const clock = new VirtualClock(now);
  const tally = { roundTrips: 0, statements: 0 };
  const runner = testRunner(countingDatabase(database, tally), catalogue.all(), clock, clientId);
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await clock.advance(60_000);
    const start = {
      jobId: 1,
      processor: "ExpiredCoursesToCompleted",
      jobName: "Nothing to do",
      load: "light",
      parameters: {},
      clientId,
      nodeId: "",
      timeZone: "UTC",
      asOf: null,
      dryRun: false,
      requestedBy: "bench",
    } as const;
    await startRuns(database, [start], clock.now());
    Object.assign(tally, { roundTrips: 0, statements: 0 });
    const begun = performance.now();
    await runner.work();
    if (round > 0) times.push(performance.now() - begun);
  }
  return { what: "a run that finds nothing", ms: median(times), ...tally };
}

/** One call that removes {@link OUTDATED} runs. */
async function retention(database: Client, now: number): Promise<Cost> {
  const tally = { roundTrips: 0, statements: 0 };
  const start = performance.now();
  const removed = await sweepRetention(countingDatabase(database, tally), async () => null, now);
  return { what: `retention: one call, ${removed} runs removed`, ms: performance.now() - start, ...tally };
}
