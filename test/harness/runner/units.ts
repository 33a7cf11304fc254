import type { Unit, Write } from "../../../src/processors/contract.ts";
import { layOutUnit, layOutWrite } from "../../../src/runner/lay-out.ts";
import type { Database } from "../../../src/store/database.ts";
import { bindFor } from "../../../src/store/rows.ts";
import { openCheckpoint } from "../../../src/store/step/checkpoint.ts";
import { commitStep, rehearseStep, type StepResult } from "../../../src/store/step/step.ts";

const leases = new WeakMap<object, number>();

/**
 * Writes units as one step of a run writes them, with what follows from them.
 *
 * @param now instant (ms) of the run
 * @param followUp what follows from the units for the step as a whole
 * @param rehearsal true: as a dry run writes them
 */
export async function writeUnits(
  database: Database,
  units: readonly Unit<string>[],
  {
    clientId = 1,
    runId = 7,
    now = 5000,
    followUp = [],
    rehearsal = false,
  }: { clientId?: number; runId?: number; now?: number; followUp?: readonly Write<string>[]; rehearsal?: boolean } = {},
): Promise<StepResult> {
  const lease = (leases.get(database) ?? 0) + 1;
  leases.set(database, lease);
  const { step } = await openCheckpoint(database, { id: runId, lease, cursorVersion: 1, clientId }, now);
  const bind = bindFor(clientId, runId);
  return (rehearsal ? rehearseStep : commitStep)(database, {
    runId,
    lease,
    step,
    units: units.map((unit) => layOutUnit(unit, bind)),
    followUp: followUp.map((write) => layOutWrite(write, 0, bind)),
  });
}

/** Writes the writes of one unit. */
export function writeUnit(database: Database, ...writes: readonly Write<string>[]): Promise<StepResult> {
  return writeUnits(database, [{ ref: "one", writes }]);
}

/** Writes each write as a unit of its own, in one step. */
export function writeEach(database: Database, ...writes: readonly Write<string>[]): Promise<StepResult> {
  return writeUnits(
    database,
    writes.map((write, index) => ({ ref: String(index), writes: [write] })),
  );
}
