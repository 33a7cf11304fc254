import type { Row } from "@libsql/client";
import type { Database, Statement } from "../../store/database.ts";
import type { Counts } from "../../store/step.ts";
import { type JobPolicies, readPolicies } from "../jobs/policies.ts";
import { type RunKind, type RunState, statesBeforeSql } from "./run-state.ts";

/** A run as pages and the runner see it. Instants in ms. */
export interface Run {
  readonly id: number;
  readonly jobId: number;
  readonly clientId: number;
  readonly nodeId: string;
  readonly kind: RunKind;
  readonly scheduledAt: number;
  readonly dueAt: number;
  readonly notBeforeAt: number | null;
  readonly processor: string;
  readonly jobName: string;
  readonly load: "light" | "heavy";
  readonly parameters: Record<string, unknown>;
  readonly policies: JobPolicies;
  readonly timeZone: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly message: string | null;
  readonly lease: number;
  readonly attempt: number;
  /** How often it was taken up again by hand after it had failed. */
  readonly reopened: number;
  readonly requestedBy: string | null;
  /** The run whose end queued this one (a chained job); null: none did. */
  readonly causedByRunId: number | null;
  readonly cancelRequestedAt: number | null;
  readonly asOf: string | null;
  readonly dryRun: boolean;
  readonly untilAt: number | null;
  readonly occurrences: number;
  readonly progress: { readonly done: number; readonly total: number | null };
  readonly counts: Counts;
  readonly errors: readonly { readonly ref: string; readonly code: string; readonly message: string }[];
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly heartbeatAt: number | null;
  readonly deadlineAt: number | null;
  readonly createdAt: number;
}

const number = (value: unknown) => (value === null ? null : Number(value));
const string = (value: unknown) => (value === null ? null : String(value));

/** Reads a row of `runs` selected with all columns. */
export function toRun(row: Row): Run {
  return {
    id: Number(row.id),
    jobId: Number(row.job_id),
    clientId: Number(row.client_id),
    nodeId: String(row.node_id),
    kind: row.kind as RunKind,
    scheduledAt: Number(row.scheduled_at),
    dueAt: Number(row.due_at),
    notBeforeAt: number(row.not_before_at),
    processor: String(row.processor),
    jobName: String(row.job_name),
    load: row.load as Run["load"],
    parameters: JSON.parse(String(row.parameters)) as Record<string, unknown>,
    policies: readPolicies(String(row.policies)),
    timeZone: String(row.time_zone),
    state: row.state as RunState,
    reason: string(row.reason),
    message: string(row.message),
    lease: Number(row.lease),
    attempt: Number(row.attempt),
    reopened: Number(row.reopened),
    requestedBy: string(row.requested_by),
    causedByRunId: number(row.caused_by_run_id),
    cancelRequestedAt: number(row.cancel_requested_at),
    asOf: string(row.as_of),
    dryRun: Number(row.dry_run) === 1,
    untilAt: number(row.until_at),
    occurrences: Number(row.occurrences),
    progress: { done: Number(row.progress_done), total: number(row.progress_total) },
    counts: JSON.parse(String(row.counts)) as Counts,
    errors: JSON.parse(String(row.errors)) as Run["errors"],
    startedAt: number(row.started_at),
    endedAt: number(row.ended_at),
    heartbeatAt: number(row.heartbeat_at),
    deadlineAt: number(row.deadline_at),
    createdAt: Number(row.created_at),
  };
}

/** One run; null when there is none. */
export async function readRun(control: Database, id: number): Promise<Run | null> {
  const result = await control.execute({ sql: "SELECT * FROM runs WHERE id = ?", args: [id] });
  return result.rows[0] ? toRun(result.rows[0]) : null;
}

/** A start by hand, for one client or node. */
export interface ManualStart {
  readonly jobId: number;
  readonly processor: string;
  readonly jobName: string;
  readonly load: "light" | "heavy";
  readonly parameters: Record<string, unknown>;
  /** Default: those of a job that chose none. */
  readonly policies?: JobPolicies;
  readonly clientId: number;
  readonly nodeId: string;
  readonly timeZone: string;
  /** Local day; null: the run's own. */
  readonly asOf: string | null;
  readonly dryRun: boolean;
  readonly requestedBy: string;
}

