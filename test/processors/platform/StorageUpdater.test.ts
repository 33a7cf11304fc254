import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { checkJob } from "../../../src/administration/jobs/job-input.ts";
import { noFiles } from "../../../src/files/no-files.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import { type Processor, RunFailure } from "../../../src/processors/contract.ts";
import { StorageUpdater, storageUpdater, UpdateStepsError } from "../../../src/processors/platform/StorageUpdater.ts";
import type { UpdateStep } from "../../../src/processors/platform/update-steps.ts";
import { readSites } from "../../../src/scheduler/align.ts";
import { countingDatabase, type Database } from "../../../src/store/database.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { plansFor } from "../../harness/plans.ts";
import type { RunnerOverrides } from "../../harness/runner/runner.ts";
import { NIGHT, Stage } from "../../harness/stage.ts";
import { movingFiles } from "./update-steps.ts";

let database: Database;
/** Of all stages of a test: releases that follow each other. */
let clock: VirtualClock;
/** What the steps did, in order. */
let done: string[];
/** What a step throws, by its id. */
let faults: Record<string, Error>;
beforeEach(async () => {
  database = await Stage.fresh();
  clock = new VirtualClock(NIGHT);
  done = [];
  faults = {};
});

/** A step of three parts. */
const parts = (id: string, position: number): UpdateStep<{ part: number }> => ({
  id,
  position,
  cursor: z.strictObject({ part: z.int() }),
  async *run(_context, from) {
    for (let part = (from?.part ?? 0) + 1; part <= 3; part += 1) {
      if (part === 3 && faults[id]) throw faults[id];
      done.push(`${id} ${part}`);
      yield { cursor: { part } };
    }
  },
});

const three = [parts("b", 20), parts("c", 30), parts("a", 10)];
const partsOf = (...ids: string[]) => ids.flatMap((id) => [1, 2, 3].map((part) => `${id} ${part}`));
const upTo = (id: string) => [`${id} 1`, `${id} 2`];

class Updates extends Stage {
  /** A run of the schedule, or one that was started by hand. */
  async play(
    parameters: Record<string, unknown> = {},
    kind: "schedule" | "manual" = "schedule",
    ports: RunnerOverrides = {},
  ) {
    const id = await this.start({ parameters });
    await this.database.execute({ sql: "UPDATE runs SET kind = ? WHERE id = ?", args: [kind, id] });
    await this.toEnd({ ports });
    return this.outcome(id);
  }

  /** How far each step is: state, attempts. */
  async steps() {
    const rows = await this.rows<{ id: string; state: string; attempts: number }>(
      "SELECT id, state, attempts FROM update_steps ORDER BY position",
    );
    return Object.fromEntries(rows.map(({ id, state, attempts }) => [id, `${state} ${attempts}`]));
  }
}

const stageOf = (...steps: readonly UpdateStep[]) => new Updates(database, [storageUpdater(steps)], { clock });

