import { beforeEach, describe, expect, it } from "vitest";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import {
  AnswerInvalidError,
  AnswerTooLargeError,
  RemoteRefusedError,
  RemoteUnavailableError,
  TargetRefusedError,
} from "../../src/connectors/outbound/remote-error.ts";
import { ConnectorInvalidError } from "../../src/connectors/stored.ts";
import { SettingInvalidError } from "../../src/control/clients/setting.ts";
import { requestCancel, startRuns } from "../../src/control/runs/runs.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import type { Processor } from "../../src/processors/contract.ts";
import { RunFailure } from "../../src/processors/contract.ts";
import { openRunStatements, readOpen } from "../../src/runner/control/open-runs.ts";
import { tick } from "../../src/scheduler/tick.ts";
import type { Database } from "../../src/store/database.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { calling, completing } from "../harness/runner/processors.ts";
import { addClient, type RunnerOverrides, testRunner } from "../harness/runner/runner.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
let database: Database;
let clock: VirtualClock;

beforeEach(async () => {
  database = await freshFileDatabase();
  clock = new VirtualClock(NOON);
  await addClient(database as never, "north");
  await database.batch(
    Array.from({ length: 50 }, (_, index) => ({
      sql: "INSERT INTO components (id, client_id, kind, title, created_at, updated_at) VALUES (?, 1, 'course', '', 0, 0)",
      args: [index + 1],
    })),
    "write",
  );
});

const rows = async (sql: string) => (await database.execute(sql)).rows;
const run = async (id: number) => (await rows(`SELECT * FROM runs WHERE id = ${id}`))[0] as Record<string, unknown>;
const counts = async (id: number) => JSON.parse(String((await run(id)).counts)) as Record<string, number>;

async function queue(
  processors: readonly Processor[],
  id: string,
  extra: Record<string, unknown> = {},
  parameters = {},
) {
  const processor = processors.find((one) => one.id === id) as Processor;
  const [runId] = await startRuns(
    database,
    [
      {
        jobId: (extra.jobId as number) ?? processors.indexOf(processor) + 1,
        processor: id,
        jobName: id,
        load: processor.load,
        parameters,
        clientId: 1,
        nodeId: "",
        timeZone: "UTC",
        asOf: null,
        dryRun: extra.dryRun === true,
        requestedBy: "test",
      },
    ],
    clock.now(),
  );
  return runId as number;
}

/** Lets a runner work to its end, moving the clock to each instant that it waits for. */
async function work(
  processors: readonly Processor[],
  overrides: RunnerOverrides = {},
  until = Number.POSITIVE_INFINITY,
) {
  const runner = testRunner(database, processors, clock, 1, overrides);
  let next: number | null = clock.now();
  while (next !== null && next <= until) {
    await clock.advanceTo(Math.max(next, clock.now()));
    let ended = false;
    const working: Promise<number | null> = runner.work().finally(() => {
      ended = true;
    });
    while (!ended) {
      const [sleeper] = clock.waiting;
      await clock.advanceTo(sleeper !== undefined && sleeper <= until ? sleeper : clock.now());
    }
    next = await working;
  }
  return next;
}

