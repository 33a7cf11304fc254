import type { ClientFacts } from "../../control/clients/clients.ts";
import type { Run } from "../../control/runs/runs.ts";
import { heavyPermits } from "../../control/schema.ts";
import type { Database } from "../../store/database.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { rowsOf, statement } from "../../store/statement.ts";

/** A permit is worth this long (ms) after its run was last heard of; one whose runner died blocks no other for longer. */
export const PERMIT_MS = 60_000;

/** A run that waits for a permit asks again at least this often (ms), and blocks no other run once it has fallen silent for twice as long. */
export const ASK_EVERY_MS = 15_000;

/** Heavy runs that may work at once on one database, unless setting `maxConcurrentHeavyRuns` says otherwise. */
const DEFAULT_CAP = 2;

/**
 * The others hold fewer permits of a row's pool than may be out. Asked for each permit that is prolonged, too: one who stood still
 * between reading the clock and this statement may believe that its own has not run out yet, while another run has it.
 *
 * @param now ms
 */
export const othersBelowCap = (now: number) => sql`(SELECT count(*) FROM heavy_permits held
    WHERE held.pool = heavy_permits.pool AND held.run_id <> heavy_permits.run_id AND held.expires_at > ${now})
  < coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE client_id = 0 AND key = 'maxConcurrentHeavyRuns'), ${DEFAULT_CAP})`;

/** Who asks. `pool` names the database whose load is limited: '' for the one that all share. */
export interface PermitRequest {
  readonly runId: number;
  readonly clientId: number;
  readonly pool: string;
}

/** Why a heavy run waits, in words. */
export const PERMIT_WORDS = "Waits until fewer heavy runs of other clients are at work";

/** The request of a run. @param client null when it is gone: then the shared pool counts */
export function permitRequest(run: Pick<Run, "id" | "clientId">, client: ClientFacts | null): PermitRequest {
  return { runId: run.id, clientId: run.clientId, pool: client?.databaseUrl ?? "" };
}

/**
 * Asks for a permit to work heavily for one slice (handbook, runner: permits). It is given when fewer than
 * `maxConcurrentHeavyRuns` are out and no other run has waited longer; a run that has one keeps it, unless the setting was lowered. One
 * batch.
 *
 * @param now ms
 */
export async function takePermit(control: Database, request: PermitRequest, now: number): Promise<boolean> {
  const { runId, clientId, pool } = request;
  const results = await control.batch(
    [
      statement(sql`INSERT INTO heavy_permits (run_id, pool, client_id, wanted_at, seen_at)
          VALUES (${runId}, ${pool}, ${clientId}, ${now}, ${now})
          ON CONFLICT (run_id) DO UPDATE SET seen_at = excluded.seen_at, pool = excluded.pool`),
      statement(sql`UPDATE heavy_permits SET expires_at = ${now + PERMIT_MS}
          WHERE run_id = ${runId} AND ${othersBelowCap(now)} AND (coalesce(expires_at, 0) > ${now}
            OR NOT EXISTS (SELECT 1 FROM heavy_permits other WHERE other.pool = ${pool} AND other.run_id <> ${runId}
              AND coalesce(other.expires_at, 0) <= ${now} AND other.seen_at > ${now - 2 * ASK_EVERY_MS}
              AND (other.wanted_at, other.run_id) < (heavy_permits.wanted_at, heavy_permits.run_id)))
          RETURNING run_id`),
    ],
    "write",
  );
  return (results[1]?.rows.length ?? 0) > 0;
}

/**
 * Gives a permit back. With `wantMore` the run queues up again, behind all who wait.
 *
 * @returns the client whose run has waited longest and is to be woken; null when no run waits
 */
export async function returnPermit(
  control: Database,
  request: PermitRequest,
  wantMore: boolean,
  now: number,
): Promise<number | null> {
  const { runId, pool } = request;
  const longestWaiting = select(
    heavyPermits,
    ["clientId"],
    sql`WHERE pool = ${pool} AND run_id <> ${runId} AND coalesce(expires_at, 0) <= ${now} AND seen_at > ${now - 2 * ASK_EVERY_MS}
      ORDER BY wanted_at, run_id LIMIT 1`,
  );
  const results = await control.batch(
    [
      wantMore
        ? statement(
            sql`UPDATE heavy_permits SET expires_at = NULL, wanted_at = ${now}, seen_at = ${now} WHERE run_id = ${runId}`,
          )
        : statement(sql`DELETE FROM heavy_permits WHERE run_id = ${runId}`),
      statement(longestWaiting),
    ],
    "write",
  );
  return rowsOf(results[1], longestWaiting)[0]?.clientId ?? null;
}
