import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { checkJob } from "../../../src/administration/jobs/job-input.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import type { Processor, ProcessorGroup } from "../../../src/processors/contract.ts";
import { countingDatabase } from "../../../src/store/database.ts";
import { killing, losing } from "./faults.ts";
import { type Kept, type Moment, type Recording, record, Scene } from "./recording.ts";
import { NOW, type Scenario } from "./scenario.ts";
import { rowsOf, type Snapshot, without } from "./snapshot.ts";

/** What can befall a process at one of its writes. */
const faults = ["killed before", "killed after", "lost the answer to"] as const;
type Fault = (typeof faults)[number];

const { seed, sweep } = inject("conformance");

/** The faults that are tried at a write: all of them in a sweep, else one, so that three seeds in a row try them all. */
const faultsAt = (write: number): readonly Fault[] => (sweep ? faults : [faults[(write + seed) % 3] as Fault]);

/** The moment from which on a process is missing that was killed. */
const momentOf = (fault: Fault, write: number): Moment => `${fault === "killed before" ? "before" : "after"} ${write}`;

/** Declares the tests of one group's processors; a processor of the catalogue without a scenario fails them. */
export function conformGroup(group: ProcessorGroup, scenarios: readonly Scenario[]): void {
  const ids = [...new Set(scenarios.map(({ processor }) => processor.id))];
  it(`there is a scenario for every processor of the group ${group}, and for no other`, () => {
    const own = catalogue.all().filter((processor) => processor.group === group);
    expect(ids.toSorted()).toEqual(own.map(({ id }) => id).toSorted());
  });
  for (const id of ids) conform(...scenarios.filter(({ processor }) => processor.id === id));
}

/** Declares the tests of one processor, in each of its scenarios. */
export function conform(...scenarios: readonly Scenario[]): void {
  const processor = (scenarios[0] as Scenario).processor;
  describe(processor.id, () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "minutehand-conformance-"));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const recordings = new Map<Scenario, Promise<Recording>>();
    const recordingOf = (scenario: Scenario) => {
      const wanted = (moment: Moment) => {
        const [when, write] = moment.split(" ");
        return !scenario.remembers && faultsAt(Number(write)).includes(`killed ${when}` as Fault);
      };
      const known = recordings.get(scenario) ?? record(scenario, folder, wanted);
      recordings.set(scenario, known);
      return known;
    };

    for (const scenario of scenarios) {
      const declare = () =>
        conformScenario(
          scenario,
          () => recordingOf(scenario),
          () => folder,
        );
      if (scenarios.length === 1) declare();
      else describe(scenario.name ?? "", declare);
    }

    it("moves every count that it declares in some scenario, and none that it does not declare", async () => {
      const ran = await Promise.all(scenarios.map(recordingOf));
      const names = new Set(ran.flatMap(({ outcome }) => Object.keys(moved(outcome.counts))));
      for (const name of ["scanned", "changed", "skipped", "failed"]) names.delete(name);
      const unmoved = scenarios.flatMap((scenario) => Object.keys(scenario.unmoved ?? {}));
      expect([...names, ...unmoved].toSorted()).toEqual([...(processor.counts ?? [])].toSorted());
    });
  });
}

/** Counts that are not 0. */
const moved = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, amount]) => amount !== 0));

