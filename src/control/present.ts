import type { Database, SqlValue, Statement } from "../store/database.ts";
import { overdueSql } from "./runs/run-list.ts";
import { type Run, toRun } from "./runs/runs.ts";

const HOUR_MS = 3_600_000;

/** Rows of each list. */
const SHOWN = 10;

/** More starts of the next hour than this are not counted. */
export const COUNTED_AT_MOST = 1000;

/** A job that fails for a client. Instants in ms. */
export interface FailingJob {
  readonly jobId: number;
  readonly jobName: string;
  readonly clientId: number;
  readonly clientName: string | null;
  readonly failuresInARow: number;
  readonly lastFailedAt: number | null;
  /** Null: retention has removed it. */
  readonly lastRunId: number | null;
}

/** A start that is to come: planned already, or a trigger's next fire. */
export interface NextStart {
  readonly jobId: number;
  readonly jobName: string;
  readonly clientId: number;
  readonly clientName: string | null;
  /** ms. */
  readonly at: number;
  readonly timeZone: string;
  /** Null: not planned yet. */
  readonly runId: number | null;
}

/** What happens now (issue 6, page 1). Instants in ms. */
export interface Present {
  readonly running: number;
  readonly waiting: number;
  /** Jobs whose last run for some client failed. */
  readonly failing: number;
  /** Jobs that are paused for some client. */
  readonly paused: number;
  readonly overdue: number;
  readonly lastTick: { readonly at: number; readonly source: string } | null;
  /** The newest of them. */
  readonly atWork: readonly (Run & { readonly clientName: string | null })[];
  /** Those with the most failures in a row first. */
  readonly failingJobs: readonly FailingJob[];
  /** Triggers that fire, and runs that are planned, within an hour, in no pause and no blackout; at most {@link COUNTED_AT_MOST}. */
  readonly startsWithinAnHour: number;
  /** The first of them. */
  readonly nextStarts: readonly NextStart[];
}

/** No blackout of all or of a client lies over an instant. */
const unbarred = (clientId: string, instant: string) =>
  `NOT EXISTS (SELECT 1 FROM blackouts b WHERE b.client_id IN (0, ${clientId}) AND b.starts_at <= ${instant} AND b.ends_at > ${instant})`;

/** The one batch behind {@link readPresent}: each statement ends in an index of open, failing or paused rows. @param now ms */
export function presentStatements(clientId: number | undefined, now: number): Statement[] {
  const own: SqlValue[] = clientId === undefined ? [] : [clientId];
  const client = clientId === undefined ? "" : "client_id = ? AND";
  const at = Math.trunc(now);
  const count = (state: string) => `(SELECT count(*) FROM runs WHERE ${client} state = '${state}')`;
  const failing = `FROM job_stats s INDEXED BY job_stats_failing CROSS JOIN jobs j ON j.id = s.job_id AND j.deleted_at IS NULL
    WHERE s.failures_in_a_row > 0 ${clientId === undefined ? "" : "AND s.client_id = ?"}`;
  const due = clientId === undefined ? "triggers_due" : "triggers_client";
  const firing = `FROM triggers INDEXED BY ${due} WHERE ${client} next_fire_at IS NOT NULL AND next_fire_at < ${at + HOUR_MS}
    AND coalesce(paused_until, 0) <= next_fire_at AND ${unbarred("triggers.client_id", "next_fire_at")}`;
  const open = clientId === undefined ? "runs_overdue" : "runs_open";
  const planned = `FROM runs INDEXED BY ${open} WHERE ${client} state IN ('planned', 'queued', 'waiting', 'running')
    AND due_at >= ${at} AND due_at < ${at + HOUR_MS} AND state = 'planned' AND ${unbarred("runs.client_id", "due_at")}`;
  return [
    {
      sql: `SELECT ${count("running")} AS running, ${count("waiting")} AS waiting,
        (SELECT count(*) FROM runs INDEXED BY ${open} WHERE ${client} ${overdueSql(now)}) AS overdue,
        (SELECT count(DISTINCT s.job_id) ${failing}) AS failing,
        (SELECT count(DISTINCT job_id) FROM triggers INDEXED BY triggers_held
          WHERE paused_until > ${at} ${clientId === undefined ? "" : "AND client_id = ?"}) AS paused,
        (SELECT count(*) FROM (SELECT 1 ${firing} LIMIT ${COUNTED_AT_MOST})) AS firing,
        (SELECT count(*) FROM (SELECT 1 ${planned} LIMIT ${COUNTED_AT_MOST})) AS planned`,
      args: [...own, ...own, ...own, ...own, ...own, ...own, ...own],
    },
    "SELECT at, source FROM ticks ORDER BY id DESC LIMIT 1",
    {
      sql: `SELECT r.*, c.name AS client_name FROM (SELECT id FROM runs WHERE ${client} state = 'running' ORDER BY id DESC LIMIT ${SHOWN}) w
        CROSS JOIN runs r ON r.id = w.id LEFT JOIN clients c ON c.id = r.client_id`,
      args: own,
    },
    {
      sql: `SELECT f.*, c.name AS client_name FROM (
          SELECT s.job_id, j.name AS job_name, s.client_id, s.failures_in_a_row, s.last_failed_at,
            (SELECT id FROM runs WHERE id = s.last_run_id) AS last_run_id ${failing}
          ORDER BY s.failures_in_a_row DESC, s.last_failed_at DESC LIMIT ${SHOWN}) f
        LEFT JOIN clients c ON c.id = f.client_id`,
      args: own,
    },
    {
      sql: `SELECT n.*, coalesce(n.run_name, j.name) AS job_name, c.name AS client_name FROM (
          SELECT * FROM (SELECT job_id, client_id, due_at AS at, time_zone, id AS run_id, job_name AS run_name ${planned} ORDER BY due_at LIMIT ${SHOWN})
          UNION ALL
          SELECT * FROM (SELECT job_id, client_id, next_fire_at, time_zone, NULL, NULL ${firing} ORDER BY next_fire_at LIMIT ${SHOWN})) n
        LEFT JOIN jobs j ON j.id = n.job_id LEFT JOIN clients c ON c.id = n.client_id`,
      args: [...own, ...own],
    },
  ].map((statement) => (typeof statement === "string" ? { sql: statement, args: [] } : statement));
}