describe("a run", () => {
  it("works through its steps and ends with what it counted", async () => {
    const processors = [completing({ id: "Work" })];
    const id = await queue(processors, "Work", {}, { chunkSize: 20 });
    await work(processors);
    expect(await run(id)).toMatchObject({ state: "ok", attempt: 1, lease: 1, started_at: NOON });
    expect(await counts(id)).toEqual({ scanned: 50, changed: 50, completed: 50 });
    expect((await rows("SELECT count(*) AS n FROM components WHERE planning_status = 'completed'"))[0]?.n).toBe(50);
    for (const table of ["job_stats", "job_totals"]) {
      const figures = { runs: 1, last_run_id: id, last_state: "ok", fates: "o", last_failed_at: null };
      expect((await rows(`SELECT * FROM ${table}`))[0]).toMatchObject(figures);
    }
  });

  it("that finds nothing to change ends as no_action", async () => {
    const processors = [completing({ id: "Work" })];
    await queue(processors, "Work");
    await work(processors);
    clock = new VirtualClock(NOON + 1000);
    const id = await queue(processors, "Work");
    await work(processors);
    expect(await run(id)).toMatchObject({ state: "no_action" });
  });

  it("taken up again after each of its steps leaves what an undisturbed one leaves", async () => {
    let killed = 0;
    const processors = [
      completing({ id: "Work" }, (step) => {
        if (step < 1) return;
        killed += 1;
        throw new Error("process gone");
      }),
    ];
    const id = await queue(processors, "Work", {}, { chunkSize: 10 });
    // Every attempt commits one step before it "dies"; the control row is put back as a killed process would leave it.
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await work(processors, {}, clock.now());
      await database.execute(
        "UPDATE runs SET state = 'running', not_before_at = NULL, attempt = 1 WHERE state = 'waiting'",
      );
    }
    expect(killed).toBeGreaterThan(3);
    expect(await run(id)).toMatchObject({ state: "ok" });
    expect(await counts(id)).toEqual({ scanned: 50, changed: 50, completed: 50 });
  });

  it("goes on in slices when its budget is used up", async () => {
    const processors = [completing({ id: "Work" }, () => clock.advance(700))];
    const id = await queue(processors, "Work", {}, { chunkSize: 5 });
    await work(processors, {
      slice: { wallMs: 1000, calls: 1000 },
      invocation: { wallMs: 3000, calls: 1000 },
    });
    expect(await run(id)).toMatchObject({ state: "ok", attempt: 1 });
    expect(Number((await run(id)).lease)).toBeGreaterThan(1);
    expect(await counts(id)).toEqual({ scanned: 50, changed: 50, completed: 50 });
  });

  it("is cancelled at its next step, and what it did stays", async () => {
    const processors = [
      completing({ id: "Work" }, async (step) => {
        await clock.advance(2000);
        if (step === 2) await requestCancel(database, 1, "admin", clock.now());
      }),
    ];
    const id = await queue(processors, "Work", {}, { chunkSize: 5 });
    await work(processors);
    expect(await run(id)).toMatchObject({ state: "cancelled", reason: "cancelled" });
    expect((await counts(id)).changed).toBe(15);
  });

  it("that lost its owner and is cancelled between the look and the claim does no work", async () => {
    const processors = [completing({ id: "Work" })];
    const id = await queue(processors, "Work");
    await database.execute(`UPDATE runs SET state = 'running', lease = 1, started_at = ${NOON} WHERE id = ${id}`);
    const asking = {
      execute: (...call: Parameters<Database["execute"]>) => database.execute(...call),
      transaction: (...call: Parameters<Database["transaction"]>) => database.transaction(...call),
      batch: async (...call: Parameters<Database["batch"]>) => {
        if (JSON.stringify(call[0]).includes("SET state = 'running'"))
          await requestCancel(database, id, "admin", clock.now());
        return await database.batch(...call);
      },
    } as Database;
    await testRunner(asking, processors, clock, 1, { storeOf: async () => database }).work();
    expect(await run(id)).toMatchObject({ state: "cancelled", reason: "cancelled" });
    expect((await rows("SELECT count(*) AS n FROM components WHERE planning_status = 'completed'"))[0]?.n).toBe(0);
  });

  it("stops after maxRows as partial", async () => {
    const processors = [completing({ id: "Work" })];
    const id = await queue(processors, "Work", {}, { chunkSize: 20, maxRows: 33 });
    await work(processors);
    expect(await run(id)).toMatchObject({ state: "partial", reason: "max_rows" });
    expect((await counts(id)).changed).toBe(33);
  });

  it("is tried again after 60 s and 120 s, from its checkpoint, then fails", async () => {
    const starts: number[] = [];
    const processors = [
      completing({ id: "Work" }, () => {
        starts.push(clock.now() - NOON);
        throw new RunFailure("remote_unavailable", "no server answers", { retry: true });
      }),
    ];
    const id = await queue(processors, "Work");
    await work(processors);
    expect(starts).toEqual([0, 60_000, 180_000]);
    expect(await run(id)).toMatchObject({ state: "failed", reason: "remote_unavailable", attempt: 3 });
  });

  it("whose remote service does not answer is tried again as the job's policy says, not before its Retry-After", async () => {
    const starts: number[] = [];
    const processors = [
      completing({ id: "Work" }, () => {
        starts.push(clock.now() - NOON);
        throw new RemoteUnavailableError("erp.example answered 503", { status: 503, retryAfterMs: 90_000 });
      }),
    ];
    const id = await queue(processors, "Work");
    await work(processors);
    expect(starts).toEqual([0, 90_000, 210_000]);
    expect(await run(id)).toMatchObject({
      state: "failed",
      reason: "remote_unavailable",
      attempt: 3,
      message: "erp.example answered 503",
    });
  });

  it.each([
    ["a remote service that refuses", new RemoteRefusedError("erp.example", 404, null, ""), "remote_refused"],
    ["an answer of the wrong shape", new AnswerInvalidError("erp.example", "items: is missing"), "answer_invalid"],
    ["an answer that is too large", new AnswerTooLargeError("erp.example", 10), "answer_too_large"],
    ["a target that is not allowed", new TargetRefusedError("10.0.0.1 is no public address"), "target_refused"],
    ["a setting that is not valid", new SettingInvalidError("x", "1", "it must be 2"), "invalid_configuration"],
    ["a connector that is not valid", new ConnectorInvalidError("mail", "config.port"), "invalid_configuration"],
  ])("that meets %s ends with its code, and is not tried again", async (_, error, reason) => {
    const processors = [
      completing({ id: "Work" }, () => {
        throw error;
      }),
    ];
    const id = await queue(processors, "Work");
    await work(processors);
    expect(await run(id)).toMatchObject({ state: "failed", reason, attempt: 1, message: error.message });
  });

  it("that fails for good is not tried again", async () => {
    const processors = [
      completing({ id: "Work" }, () => {
        throw new RunFailure("invalid_configuration", "setting x is not a number");
      }),
    ];
    const id = await queue(processors, "Work");
    await work(processors);
    expect(await run(id)).toMatchObject({
      state: "failed",
      reason: "invalid_configuration",
      attempt: 1,
      message: "setting x is not a number",
    });
  });

  it("of a processor that this release lacks waits and says so", async () => {
    const processors = [completing({ id: "Work" })];
    const id = await queue(processors, "Work");
    await work([]);
    expect(await run(id)).toMatchObject({ state: "waiting", reason: "unknown_processor" });
    await work(processors);
    expect(await run(id)).toMatchObject({ state: "ok" });
  });
});

