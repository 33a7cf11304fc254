import { describe, expect, it } from "vitest";
import { checkJob } from "../../src/administration/job-input.ts";
import { catalogue } from "../../src/processors/all.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { readSites } from "../../src/scheduler/align.ts";
import { countingDatabase, type DatabaseTally } from "../../src/store/database.ts";
import { VirtualClock } from "../harness/clock.ts";
import { countingWrites, killedAt, losingAnswer } from "./faults.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";
import { rowsOf, type Snapshot, takeSnapshot, without } from "./snapshot.ts";
import { NOW, outcomeOf, queueRun, setStage, stageRunner, workOnce, workToEnd } from "./stage.ts";

/** Calls of a run that are disturbed, at most, evenly chosen; the others are like their neighbours. */
const PLACES = 24;

const chosen = (count: number) =>
  Array.from(
    { length: Math.min(count, PLACES) },
    (_, index) => 1 + Math.floor((index * count) / Math.min(count, PLACES)),
  );

/** What an undisturbed run leaves, and how many write batches it takes. */
async function undisturbed(scenario: Scenario) {
  const clock = new VirtualClock(NOW);
  const stage = await setStage(scenario, clock);
  const before = await takeSnapshot(stage.database, stage.files);
  const id = await queueRun(stage, scenario, clock);
  const writes = { count: 0 };
  await workToEnd(stageRunner(stage, scenario, clock, countingWrites(stage.database, writes)), clock);
  return {
    clock,
    stage,
    before,
    writes: writes.count,
    after: await takeSnapshot(stage.database, stage.files),
    outcome: await outcomeOf(stage, id),
  };
}

const comparable = (scenario: Scenario, snapshot: Snapshot) =>
  (scenario.comparable ?? ((one) => one))(without(snapshot, scenario.volatile ?? []));

it("there is a scenario for every processor of the catalogue", () => {
  expect(scenarios.map(({ processor }) => processor.id).sort()).toEqual(
    catalogue
      .all()
      .map(({ id }) => id)
      .sort(),
  );
});

