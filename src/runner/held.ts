import type { Database } from "../store/database.ts";

/** A run at work, and the lease under which it is. */
export interface Held {
  readonly runId: number;
  readonly lease: number;
}

/** The runs of `json_each(?1)` that are still at work under these leases. */
const STILL_HELD =
  "state = 'running' AND (id, lease) IN (SELECT value ->> 'runId', value ->> 'lease' FROM json_each(?1))";

/**
 * Says that the owner of these runs lives, whatever their steps take: for hosts where another one takes over from an owner
 * that fell silent. A run past its deadline is left out, so that one that hangs does not hold itself for ever.
 */
export async function stayAlive(control: Database, held: readonly Held[], now: number): Promise<void> {
  await control.execute({
    sql: `UPDATE runs SET heartbeat_at = ?2 WHERE ${STILL_HELD} AND coalesce(deadline_at > ?2, 1)`,
    args: [JSON.stringify(held), now],
  });
}

/** Lets runs wait that their owner left at work and will not come back to: whoever looks next goes on from their checkpoints. */
export async function handOver(control: Database, held: readonly Held[]): Promise<void> {
  await control.execute({
    sql: `UPDATE runs SET state = 'waiting', reason = 'handed_over', message = 'The process that worked on it was stopped; it goes on elsewhere'
      WHERE ${STILL_HELD}`,
    args: [JSON.stringify(held)],
  });
}