describe("a dry run", () => {
  it("counts what it would do and changes nothing", async () => {
    const processors = [completing({ id: "Work" })];
    const id = await queue(processors, "Work", { dryRun: true }, { chunkSize: 20 });
    await work(processors);
    expect(await run(id)).toMatchObject({ state: "ok" });
    expect(await counts(id)).toEqual({ scanned: 50, changed: 50, completed: 50 });
    expect((await rows("SELECT count(*) AS n FROM components WHERE planning_status = 'completed'"))[0]?.n).toBe(0);
  });

  it("lists effects and makes none", async () => {
    let calls = 0;
    const processors = [calling({ id: "Call" }, 3, async () => ++calls)];
    const id = await queue(processors, "Call", { dryRun: true });
    await work(processors);
    expect(calls).toBe(0);
    expect(
      (await rows(`SELECT message FROM run_logs WHERE run_id = ${id} AND message LIKE 'Would do%'`)).map(
        (row) => row.message,
      ),
    ).toEqual(["Would do: call 1", "Would do: call 2", "Would do: call 3"]);
  });
});

describe("an effect", () => {
  it("whose outcome is known is not made again, one whose outcome was lost is unknown", async () => {
    const made: number[] = [];
    const processors = [
      calling({ id: "Call" }, 3, async (number) => {
        made.push(number);
        if (number === 2) throw new Error("killed between call and outcome");
        return "ok";
      }),
    ];
    const id = await queue(processors, "Call");
    await work(processors);
    expect(made).toEqual([1, 2, 3]);
    expect((await rows("SELECT title FROM components WHERE id = 1"))[0]?.title).toBe("1:done 2:unknown 3:done ");
    expect(await run(id)).toMatchObject({ state: "ok" });
  });

  it("that is repeatable is simply made again", async () => {
    const made: number[] = [];
    const processors = [
      calling(
        { id: "Call" },
        2,
        async (number) => {
          made.push(number);
          if (made.length === 2) throw new Error("killed");
          return "ok";
        },
        true,
      ),
    ];
    await queue(processors, "Call");
    await work(processors);
    expect(made).toEqual([1, 2, 2]);
    expect((await rows("SELECT title FROM components WHERE id = 1"))[0]?.title).toBe("1:done 2:done ");
  });
});

