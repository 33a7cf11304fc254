import { sql } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { statement } from "../../store/statement.ts";

/**
 * The statement that queues a run, due at once, of each active job of a processor that serves a client: something happened that it is to
 * deal with. A job that is paused gets none, and nothing is added while a run of it is due that has not begun: that one will see what
 * happened. One that is at work is followed by another, whatever the job's own rule. Returns ids.
 *
 * @param now ms
 */
export function eventRunStatement(processor: string, clientId: number, now: number): Statement {
  return statement(sql`INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters,
      policies, time_zone, state, created_at)
    SELECT j.id, t.client_id, t.node_id, 'event', ${now}, ${now}, j.processor, j.name, j.load, j.parameters,
      json_set(j.policies, '$.overlap', 'queue_one'), t.time_zone, 'queued', ${now}
    FROM jobs j CROSS JOIN triggers t ON t.job_id = j.id AND t.client_id = ${clientId}
    WHERE j.processor = ${processor} AND j.client_id IN (0, ${clientId}) AND j.active = 1 AND j.deleted_at IS NULL
      AND coalesce(t.paused_until, 0) <= ${now}
      AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.client_id = ${clientId} AND r.job_id = j.id AND r.node_id = t.node_id
        AND r.state = 'queued' AND r.kind <> 'backfill' AND r.due_at <= ${now})
    ON CONFLICT DO NOTHING RETURNING id`);
}

/** Queues what {@link eventRunStatement} says. True: the client's runner is to be woken. */
export async function askEventRun(
  control: Database,
  processor: string,
  clientId: number,
  now: number,
): Promise<boolean> {
  const { rows } = await control.execute(eventRunStatement(processor, clientId, now));
  return rows.length > 0;
}
