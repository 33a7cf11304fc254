import { beforeEach, describe, expect, it } from "vitest";
import { startRuns } from "../../src/control/runs/runs.ts";
import type { Processor } from "../../src/processors/contract.ts";
import { Runner } from "../../src/runner/runner.ts";
import type { Database } from "../../src/store/database.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { series } from "../harness/database/series.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient, runnerPorts } from "../harness/runner/runner.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
let database: Database;
let clock: VirtualClock;

/** The calls that a runner made: `read` or `write`, and their statements. */
interface Call {
  readonly mode: string;
  readonly statements: readonly string[];
}
let calls: Call[];

/** The database, each call noted; one that fails is noted before it does. */
const noted = (): Database => ({
  execute: (...call: Parameters<Database["execute"]>) => {
    calls.push({ mode: "execute", statements: [textOf(call[0])] });
    return database.execute(...call);
  },
  batch: (...call: Parameters<Database["batch"]>) => {
    calls.push({ mode: String(call[1]), statements: call[0].map(textOf) });
    return database.batch(...call);
  },
  transaction: () => Promise.reject(new Error("A run that is no dry run opens no transaction")),
});
const textOf = (statement: unknown) =>
  (typeof statement === "string" ? statement : String((statement as { sql: string }).sql)).trim();

const run = async (id: number) => ({ ...(await database.execute(`SELECT * FROM runs WHERE id = ${id}`)).rows[0] });
const rows = async (sql: string) => (await database.execute(sql)).rows.map((row) => ({ ...row }));

async function plan(processor: Processor, clientId = 1, extra = ""): Promise<number> {
  const start = { jobId: 1, processor: processor.id, jobName: "J", load: processor.load, parameters: {}, clientId };
  const more = { nodeId: "", timeZone: "UTC", asOf: null, dryRun: false, requestedBy: "test" };
  const [id] = await startRuns(database, [{ ...start, ...more }], NOON);
  await database.execute(`UPDATE runs SET state = 'planned', kind = 'schedule'${extra} WHERE id = ${id}`);
  return id as number;
}

const runnerOf = (processors: readonly Processor[], clientId = 1, through = noted()) =>
  new Runner(runnerPorts(through, processors, clock), clientId);

beforeEach(async () => {
  database = await freshFileDatabase();
  clock = new VirtualClock(NOON);
  calls = [];
  for (const key of ["north", "south"]) await addClient(database as never, key);
});

const work = completing({ id: "Work" });
const handedOver = (id: number, dueAt = NOON) => [{ id, dueAt, processor: "Work" }];

describe("a light run that does nothing, handed over by the tick, on the shared database", () => {
  it("costs three round trips: claim with checkpoint, the processor's read, last step with the end", async () => {
    const id = await plan(work);
    expect(await runnerOf([work]).work(handedOver(id))).toBeNull();
    expect(await run(id)).toMatchObject({
      state: "no_action",
      attempt: 1,
      lease: 1,
      message: "Nothing had to be changed",
    });
    expect(calls.map(({ mode, statements }) => [mode, statements.length])).toEqual([
      ["write", 6],
      ["execute", 1],
      ["write", 7],
    ]);
  });

  it("is not looked at before its second: nothing is read until then, and no look follows", async () => {
    const id = await plan(work, 1, `, due_at = ${NOON + 90_000}`);
    const runner = runnerOf([work]);
    expect(await runner.work(handedOver(id, NOON + 90_000))).toBe(NOON + 90_000);
    expect(calls).toEqual([]);
    await clock.advanceTo(NOON + 90_000);
    expect(await runner.work([])).toBeNull();
    expect(calls).toHaveLength(3);
    expect(await run(id)).toMatchObject({ state: "no_action", started_at: NOON + 90_000 });
  });

  it("is followed by the next one, which its end names, for three more", async () => {
    const [first, second] = [await plan(work), await plan(work, 1, `, job_id = 2, due_at = ${NOON + 1000}`)];
    const runner = runnerOf([work]);
    expect(await runner.work(handedOver(first))).toBe(NOON + 1000);
    await clock.advanceTo(NOON + 1000);
    expect(await runner.work([])).toBeNull();
    expect(calls).toHaveLength(6);
    expect(await run(second)).toMatchObject({ state: "no_action", started_at: NOON + 1000 });
  });

  it("leaves a hint that was wrong behind, and finds by a look what there is instead", async () => {
    const id = await plan(work);
    expect(await runnerOf([work]).work(handedOver(id + 7))).toBeNull();
    expect(await run(id)).toMatchObject({ state: "no_action" });
    const late = await plan(work, 1, `, job_id = 2, due_at = ${NOON + 1000}`);
    // Its due instant moved on behind the hint.
    expect(await runnerOf([work]).work(handedOver(late))).toBe(NOON + 1000);
    expect(await run(late)).toMatchObject({ state: "planned" });
  });

  it("begins no batch with a statement that asks what the one before it changed", async () => {
    await runnerOf([work]).work(handedOver(await plan(work)));
    for (const { statements } of calls) expect(statements[0]).not.toMatch(/changes\(\)|last_insert_rowid\(\)/);
  });
});

describe("a look for work", () => {
  it("of 1,000 clients with a run that is due later, and of as many without one, writes nothing", async () => {
    await database.execute(`INSERT INTO clients (key, name, time_zone, created_at, updated_at)
      SELECT 'c' || value, '', 'UTC', 0, 0 FROM ${series(1, 998)}`);
    await database.execute(`INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at)
      SELECT 1, id, 'schedule', ${NOON}, ${NOON + 1}, 'Work', 'J', 'light', '{}', 'UTC', 'planned', 0 FROM clients WHERE id % 2`);
    const through = noted();
    for (let clientId = 1; clientId <= 1000; clientId += 1)
      expect(await runnerOf([work], clientId, through).work()).toBe(clientId % 2 ? NOON + 1 : null);
    expect(calls).toHaveLength(1000);
    expect(calls.filter(({ mode }) => mode !== "read")).toEqual([]);
  });
});

