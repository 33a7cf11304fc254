import type { Run } from "../control/runs/runs.ts";
import type { Processor } from "../processors/contract.ts";
import { ownCursor } from "../processors/delivery.ts";
import type { Database, Statement } from "../store/database.ts";
import { bindFor } from "../store/rows.ts";
import { readState, removeState, writeState } from "../store/state.ts";
import type { Ending } from "../store/step/step.ts";

const MAX_ROWS = "max_rows";

/** Where a run that stopped at `maxRows` leaves off; one for each job, so that two jobs of a processor do not meet. */
interface Position {
  readonly cursorVersion: number;
  readonly cursor: unknown;
}

const keyOf = (run: Run) => `max_rows:${run.jobId}`;

/** The cursor with which a run goes on behind the last row of the one before; null: from the start. One read. */
export async function readPosition(store: Database, processor: Processor, run: Run): Promise<unknown> {
  const read = await store.execute(bindFor(run.clientId, run.id)(readState(processor.id, keyOf(run), run.nodeId)));
  const value = read.rows[0]?.value;
  if (value === undefined) return null;
  const position = JSON.parse(String(value)) as Position;
  if (position.cursorVersion !== (processor.cursorVersion ?? 1)) return null;
  // What cannot be read is no place to go on from: the work starts anew.
  return (processor.cursor?.safeParse(position.cursor).success ?? true) ? position.cursor : null;
}

/** How a run ends that has looked at as many rows as it may. */
export function rowLimit(maxRows: number): Ending {
  return {
    state: "partial",
    code: MAX_ROWS,
    message: `Stopped after ${maxRows} rows, as maxRows says; the next run goes on`,
  };
}

/**
 * What a run with `maxRows` writes together with its end: where the next one goes on, or that it starts anew, where this one
 * came to the end of its work. Nothing after a failure or a cancel, and nothing of a dry run.
 *
 * @param cursor of the last step
 */
export function endPosition(
  processor: Processor,
  run: Run,
  cursor: unknown,
  { state, code }: Pick<Ending, "state" | "code">,
): Statement[] {
  if (run.dryRun || run.parameters.maxRows == null) return [];
  const stopped = code === MAX_ROWS;
  if (!stopped && (state === "failed" || state === "cancelled")) return [];
  const from = stopped && cursor !== null ? nextRunFrom(processor, cursor) : null;
  const position: Position = { cursorVersion: processor.cursorVersion ?? 1, cursor: from };
  const write =
    from === null
      ? removeState(processor.id, keyOf(run), run.nodeId)
      : writeState(processor.id, keyOf(run), position, run.nodeId);
  return [bindFor(run.clientId, run.id)(write)];
}

function nextRunFrom(processor: Processor, cursor: unknown): unknown {
  if (processor.nextRunFrom) return processor.nextRunFrom(cursor);
  return ownCursor(cursor);
}
