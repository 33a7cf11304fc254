import { beforeEach, describe, expect, it } from "vitest";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { pauseJobs } from "../../src/administration/pauses/pause.ts";
import { jobPolicies } from "../../src/control/jobs/policies.ts";
import { retryRun, startRuns } from "../../src/control/runs/runs.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { type Processor, RunFailure } from "../../src/processors/contract.ts";
import { tick } from "../../src/scheduler/tick.ts";
import type { Database } from "../../src/store/database.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient, type RunnerOverrides, testRunner } from "../harness/runner/runner.ts";

const MINUTE = 60_000;
const NOON = Date.parse("2026-03-02T12:00:00Z");
let database: Database;
let clock: VirtualClock;

beforeEach(async () => {
  database = await freshFileDatabase();
  clock = new VirtualClock(NOON);
  for (const key of ["north", "south", "west"]) await addClient(database as never, key);
  await database.batch(
    [1, 2, 3].map((clientId) => ({
      sql: "INSERT INTO components (client_id, kind, title, created_at, updated_at) VALUES (?, 'course', '', 0, 0)",
      args: [clientId],
    })),
    "write",
  );
});

/** A processor whose runs take so long (ms of virtual time), in steps of a second. */
const lasting = (id: string, duration: number, extra: Partial<Processor> = {}) =>
  completing({ id, ...extra }, async () => {
    await clock.sleepUntil(clock.now() + duration);
  });

/** Ticks each minute and lets the clients' runners work, until an instant after noon (minutes). */
async function play(processors: readonly Processor[], minutes: number, clients = [1], overrides: RunnerOverrides = {}) {
  const runners = new Map(
    clients.map((id) => [
      id,
      testRunner(database, processors, clock, id, {
        invocation: { wallMs: 6 * 3_600_000, calls: 100_000 },
        wakeRunner: async (other) => wake(other),
        ...overrides,
      }),
    ]),
  );
  const nextAt = new Map<number, number>(clients.map((id) => [id, clock.now()]));
  const working = new Set<number>();
  const wake = (id: number) => {
    runners.get(id)?.poke();
    if (!working.has(id)) nextAt.set(id, clock.now());
  };
  const until = NOON + minutes * MINUTE;
  for (let at = clock.now(); at <= until; at += 1000) {
    await clock.advanceTo(at);
    if ((at - NOON) % MINUTE === 0) for (const id of (await tick({ control: database }, at, "cron")).wake) wake(id);
    for (const id of clients) {
      if (working.has(id) || (nextAt.get(id) ?? Number.POSITIVE_INFINITY) > at) continue;
      working.add(id);
      nextAt.delete(id);
      runners
        .get(id)
        ?.work()
        .then((next) => {
          working.delete(id);
          if (next !== null) nextAt.set(id, next);
        });
    }
    await clock.advance(0);
  }
}

const job = (processors: readonly Processor[], input: Record<string, unknown>) =>
  createJob(
    { control: database, catalogue: createCatalogue(processors) },
    { name: "Job", processor: "Work", clientId: 1, cron: "0 * * * * ?", ...input },
    "a",
    clock.now(),
  );

const fates = async (where = "1 = 1") =>
  (await database.execute(`SELECT * FROM runs WHERE ${where} ORDER BY scheduled_at, id`)).rows.map((row) => [
    (Number(row.scheduled_at) - NOON) / MINUTE,
    String(row.state) + (row.reason ? ` ${row.reason}` : ""),
    row.started_at === null ? null : Math.round((Number(row.started_at) - NOON) / MINUTE),
  ]);

const done = "no_action";