describe("the last step and the end of a run, in one database", () => {
  /** A processor of one step. @param failed how many of its units fail */
  const failing = (failed: number, message?: string): Processor => ({
    ...work,
    async *run() {
      const units = Array.from({ length: failed }, (_, index) => ({
        ref: `course:${index}`,
        writes: [],
        failure: { code: "test", message: `No. ${index}` },
      }));
      yield { units: [...units, { ref: "course:x", writes: [] }], cursor: null };
      return message === undefined ? undefined : { state: "partial" as const, message };
    },
  });
  const errors = async (id: number) => JSON.parse(String((await run(id)).errors)) as { ref: string; message: string }[];
  const lastLine = async () => (await rows("SELECT level, message, data FROM run_logs ORDER BY id DESC LIMIT 1"))[0];

  it("copy the first 100 failures, the first of them into the message and the log, without a read of them", async () => {
    const id = await plan(work);
    await runnerOf([failing(130)]).work(handedOver(id));
    const message = "130 of 131 failed; the others are done. The first: course:0: No. 0";
    expect(await run(id)).toMatchObject({ state: "partial", message });
    expect((await errors(id)).map(({ ref }) => ref)).toEqual(
      Array.from({ length: 100 }, (_, index) => `course:${index}`),
    );
    expect((await errors(id))[7]).toEqual({ ref: "course:7", code: "test", message: "No. 7" });
    expect(await lastLine()).toEqual({
      level: "info",
      message: `Ended: partial – ${message}`,
      data: JSON.stringify({ scanned: 131, failed: 130, skipped: 1 }),
    });
    expect(calls.filter(({ mode }) => mode === "execute")).toEqual([]);
  });

  it("keep a message of the processor's own beside the failures", async () => {
    const id = await plan(work);
    await runnerOf([failing(1, "Own words")]).work(handedOver(id));
    expect(await run(id)).toMatchObject({ state: "partial", message: "Own words" });
    expect(await errors(id)).toHaveLength(1);
    expect((await lastLine())?.message).toBe("Ended: partial – Own words");
  });

  it.each<[string, boolean]>([
    ["after it was made: it is looked up, and nothing is made twice", true],
    ["before it was made: the run goes on from its checkpoint", false],
  ])("survive an answer that is lost %s", async (_name, made) => {
    const id = await plan(work);
    let lose = true;
    const through: Database = {
      ...noted(),
      batch: async (...call: Parameters<Database["batch"]>) => {
        const isEnd = call[0].some((statement) => textOf(statement).includes("done = 1"));
        if (!isEnd || !lose) return await database.batch(...call);
        lose = false;
        if (made) await database.batch(...call);
        throw new TypeError("fetch failed");
      },
    };
    const runner = runnerOf([work], 1, through);
    const next = await runner.work(handedOver(id));
    if (next !== null) {
      await clock.advanceTo(next);
      await runner.work([]);
    }
    expect(next === null).toBe(made);
    expect(await run(id)).toMatchObject({ state: "no_action", lease: made ? 1 : 2 });
    expect(await rows("SELECT runs FROM job_stats")).toEqual([{ runs: 1 }]);
    expect(await rows("SELECT done FROM checkpoints")).toEqual([{ done: 1 }]);
    expect((await rows("SELECT message FROM run_logs WHERE message LIKE 'Ended%'")).length).toBe(1);
  });

  it("are refused together once the lease has moved on", async () => {
    const id = await plan(work);
    const stolen = completing({ id: "Work" }, async () => {
      await database.execute("UPDATE checkpoints SET lease = 9");
    });
    await database.execute(
      "INSERT INTO components (client_id, kind, title, created_at, updated_at) VALUES (1, 'course', '', 0, 0)",
    );
    await runnerOf([stolen])
      .work(handedOver(id))
      .catch(() => undefined);
    expect(await run(id)).toMatchObject({ state: "running", ended_at: null });
    expect(await rows("SELECT * FROM job_stats")).toEqual([]);
    expect(await rows("SELECT done FROM checkpoints")).toEqual([{ done: 0 }]);
  });
});

describe("where a client has a database of its own", () => {
  it("the store is written first and control follows, as two batches", async () => {
    await database.execute("UPDATE clients SET database_url = 'own' WHERE id = 1");
    const own = await freshFileDatabase();
    const places: string[] = [];
    const watched = (place: string, target: Database): Database => ({
      execute: (...call: Parameters<Database["execute"]>) => target.execute(...call),
      transaction: (...call: Parameters<Database["transaction"]>) => target.transaction(...call),
      batch: (...call: Parameters<Database["batch"]>) => {
        const texts = call[0].map(textOf).join("\n");
        if (texts.includes("done = 1")) places.push(`${place}: checkpoint`);
        if (texts.includes("ended_at =")) places.push(`${place}: end`);
        return target.batch(...call);
      },
    });
    const store = watched("store", own);
    const id = await plan(work);
    const ports = runnerPorts(watched("control", database), [work], clock, { storeOf: async () => store });
    expect(await new Runner(ports, 1).work(handedOver(id))).toBeNull();
    expect(places).toEqual(["store: checkpoint", "control: end"]);
    expect(await run(id)).toMatchObject({ state: "no_action" });
    expect((await own.execute("SELECT done FROM checkpoints")).rows[0]?.done).toBe(1);
    expect(await rows("SELECT * FROM checkpoints")).toEqual([]);
  });
});
