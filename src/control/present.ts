import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../store/database.ts";
import { select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { readEach, statement } from "../store/statement.ts";
import { overdue } from "./runs/run-list.ts";
import { type Run, type RunRow, runColumnsOfR, toRun } from "./runs/runs.ts";
import { ticks } from "./schema.ts";

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
const unbarred = (clientId: SQL, instant: SQL) =>
  sql`NOT EXISTS (SELECT 1 FROM blackouts b WHERE b.client_id IN (0, ${clientId}) AND b.starts_at <= ${instant} AND b.ends_at > ${instant})`;

interface Counts {
  readonly running: number;
  readonly waiting: number;
  readonly overdue: number;
  readonly failing: number;
  readonly paused: number;
  readonly firing: number;
  readonly planned: number;
}

/** The one batch behind {@link readPresent}: each statement ends in an index of open, failing or paused rows. @param now ms */
export const presentStatements = (clientId: number | undefined, now: number): Statement[] =>
  presentQueries(clientId, now).map(statement);

function presentQueries(clientId: number | undefined, now: number) {
  const all = clientId === undefined;
  const own = all ? sql`` : sql`client_id = ${clientId} AND`;
  const count = (state: SQL) => sql`(SELECT count(*) FROM runs WHERE ${own} state = ${state})`;
  const failing = sql`FROM job_stats s INDEXED BY job_stats_failing CROSS JOIN jobs j ON j.id = s.job_id AND j.deleted_at IS NULL
    WHERE s.failures_in_a_row > 0 ${all ? sql`` : sql`AND s.client_id = ${clientId}`}`;
  const paused = sql`FROM triggers INDEXED BY triggers_held
    WHERE paused_until > ${now} ${all ? sql`` : sql`AND client_id = ${clientId}`}`;
  const firing = sql`FROM triggers INDEXED BY ${all ? sql`triggers_due` : sql`triggers_client`}
    WHERE ${own} next_fire_at IS NOT NULL AND next_fire_at < ${now + HOUR_MS}
      AND coalesce(paused_until, 0) <= next_fire_at AND ${unbarred(sql`triggers.client_id`, sql`next_fire_at`)}`;
  const polling = sql`FROM quiet_groups g INDEXED BY quiet_groups_next CROSS JOIN triggers t ON t.quiet_group_id = g.id
    ${all ? sql`` : sql`AND t.client_id = ${clientId}`}
    WHERE g.next_fire_at IS NOT NULL AND g.next_fire_at < ${now + HOUR_MS}
      AND coalesce(t.paused_until, 0) <= g.next_fire_at AND ${unbarred(sql`t.client_id`, sql`g.next_fire_at`)}`;
  const open = sql`FROM runs INDEXED BY ${all ? sql`runs_overdue` : sql`runs_open`}`;
  const planned = sql`${open} WHERE ${own} state IN ('planned', 'queued', 'waiting', 'running')
    AND due_at >= ${now} AND due_at < ${now + HOUR_MS} AND state = 'planned' AND ${unbarred(sql`runs.client_id`, sql`due_at`)}`;
  return [
    sql<Counts>`SELECT ${count(sql`'running'`)} AS running, ${count(sql`'waiting'`)} AS waiting,
      (SELECT count(*) ${open} WHERE ${own} ${overdue(now)}) AS overdue,
      (SELECT count(DISTINCT s.job_id) ${failing}) AS failing,
      (SELECT count(DISTINCT job_id) ${paused}) AS paused,
      (SELECT count(*) FROM (SELECT 1 ${firing} UNION ALL SELECT 1 ${polling} LIMIT ${COUNTED_AT_MOST})) AS firing,
      (SELECT count(*) FROM (SELECT 1 ${planned} LIMIT ${COUNTED_AT_MOST})) AS planned`,
    select(ticks, ["at", "source"], sql`ORDER BY id DESC LIMIT 1`),
    sql<
      RunRow & { readonly clientName: string | null }
    >`SELECT ${runColumnsOfR}, c.name AS "clientName" FROM (SELECT id FROM runs WHERE ${own} state = 'running' ORDER BY id DESC LIMIT ${SHOWN}) w
      CROSS JOIN runs r ON r.id = w.id LEFT JOIN clients c ON c.id = r.client_id`,
    sql<FailingJob>`SELECT f.*, c.name AS "clientName" FROM (
        SELECT s.job_id AS "jobId", j.name AS "jobName", s.client_id AS "clientId", s.failures_in_a_row AS "failuresInARow",
          s.last_failed_at AS "lastFailedAt", (SELECT id FROM runs WHERE id = s.last_run_id) AS "lastRunId" ${failing}
        ORDER BY s.failures_in_a_row DESC, s.last_failed_at DESC LIMIT ${SHOWN}) f
      LEFT JOIN clients c ON c.id = f."clientId"`,
    sql<NextStart>`SELECT n."jobId", n."clientId", n.at, n."timeZone", n."runId", coalesce(n.run_name, j.name) AS "jobName", c.name AS "clientName"
      FROM (
        SELECT * FROM (SELECT job_id AS "jobId", client_id AS "clientId", due_at AS at, time_zone AS "timeZone", id AS "runId", job_name AS run_name
          ${planned} ORDER BY due_at LIMIT ${SHOWN})
        UNION ALL
        SELECT * FROM (SELECT job_id, client_id, next_fire_at, time_zone, NULL, NULL ${firing} ORDER BY next_fire_at LIMIT ${SHOWN})
        UNION ALL
        SELECT * FROM (SELECT t.job_id, t.client_id, g.next_fire_at, t.time_zone, NULL, NULL ${polling} ORDER BY g.next_fire_at LIMIT ${SHOWN})) n
      LEFT JOIN jobs j ON j.id = n."jobId" LEFT JOIN clients c ON c.id = n."clientId"`,
  ] as const;
}

/**
 * What happens now, in one round trip.
 *
 * @param clientId only this client's; undefined: everything
 * @param now ms
 */
export async function readPresent(control: Database, clientId: number | undefined, now: number): Promise<Present> {
  const [[counts], [tick], atWork, failing, next] = await readEach(control, presentQueries(clientId, now));
  return {
    running: counts?.running ?? 0,
    waiting: counts?.waiting ?? 0,
    failing: counts?.failing ?? 0,
    paused: counts?.paused ?? 0,
    overdue: counts?.overdue ?? 0,
    lastTick: tick ?? null,
    atWork: atWork.map(({ clientName, ...row }) => ({ ...toRun(row), clientName })).toSorted((a, b) => b.id - a.id),
    failingJobs: failing.toSorted(
      (a, b) => b.failuresInARow - a.failuresInARow || (b.lastFailedAt ?? 0) - (a.lastFailedAt ?? 0),
    ),
    startsWithinAnHour: Math.min(COUNTED_AT_MOST, (counts?.firing ?? 0) + (counts?.planned ?? 0)),
    nextStarts: next.toSorted((a, b) => a.at - b.at || a.jobId - b.jobId).slice(0, SHOWN),
  };
}