function conformScenario(scenario: Scenario, recorded: () => Promise<Recording>, folder: () => string): void {
  const { processor, ends = "ok" } = scenario;

  /** Lets `play` work on a copy of a kept moment. */
  async function on<T>(kept: Kept | undefined, play: (scene: Scene) => Promise<T>): Promise<T> {
    const scene = await Scene.open(scenario, folder(), kept);
    try {
      return await play(scene);
    } finally {
      await scene.close();
    }
  }

  const comparable = (snapshot: Snapshot) =>
    (scenario.comparable ?? ((one) => one))(without(snapshot, scenario.volatile ?? []));

  /** What is there now is what the undisturbed run leaves. */
  async function expectTheSame(scene: Scene, what: string): Promise<void> {
    const { after } = await recorded();
    const [found, expected] = [comparable(await scene.snapshot()), comparable(after)];
    // Equal texts need no comparison value by value.
    if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found, what).toEqual(expected);
  }

  async function disturb(fault: Fault, write: number): Promise<void> {
    const { moments, seeded, outcome, writes, runId } = await recorded();
    const what = `${fault} write ${write} of ${writes} (SEED=${seed})`;
    const kept = moments.get(momentOf(fault, write));
    await on(kept ?? seeded, async (scene) => {
      if (!kept) {
        await scene.queue();
        scene.pass =
          fault === "lost the answer to"
            ? losing(write)
            : killing(write, fault === "killed before" ? "before" : "after");
        const living =
          fault === "lost the answer to"
            ? scene.live()
            : scene
                .process()
                .work()
                .catch(() => undefined);
        await living;
        scene.pass = ({ send }) => send();
      }
      await scene.live();
      await expectTheSame(scene, what);
      const { state, counts } = await scene.outcome(runId);
      const reached = { state, counts };
      if (!scenario.comparable) expect(reached, what).toEqual({ state: outcome.state, counts: outcome.counts });
    });
  }

  it("does its work, and does nothing to another client's rows", async () => {
    const { before, after, outcome } = await recorded();
    expect(outcome).toMatchObject({ state: ends, counts: scenario.counts ?? {} });
    if (ends === "no_action") expect(after).toEqual(before);
    else expect(after).not.toEqual(before);
    expect(rowsOf(after, 2)).toEqual(rowsOf(before, 2));
  });

  const { quiet } = processor;
  if (quiet)
    it("is named by its own polls before it does its work, and when it left some", async () => {
      const { seeded, ended } = await recorded();
      const isNamed = (scene: Scene) => scene.namedBy(quiet);
      if (ends !== "no_action") expect(await on(seeded, isNamed)).toBe(true);
      if (scenario.goesOn) expect(await on(ended, isNamed)).toBe(true);
    });

  it("changes nothing in a dry run, and counts what it would change", async () => {
    const { seeded, before, outcome } = await recorded();
    await on(seeded, async (scene) => {
      const id = await scene.queue(true);
      await scene.live();
      expect(await scene.snapshot()).toEqual(before);
      const { state, counts } = await scene.outcome(id);
      expect(state).not.toBe("failed");
      if (processor.dryRun === "exact") expect(moved(counts)).toEqual(moved(outcome.counts));
      else
        for (const [name, amount] of Object.entries(counts))
          expect(amount, name).toBeLessThanOrEqual(outcome.counts[name] ?? 0);
    });
  });

  it(`changes ${scenario.goesOn ? "what is left" : "nothing more"} when it runs again`, async () => {
    const { ended, after } = await recorded();
    await on(ended, async (scene) => {
      const id = await scene.queue();
      await scene.live();
      if (scenario.goesOn) expect(comparable(await scene.snapshot())).not.toEqual(comparable(after));
      else await expectTheSame(scene, "the second run");
      expect((await scene.outcome(id)).state).toBe(scenario.again ?? "no_action");
    });
  });

  const disturbAll = async (chosen: (write: number) => readonly Fault[]) => {
    const { writes } = await recorded();
    for (let write = 1; write <= writes; write += 1) for (const fault of chosen(write)) await disturb(fault, write);
  };
  if (sweep)
    it.each(faults)("that %s any write, and taken up again, leaves what an undisturbed run leaves", (fault) =>
      disturbAll(() => [fault]),
    );
  else
    it("disturbed at each of its writes, by a kill before it, one after it or a lost answer in turn, leaves what an undisturbed run leaves", () =>
      disturbAll(faultsAt));

  it("writes nothing under a lease that was taken over", async () => {
    const { seeded, writes } = await recorded();
    const fatal = Math.max(2, Math.ceil(writes / 2));
    await on(seeded, async (scene) => {
      const id = await scene.queue();
      const found: Snapshot[] = [];
      scene.pass = async ({ write, send }) => {
        if (write !== fatal) return send();
        // Another owner raises the lease just before this write, and the old one finds out by it.
        for (const sql of [
          "UPDATE runs SET lease = lease + 1 WHERE id = ?",
          "UPDATE checkpoints SET lease = lease + 1 WHERE run_id = ?",
        ])
          await scene.database.execute({ sql, args: [id] });
        found.push(await scene.snapshot());
        try {
          return await send();
        } finally {
          found.push(await scene.snapshot());
        }
      };
      await scene.live();
      expect(found).toHaveLength(2);
      expect(found[1]).toEqual(found[0]);
      // What came after was its runner, which took the run up under a newer lease.
      const [checkpoint] = await scene.rows<{ lease: number }>("SELECT lease FROM checkpoints WHERE run_id = ?", id);
      expect(checkpoint?.lease).toBeGreaterThan(1);
      await expectTheSame(scene, `superseded at write ${fatal} of ${writes}`);
    });
  });

  it.each(scenario.badParameters)("refuses the parameters %j on save and names %s", async (parameters, field) => {
    const { places } = await recorded();
    expect(problemsOf(processor, parameters, places)).toContain(`parameters.${field}`);
  });

  it("costs the same number of statements beside 500 rows that do not concern it", async () => {
    const { cost } = await recorded();
    await on(undefined, async (scene) => {
      await scenario.seed(scene, 500);
      await scene.queue();
      const tally = { roundTrips: 0, statements: 0 };
      await scene.live(scene.process(countingDatabase(scene.line, tally)));
      expect(tally).toEqual(cost);
    });
  });
}

/** The fields that saving a job with these parameters complains of. */
function problemsOf(processor: Processor, parameters: Record<string, unknown>, places: Recording["places"]): string[] {
  const executeOnEachNode = processor.eachNode ?? false;
  const job = { name: "Job", processor: processor.id, parameters, executeOnEachNode };
  const checked = checkJob(job, createCatalogue([processor]), places, 10, NOW);
  return checked.ok ? [] : checked.problems.map(({ field }) => field);
}