describe("overlap", () => {
  it("skip: an occurrence that comes while a run is at work is skipped as a duplicate", async () => {
    const work = [lasting("Work", 2.5 * MINUTE)];
    await job(work, { policies: { overlap: "skip" } });
    await play(work, 5);
    expect((await fates()).slice(0, 4)).toEqual([
      [1, "ok", 1],
      [2, "skipped duplicate", null],
      [3, "skipped duplicate", null],
      [4, expect.stringMatching(/running|no_action/), 4],
    ]);
  });

  it("queue_one: one further occurrence waits, and a newer one takes its place", async () => {
    const work = [lasting("Work", 2.5 * MINUTE)];
    await job(work, { policies: { overlap: "queue_one" } });
    await play(work, 6);
    expect((await fates()).slice(0, 3)).toEqual([
      [1, "ok", 1],
      [2, "skipped duplicate", null],
      [3, expect.stringMatching(/running|no_action/), 4],
    ]);
  });

  it("queue_all: all wait in order, and those beyond the cap are dropped", async () => {
    const work = [lasting("Work", 3.5 * MINUTE)];
    await job(work, { policies: { overlap: "queue_all", overlapCap: 2 } });
    await play(work, 8);
    const found = await fates();
    expect(found.slice(0, 3)).toEqual([
      [1, "ok", 1],
      [2, done, expect.any(Number)],
      [3, expect.stringMatching(/running|waiting overlap/), expect.anything()],
    ]);
    expect(found.some(([, state]) => state === "skipped dropped")).toBe(true);
  });

  it("cancel_running: the newer occurrence cancels the run at work and takes its place", async () => {
    const courses = Array.from({ length: 200 }, () => ({
      sql: "INSERT INTO components (client_id, kind, title, created_at, updated_at) VALUES (1, 'course', '', 0, 0)",
      args: [],
    }));
    await database.batch(courses, "write");
    const work = [lasting("Work", 5000)];
    await job(work, { parameters: { chunkSize: 1 }, policies: { overlap: "cancel_running" } });
    await play(work, 3);
    expect((await fates()).slice(0, 2)).toEqual([
      [1, "cancelled cancelled", 1],
      [2, expect.stringMatching(/cancelled|running/), 2],
    ]);
  });

  it("allow: runs of the job work side by side", async () => {
    const work = [lasting("Work", 2.5 * MINUTE)];
    await job(work, { policies: { overlap: "allow" } });
    await play(work, 3);
    expect((await fates()).slice(0, 2).map(([, , started]) => started)).toEqual([1, 2]);
  });
});

describe("not later than", () => {
  it("a run that could not start in time is skipped as late", async () => {
    const work = [lasting("Work", 1000), lasting("Long", 10 * MINUTE, { load: "heavy" })];
    const heavy = [completing({ id: "Work", load: "heavy" }), work[1] as Processor];
    await job(heavy, { processor: "Long", cron: "30 0 12 * * ?" });
    await job(heavy, { cron: "0 1 12 * * ?", policies: { notLaterThanMinutes: 5 } });
    await job(heavy, { cron: "0 2 12 * * ?", processor: "Work", name: "Patient" });
    await play(heavy, 14);
    expect((await fates("processor = 'Work'")).map(([at, state]) => [at, state])).toEqual([
      [1, "skipped late"],
      [2, expect.stringMatching(/ok|no_action/)],
    ]);
  });
});

describe("the switch that stops everything", () => {
  it("lets a run at work wait at its next step and go on from there when it is released", async () => {
    await database.batch(
      Array.from({ length: 30 }, () => ({
        sql: "INSERT INTO components (client_id, kind, title, created_at, updated_at) VALUES (1, 'course', '', 0, 0)",
        args: [],
      })),
      "write",
    );
    const work = [lasting("Work", 10_000)];
    await job(work, { cron: "0 1 12 * * ?", parameters: { chunkSize: 1 } });
    await play(work, 3);
    await database.execute(
      `INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'stopped', '{"at":${clock.now()}}', 0, 0)`,
    );
    await play(work, 4);
    expect(await fates()).toEqual([[1, "waiting stopped", 1]]);
    await database.execute("DELETE FROM settings");
    await play(work, 12);
    expect(await fates()).toEqual([[1, "ok", 1]]);
    const counts = JSON.parse(String((await database.execute("SELECT counts FROM runs")).rows[0]?.counts)) as Record<
      string,
      number
    >;
    expect(counts).toMatchObject({ scanned: 31, changed: 31 });
    expect((await database.execute("SELECT attempt FROM runs")).rows[0]?.attempt).toBe(1);
  });
});

describe("a chain", () => {
  it("starts the following job for the same client when the first has ended, once", async () => {
    const work = [lasting("Work", 1000), completing({ id: "Next" })];
    await job(work, { cron: "0 1 12 * * ?", clientId: 0 });
    await job(work, { processor: "Next", cron: null, clientId: 0, after: { jobId: 1, condition: "ok" } });
    await play(work, 3, [1, 2]);
    const followers = await database.execute(
      "SELECT client_id, kind, state, caused_by_run_id FROM runs WHERE job_id = 2 ORDER BY client_id",
    );
    expect(followers.rows.map((row) => [row.client_id, row.kind, row.state])).toEqual([
      [1, "after", "no_action"],
      [2, "after", "no_action"],
    ]);
  });

  it("on `ok` does not follow a failure, on `ended` it does", async () => {
    const failing = completing({ id: "Work" }, () => {
      throw new RunFailure("broken", "always");
    });
    const work = [failing, completing({ id: "Next" }), completing({ id: "Anyway" })];
    await job(work, { cron: "0 1 12 * * ?" });
    await job(work, { processor: "Next", cron: null, after: { jobId: 1, condition: "ok" } });
    await job(work, { processor: "Anyway", cron: null, after: { jobId: 1, condition: "ended" } });
    await play(work, 3);
    expect((await fates("job_id > 1")).length).toBe(1);
    expect((await database.execute("SELECT processor FROM runs WHERE job_id > 1")).rows[0]?.processor).toBe("Anyway");
  });
});

