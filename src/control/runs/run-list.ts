import type { SQL } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { readEach } from "../../store/statement.ts";
import { asShown, isShownAs, type RunKind, type RunState, storedStates } from "./run-state.ts";
import { type Run, type RunRow, runColumnsOfR, toRun } from "./runs.ts";

/** A run that is due for longer than this (ms) and that no runner has looked at is overdue. */
export const OVERDUE_AFTER_MS = 60_000;

/**
 * Runs looked at for one page when they are searched: the narrowest index is walked from where the page begins, and no further
 * than this; the next page goes on from there. So a page costs no more with a million runs than with some thousands.
 */
export const LOOKED_AT = 5000;

/** A position in the list: the run's id, and what the list is ordered by before it where that is not the id. */
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
  /** There may be more: the number that was looked at before the search paused; null: the page is full, or all were seen. */
  readonly lookedAt: number | null;
}

/** The condition on an overdue run, open and due; a text that the partial indexes of open runs answer. @param now ms */
export function overdue(now: number): SQL {
  return sql`state IN ('planned', 'queued', 'waiting', 'running') AND due_at < ${now - OVERDUE_AFTER_MS}
    AND (state IN ('planned', 'queued') OR deadline_at < ${now})`;
}

interface Conditions {
  /** One walk, or several by the same index whose rows are merged. */
  readonly walks: readonly (readonly SQL[])[];
  readonly rest: readonly SQL[];
}

/** True for a state in which runs are shown that are stored in another, or not all that are stored in it ({@link asShown}). */
const isComputed = (state: RunState) => state === "queued" || state === "planned";

/** A walk by index, newest first, and what is asked of each run on the way. */
function walksOf(
  { jobId, clientId, kind, state }: RunListFilter & { readonly state?: RunState | undefined },
  now: number,
): Conditions {
  if (jobId !== undefined) {
    return {
      walks: [[sql`job_id = ${jobId}`]],
      rest: [
        ...(clientId === undefined ? [] : [sql`r.client_id = ${clientId}`]),
        ...(state === undefined ? [] : [isShownAs(state, now, sql`r.`)]),
        ...(kind === undefined ? [] : [sql`r.kind = ${kind}`]),
      ],
    };
  }
  if (clientId !== undefined || state !== undefined) {
    const ofClient = clientId === undefined ? [] : [sql`client_id = ${clientId}`];
    return {
      walks:
        state === undefined ? [ofClient] : storedStates(state).map((stored) => [...ofClient, sql`state = ${stored}`]),
      rest: [
        ...(state !== undefined && isComputed(state) ? [isShownAs(state, now, sql`r.`)] : []),
        ...(kind === undefined ? [] : [sql`r.kind = ${kind}`]),
      ],
    };
  }
  if (kind === undefined) return { walks: [[]], rest: [] };
  // The index by kind leaves out the many that the clock makes.
  return kind === "schedule"
    ? { walks: [[]], rest: [sql`r.kind = ${kind}`] }
    : { walks: [[sql`kind <> 'schedule' AND kind = ${kind}`]], rest: [] };
}

const where = (conditions: readonly SQL[]) =>
  conditions.length > 0 ? sql`WHERE ${sql.join([...conditions], sql` AND `)}` : sql``;

type ListedRow = RunRow & { readonly clientName: string | null };

/** The runs of an inner query of ids. */
const runsOf = (ids: SQL, rest: SQL = sql``) =>
  sql<ListedRow>`SELECT ${runColumnsOfR}, c.name AS "clientName" FROM (${ids}) w CROSS JOIN runs r ON r.id = w.id
      LEFT JOIN clients c ON c.id = r.client_id ${rest}`;

