import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startRuns } from "../../src/control/runs/runs.ts";
import { boundFiles, prefixesOf } from "../../src/files/bound.ts";
import { folderFiles } from "../../src/files/folder.ts";
import { Runner } from "../../src/runner/runner.ts";
import type { Database } from "../../src/store/database.ts";
import type { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/file-database.ts";
import { addClient, runnerPorts } from "../harness/runner.ts";
import type { Scenario, Stage } from "./scenario.ts";

/** The instant at which every run of the suite starts. */
export const NOW = Date.parse("2026-03-02T00:30:00Z");

/** Waits up to this long (ms) are pauses after an outage. */
const PAUSE_MS = 5_000;

/** A fresh stage with the scenario's work on it. */
export async function setStage(scenario: Scenario, clock: VirtualClock, bystanders = 0): Promise<Stage> {
  const database = await freshFileDatabase();
  const folder = await mkdtemp(join(tmpdir(), "minutehand-files-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = folderFiles(folder);
  await addClient(database, "north", "Europe/Berlin");
  await addClient(database, "south", "America/Sao_Paulo");
  const ports = (await scenario.ports?.({ database, files, clock })) ?? {};
  const stage = { database, files, ports };
  await scenario.seed(stage, bystanders);
  return stage;
}

/** Queues a run of the scenario. Returns its id. */
export async function queueRun(stage: Stage, scenario: Scenario, clock: VirtualClock, dryRun = false): Promise<number> {
  const { processor } = scenario;
  const [id] = await startRuns(
    stage.database,
    [
      {
        jobId: 1,
        processor: processor.id,
        jobName: processor.id,
        load: processor.load,
        parameters: scenario.parameters,
        clientId: processor.scope === "client" ? 1 : 0,
        nodeId: scenario.nodeId ?? "",
        timeZone: "UTC",
        asOf: null,
        dryRun,
        requestedBy: "conformance",
      },
    ],
    clock.now(),
  );
  return id as number;
}

/** A runner for the scenario's run on a stage, with its database as `through` shows it. */
export function stageRunner(
  stage: Stage,
  scenario: Scenario,
  clock: VirtualClock,
  through: Database = stage.database,
): Runner {
  const ports = runnerPorts(through, [scenario.processor], clock, {
    filesFor: (run) => boundFiles(stage.files, prefixesOf(run)),
    ...stage.ports,
  });
  return new Runner(ports, scenario.processor.scope === "client" ? 1 : 0);
}

/** One invocation of a runner. The clock stands meanwhile: what sleeps are the time limits of remote calls. */
export async function workOnce(runner: Runner, clock: VirtualClock): Promise<number | null> {
  let ended = false;
  const working = runner.work().finally(() => {
    ended = true;
  });
  working.catch(() => undefined);
  while (!ended) await clock.advance(0);
  return await working;
}

/** Lets a runner work until nothing is left to do, moving the clock to when it wants to be called again. */
export async function workToEnd(runner: Runner, clock: VirtualClock): Promise<void> {
  for (let rounds = 0; rounds < 50; rounds += 1) {
    const next = await workOnce(runner, clock);
    if (next === null) return;
    // The pause after an outage is skipped, so that what comes after it can be compared with an undisturbed run.
    if (next > clock.now() + PAUSE_MS) await clock.advanceTo(next);
  }
  throw new Error("The runner finds no end");
}

/** State, reason and counts of a run. */
export async function outcomeOf(stage: Stage, runId: number) {
  const result = await stage.database.execute({ sql: "SELECT * FROM runs WHERE id = ?", args: [runId] });
  const row = result.rows[0];
  return {
    state: String(row?.state),
    reason: row?.reason === null ? null : String(row?.reason),
    message: String(row?.message),
    counts: JSON.parse(String(row?.counts)) as Record<string, number>,
  };
}
