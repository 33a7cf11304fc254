import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  AnswerInvalidError,
  RemoteError,
  RemoteRefusedError,
  RemoteUnavailableError,
} from "../../src/connectors/outbound/remote-error.ts";
import { SettingInvalidError } from "../../src/control/clients/setting.ts";
import { readRun, startRuns } from "../../src/control/runs/runs.ts";
import {
  defineProcessor,
  type Processor,
  RunFailure,
  TOO_MANY_FAILURES,
  type Unit,
} from "../../src/processors/contract.ts";
import { unitOf } from "../../src/processors/unit-of.ts";
import type { Database } from "../../src/store/database.ts";
import { DatabaseOutageError } from "../../src/store/outage.ts";
import { sql } from "../../src/store/sql.ts";
import { thisClient } from "../../src/store/statement.ts";
import { LeaseLostError } from "../../src/store/step/step.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { plain } from "../harness/runner/processors.ts";
import { addClient, type RunnerOverrides, testRunner } from "../harness/runner/runner.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const COURSES = 20;
let database: Database;
let clock: VirtualClock;

beforeEach(async () => {
  database = await freshFileDatabase();
  clock = new VirtualClock(NOON);
  await addClient(database as never, "north");
  await database.batch(
    Array.from({ length: COURSES }, (_, index) => ({
      sql: "INSERT INTO components (id, client_id, kind, title, created_at, updated_at) VALUES (?, 1, 'course', '', 0, 0)",
      args: [index + 1],
    })),
    "write",
  );
});

/** Names every course `done`, `chunkSize` at a time, except where `judge` makes something else of it. */
function judging(judge: (id: number, unit: Unit) => Unit | Promise<Unit>, between = async () => {}): Processor {
  return defineProcessor<z.ZodObject, { after: number }, string, string>({
    id: "Judging",
    ...plain,
    parameters: z.strictObject({}),
    async *run({ rows, cursor, parameters }) {
      let after = cursor?.after ?? 0;
      for (;;) {
        const found = await rows.all<{ id: number }>(
          sql`SELECT id FROM components WHERE client_id = ${thisClient} AND id > ${after} ORDER BY id LIMIT ${parameters.chunkSize}`,
        );
        const last = found.at(-1);
        if (!last) return undefined;
        await between();
        after = last.id;
        const write = (id: number) =>
          sql`UPDATE components SET title = title || 'done ' WHERE client_id = ${thisClient} AND id = ${id}`;
        const units = await Promise.all(found.map(({ id }) => judge(id, { ref: `course:${id}`, writes: [write(id)] })));
        yield { units, cursor: { after } };
      }
    },
  });
}

const bad = (unit: Unit): Unit => ({
  ...unit,
  writes: [],
  failure: { code: "course_full", message: "No place is left" },
});
const refused = (id: number, unit: Unit): Unit => ({
  ...unit,
  writes: [sql`UPDATE components SET title = NULL WHERE client_id = ${thisClient} AND id = ${id}`],
});

async function queue(parameters: Record<string, unknown>, jobId = 1, dryRun = false): Promise<number> {
  const start = { jobId, processor: "Judging", jobName: "Judging", load: "light", parameters, clientId: 1, nodeId: "" };
  const [id] = await startRuns(
    database,
    [{ ...start, timeZone: "UTC", asOf: null, dryRun, requestedBy: "test" } as never],
    clock.now(),
  );
  return id as number;
}

async function work(processor: Processor, overrides: RunnerOverrides = {}): Promise<void> {
  const runner = testRunner(database, [processor], clock, 1, overrides);
  let next: number | null = clock.now();
  while (next !== null) {
    await clock.advanceTo(Math.max(next, clock.now()));
    next = await runner.work();
  }
}

async function play(processor: Processor, parameters: Record<string, unknown>, jobId = 1) {
  const id = await queue(parameters, jobId);
  await work(processor);
  await clock.advance(1_000);
  return await readRun(database, id);
}

const titles = async () =>
  (await database.execute("SELECT title FROM components ORDER BY id")).rows.map((row) => String(row.title));