describe("a paused job that follows another", () => {
  it("has a skipped run that says so, and follows again once it is resumed", async () => {
    const work = [completing({ id: "Work" }), completing({ id: "Next" })];
    await job(work, {});
    await job(work, { processor: "Next", cron: null, after: { jobId: 1, condition: "ok" } });
    await pauseJobs(database, { jobIds: [2], until: NOON + 1.5 * MINUTE, note: "building works" }, "a", NOON);
    await play(work, 2);
    const followers = await database.execute("SELECT state, message FROM runs WHERE job_id = 2 ORDER BY scheduled_at");
    expect(followers.rows.map((row) => [row.state, row.message])).toEqual([
      ["skipped", "The job was paused: building works"],
      ["no_action", "Nothing had to be changed"],
    ]);
  });
});

describe("pause after failures", () => {
  it("pauses the job for that client after a number of failed runs in a row", async () => {
    const work = [
      completing({ id: "Work" }, () => {
        throw new RunFailure("broken", "always");
      }),
    ];
    await job(work, { policies: { pauseAfterFailures: 2 } });
    await play(work, 8);
    const states = (await database.execute("SELECT state, reason, occurrences FROM runs ORDER BY scheduled_at")).rows;
    expect(states.filter((row) => row.state === "failed").length).toBeGreaterThanOrEqual(2);
    expect(states.filter((row) => row.reason === "paused").length).toBe(1);
    expect((await database.execute("SELECT pause_note FROM triggers")).rows[0]?.pause_note).toMatch(/2 failed runs/);
  });
});

describe("a failed run", () => {
  it("taken up again by hand goes on from its checkpoint, once", async () => {
    let broken = true;
    await database.batch(
      Array.from({ length: 9 }, () => ({
        sql: "INSERT INTO components (client_id, kind, title, created_at, updated_at) VALUES (1, 'course', '', 0, 0)",
        args: [],
      })),
      "write",
    );
    const work = [
      completing({ id: "Work" }, (step) => {
        if (broken && step === 4) throw new RunFailure("broken", "for now");
      }),
    ];
    await startRuns(
      database,
      [
        {
          jobId: 1,
          processor: "Work",
          jobName: "Work",
          load: "light",
          parameters: { chunkSize: 1 },
          policies: jobPolicies.parse({}),
          clientId: 1,
          nodeId: "",
          timeZone: "UTC",
          asOf: null,
          dryRun: false,
          requestedBy: "t",
        },
      ],
      NOON,
    );
    await play(work, 1);
    expect(await fates()).toEqual([[0, "failed broken", 0]]);
    broken = false;
    expect(await retryRun(database, 1, "admin", clock.now())).toBe(true);
    await play(work, 2);
    const row = (await database.execute("SELECT state, counts, ended_at FROM runs")).rows[0];
    expect(row?.state).toBe("ok");
    expect(JSON.parse(String(row?.counts))).toMatchObject({ scanned: 10, changed: 10 });
    expect(await retryRun(database, 1, "admin", clock.now())).toBe(false);
  });
});

describe("permits", () => {
  it("let no more heavy runs work at once than the setting says, and the longest waiting goes first, a slice at a time", async () => {
    await database.execute(
      "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'maxConcurrentHeavyRuns', '1', 0, 0)",
    );
    await database.batch(
      [1, 2, 3].flatMap((clientId) =>
        Array.from({ length: 20 }, () => ({
          sql: "INSERT INTO components (client_id, kind, title, created_at, updated_at) VALUES (?, 'course', '', 0, 0)",
          args: [clientId],
        })),
      ),
      "write",
    );
    let atOnce = 0;
    let most = 0;
    const work = [
      completing({ id: "Work", load: "heavy" }, async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await clock.sleepUntil(clock.now() + 5000);
        atOnce -= 1;
      }),
    ];
    await job(work, { clientId: 0, cron: "0 1 12 * * ?", parameters: { chunkSize: 1 } });
    await play(work, 12, [1, 2, 3]);
    expect(most).toBe(1);
    expect((await fates()).map(([, state]) => state)).toEqual(["ok", "ok", "ok"]);
    const starts = (await database.execute("SELECT started_at FROM runs ORDER BY started_at")).rows.map(
      (row) => (Number(row.started_at) - NOON) / 1000 - 60,
    );
    // Each waits for no more than one slice of each of those before it.
    expect(starts[1]).toBeLessThanOrEqual(30);
    expect(starts[2]).toBeLessThanOrEqual(60);
    expect((await database.execute("SELECT count(*) AS n FROM heavy_permits")).rows[0]?.n).toBe(0);
  });
});