describe("StorageUpdater", () => {
  it("carries out the steps that are not done in the order of their positions, one at a time, each once", async () => {
    const stage = stageOf(...three);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { scanned: 3, changed: 3, steps: 3 } });
    expect(done).toEqual(partsOf("a", "b", "c"));
    expect(await stage.steps()).toEqual({ a: "done 1", b: "done 1", c: "done 1" });
    expect(await stage.play()).toMatchObject({ state: "no_action" });
    expect(done).toHaveLength(9);
  });

  it("says of a step when it began and ended", async () => {
    const stage = stageOf(parts("a", 10));
    const { id } = await stage.play();
    expect(await stage.rows("SELECT * FROM update_steps")).toEqual([
      {
        id: "a",
        position: 10,
        state: "done",
        attempts: 1,
        run_id: id,
        started_at: stage.clock.now(),
        ended_at: stage.clock.now(),
        error: null,
      },
    ]);
  });

  it("carries out a step that a later release puts between others", async () => {
    await stageOf(parts("a", 10), parts("c", 30)).play();
    done = [];
    expect(await stageOf(...three).play()).toMatchObject({ state: "ok", counts: { steps: 1 } });
    expect(done).toEqual(partsOf("b"));
  });

  it("is sliced within a step, and goes on behind the part that is done", async () => {
    const stage = stageOf(...three);
    const run = await stage.play({}, "schedule", { slice: { wallMs: 1_000_000, calls: 1 } });
    expect(run).toMatchObject({ state: "ok", counts: { steps: 3 } });
    expect(done).toEqual(partsOf("a", "b", "c"));
    expect(await stage.steps()).toEqual({ a: "done 1", b: "done 1", c: "done 1" });
  });

  it("stops at a step that fails, keeps its error, and begins it anew with the next run", async () => {
    const stage = stageOf(...three);
    faults.b = new Error("the bucket is full");
    const failed = await stage.play();
    expect(failed).toMatchObject({ state: "partial", counts: { scanned: 2, changed: 1, failed: 1, steps: 1 } });
    expect(failed.errors).toEqual([{ ref: "step:b", code: "step_failed", message: "the bucket is full" }]);
    expect(await stage.steps()).toEqual({ a: "done 1", b: "failed 1" });
    expect(await stage.rows("SELECT error FROM update_steps WHERE id = 'b'")).toEqual([
      { error: "the bucket is full" },
    ]);
    faults = {};
    done = [];
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { steps: 2 } });
    expect(done).toEqual(partsOf("b", "c"));
    expect(await stage.rows("SELECT error FROM update_steps WHERE id = 'b'")).toEqual([{ error: null }]);
    expect(await stage.steps()).toEqual({ a: "done 1", b: "done 2", c: "done 1" });
  });

  it("stops at a step that fails in a run of several slices", async () => {
    const stage = stageOf(...three);
    faults.a = new RunFailure("no_space", "the bucket is full");
    const run = await stage.play({}, "schedule", { slice: { wallMs: 1_000_000, calls: 1 } });
    expect(run).toMatchObject({ state: "partial", counts: { failed: 1 } });
    expect(done).toEqual(upTo("a"));
    expect(await stage.steps()).toEqual({ a: "failed 1" });
  });

  it("takes a step for failed of which a row failed", async () => {
    const withRow = (failing: boolean): UpdateStep<null> => ({
      id: "a",
      position: 10,
      cursor: z.null(),
      async *run() {
        const failure = { code: "bad_row", message: "It is bad" };
        yield { cursor: null, units: failing ? [{ ref: "row:1", writes: [], failure }] : [] };
      },
    });
    const stage = stageOf(withRow(true), parts("b", 20));
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { failed: 1 } });
    expect(run.counts.steps ?? 0).toBe(0);
    expect(await stage.steps()).toEqual({ a: "failed 1" });
    expect(await stage.rows("SELECT error FROM update_steps")).toEqual([
      { error: `Rows of it failed; run ${run.id} lists them` },
    ]);
    expect(done).toEqual([]);
    expect(await stageOf(withRow(false), parts("b", 20)).play()).toMatchObject({ state: "ok", counts: { steps: 2 } });
  });

  it("begins a step again up to its fifth attempt, then by hand only", async () => {
    const stage = stageOf(...three);
    faults.a = new Error("the bucket is full");
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await stage.play();
      expect(await stage.steps()).toEqual({ a: `failed ${attempt}` });
    }
    done = [];
    const given = await stage.play();
    expect(given).toMatchObject({ state: "partial", counts: { failed: 1 } });
    expect(given.errors).toMatchObject([{ ref: "step:a", code: "given_up" }]);
    expect(given.errors[0]?.message).toContain("the bucket is full");
    expect(done).toEqual([]);
    await stage.play({ stepId: "a" });
    expect(done).toEqual([]);
    await stage.play({}, "manual");
    expect(done).toEqual(upTo("a"));
    expect(await stage.steps()).toEqual({ a: "failed 6" });
    faults = {};
    expect(await stage.play({ stepId: "a" }, "manual")).toMatchObject({ state: "ok", counts: { steps: 1 } });
    expect(await stage.steps()).toEqual({ a: "done 7" });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { steps: 2 } });
  });

  it("counts an attempt whose run ended in the middle of it", async () => {
    await database.execute(
      "INSERT INTO update_steps (id, position, state, attempts, run_id) VALUES ('a', 10, 'running', 5, 77)",
    );
    const stage = stageOf(parts("a", 10));
    expect((await stage.play()).errors).toMatchObject([{ code: "given_up" }]);
    expect(await stage.play({}, "manual")).toMatchObject({ state: "ok" });
    expect(await stage.steps()).toEqual({ a: "done 6" });
  });

  it("leaves a step alone that another run is at", async () => {
    const stage = stageOf(...three);
    const other = await stage.start();
    await database.execute({
      sql: "UPDATE runs SET state = 'running', lease = 1, client_id = 9 WHERE id = ?",
      args: [other],
    });
    await database.execute({
      sql: "INSERT INTO update_steps (id, position, state, attempts, run_id) VALUES ('a', 10, 'running', 1, ?)",
      args: [other],
    });
    expect(await stage.play()).toMatchObject({ state: "no_action", message: "Another run is at the step a" });
    expect(done).toEqual([]);
    await database.execute({ sql: "UPDATE runs SET state = 'failed', ended_at = 1 WHERE id = ?", args: [other] });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { steps: 3 } });
    expect(await stage.steps()).toEqual({ a: "done 2", b: "done 1", c: "done 1" });
  });

  it("carries out one step with stepId, and refuses it while an earlier one is not done", async () => {
    const stage = stageOf(...three);
    const refused = await stage.play({ stepId: "b" }, "manual");
    expect(refused).toMatchObject({ state: "failed", reason: "earlier_step_open" });
    expect(refused.message).toContain("stepId: the step b waits for a");
    expect(await stage.steps()).toEqual({});
    expect(await stage.play({ stepId: "a" }, "manual")).toMatchObject({ state: "ok", counts: { steps: 1 } });
    expect(await stage.play({ stepId: "b" }, "manual")).toMatchObject({ state: "ok", counts: { steps: 1 } });
    expect(done).toEqual(partsOf("a", "b"));
    expect(await stage.play({ stepId: "a" }, "manual")).toMatchObject({ state: "no_action" });
    expect(done).toEqual(partsOf("a", "b"));
  });

  it("refuses a stepId that the release does not have, naming the field", async () => {
    const processor = storageUpdater(three);
    const sites = await readSites(database);
    const check = (parameters: Record<string, unknown>) =>
      checkJob(
        { name: "Job", processor: processor.id, clientId: 0, parameters },
        createCatalogue([processor]),
        sites,
        10,
        clock.now(),
      );
    expect(JSON.stringify(check({ stepId: "d" }))).toContain("stepId");
    expect(JSON.stringify(check({ stepId: "d" }))).toContain("leave the field empty");
    expect(check({ stepId: "a" })).toMatchObject({ ok: true });
  });

  it("does nothing without a file store", async () => {
    const stage = stageOf(...three);
    const run = await stage.play({}, "schedule", { filesFor: () => noFiles });
    expect(run).toMatchObject({ state: "no_action", message: "There is no file store, so no step was carried out" });
    expect([done, await stage.steps()]).toEqual([[], {}]);
  });

  it("lists in a dry run what its steps would do, and does none of it", async () => {
    const stage = stageOf(movingFiles("a", 10, "g/old/", "g/new/"), movingFiles("b", 20, "g/older/", "g/new/"));
    await stage.files.write("g/old/x", "12345");
    await stage.files.write("g/older/y", "12345");
    const id = await stage.start({ dryRun: true });
    await stage.toEnd();
    const run = await stage.outcome(id);
    expect(run.counts).toMatchObject({ steps: 2 });
    expect(run.log).toEqual(
      expect.arrayContaining(["Would do: move g/old/x to g/new/x", "Would do: move g/older/y to g/new/y"]),
    );
    expect((await stage.files.list("g/")).entries.map(({ key }) => key)).toEqual(["g/old/x", "g/older/y"]);
    expect(await stage.steps()).toEqual({});
  });

  it("reaches the files of the platform, and none of a client's", async () => {
    const stage = stageOf(movingFiles("a", 10, "c/1/", "g/"));
    const run = await stage.play();
    expect(run.errors).toMatchObject([{ ref: "step:a", code: "step_failed" }]);
  });

  it("costs one read more than nothing while all of the steps are done, however many there are", async () => {
    const cost = async (processor: Processor) => {
      const stage = new Updates(database, [processor], { clock });
      const counted = { statements: 0, roundTrips: 0 };
      const id = await stage.start();
      await stage.toEnd({ through: countingDatabase(database, counted) });
      expect(await stage.outcome(id)).toMatchObject({ state: "no_action" });
      return counted;
    };
    const many = Array.from({ length: 50 }, (_, index) => parts(`s${index}`, index));
    await stageOf(...many).play();
    const nothing = await cost(storageUpdater([]));
    const read = { statements: nothing.statements + 1, roundTrips: nothing.roundTrips + 1 };
    expect(await cost(storageUpdater(many))).toEqual(read);
    expect(await cost(storageUpdater(many.slice(0, 1)))).toEqual(read);
  });

  it("gets at each step by its key", async () => {
    const stage = stageOf(...three);
    faults.b = new Error("the bucket is full");
    await stage.play();
    const plans = await plansFor(database, "update_steps", () => stage.play());
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.filter((plan) => !/^SEARCH update_steps USING (COVERING )?INDEX \S+ \(id=\?\)/.test(plan))).toEqual(
      [],
    );
  });

  it("refuses a release in which two steps share an id or a position", () => {
    expect(() => storageUpdater([parts("a", 10), parts("a", 20)])).toThrow(UpdateStepsError);
    expect(() => storageUpdater([parts("a", 10), parts("b", 10)])).toThrow("position 10");
  });

  it("has no steps in this release, so its run ends without a change", async () => {
    expect(catalogue.find("StorageUpdater")).toBe(StorageUpdater);
    expect(await new Updates(database, [StorageUpdater], { clock }).play()).toMatchObject({ state: "no_action" });
  });
});
