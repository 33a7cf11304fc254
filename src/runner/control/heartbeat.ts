import { handOver as handedOver, type Leased, under } from "../../control/runs/transitions.ts";
import type { Database } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { statement } from "../../store/statement.ts";

/**
 * Says that the owner of these runs lives, however long their steps take: for hosts where another one takes over from an owner
 * that fell silent. A run past its deadline is left out, so that a run that hangs is not kept alive for ever.
 */
export async function stayAlive(control: Database, owned: readonly Leased[], now: number): Promise<void> {
  await control.execute(
    statement(sql`UPDATE runs SET heartbeat_at = ${now}
      WHERE state = 'running' AND ${under(owned)} AND coalesce(deadline_at > ${now}, 1)`),
  );
}

/** Lets runs wait that their owner left at work and will not come back to; the next owner goes on from their checkpoints. */
export async function handOver(control: Database, owned: readonly Leased[]): Promise<void> {
  await control.execute(handedOver(owned));
}
