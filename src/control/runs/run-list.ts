import type { Database, SqlValue, Statement } from "../../store/database.ts";
import type { RunKind, RunState } from "./run-state.ts";
import { type Run, toRun } from "./runs.ts";

/** A run that is due for so long (ms) and that nobody has looked at is overdue. */
export const OVERDUE_AFTER_MS = 60_000;

/**
 * Runs looked at for one page when they are searched: the narrowest index is walked from where the page begins, and no further
 * than this; the next page goes on from there. So a page costs no more with a million runs than with some thousands.
 */
export const LOOKED_AT = 5000;

/** A place in the list: the run's id, and what the list is ordered by before it where that is not the id. */
export interface RunPosition {
  /** Planned instant of a list of one day, due instant of the overdue ones (ms); null: by id alone. */
  readonly at: number | null;
  readonly id: number;
}

/** Which runs a list shows. */
export interface RunListFilter {
  readonly jobId?: number | undefined;
  readonly clientId?: number | undefined;
  readonly kind?: RunKind | undefined;
  /** `overdue`: due for a minute and not looked at, or at work beyond the time that it may take. */
  readonly state?: RunState | "overdue" | undefined;
  /** Planned instants (ms), the end exclusive. */
  readonly day?: { readonly from: number; readonly until: number } | undefined;
  /** Where the page before ended. */
  readonly after?: RunPosition | undefined;
  readonly limit: number;
}

/** A run in the list. */
export interface ListedRun extends Run {
  /** Null for platform work, and for a client that is gone. */
  readonly clientName: string | null;
}

/** A page of runs. */
export interface RunPage {
  readonly runs: readonly ListedRun[];
  /** Where the next page begins; null: this was the last. */
  readonly next: RunPosition | null;
  /** There may be more, and so many were looked at before the search paused; null: the page is full, or all were seen. */
  readonly lookedAt: number | null;
}

/** The condition on an overdue run, open and due before the first `?`; a text that the partial indexes of open runs answer. @param now ms */
export function overdueSql(now: number): string {
  return `state IN ('planned', 'queued', 'waiting', 'running') AND due_at < ${Math.trunc(now - OVERDUE_AFTER_MS)}
    AND (state IN ('planned', 'queued') OR deadline_at < ${Math.trunc(now)})`;
}

interface Conditions {
  readonly sql: string[];
  readonly args: SqlValue[];
}

/** A walk by index, newest first, and what is asked of each run on the way. */
function walkOf(filter: RunListFilter): { walk: Conditions; rest: Conditions } {
  const walk: Conditions = { sql: [], args: [] };
  const rest: Conditions = { sql: [], args: [] };
  const add = (to: Conditions, sql: string, ...args: SqlValue[]) => {
    to.sql.push(sql);
    to.args.push(...args);
  };
  const { jobId, clientId, kind, state } = filter;
  const rare = kind !== undefined && kind !== "schedule";
  if (jobId !== undefined) {
    add(walk, "job_id = ?", jobId);
    if (clientId !== undefined) add(rest, "r.client_id = ?", clientId);
    if (state !== undefined) add(rest, "r.state = ?", state);
    if (kind !== undefined) add(rest, "r.kind = ?", kind);
    return { walk, rest };
  }
  if (clientId !== undefined || state !== undefined) {
    if (clientId !== undefined) add(walk, "client_id = ?", clientId);
    if (state !== undefined) add(walk, "state = ?", state);
    if (kind !== undefined) add(rest, "r.kind = ?", kind);
    return { walk, rest };
  }
  if (rare) add(walk, "kind <> 'schedule' AND kind = ?", kind);
  else if (kind !== undefined) add(rest, "r.kind = ?", kind);
  return { walk, rest };
}

const SELECT = "SELECT r.*, c.name AS client_name";
const JOIN = "CROSS JOIN runs r ON r.id = w.id LEFT JOIN clients c ON c.id = r.client_id";