/** The statement that queues runs by hand, due at once, and returns their ids. A second one in the same millisecond adds nothing. */
export function insertStarts(starts: readonly ManualStart[], now: number): Statement {
  return {
    sql: `INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
        time_zone, state, requested_by, as_of, dry_run, created_at)
      SELECT value ->> 'jobId', value ->> 'clientId', value ->> 'nodeId', 'manual', ?1, ?1, value ->> 'processor', value ->> 'jobName',
        value ->> 'load', value ->> 'parameters', coalesce(value ->> 'policies', '{}'), value ->> 'timeZone', 'queued', value ->> 'requestedBy', value ->> 'asOf',
        value ->> 'dryRun', ?1
      FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING RETURNING id`,
    args: [
      now,
      JSON.stringify(
        starts.map((start) => ({
          ...start,
          parameters: JSON.stringify(start.parameters),
          policies: start.policies ? JSON.stringify(start.policies) : null,
          dryRun: start.dryRun ? 1 : 0,
        })),
      ),
    ],
  };
}

/**
 * Queues runs by hand, due at once. The schedule stays as it is. A second start in the same millisecond adds nothing.
 *
 * @param also goes into the same batch: the record of who started them
 * @returns the new ids
 */
export async function startRuns(
  control: Database,
  starts: readonly ManualStart[],
  now: number,
  also: readonly Statement[] = [],
): Promise<number[]> {
  const [result] = await control.batch([insertStarts(starts, now), ...also], "write");
  return (result?.rows ?? []).map((row) => Number(row.id));
}

/**
 * The statement that ends a run which never started as cancelled. Changes nothing once the run has started or ended.
 *
 * @param run.reason a code; `message` says the same in words
 * @param run.beside only while this other run is queued or at work; default: whatever other runs do
 * @param now ms
 */
export function cancelBeforeStart(
  run: { readonly id: number; readonly reason: string; readonly message: string; readonly beside?: number | null },
  now: number,
): Statement {
  return {
    sql: `UPDATE runs SET state = 'cancelled', reason = ?1, message = ?2, ended_at = ?3, cancel_requested_at = ?3
      WHERE id = ?4 AND state IN (${statesBeforeSql("cancelled")}) AND started_at IS NULL
        AND (?5 IS NULL OR EXISTS (SELECT 1 FROM runs other WHERE other.id = ?5 AND other.state IN ('queued', 'running')))`,
    args: [run.reason, run.message.slice(0, 400), now, run.id, run.beside ?? null],
  };
}

/** What {@link requestCancel} did: nothing had started, a running one will stop at its next step, or it had already ended. */
export type CancelResult = "cancelled" | "requested" | "ended";

/**
 * Cancels a run: at once when it never started, else at its next step or instead of its retry. What was done is recorded. The
 * caller wakes the runner.
 *
 * @param by the administrator's e-mail address
 */
export async function requestCancel(control: Database, runId: number, by: string, now: number): Promise<CancelResult> {
  const recorded = recordRunChange(runId, by, "cancel", now);
  const [unstarted, , running] = await control.batch(
    [
      cancelBeforeStart({ id: runId, reason: "cancelled", message: `Cancelled by ${by} before it started` }, now),
      recorded,
      {
        sql: "UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, ?) WHERE id = ? AND state IN ('waiting', 'running')",
        args: [now, runId],
      },
      recorded,
    ],
    "write",
  );
  if ((unstarted?.rowsAffected ?? 0) > 0) return "cancelled";
  return (running?.rowsAffected ?? 0) > 0 ? "requested" : "ended";
}

/** Records what an administrator did to a run, if the statement just before in the same batch changed it. */
function recordRunChange(runId: number, by: string, action: "cancel" | "retry", now: number): Statement {
  return {
    sql: `INSERT INTO audit_log (client_id, actor, entity, entity_id, action, after, at)
      SELECT client_id, ?, 'run', id, ?, json_object('job', job_name), ? FROM runs WHERE id = ? AND changes() > 0`,
    args: [by, action, now, runId],
  };
}

/**
 * Takes a failed run up again by hand, from its checkpoint: what it did is not done again. That is recorded. The caller wakes the
 * runner.
 *
 * @param by the administrator's e-mail address
 * @returns false when the run has not failed
 */
export async function retryRun(control: Database, runId: number, by: string, now: number): Promise<boolean> {
  const [retried] = await control.batch(
    [
      {
        sql: `UPDATE runs SET state = 'waiting', reason = 'retry', message = ?, not_before_at = ?, ended_at = NULL, deadline_at = NULL,
        cancel_requested_at = NULL, attempt = 0, reopened = reopened + 1
      WHERE id = ? AND state IN (${statesBeforeSql("waiting")}) AND state = 'failed' AND started_at IS NOT NULL`,
        args: [`Taken up again by ${by}`, now, runId],
      },
      recordRunChange(runId, by, "retry", now),
    ],
    "write",
  );
  return (retried?.rowsAffected ?? 0) > 0;
}