const nullable = <T>(value: unknown, read: (value: unknown) => T): T | null =>
  value === null || value === undefined ? null : read(value);

/**
 * What happens now, in one round trip.
 *
 * @param clientId only this client's; undefined: everything
 * @param now ms
 */
export async function readPresent(control: Database, clientId: number | undefined, now: number): Promise<Present> {
  const [counts, tick, atWork, failing, next] = await control.batch(presentStatements(clientId, now), "read");
  const facts = counts?.rows[0];
  const last = tick?.rows[0];
  const nextStarts = (next?.rows ?? [])
    .map((row) => ({
      jobId: Number(row.job_id),
      jobName: String(row.job_name),
      clientId: Number(row.client_id),
      clientName: nullable(row.client_name, String),
      at: Number(row.at),
      timeZone: String(row.time_zone),
      runId: nullable(row.run_id, Number),
    }))
    .toSorted((a, b) => a.at - b.at || a.jobId - b.jobId)
    .slice(0, SHOWN);
  return {
    running: Number(facts?.running ?? 0),
    waiting: Number(facts?.waiting ?? 0),
    failing: Number(facts?.failing ?? 0),
    paused: Number(facts?.paused ?? 0),
    overdue: Number(facts?.overdue ?? 0),
    lastTick: last ? { at: Number(last.at), source: String(last.source) } : null,
    atWork: (atWork?.rows ?? [])
      .map((row) => ({ ...toRun(row), clientName: nullable(row.client_name, String) }))
      .toSorted((a, b) => b.id - a.id),
    failingJobs: (failing?.rows ?? [])
      .map((row) => ({
        jobId: Number(row.job_id),
        jobName: String(row.job_name),
        clientId: Number(row.client_id),
        clientName: nullable(row.client_name, String),
        failuresInARow: Number(row.failures_in_a_row),
        lastFailedAt: nullable(row.last_failed_at, Number),
        lastRunId: nullable(row.last_run_id, Number),
      }))
      .toSorted((a, b) => b.failuresInARow - a.failuresInARow || (b.lastFailedAt ?? 0) - (a.lastFailedAt ?? 0)),
    startsWithinAnHour: Math.min(COUNTED_AT_MOST, Number(facts?.firing ?? 0) + Number(facts?.planned ?? 0)),
    nextStarts,
  };
}
