import type { Database, Statement } from "../../store/database.ts";
import { columns, type RowOf, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import type { Counts } from "../../store/step/step.ts";
import { type JobPolicies, readPolicies } from "../jobs/policies.ts";
import { runs } from "../schema.ts";
import type { RunKind, RunState } from "./run-state.ts";
import { cancelBeforeStart, reopen } from "./transitions.ts";

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

const fields = [
  "id",
  "jobId",
  "clientId",
  "nodeId",
  "kind",
  "scheduledAt",
  "dueAt",
  "notBeforeAt",
  "processor",
  "jobName",
  "load",
  "parameters",
  "policies",
  "timeZone",
  "state",
  "reason",
  "message",
  "lease",
  "attempt",
  "reopened",
  "requestedBy",
  "causedByRunId",
  "cancelRequestedAt",
  "asOf",
  "dryRun",
  "untilAt",
  "occurrences",
  "progressDone",
  "progressTotal",
  "counts",
  "errors",
  "startedAt",
  "endedAt",
  "heartbeatAt",
  "deadlineAt",
  "createdAt",
] as const;

/** What {@link toRun} reads of `runs`. */
export const runColumns = columns(runs, fields);

/** The same where a query calls the table `r`. */
export const runColumnsOfR = columns(runs, fields, "r");

/** A run as it is stored. */
export type RunRow = RowOf<typeof runColumns>;

/** Reads a row with the columns {@link runColumns}. Each field is named: to copy "all the others" costs a run more than to read it. */
export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    jobId: row.jobId,
    clientId: row.clientId,
    nodeId: row.nodeId,
    kind: row.kind,
    scheduledAt: row.scheduledAt,
    dueAt: row.dueAt,
    notBeforeAt: row.notBeforeAt,
    processor: row.processor,
    jobName: row.jobName,
    load: row.load,
    parameters: JSON.parse(row.parameters) as Run["parameters"],
    policies: readPolicies(row.policies),
    timeZone: row.timeZone,
    state: row.state,
    reason: row.reason,
    message: row.message,
    lease: row.lease,
    attempt: row.attempt,
    reopened: row.reopened,
    requestedBy: row.requestedBy,
    causedByRunId: row.causedByRunId,
    cancelRequestedAt: row.cancelRequestedAt,
    asOf: row.asOf,
    dryRun: row.dryRun === 1,
    untilAt: row.untilAt,
    occurrences: row.occurrences,
    progress: { done: row.progressDone, total: row.progressTotal },
    counts: JSON.parse(row.counts) as Counts,
    errors: JSON.parse(row.errors) as Run["errors"],
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    heartbeatAt: row.heartbeatAt,
    deadlineAt: row.deadlineAt,
    createdAt: row.createdAt,
  };
}

/** The query of one run. */
export const runQuery = (id: number) => select(runs, fields, sql`WHERE id = ${id}`);

/** One run; null when there is none. */
export async function readRun(control: Database, id: number): Promise<Run | null> {
  const [row] = await read(control, runQuery(id));
  return row ? toRun(row) : null;
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
  const json = JSON.stringify(
    starts.map((start) => ({
      ...start,
      parameters: JSON.stringify(start.parameters),
      policies: start.policies ? JSON.stringify(start.policies) : null,
      dryRun: start.dryRun ? 1 : 0,
    })),
  );
  return statement(sql`INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
      time_zone, state, requested_by, as_of, dry_run, created_at)
    SELECT value ->> 'jobId', value ->> 'clientId', value ->> 'nodeId', 'manual', ${now}, ${now}, value ->> 'processor', value ->> 'jobName',
      value ->> 'load', value ->> 'parameters', coalesce(value ->> 'policies', '{}'), value ->> 'timeZone', 'queued', value ->> 'requestedBy', value ->> 'asOf',
      value ->> 'dryRun', ${now}
    FROM json_each(${json}) WHERE true ON CONFLICT DO NOTHING RETURNING id`);
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
      statement(
        sql`UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, ${now}) WHERE id = ${runId} AND state IN ('waiting', 'running')`,
      ),
      recorded,
    ],
    "write",
  );
  if ((unstarted?.rowsAffected ?? 0) > 0) return "cancelled";
  return (running?.rowsAffected ?? 0) > 0 ? "requested" : "ended";
}

/** Records what an administrator did to a run, if the statement just before in the same batch changed it. */
function recordRunChange(runId: number, by: string, action: "cancel" | "retry", now: number): Statement {
  return statement(sql`INSERT INTO audit_log (client_id, actor, entity, entity_id, action, after, at)
      SELECT client_id, ${by}, 'run', id, ${action}, json_object('job', job_name), ${now} FROM runs WHERE id = ${runId} AND changes() > 0`);
}

/**
 * Takes a failed run up again by hand, from its checkpoint: what it did is not done again. That is recorded. The caller wakes the
 * runner.
 *
 * @param by the administrator's e-mail address
 * @returns false when the run has not failed
 */
export async function retryRun(control: Database, runId: number, by: string, now: number): Promise<boolean> {
  const [retried] = await control.batch([reopen(runId, by, now), recordRunChange(runId, by, "retry", now)], "write");
  return (retried?.rowsAffected ?? 0) > 0;
}
