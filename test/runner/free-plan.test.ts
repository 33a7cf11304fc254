import { createClient } from "@libsql/client/web";
import { describe, expect, inject, it } from "vitest";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { openConnectors } from "../../src/connectors/connectors.ts";
import { readRun, startRuns } from "../../src/control/runs/runs.ts";
import { boundFiles, prefixesOf } from "../../src/files/bound.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import type { Processor } from "../../src/processors/contract.ts";
import { UserImport } from "../../src/processors/imports/UserImport.ts";
import { invocationWithin } from "../../src/runner/budget.ts";
import { sweepRetention } from "../../src/scheduler/retention.ts";
import { tick } from "../../src/scheduler/tick.ts";
import { PAGE_SIZE } from "../../src/scheduler/trigger-page.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../src/store/database.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshDatabase } from "../harness/database/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient, type RunnerOverrides, testRunner } from "../harness/runner/runner.ts";
import { nodeConnect } from "../harness/socket.ts";
import { Mailing, secrets } from "../processors/communication/mailing.ts";
import { importStage, people } from "../processors/imports/stage.ts";
import { queueImport } from "../processors/imports/start.ts";

/** External calls that an invocation may make on the free plan of Cloudflare Workers. */
const FREE = 50;
const NOON = Date.parse("2026-03-02T12:00:00Z");

/** A database whose every round trip is taken down. */
function counted(database: Database): { readonly database: Database; readonly tally: DatabaseTally } {
  const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
  return { database: countingDatabase(database, tally), tally };
}

/** Works with a runner as the free plan has it until nothing is left; the calls of each invocation. */
async function invocations(
  database: Database,
  processors: readonly Processor[],
  clock: Mailing["clock"],
  overrides: (count: () => void, watched: Database) => RunnerOverrides,
): Promise<number[]> {
  const { database: watched, tally } = counted(database);
  let others = 0;
  const runner = testRunner(watched, processors, clock, 1, {
    invocation: invocationWithin(FREE),
    ...overrides(() => {
      others += 1;
    }, watched),
  });
  const calls: number[] = [];
  for (let next: number | null = clock.now(); next !== null && calls.length < 200; ) {
    await clock.advanceTo(Math.max(next, clock.now()));
    const before = tally.roundTrips + others;
    next = await runner.work();
    calls.push(tally.roundTrips + others - before);
  }
  return calls;
}

describe("on the free plan an invocation makes at most 50 external calls", () => {
  it("when a runner sends a mailing: the mails go out over several invocations, each once", async () => {
    const mailing = await Mailing.start();
    const server = await mailing.server();
    await mailing.amount(40);
    await mailing.fill(40);
    const id = await mailing.queue();
    const calls = await invocations(mailing.database, mailing.processors, mailing.clock, (count, watched) => ({
      connectorsFor: (_client, spend) =>
        openConnectors(1, {
          control: watched,
          secrets,
          connect: (address, ...rest) => {
            count();
            return nodeConnect()(address, ...rest);
          },
          email: null,
          clock: mailing.clock,
          randomBytes: (length) => new Uint8Array(length),
          spend,
        }),
    }));
    expect(await mailing.run(id)).toMatchObject({ state: "ok", attempt: 1 });
    expect((await server.traffic(40)).received.length).toBe(40);
    expect(calls.length).toBeGreaterThan(2);
    expect(Math.max(...calls)).toBeLessThanOrEqual(FREE);
  });

  it("when a runner imports people: the file is read to its end over several invocations", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 300));
    const id = await queueImport(stage.database, stage.clock.now(), { chunkSize: 10 });
    const calls = await invocations(stage.database, [UserImport], stage.clock, () => ({
      filesFor: (run) => boundFiles(stage.files, prefixesOf(run)),
    }));
    expect(await readRun(stage.database, id)).toMatchObject({ state: "ok", counts: { created: 300 } });
    expect(calls.length).toBeGreaterThan(2);
    expect(Math.max(...calls)).toBeLessThanOrEqual(FREE);
  });

  it("when a runner has 40 small runs and what waits behind them", async () => {
    const database = await freshFileDatabase();
    await addClient(database, "north");
    const works = Array.from({ length: 8 }, (_, index) =>
      completing({ id: `Work${index}`, load: index % 2 === 0 ? "light" : "heavy" }),
    );
    const start = { jobName: "J", parameters: {}, clientId: 1, nodeId: "", timeZone: "UTC", asOf: null, dryRun: false };
    await startRuns(
      database,
      Array.from({ length: 40 }, (_, index) => {
        const processor = works[index % 8] as Processor;
        return { ...start, jobId: index + 1, processor: processor.id, load: processor.load, requestedBy: "a" };
      }),
      NOON,
    );
    const calls = await invocations(database, works, new VirtualClock(NOON), () => ({}));
    const open = await database.execute("SELECT count(*) AS n FROM runs WHERE state <> 'no_action'");
    expect(open.rows[0]?.n).toBe(0);
    expect(Math.max(...calls)).toBeLessThanOrEqual(FREE);
  });

  it("when the clock ticks with many pages of due triggers: the others go on in the next alarm, oldest first", async () => {
    const database = await freshFileDatabase();
    await addClient(database, "north");
    const catalogue = createCatalogue([completing({ id: "Work" })]);
    const input = { name: "J", processor: "Work", clientId: 1, cron: "0 0 13 * * ?" };
    await createJob({ control: database, catalogue }, input, "a", NOON);
    // 12,000 triggers, the newest stored first, that became due one after the other.
    await database.execute({
      sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
        INSERT INTO triggers (job_id, client_id, node_id, time_zone, next_fire_at, created_at, updated_at)
        SELECT 1, 1, 'n' || i, 'UTC', ? - i * 1000, 0, 0 FROM n`,
      args: [NOON + 3_600_000],
    });
    const { database: watched, tally } = counted(database);
    const at = NOON + 3_600_000;
    const first = await tick({ control: watched }, at, "cron");
    const swept = await sweepRetention(watched, async () => null, at);
    // The ping is one more.
    expect(tally.roundTrips + 1).toBeLessThanOrEqual(FREE);
    expect(swept).toBe(0);
    expect(first).toMatchObject({ more: true });
    const [left] = (
      await database.execute({
        sql: "SELECT count(*) AS n, min(next_fire_at) AS oldest FROM triggers WHERE next_fire_at < ?",
        args: [at + 1],
      })
    ).rows;
    expect(left?.n).toBe(12_001 - 10 * PAGE_SIZE);
    expect(left?.oldest).toBe(at - 2000 * 1000);
    expect(await tick({ control: watched }, at, "alarm")).toMatchObject({ more: false });
  });

  it("since a statement, and a batch of any size, is one request to a libSQL server", async () => {
    const database = await freshDatabase(["control"]);
    let requests = 0;
    const client = createClient({
      url: inject("sqld").url,
      fetch: (request: Request) => {
        requests += 1;
        const addressed = new Request(request);
        addressed.headers.set("x-namespace-bin", btoa(database.name).replace(/=+$/, ""));
        return fetch(addressed);
      },
    });
    await client.execute("SELECT 1");
    expect(requests).toBe(1);
    await client.batch(
      Array.from({ length: 20 }, (_, index) => `INSERT INTO ticks (at, source) VALUES (${index}, 'cron')`),
      "write",
    );
    expect(requests).toBe(2);
  });
});
