import { type InStatement, LibsqlBatchError } from "@libsql/client";
import { describe, expect, it } from "vitest";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { tick } from "../../../src/scheduler/tick.ts";
import type { Database } from "../../../src/store/database.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { memoryFiles } from "../../harness/memory-files.ts";
import { addClient, testRunner } from "../../harness/runner/runner.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const MIDNIGHT = Date.parse("2026-03-02T00:00:00Z");

const processors = catalogue.all().filter(({ scope, misfire }) => scope === "client" && misfire === "skip");

/** What a day of clients without people writes, the rows of ticks apart. */
interface Day {
  /** Inserted, changed and deleted. */
  readonly rows: number;
  readonly runs: number;
  /** Polls that were looked at, for each client. */
  readonly quiet: number;
}

/** A database whose written rows are counted: SQLite's own count before and after each batch, on the batch's own connection. */
function counting(client: Database): { readonly database: Database; readonly rows: () => number } {
  let rows = 0;
  const count = "SELECT total_changes() AS total";
  const batch: Database["batch"] = async (statements, mode) => {
    try {
      const [before, ...results] = await client.batch([count, ...statements, count], mode);
      rows += Number(results.pop()?.rows[0]?.total) - Number(before?.rows[0]?.total);
      return results;
    } catch (error) {
      if (error instanceof LibsqlBatchError)
        throw new LibsqlBatchError(error.message, error.statementIndex - 1, error.code);
      throw error;
    }
  };
  const execute = (async (statement: InStatement) => (await batch([statement], "write"))[0]) as Database["execute"];
  return { database: { batch, execute, transaction: client.transaction.bind(client) }, rows: () => rows };
}

/** A day with every poll of the default timetable that this release has, for a number of clients. */
async function live(clients: number, quiet: boolean): Promise<Day> {
  const { database, rows } = counting(await freshFileDatabase());
  const number = async (text: string) => Number(Object.values((await database.execute(text)).rows[0] ?? {})[0] ?? 0);
  for (let client = 1; client <= clients; client += 1) await addClient(database, `client-${client}`);
  for (const { id, suggestedCron } of processors) {
    const saved = await createJob(
      { control: database, catalogue },
      { name: id, processor: id, cron: suggestedCron },
      "admin",
      MIDNIGHT,
    );
    expect(saved.state).toBe("saved");
  }
  const clock = new VirtualClock(MIDNIGHT);
  const files = memoryFiles(clock.now);
  const runners = new Map(
    Array.from({ length: clients }, (_, index) => [
      index + 1,
      testRunner(database, processors, clock, index + 1, { filesFor: () => files }),
    ]),
  );
  const before = rows();
  const due = new Map<number, number>();
  for (let at = MIDNIGHT; at < MIDNIGHT + DAY; at += MINUTE) {
    await clock.advanceTo(at);
    for (const id of (await tick({ control: database, ...(quiet ? { catalogue } : {}) }, at, "timer")).wake)
      due.set(id, at);
    for (const [id, instant] of due) {
      if (instant > at) continue;
      due.delete(id);
      const next = (await runners.get(id)?.work()) ?? null;
      if (next !== null) due.set(id, next);
    }
  }
  const ticks = await number("SELECT count(*) FROM ticks");
  return {
    rows: rows() - before - ticks,
    runs: await number("SELECT count(*) FROM runs"),
    quiet: await number("SELECT coalesce(sum(occurrences), 0) FROM quiet_looks"),
  };
}

describe("a day of clients at which nothing happens", () => {
  it("writes for its polls a twentieth at most of the rows that it writes with a run for each", async () => {
    const few = 2;
    const many = 100;
    const ordinary = await live(few, false);
    const day = await live(many, true);
    const [before, now] = [ordinary.rows / few, day.rows / many];
    console.log(
      `An idle client's day: ${Math.round(before)} rows for ${ordinary.runs / few} runs; with quiet polls ${now.toFixed(1)} rows for ${day.runs / many} runs and ${day.quiet} polls (${(before / now).toFixed(1)} times less)`,
    );
    expect(now).toBeLessThanOrEqual(before / 20);
  });
});