/** The queries behind {@link readRunPage}: the rows, one more than the page has, and how far a search looked. @param now ms */
export function runPageQueries(filter: RunListFilter, now: number) {
  const { state } = filter;
  if (state === "overdue") return [overdueRuns(filter, now)] as const;
  if (filter.day) return [runsOfDay(filter, filter.day, now)] as const;
  const { walks, rest } = walksOf({ ...filter, state }, now);
  const from = walks.map((walk) => (filter.after ? [...walk, sql`id < ${filter.after.id}`] : walk));
  const most = rest.length > 0 ? LOOKED_AT : filter.limit + 1;
  const ids = from.map((walk) => sql`SELECT id FROM runs ${where(walk)}`);
  const walked = sql`${sql.join(ids, sql` UNION ALL `)} ORDER BY id DESC LIMIT ${most}`;
  const rows = runsOf(walked, sql`${where(rest)} LIMIT ${filter.limit + 1}`);
  if (rest.length === 0) return [rows] as const;
  const looked = sql<{
    looked: number;
    last: number | null;
  }>`SELECT count(*) AS looked, min(id) AS last FROM (${walked})`;
  return [rows, looked] as const;
}

/** The other filters, whose indexes the planner is not to take. */
function others({ jobId, kind, state }: RunListFilter, now: number): SQL[] {
  return [
    ...(jobId === undefined ? [] : [sql`+job_id = ${jobId}`]),
    ...(kind === undefined ? [] : [sql`+kind = ${kind}`]),
    ...(state === undefined || state === "overdue" ? [] : [isShownAs(state, now, sql`+`)]),
  ];
}

/** Latest first by planned instant. */
function runsOfDay(filter: RunListFilter, day: { readonly from: number; readonly until: number }, now: number) {
  const { after, clientId } = filter;
  const conditions = [
    sql`scheduled_at >= ${day.from} AND scheduled_at < ${day.until}`,
    ...(after?.at == null ? [] : [sql`(scheduled_at, id) < (${after.at}, ${after.id})`]),
    ...(clientId === undefined ? [] : [sql`+client_id = ${clientId}`]),
    ...others(filter, now),
  ];
  return runsOf(sql`SELECT id FROM runs INDEXED BY runs_scheduled ${where(conditions)}
    ORDER BY scheduled_at DESC, id DESC LIMIT ${filter.limit + 1}`);
}

/** The longest due first. */
function overdueRuns(filter: RunListFilter, now: number) {
  const { after, clientId } = filter;
  const conditions = [
    ...(clientId === undefined ? [] : [sql`client_id = ${clientId}`]),
    overdue(now),
    ...(after?.at == null ? [] : [sql`(due_at, id) > (${after.at}, ${after.id})`]),
    ...others(filter, now),
  ];
  const index = clientId === undefined ? sql`runs_overdue` : sql`runs_open`;
  return runsOf(
    sql`SELECT id FROM runs INDEXED BY ${index} ${where(conditions)} ORDER BY due_at, id LIMIT ${filter.limit + 1}`,
  );
}

/** A page of runs: newest first, of one day the latest first, of the overdue ones the longest due first. One round trip. @param now ms */
export async function readRunPage(control: Database, filter: RunListFilter, now: number): Promise<RunPage> {
  const [rows, looked = []] = await readEach(control, runPageQueries(filter, now));
  const found = rows.map(({ clientName, ...row }) => ({ ...asShown(toRun(row), now), clientName }));
  const longestFirst = filter.state === "overdue";
  const keyOf = (run: Run) => (longestFirst ? run.dueAt : filter.day ? run.scheduledAt : 0);
  const downwards = (a: Run, b: Run) => keyOf(b) - keyOf(a) || b.id - a.id;
  const sorted = found.toSorted(longestFirst ? (a, b) => downwards(b, a) : downwards);
  const runs = sorted.slice(0, filter.limit);
  const last = runs.at(-1);
  if (sorted.length > filter.limit && last) {
    return { runs, next: { at: longestFirst || filter.day ? keyOf(last) : null, id: last.id }, lookedAt: null };
  }
  const seen = looked[0]?.looked ?? 0;
  if (seen < LOOKED_AT) return { runs, next: null, lookedAt: null };
  return { runs, next: { at: null, id: Number(looked[0]?.last) }, lookedAt: seen };
}
