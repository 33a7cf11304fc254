import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { clientMoving } from "../clients/moves.ts";

/** What keeps the runs of a client from starting, as conditions. */

/** The switch that stops everything is on. */
export const everythingStopped = sql`EXISTS (SELECT 1 FROM settings WHERE client_id = 0 AND key = 'stopped')`;

/** A blackout of the client or of the platform is under way. @param clientId its id, or SQL for it. @param now ms */
export function inBlackout(clientId: number | SQL, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM blackouts WHERE ends_at > ${now} AND starts_at <= ${now} AND client_id IN (0, ${clientId}))`;
}

/** The client is active; the platform (0) always is. @param clientId its id, or SQL for it */
export function clientActive(clientId: number | SQL): SQL {
  return sql`(${clientId} = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ${clientId} AND status = 'active'))`;
}

/**
 * Nothing keeps a client's runs from starting: the gate is open. A blackout does not stop what was started by hand.
 *
 * @param clientId SQL for the client's id. @param kind SQL for the run's kind. @param now ms
 */
export function gateOpen(clientId: SQL, kind: SQL, now: number): SQL {
  return sql`NOT ${everythingStopped} AND ${clientActive(clientId)} AND NOT ${clientMoving(clientId)}
    AND (${kind} = 'manual' OR NOT ${inBlackout(clientId, now)})`;
}