/** The statements behind {@link readRunPage}: the rows, one more than the page has, and how far a search looked. @param now ms */
export function runPageStatements(filter: RunListFilter, now: number): Statement[] {
  if (filter.state === "overdue") return [overdueRuns(filter, now)];
  if (filter.day) return [runsOfDay(filter, filter.day)];
  const { walk, rest } = walkOf(filter);
  if (filter.after) {
    walk.sql.push("id < ?");
    walk.args.push(filter.after.id);
  }
  const where = walk.sql.length > 0 ? `WHERE ${walk.sql.join(" AND ")}` : "";
  const most = rest.sql.length > 0 ? LOOKED_AT : filter.limit + 1;
  const walked = `SELECT id FROM runs ${where} ORDER BY id DESC LIMIT ${most}`;
  const rows: Statement = {
    sql: `${SELECT} FROM (${walked}) w ${JOIN} ${rest.sql.length > 0 ? `WHERE ${rest.sql.join(" AND ")}` : ""} LIMIT ?`,
    args: [...walk.args, ...rest.args, filter.limit + 1],
  };
  if (rest.sql.length === 0) return [rows];
  return [rows, { sql: `SELECT count(*) AS looked, min(id) AS last FROM (${walked})`, args: walk.args }];
}

/** The other filters, whose indexes the planner is not to take. */
function others(filter: RunListFilter): Conditions {
  const given = Object.entries({
    job_id: filter.jobId,
    kind: filter.kind,
    state: filter.state === "overdue" ? undefined : filter.state,
  }).filter(([, value]) => value !== undefined) as [string, string | number][];
  return { sql: given.map(([column]) => `+${column} = ?`), args: given.map(([, value]) => value) };
}

/** Latest first by planned instant. */
function runsOfDay(filter: RunListFilter, day: { readonly from: number; readonly until: number }): Statement {
  const { sql, args } = others(filter);
  const { after, clientId } = filter;
  const conditions = [
    "scheduled_at >= ? AND scheduled_at < ?",
    ...(after?.at == null ? [] : ["(scheduled_at, id) < (?, ?)"]),
    ...(clientId === undefined ? [] : ["+client_id = ?"]),
    ...sql,
  ];
  return {
    sql: `${SELECT} FROM (SELECT id FROM runs INDEXED BY runs_scheduled WHERE ${conditions.join(" AND ")}
      ORDER BY scheduled_at DESC, id DESC LIMIT ?) w ${JOIN}`,
    args: [
      day.from,
      day.until,
      ...(after?.at == null ? [] : [after.at, after.id]),
      ...(clientId === undefined ? [] : [clientId]),
      ...args,
      filter.limit + 1,
    ],
  };
}

/** The longest due first. */
function overdueRuns(filter: RunListFilter, now: number): Statement {
  const { sql, args } = others(filter);
  const { after, clientId } = filter;
  const conditions = [
    ...(clientId === undefined ? [] : ["client_id = ?"]),
    overdueSql(now),
    ...(after?.at == null ? [] : ["(due_at, id) > (?, ?)"]),
    ...sql,
  ];
  const index = clientId === undefined ? "runs_overdue" : "runs_open";
  return {
    sql: `${SELECT} FROM (SELECT id FROM runs INDEXED BY ${index} WHERE ${conditions.join(" AND ")}
      ORDER BY due_at, id LIMIT ?) w ${JOIN}`,
    args: [
      ...(clientId === undefined ? [] : [clientId]),
      ...(after?.at == null ? [] : [after.at, after.id]),
      ...args,
      filter.limit + 1,
    ],
  };
}

/** A page of runs: newest first, of one day the latest first, of the overdue ones the longest due first. One round trip. @param now ms */
export async function readRunPage(control: Database, filter: RunListFilter, now: number): Promise<RunPage> {
  const [rows, looked] = await control.batch(runPageStatements(filter, now), "read");
  const found = (rows?.rows ?? []).map((row) => ({
    ...toRun(row),
    clientName: row.client_name === null ? null : String(row.client_name),
  }));
  const overdue = filter.state === "overdue";
  const keyOf = (run: Run) => (overdue ? run.dueAt : filter.day ? run.scheduledAt : 0);
  const downwards = (a: Run, b: Run) => keyOf(b) - keyOf(a) || b.id - a.id;
  const sorted = found.toSorted(overdue ? (a, b) => downwards(b, a) : downwards);
  const runs = sorted.slice(0, filter.limit);
  const last = runs.at(-1);
  if (sorted.length > filter.limit && last) {
    return { runs, next: { at: overdue || filter.day ? keyOf(last) : null, id: last.id }, lookedAt: null };
  }
  const seen = Number(looked?.rows[0]?.looked ?? 0);
  if (seen < LOOKED_AT) return { runs, next: null, lookedAt: null };
  return { runs, next: { at: null, id: Number(looked?.rows[0]?.last) }, lookedAt: seen };
}
