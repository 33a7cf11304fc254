import type { Database } from "../database.ts";

/** A unit that failed, in the order of the run's work. */
export interface RecordedFailure {
  readonly id: number;
  readonly ref: string;
  readonly code: string;
  readonly message: string;
}

/** What a run has left in its store. */
export interface RunTraces {
  /** Steps committed so far; null before the first start. */
  readonly steps: number | null;
  readonly failures: readonly RecordedFailure[];
}

/**
 * What a run has left in its store: steps, and a page of its failures, by index, in one round trip.
 *
 * @param after id of the last failure of the page before; 0: from the first
 */
export async function readRunTraces(store: Database, runId: number, after: number, limit: number): Promise<RunTraces> {
  const [checkpoint, failures] = await store.batch(
    [
      { sql: "SELECT step FROM checkpoints WHERE run_id = ?", args: [runId] },
      {
        sql: "SELECT id, ref, code, message FROM failures WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?",
        args: [runId, after, limit],
      },
    ],
    "read",
  );
  const step = checkpoint?.rows[0]?.step;
  return {
    steps: step === undefined ? null : Number(step),
    failures: (failures?.rows ?? []).map((row) => ({
      id: Number(row.id),
      ref: String(row.ref),
      code: String(row.code),
      message: String(row.message),
    })),
  };
}
