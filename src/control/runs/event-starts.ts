import { sql } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { statement } from "../../store/statement.ts";

/** The run that found a reason to start others. */
export interface StartingRun {
  readonly id: number;
  readonly clientId: number;
}

/**
 * Queues a run of each active job of a processor that serves the client, due at once, with kind `event`. The schedule stays as it is. A
 * job that is paused for the client gets none; a run at work is followed by this one, whatever the job's own rule. A second call for the same run and instant adds nothing.
 *
 * @param run the run that asks for it; kept as the cause
 * @param parameters on top of those of the job, for these runs only
 * @param now instant (ms) of the asking run's first start
 * @returns how many runs there are, those of an earlier call included
 */
export async function startByEvent(
  control: Database,
  run: StartingRun,
  processor: string,
  parameters: Readonly<Record<string, unknown>>,
  now: number,
): Promise<number> {
  const [, counted] = await control.batch(
    [
      statement(sql`INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
          time_zone, state, caused_by_run_id, created_at)
        SELECT j.id, t.client_id, t.node_id, 'event', ${now}, ${now}, j.processor, j.name, j.load,
          json_patch(j.parameters, ${JSON.stringify(parameters)}), json_set(j.policies, '$.overlap', 'queue_one'), t.time_zone, 'queued', ${run.id}, ${now}
        FROM jobs j CROSS JOIN triggers t ON t.job_id = j.id AND t.client_id = ${run.clientId}
        WHERE j.processor = ${processor} AND j.deleted_at IS NULL AND j.active = 1 AND coalesce(t.paused_until, 0) <= ${now}
        ON CONFLICT DO NOTHING`),
      statement(sql`SELECT count(*) AS started FROM runs
        WHERE caused_by_run_id = ${run.id} AND kind = 'event' AND processor = ${processor}`),
    ],
    "write",
  );
  return Number(counted?.rows[0]?.started ?? 0);
}