describe("a failure that a processor hands in", () => {
  it("is counted and listed, and never ends the run", async () => {
    const run = await play(
      judging((id, unit) => (id <= 15 ? bad(unit) : unit)),
      { maxFailures: 0, chunkSize: 4 },
    );
    expect(run).toMatchObject({ state: "partial", counts: { scanned: 20, failed: 15, changed: 5 } });
    expect(run?.errors).toHaveLength(15);
    expect(run?.errors[0]).toMatchObject({ ref: "course:1", code: "course_full" });
  });
});

describe("an unexpected failure", () => {
  it("of one row does not stop the others", async () => {
    const thrown = judging((id, unit) =>
      unitOf(unit.ref, () => {
        if (id === 3) throw new RangeError("Invalid time zone specified: Mars/Olympus");
        return unit;
      }),
    );
    expect(await play(thrown, {})).toMatchObject({
      state: "partial",
      counts: { scanned: 20, failed: 1, changed: 19 },
      errors: [{ ref: "course:3", code: "row_error", message: "Invalid time zone specified: Mars/Olympus" }],
    });
  });

  it.each([
    ["a row that the database refuses", (id: number, unit: Unit) => refused(id, unit), "constraint"],
    [
      "a throw while a unit is built",
      (_: number, unit: Unit) => unitOf(unit.ref, () => Promise.reject(new Error("broken"))),
      "row_error",
    ],
  ])("ends the run above maxFailures: %s", async (_, judge, code) => {
    const run = await play(
      judging((id, unit) => (id <= 6 ? judge(id, unit) : unit)),
      { maxFailures: 3, chunkSize: 2 },
    );
    expect(run).toMatchObject({ state: "failed", reason: "too_many_failures", counts: { scanned: 4, failed: 4 } });
    expect(run?.errors.map((error) => error.code)).toEqual([code, code, code, code]);
    const fits = await play(
      judging((id, unit) => (id <= 6 ? judge(id, unit) : unit)),
      { maxFailures: 6, chunkSize: 2 },
    );
    expect(fits).toMatchObject({ state: "partial", counts: { failed: 6, changed: 14 } });
  });

  it("is counted on when the run is taken up again", async () => {
    // Every step takes longer than a slice may, and expected failures lie between the others.
    const slow = judging(
      (id, unit) => (id % 2 === 0 ? bad(unit) : refused(id, unit)),
      () => clock.advance(30_000),
    );
    const id = await queue({ maxFailures: 3, chunkSize: 2 });
    await work(slow);
    expect(await readRun(database, id)).toMatchObject({
      state: "failed",
      reason: "too_many_failures",
      counts: { scanned: 8, failed: 8 },
    });
  });

  it("is told to the processor, which may give up what it is at, go on with the next, and end as failed itself", async () => {
    const giving = (between = async () => {}) =>
      defineProcessor<z.ZodObject, { part: number; failed: boolean }, string, string>({
        id: "Judging",
        ...plain,
        parameters: z.strictObject({}),
        async *run({ cursor }) {
          let failed = cursor?.failed ?? false;
          for (let part = (cursor?.part ?? 0) + 1; part <= 4; part += 1) {
            const unit = { ref: `course:${part}`, writes: [] };
            await between();
            try {
              yield { units: part === 2 ? [refused(2, unit), refused(3, unit)] : [unit], cursor: { part, failed } };
            } catch (error) {
              if (!(error instanceof RunFailure)) throw error;
              failed = true;
              yield { cursor: { part, failed } };
            }
          }
          return failed ? { state: "failed", code: TOO_MANY_FAILURES, message: "Part 2 was given up" } : undefined;
        },
      });
    const ended = {
      state: "failed",
      reason: "too_many_failures",
      message: "Part 2 was given up",
      counts: { scanned: 5, failed: 2 },
    };
    expect(await play(giving(), { maxFailures: 1 })).toMatchObject(ended);
    // A run that is taken up again behind that is not told once more.
    const slow = giving(() => clock.advance(30_000));
    expect(await play(slow, { maxFailures: 1 })).toMatchObject(ended);
  });

  it.each([
    ["an end that the processor orders", new RunFailure("remote_unavailable", "gone")],
    ["a lost lease", new LeaseLostError(1, 1)],
    ["a database out of reach", new DatabaseOutageError("gone")],
    ["a setting that is not valid", new SettingInvalidError("x", "1", "it must be 2")],
    ["a remote service out of reach", new RemoteUnavailableError("erp.example answered 503")],
    ["a remote error of a new kind that may pass by", new RemoteError("throttled", "slower", { retry: true })],
  ])("is not %s: that concerns the run", async (_, error) => {
    await expect(unitOf("course:1", () => Promise.reject(error))).rejects.toBe(error);
  });

  it.each([
    ["remote_refused", new RemoteRefusedError("erp.example", 404, null, "")],
    ["answer_invalid", new AnswerInvalidError("erp.example", "items: is missing")],
    ["remote_unavailable", new RemoteUnavailableError("erp.example answered 503", { isolated: true })],
  ])("is a remote error that concerns one row, with its own code %s", async (code, error) => {
    expect(await unitOf("course:1", () => Promise.reject(error))).toEqual({
      ref: "course:1",
      writes: [],
      failure: { code, message: error.message, unexpected: true },
    });
  });
});

