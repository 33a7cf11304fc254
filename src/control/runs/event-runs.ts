import type { SQL } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { statement } from "../../store/statement.ts";

/** The run that found a reason to start others. */
export interface StartingRun {
  readonly id: number;
  readonly clientId: number;
}

/** What differs between runs for an event. */
interface EventRuns {
  readonly processor: string;
  readonly clientId: number;
  /** ms */
  readonly now: number;
  readonly parameters: SQL;
  readonly causedBy: number | null;
  /** A further condition on the job `j` and its trigger `t`. */
  readonly where?: SQL;
}

/**
 * Queues a run, due at once, of each active job of a processor that serves a client: something happened that it is to deal with. The
 * schedule stays as it is. A job that is paused gets none; one that is at work is followed by another run, whatever the job's own rule.
 */
const queueing = ({
  processor,
  clientId,
  now,
  parameters,
  causedBy,
  where,
}: EventRuns) => sql`INSERT INTO runs (job_id, client_id, node_id,
    kind, scheduled_at, due_at, processor, job_name, load, parameters, policies, time_zone, state, caused_by_run_id, created_at)
  SELECT j.id, t.client_id, t.node_id, 'event', ${now}, ${now}, j.processor, j.name, j.load, ${parameters},
    json_set(j.policies, '$.overlap', 'queue_one'), t.time_zone, 'queued', ${causedBy}, ${now}
  FROM jobs j CROSS JOIN triggers t ON t.job_id = j.id AND t.client_id = ${clientId}
  WHERE j.processor = ${processor} AND j.client_id IN (0, ${clientId}) AND j.active = 1 AND j.deleted_at IS NULL
    AND coalesce(t.paused_until, 0) <= ${now} ${where}
  ON CONFLICT DO NOTHING`;

/**
 * Queues the runs for something that happened outside. Nothing is added while a run is due that has not begun: that one will see it.
 *
 * @param now ms
 * @returns true: the client's runner is to be woken
 */
export async function askEventRun(
  control: Database,
  processor: string,
  clientId: number,
  now: number,
): Promise<boolean> {
  const where = sql`AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.client_id = ${clientId} AND r.job_id = j.id AND r.node_id = t.node_id
    AND r.state = 'queued' AND r.kind <> 'backfill' AND r.due_at <= ${now})`;
  const asked = { processor, clientId, now, parameters: sql`j.parameters`, causedBy: null, where };
  const { rows } = await control.execute(statement(sql`${queueing(asked)} RETURNING id`));
  return rows.length > 0;
}

/**
 * Queues the runs for something that a run has found. A second call for the same run and instant adds nothing.
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
  const asked = { processor, clientId: run.clientId, now, causedBy: run.id };
  const [, counted] = await control.batch(
    [
      statement(queueing({ ...asked, parameters: sql`json_patch(j.parameters, ${JSON.stringify(parameters)})` })),
      statement(sql`SELECT count(*) AS started FROM runs
        WHERE caused_by_run_id = ${run.id} AND kind = 'event' AND processor = ${processor}`),
    ],
    "write",
  );
  return Number(counted?.rows[0]?.started ?? 0);
}