describe("a job with */10 * * * * ?", () => {
  it("runs six times a minute, each once and at its second, beside the same client's heavy run", async () => {
    const processors = [
      completing({ id: "Light" }),
      completing({ id: "Heavy", load: "heavy" }, () => clock.advance(730)),
    ];
    const catalogue = createCatalogue(processors);
    await createJob(
      { control: database, catalogue },
      { name: "Often", processor: "Light", clientId: 1, cron: "*/10 * * * * ?" },
      "test",
      NOON,
    );
    await database.execute("DELETE FROM components WHERE id > 0");
    await database.batch(
      Array.from({ length: 200 }, (_, index) => ({
        sql: "INSERT INTO components (id, client_id, kind, title, created_at, updated_at) VALUES (?, 1, 'course', '', 0, 0)",
        args: [index + 1],
      })),
      "write",
    );
    await tick({ control: database }, NOON, "cron");
    const heavy = await queue(processors, "Heavy", { jobId: 99 }, { chunkSize: 1 });
    await work(processors, {}, NOON + 119_000);
    const light = await rows(
      "SELECT scheduled_at, started_at, state FROM runs WHERE processor = 'Light' AND started_at IS NOT NULL ORDER BY scheduled_at",
    );
    expect(light.length).toBe(11);
    for (const row of light) {
      expect(["ok", "no_action"]).toContain(row.state);
      expect(Number(row.started_at) - Number(row.scheduled_at)).toBeLessThan(1000);
    }
    expect(new Set(light.map((row) => row.scheduled_at)).size).toBe(11);
    expect(Number((await run(heavy)).ended_at ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(NOON + 60_000);
  });
});

describe("among a client's waiting runs", () => {
  it("one whose processor must come after another waits for it, 60 minutes at most", async () => {
    let release = false;
    const processors = [
      completing({ id: "First" }, async () => {
        while (!release) await clock.sleepUntil(clock.now() + 60_000);
      }),
      completing({ id: "Second", after: ["First"] }),
    ];
    await queue(processors, "First");
    await database.execute(`INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at)
      VALUES (2, 1, 'schedule', ${NOON}, ${NOON}, 'Second', 'Second', 'light', '{}', 'UTC', 'planned', 0)`);
    const runner = testRunner(database, processors, clock, 1, { invocation: { wallMs: 10 * 3_600_000, calls: 1000 } });
    const working = runner.work();
    await clock.advance(59 * 60_000);
    expect(await run(2)).toMatchObject({ state: "waiting", reason: "order" });
    await clock.advance(2 * 60_000);
    expect(await run(2)).toMatchObject({ state: expect.stringMatching(/ok|no_action/), started_at: NOON + 3_600_000 });
    expect((await rows("SELECT message FROM run_logs WHERE run_id = 2 AND level = 'warn'"))[0]?.message).toMatch(
      /First.*60 minutes/,
    );
    release = true;
    await clock.advance(60_000);
    await working;
  });

  it("one that catches up after hours waits all the same, 60 minutes from when it was planned", async () => {
    const late = NOON - 5 * 3_600_000;
    let firstEnded = 0;
    const processors = [
      completing({ id: "First" }, async () => {
        await clock.sleepUntil(NOON + 60_000);
        firstEnded = clock.now();
      }),
      completing({ id: "Second", after: ["First"] }),
    ];
    await database.execute(`INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at)
      VALUES (1, 1, 'schedule', ${late}, ${late}, 'First', 'First', 'light', '{}', 'UTC', 'planned', ${NOON}),
        (2, 1, 'schedule', ${late + 1}, ${late + 1}, 'Second', 'Second', 'light', '{}', 'UTC', 'planned', ${NOON})`);
    await work(processors, {}, NOON + 300_000);
    expect(firstEnded).toBeGreaterThan(0);
    expect(Number((await run(2)).started_at)).toBeGreaterThanOrEqual(firstEnded);
    expect(await rows("SELECT message FROM run_logs WHERE run_id = 2 AND level = 'warn'")).toEqual([]);
  });

  it("heavy ones go one at a time, in the order of their due instants", async () => {
    const spans: [string, number][] = [];
    const heavy = (id: string) =>
      completing({ id, load: "heavy" }, async () => {
        spans.push([id, clock.now() - NOON]);
        await clock.advance(1000);
      });
    const processors = [heavy("A"), heavy("B")];
    await queue(processors, "B");
    await queue(processors, "A");
    await work(processors);
    expect(spans).toEqual([
      ["B", 0],
      ["A", 1000],
    ]);
  });

  it("an occurrence of a job that is still at work is skipped as a duplicate", async () => {
    const processors = [completing({ id: "Work" })];
    const first = await queue(processors, "Work");
    clock = new VirtualClock(NOON + 1);
    const second = await queue(processors, "Work");
    await work(processors);
    expect(await run(first)).toMatchObject({ state: "ok" });
    expect(await run(second)).toMatchObject({ state: "skipped", reason: "duplicate" });
  });

  it("are looked at without a write, also those that have come due", async () => {
    await queue([completing({ id: "Work" })], "Work");
    await database.execute("UPDATE runs SET state = 'planned'");
    const modes: (string | undefined)[] = [];
    const watched: Database = {
      ...database,
      execute: () => Promise.reject(new Error("One batch is enough")),
      batch: (statements, mode) => {
        modes.push(mode as string);
        return database.batch(statements, mode);
      },
    };
    const open = await readOpen(watched, 1, NOON);
    expect(open.due.map(({ state }) => state)).toEqual(["planned"]);
    expect(modes).toEqual(["read"]);
    expect(openRunStatements(1, NOON).filter(({ sql }) => !/^\s*SELECT/.test(sql))).toEqual([]);
  });

  it("are read without scanning a table", async () => {
    for (const statement of openRunStatements(1, NOON)) {
      const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${statement.sql}`, args: statement.args });
      for (const row of plan.rows) expect(String(row.detail)).not.toMatch(/^SCAN (runs|settings|blackouts|clients)/);
    }
  });
});

describe("a run of a client whose zone this host does not know", () => {
  it("fails before anything is read or written, and says what to do", async () => {
    await database.execute("UPDATE clients SET time_zone = 'America/New_Thule' WHERE id = 1");
    const processors = [completing({ id: "Plain" })];
    const id = await queue(processors, "Plain");
    await testRunner(database, processors, clock, 1).work();
    expect(await run(id)).toMatchObject({ state: "failed", reason: "unknown_time_zone" });
    expect((await run(id)).message).toContain("America/New_Thule");
    expect(await counts(id)).toEqual({});
  });
});