describe.each(scenarios.map((scenario) => [scenario.processor.id, scenario] as const))("%s", (_id, scenario) => {
  it("does its work, counts only what it declares, and does nothing to another client's rows", async () => {
    const { before, after, outcome } = await undisturbed(scenario);
    expect(outcome).toMatchObject({ state: scenario.ends ?? "ok" });
    if ((scenario.ends ?? "ok") !== "no_action") expect(after).not.toEqual(before);
    expect(rowsOf(after, 2)).toEqual(rowsOf(before, 2));
    const declared = ["scanned", "changed", "skipped", "failed", ...(scenario.processor.counts ?? [])];
    expect(Object.keys(outcome.counts).filter((name) => !declared.includes(name))).toEqual([]);
  });

  it("changes nothing in a dry run, and counts what it would change", async () => {
    const real = await undisturbed(scenario);
    const clock = new VirtualClock(NOW);
    const stage = await setStage(scenario, clock);
    const before = await takeSnapshot(stage.database, stage.files);
    const id = await queueRun(stage, scenario, clock, true);
    await workToEnd(stageRunner(stage, scenario, clock), clock);
    expect(await takeSnapshot(stage.database, stage.files)).toEqual(before);
    const { state, counts } = await outcomeOf(stage, id);
    expect(state).not.toBe("failed");
    if (scenario.processor.dryRun === "exact") expect(counts).toEqual(real.outcome.counts);
    else
      for (const [name, amount] of Object.entries(counts))
        expect(amount, name).toBeLessThanOrEqual(real.outcome.counts[name] ?? 0);
  });

  it("changes nothing more when it runs again", async () => {
    const { clock, stage, after } = await undisturbed(scenario);
    await clock.advance(1000);
    const id = await queueRun(stage, scenario, clock);
    await workToEnd(stageRunner(stage, scenario, clock), clock);
    const second = comparable(scenario, await takeSnapshot(stage.database, stage.files));
    expect(second).toEqual(comparable(scenario, after));
    expect((await outcomeOf(stage, id)).state).toBe(scenario.again ?? "no_action");
  });

  it.each(["before", "after"] as const)(
    "killed %s any write is in, and taken up again, leaves what an undisturbed run leaves",
    async (when) => {
      const { after, writes, outcome } = await undisturbed(scenario);
      for (const fatal of chosen(writes)) {
        const clock = new VirtualClock(NOW);
        const stage = await setStage(scenario, clock);
        const id = await queueRun(stage, scenario, clock);
        await workOnce(stageRunner(stage, scenario, clock, killedAt(stage.database, fatal, when)), clock).catch(
          () => undefined,
        );
        await workToEnd(stageRunner(stage, scenario, clock), clock);
        const found = comparable(scenario, await takeSnapshot(stage.database, stage.files));
        expect(found, `killed ${when} write ${fatal} of ${writes}`).toEqual(comparable(scenario, after));
        if (!scenario.comparable)
          expect((await outcomeOf(stage, id)).counts, `counts, write ${fatal}`).toEqual(outcome.counts);
      }
    },
  );

  it("whose answers get lost writes everything once", async () => {
    const { after, writes } = await undisturbed(scenario);
    for (const lost of chosen(writes)) {
      const clock = new VirtualClock(NOW);
      const stage = await setStage(scenario, clock);
      await queueRun(stage, scenario, clock);
      await workToEnd(stageRunner(stage, scenario, clock, losingAnswer(stage.database, lost)), clock);
      const found = comparable(scenario, await takeSnapshot(stage.database, stage.files));
      expect(found, `lost the answer to write ${lost} of ${writes}`).toEqual(comparable(scenario, after));
    }
  });

  it("writes nothing under a lease that was taken over", async () => {
    const { writes } = await undisturbed(scenario);
    const clock = new VirtualClock(NOW);
    const stage = await setStage(scenario, clock);
    const id = await queueRun(stage, scenario, clock);
    const fatal = Math.max(2, Math.ceil(writes / 2));
    let count = 0;
    let before: Snapshot | null = null;
    // Another owner raises the lease just before this one's next write.
    const superseded = countingWrites(stage.database, { count: 0 });
    const watched = {
      ...superseded,
      batch: async (...[statements, mode]: Parameters<typeof superseded.batch>) => {
        if (mode === "write" && ++count === fatal) {
          await stage.database.execute({ sql: "UPDATE runs SET lease = lease + 1 WHERE id = ?", args: [id] });
          await stage.database.execute({
            sql: "UPDATE checkpoints SET lease = lease + 1 WHERE run_id = ?",
            args: [id],
          });
          before = await takeSnapshot(stage.database, null);
        }
        return superseded.batch(statements, mode);
      },
    };
    const runner = stageRunner(stage, scenario, clock, watched);
    let ended = false;
    runner.work().finally(() => {
      ended = true;
    });
    while (!ended && before === null) await clock.advance(0);
    const held = before as Snapshot | null;
    expect(held).not.toBeNull();
    // The old owner finds out at that very write; what comes after is the runner taking the run up under a newer lease.
    const lease = await stage.database.execute({ sql: "SELECT lease FROM checkpoints WHERE run_id = ?", args: [id] });
    expect(Number(lease.rows[0]?.lease)).toBeGreaterThan(1);
    while (!ended) await clock.advance(0);
    await workToEnd(stageRunner(stage, scenario, clock), clock);
    const { after } = await undisturbed(scenario);
    expect(comparable(scenario, await takeSnapshot(stage.database, stage.files))).toEqual(comparable(scenario, after));
  });

  it.each(scenario.badParameters)("refuses the parameters %j on save and names %s", async (parameters, field) => {
    const clock = new VirtualClock(NOW);
    const stage = await setStage(scenario, clock);
    const sites = await readSites(stage.database);
    const checked = checkJob(
      {
        name: "Job",
        processor: scenario.processor.id,
        parameters,
        executeOnEachNode: scenario.processor.eachNode ?? false,
      },
      createCatalogue([scenario.processor]),
      sites,
      10,
      NOW,
    );
    expect(checked.ok).toBe(false);
    if (!checked.ok) expect(checked.problems.map((problem) => problem.field)).toContain(`parameters.${field}`);
  });

  it("costs the same number of statements beside 500 rows that do not concern it", async () => {
    const cost = async (bystanders: number) => {
      const clock = new VirtualClock(NOW);
      const stage = await setStage(scenario, clock, bystanders);
      await queueRun(stage, scenario, clock);
      const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
      await workToEnd(stageRunner(stage, scenario, clock, countingDatabase(stage.database, tally)), clock);
      return tally;
    };
    expect(await cost(500)).toEqual(await cost(0));
  });
});