describe("maxRows", () => {
  const naming = judging((_, unit) => unit);
  const done = async () => (await titles()).map((title) => title.split(" ").length - 1).join("");

  it("lets several runs work through everything, each going on behind the last row of the one before", async () => {
    for (const expected of ["11111110000000000000", "11111111111111000000", "11111111111111111111"]) {
      await play(naming, { maxRows: 7, chunkSize: 3 });
      expect(await done()).toBe(expected);
    }
  });

  it("starts anew after the run that came to the end", async () => {
    const states: unknown[] = [];
    for (let run = 0; run < 4; run += 1)
      states.push((await play(naming, { maxRows: 8, chunkSize: 5 }))?.counts.scanned);
    expect(states).toEqual([8, 8, 4, 8]);
    expect(await done()).toBe("22222222111111111111");
  });

  it("ends as partial and says that the next run goes on", async () => {
    expect(await play(naming, { maxRows: 5 })).toMatchObject({
      state: "partial",
      reason: "max_rows",
      counts: { scanned: 5 },
      message: expect.stringContaining("the next run goes on"),
    });
  });

  it("keeps a position for each job", async () => {
    await play(naming, { maxRows: 5 });
    await play(naming, { maxRows: 4 }, 2);
    await play(naming, { maxRows: 5 });
    expect(await done()).toBe("22221111110000000000");
  });

  it("is left alone by a run without it, and by a dry run", async () => {
    await play(naming, { maxRows: 5 });
    await play(naming, {});
    await queue({ maxRows: 5 }, 1, true);
    await work(naming);
    await clock.advance(1_000);
    await play(naming, { maxRows: 5 });
    expect(await done()).toBe("22222222221111111111");
  });

  it("holds when the run is killed between its last row and its end", async () => {
    let kill = true;
    const id = await queue({ maxRows: 5 });
    const dying: Database = {
      ...database,
      execute: (statement: never) => database.execute(statement),
      transaction: (mode: never) => database.transaction(mode),
      batch: async (statements: never, mode: never) => {
        if (kill && JSON.stringify(statements).includes("max_rows:")) throw new Error("killed");
        return database.batch(statements, mode);
      },
    } as never;
    await testRunner(database, [naming], clock, 1, { storeOf: async () => dying } as never)
      .work()
      .catch(() => undefined);
    expect(await done()).toBe("11111000000000000000");
    kill = false;
    await clock.advance(1_000);
    await work(naming);
    expect(await readRun(database, id)).toMatchObject({ state: "partial", reason: "max_rows", counts: { scanned: 5 } });
    await play(naming, { maxRows: 5 });
    expect(await done()).toBe("11111111110000000000");
  });
});
