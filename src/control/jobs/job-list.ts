import type { SQL } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database, Statement } from "../../store/database.ts";
import { among, columns, type LeftJoined, part } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, readEach, statement } from "../../store/statement.ts";
import { jobStats, jobs, jobTotals, quietGroups, triggers } from "../schema.ts";
import { type FigureRow, figureColumns, type JobFigures, toFigures } from "./job-figures.ts";
import { type Job, type JobRow, jobColumns, toJob } from "./jobs.ts";
import { FOR_EVER } from "./pauses.ts";

/** In which order jobs stand. `next` shows only those that will fire, `failed` only those that have failed, the latest first. */
export const jobOrders = ["name", "next", "failed"] as const;
export type JobOrder = (typeof jobOrders)[number];

/** What a list can be limited to. `active`: fires by a clock or after another job, and is not paused. */
export const jobConditions = ["active", "paused", "failing", "manual", "inactive"] as const;
export type JobCondition = (typeof jobConditions)[number];

/** A position in the order: what it is ordered by, and the job's id. */
export interface JobPosition {
  /** A name, or an instant (ms). */
  readonly key: string | number;
  readonly id: number;
}

/** Which jobs a list shows. */
export interface JobListFilter {
  /** The jobs that serve this client: its own and those for all, each with that client's figures, next fire and pauses. Default all. */
  readonly clientId?: number | undefined;
  /** Part of the name or of the processor's id, in any case (A to Z). */
  readonly text?: string | undefined;
  readonly processors?: readonly string[] | undefined;
  readonly condition?: JobCondition | undefined;
  /** Default by name. */
  readonly order?: JobOrder | undefined;
  /** Where the page before ended. */
  readonly after?: JobPosition | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
}

/** A job in the list. */
export interface ListedJob extends Job {
  /** Null for a job of all clients or of the platform. */
  readonly clientName: string | null;
  /** The trigger that fires first of those that are not paused, else the one whose pause ends first; null: none fires. */
  readonly next: NextTrigger | null;
  readonly figures: JobFigures | null;
  /** Failed runs in a row; of several clients the most. */
  readonly failing: number;
  /** The pause that ends first. `until` null: until an administrator resumes it. `partly`: not for all its clients. */
  readonly pause: { readonly until: number | null; readonly note: string; readonly partly: boolean } | null;
}

/** A trigger of a listed job. Instants in ms. */
export interface NextTrigger {
  /** 0: the platform. */
  readonly clientId: number;
  readonly clientName: string | null;
  readonly timeZone: string;
  /** The next fire that is not planned yet. */
  readonly fireAt: number;
  readonly pause: { readonly until: number | null; readonly note: string } | null;
  /** Local days that its client's calendar leaves out; none where the expression cannot ask for them. */
  readonly holidays: readonly string[];
}

/** A page of jobs. */
export interface JobPage {
  readonly jobs: readonly ListedJob[];
  /** Where the next page begins; null: this was the last. */
  readonly next: JobPosition | null;
  /** There may be more: the number that was looked at before the search paused; null: the page ends because it is full, or all were seen. */
  readonly lookedAt: number | null;
}

/**
 * Jobs looked at for one page when they are searched. The order is walked by index from where the page begins, and no further
 * than this; the next page goes on from there. So a page costs no more with a million jobs than with some thousands.
 */
export const LOOKED_AT = 5000;

/** Rows `(k, id)` in the order of the list, from where the page begins, at most `most`. */
function walkOf(filter: JobListFilter, most: number): SQL {
  switch (filter.order ?? "name") {
    case "name":
      return byName(filter, most);
    case "next":
      return filter.clientId === undefined ? byNextFire(filter, most) : byNextFireOf(filter.clientId, filter, most);
    case "failed":
      return byFailure(filter, most);
  }
}

const ascending = sql`ASC`;
const descending = sql`DESC`;
const nothing = sql``;

function merged(walks: readonly SQL[], direction: SQL, most: number): SQL {
  const all = walks.map((walk) => sql`SELECT * FROM (${walk})`);
  return sql`SELECT DISTINCT k, id FROM (${sql.join(all, sql` UNION ALL `)}) ORDER BY k ${direction}, id ${direction} LIMIT ${most}`;
}

function byName({ clientId, processors, after }: JobListFilter, most: number): SQL {
  const walk = (condition: SQL): SQL[] => {
    const from = (more: SQL) =>
      sql`SELECT name AS k, id FROM jobs WHERE deleted_at IS NULL ${condition} ${more} ORDER BY name, id LIMIT ${most}`;
    if (!after) return [from(nothing)];
    // Thousands of jobs may bear the same name: each half is sought by all that it asks for.
    return [from(sql`AND name = ${after.key} AND id > ${after.id}`), from(sql`AND name > ${after.key}`)];
  };
  if (processors) {
    const client = clientId === undefined ? nothing : sql`AND +client_id IN (0, ${clientId})`;
    const walks = processors.flatMap((processor) => walk(sql`AND processor = ${processor} ${client}`));
    return merged(processors.length === 0 ? walk(sql`AND id < 0`) : walks, ascending, most);
  }
  const views =
    clientId === undefined ? walk(nothing) : [0, clientId].flatMap((one) => walk(sql`AND client_id = ${one}`));
  return merged(views, ascending, most);
}

/** The lesser of what triggers and quiet groups, which keep the clocks of theirs, answer; NULL where both have none. */
function least(of: (table: SQLiteTable) => SQL): SQL {
  const [own, kept] = [of(triggers), of(quietGroups)];
  return sql`min(ifnull(${own}, ${kept}), ifnull(${kept}, ${own}))`;
}

/**
 * From one pair (next fire, job) to the next by seeks, whatever the number of clients for which a job fires at that instant; from
 * the last job of an instant to the next instant, as a pair without a job.
 */
function byNextFire({ after }: JobListFilter, most: number): SQL {
  const job = least(
    (table) => sql`(SELECT min(job_id) FROM ${table} WHERE next_fire_at = p.k AND job_id > coalesce(p.id, 0))`,
  );
  const instant = least((table) => sql`(SELECT min(next_fire_at) FROM ${table} WHERE next_fire_at > p.k)`);
  const first = least((table) => sql`(SELECT min(next_fire_at) FROM ${table} WHERE next_fire_at > 0)`);
  const start = after ? sql`${after.key}, ${after.id}` : sql`${first}, NULL`;
  return sql`SELECT k, id FROM (WITH RECURSIVE p(k, id, step) AS (SELECT ${start}, 0
      UNION ALL SELECT iif(${job} IS NULL, ${instant}, p.k), ${job}, p.step + 1 FROM p WHERE p.k IS NOT NULL LIMIT ${most + 1})
    SELECT k, coalesce(id, 0) AS id FROM p WHERE step > 0 AND k IS NOT NULL)`;
}

function byNextFireOf(clientId: number, { after }: JobListFilter, most: number): SQL {
  const from = after ? sql`AND (next_fire_at, job_id) > (${after.key}, ${after.id})` : nothing;
  const walk = (one: number) =>
    sql`SELECT next_fire_at AS k, job_id AS id FROM triggers WHERE client_id = ${one} AND next_fire_at IS NOT NULL ${from}
      ORDER BY next_fire_at, job_id LIMIT ${most}`;
  const behind = after ? sql`AND (g.next_fire_at, g.job_id) > (${after.key}, ${after.id})` : nothing;
  const kept = sql`SELECT g.next_fire_at AS k, g.job_id AS id FROM triggers t CROSS JOIN quiet_groups g ON g.id = t.quiet_group_id
    WHERE t.client_id = ${clientId} AND g.next_fire_at IS NOT NULL ${behind}`;
  return merged([...[0, clientId].map(walk), kept], ascending, most);
}

function byFailure({ clientId, after }: JobListFilter, most: number): SQL {
  const from = after ? sql`AND (last_failed_at, job_id) < (${after.key}, ${after.id})` : nothing;
  const walk = (table: SQLiteTable, condition: SQL) =>
    sql`SELECT last_failed_at AS k, job_id AS id FROM ${table} WHERE last_failed_at IS NOT NULL ${condition} ${from}
      ORDER BY last_failed_at DESC, job_id DESC LIMIT ${most}`;
  if (clientId === undefined) return walk(jobTotals, nothing);
  const walks = [0, clientId].map((one) => walk(jobStats, sql`AND client_id = ${one}`));
  return merged(walks, descending, most);
}

/** Which of a job's triggers and figures count: all, or those of one client and of platform work. */
interface View {
  /** A condition; empty for all. */
  readonly own: SQL;
  /** Stands before a column by which a client's few rows need not be sought, so that the planner seeks them by client. */
  readonly plus: SQL;
}

function viewOf(clientId: number | undefined): View {
  return clientId === undefined
    ? { own: nothing, plus: nothing }
    : { own: sql`AND client_id IN (0, ${clientId})`, plus: sql`+` };
}

function conditionSql(condition: JobCondition, { own, plus }: View, now: number): SQL {
  const paused = sql`EXISTS (SELECT 1 FROM triggers WHERE job_id = j.id ${own} AND ${plus}paused_until > ${now})`;
  switch (condition) {
    case "active":
      return sql`j.active = 1 AND (j.cron IS NOT NULL OR j.after_job_id IS NOT NULL) AND NOT ${paused}`;
    case "paused":
      return paused;
    case "failing":
      return sql`EXISTS (SELECT 1 FROM job_stats WHERE job_id = j.id ${own} AND ${plus}failures_in_a_row > 0)`;
    case "manual":
      return sql`j.cron IS NULL AND j.after_job_id IS NULL`;
    case "inactive":
      return sql`j.active = 0`;
  }
}

/** A listed job as it is read. */
type ListedRow = JobRow &
  LeftJoined<FigureRow> & {
    readonly position: string | number;
    readonly clientName: string | null;
    readonly nextFireAt: number | null;
    readonly nextTimeZone: string | null;
    readonly nextClientId: number | null;
    readonly nextClientName: string | null;
    readonly nextPausedUntil: number | null;
    readonly nextPauseNote: string | null;
    /** JSON. */
    readonly nextHolidays: string | null;
    readonly failing: number | null;
    readonly pausedUntil: number | null;
    readonly pauseNote: string | null;
    readonly unpaused: 0 | 1;
  };

/** What is selected of a listed job `j`; each part by index. The figures `s` of a client have the same columns as those of all. */
function listedSql(clientId: number | undefined, now: number): SQL {
  const { own, plus } = viewOf(clientId);
  const seen = sql`job_id = j.id ${own} AND ${plus}`;
  return sql`SELECT ${columns(jobs, jobColumns, "j")}, p.k AS position, c.name AS "clientName",
      coalesce(t.next_fire_at, (SELECT next_fire_at FROM quiet_groups WHERE id = t.quiet_group_id)) AS "nextFireAt",
      t.time_zone AS "nextTimeZone", t.client_id AS "nextClientId", (SELECT name FROM clients WHERE id = t.client_id) AS "nextClientName",
      t.paused_until AS "nextPausedUntil", t.pause_note AS "nextPauseNote",
      CASE WHEN instr(upper(j.cron), 'C') > 0 THEN (SELECT json_group_array(day) FROM calendars WHERE client_id = t.client_id) END AS "nextHolidays",
      ${columns(jobTotals, figureColumns, "s")},
      (SELECT max(failures_in_a_row) FROM job_stats WHERE ${seen}failures_in_a_row > 0) AS failing,
      (SELECT min(${plus}paused_until) FROM triggers WHERE ${seen}paused_until > ${now}) AS "pausedUntil",
      (SELECT pause_note FROM triggers WHERE ${seen}paused_until > ${now} ORDER BY ${plus}paused_until LIMIT 1) AS "pauseNote",
      (EXISTS (SELECT 1 FROM triggers WHERE ${seen}paused_until IS NULL)
        OR EXISTS (SELECT 1 FROM triggers WHERE ${seen}paused_until <= ${now})) AS unpaused`;
}

/** The rows that are joined to a listed job `j`: its client, the trigger that fires next, its figures. */
function besideSql(clientId: number | undefined, now: number): SQL {
  const { own, plus } = viewOf(clientId);
  const fires = sql`SELECT id FROM triggers WHERE job_id = j.id ${own} AND ${plus}next_fire_at IS NOT NULL`;
  const paused = sql`${plus}paused_until > ${now}`;
  const first = sql`SELECT id, next_fire_at AS at FROM triggers WHERE job_id = j.id ${own} AND ${plus}next_fire_at IS NOT NULL
    AND (+paused_until IS NULL OR +paused_until <= next_fire_at) ORDER BY ${plus}next_fire_at LIMIT 1`;
  // One trigger stands for those of its group.
  const kept = sql`SELECT (SELECT id FROM triggers WHERE quiet_group_id = g.id ${own} LIMIT 1) AS id, g.next_fire_at AS at
    FROM quiet_groups g WHERE g.job_id = j.id AND g.next_fire_at IS NOT NULL
      AND EXISTS (SELECT 1 FROM triggers WHERE quiet_group_id = g.id ${own}) ORDER BY g.next_fire_at LIMIT 1`;
  const figures =
    clientId === undefined
      ? sql`job_totals s ON s.job_id = j.id`
      : sql`job_stats s ON s.rowid = (SELECT rowid FROM job_stats WHERE job_id = j.id ${own} ORDER BY client_id DESC LIMIT 1)`;
  return sql`LEFT JOIN clients c ON c.id = j.client_id
    LEFT JOIN triggers t ON t.id = coalesce(
      (SELECT id FROM (SELECT * FROM (${first}) UNION ALL SELECT * FROM (${kept})) ORDER BY at LIMIT 1),
      (${fires} AND ${paused} ORDER BY ${plus}paused_until LIMIT 1))
    LEFT JOIN ${figures}`;
}

/** Listed jobs of the rows `page(k, id)` of a common table expression. */
const listed = (clientId: number | undefined, now: number) =>
  sql`${listedSql(clientId, now)} FROM page p CROSS JOIN jobs j ON j.id = p.id ${besideSql(clientId, now)}`;

/** The walk may come by jobs that are left out: those that are deleted stand in the figures still, a job may fire for several clients. */
function isSearch({ text, condition, order }: JobListFilter): boolean {
  return Boolean(text) || condition !== undefined || (order ?? "name") !== "name";
}

/**
 * The statements behind {@link listJobs}: the page, and, where jobs are searched, how far the walk went. Everything beside the
 * job itself is found by index for the jobs of the page only; runs are not read at all.
 *
 * @param now ms
 */
export function listJobsStatements(filter: JobListFilter, now: number): Statement[] {
  const { page, end } = listQueries(filter, now);
  return [page, ...(end ? [end] : [])].map(statement);
}

/** Where a walk ended, and how many jobs it looked at. */
interface WalkEnd {
  readonly k: string | number;
  readonly id: number;
  readonly looked: number;
}

/** @returns `end` null: nothing is searched */
function listQueries(filter: JobListFilter, now: number): { page: SQL<ListedRow>; end: SQL<WalkEnd> | null } {
  const { clientId, text, processors, condition } = filter;
  const order = filter.order ?? "name";
  const limit = (filter.limit ?? 100) + 1;
  const most = isSearch(filter) ? LOOKED_AT : limit;
  const walk = sql`walk AS MATERIALIZED (${walkOf(filter, most)})`;
  const [direction, opposite] = order === "failed" ? [descending, ascending] : [ascending, descending];
  const view = viewOf(clientId);
  const conditions = [sql`j.deleted_at IS NULL`];
  if (clientId !== undefined) conditions.push(sql`j.client_id IN (0, ${clientId})`);
  if (text) conditions.push(sql`instr(lower(j.name || ' ' || j.processor), lower(${text})) > 0`);
  if (processors) conditions.push(sql`+j.processor IN ${among(processors)}`);
  if (condition) conditions.push(conditionSql(condition, view, now));
  if (order === "next") {
    const earlier = sql`SELECT 1 FROM triggers WHERE job_id = j.id ${view.own} AND ${view.plus}next_fire_at < w.k`;
    const kept = sql`SELECT 1 FROM quiet_groups g WHERE g.job_id = j.id AND g.next_fire_at < w.k
      AND EXISTS (SELECT 1 FROM triggers WHERE quiet_group_id = g.id ${view.own})`;
    conditions.push(sql`NOT EXISTS (${earlier}) AND NOT EXISTS (${kept})`);
  }
  return {
    page: sql`WITH ${walk},
      page AS MATERIALIZED (SELECT w.k, w.id FROM walk w CROSS JOIN jobs j ON j.id = w.id
        WHERE ${sql.join(conditions, sql` AND `)} ORDER BY w.k ${direction}, w.id ${direction} LIMIT ${limit})
      ${listed(clientId, now)} ORDER BY p.k ${direction}, p.id ${direction}`,
    end:
      most === LOOKED_AT
        ? sql`WITH ${walk} SELECT k, id, (SELECT count(*) FROM walk) AS looked FROM walk ORDER BY k ${opposite}, id ${opposite} LIMIT 1`
        : null,
  };
}

/** One job as the list shows it; null when there is none, or it is deleted. @param now ms */
export async function readListedJob(
  control: Database,
  id: number,
  clientId: number | undefined,
  now: number,
): Promise<ListedJob | null> {
  const [job] = await read<ListedRow>(
    control,
    sql`WITH page(k, id) AS (SELECT name, id FROM jobs WHERE id = ${id} AND deleted_at IS NULL) ${listed(clientId, now)}`,
  );
  return job ? toListedJob(job) : null;
}

/** A page of jobs that are not deleted. One round trip of one statement, or of two where jobs are searched. @param now ms */
export async function listJobs(control: Database, filter: JobListFilter, now: number): Promise<JobPage> {
  const limit = filter.limit ?? 100;
  const { page, end } = listQueries(filter, now);
  const [rows, ends] = await readEach(control, end ? ([page, end] as const) : ([page] as const));
  const shown = rows.slice(0, limit);
  const jobs = shown.map(toListedJob);
  const last = shown.at(-1);
  if (rows.length > limit && last) return { jobs, next: { key: last.position, id: last.id }, lookedAt: null };
  const walked = ends?.[0];
  if (walked?.looked === LOOKED_AT) return { jobs, next: { key: walked.k, id: walked.id }, lookedAt: LOOKED_AT };
  return { jobs, next: null, lookedAt: null };
}

function toListedJob(row: ListedRow): ListedJob {
  const { pausedUntil, pauseNote } = row;
  return {
    ...toJob(part(row, jobColumns)),
    clientName: row.clientName,
    next: toNext(row),
    figures: toFigures(row),
    failing: row.failing ?? 0,
    pause: pausedUntil === null ? null : { ...toPause(pausedUntil, pauseNote), partly: row.unpaused === 1 },
  };
}

const toPause = (until: number, note: string | null) => ({
  until: until >= FOR_EVER ? null : until,
  note: note ?? "",
});

function toNext(row: ListedRow): NextTrigger | null {
  const { nextFireAt: fireAt, nextClientId: clientId, nextTimeZone: timeZone, nextPausedUntil: until } = row;
  if (fireAt === null || clientId === null || timeZone === null) return null;
  return {
    clientId,
    clientName: row.nextClientName,
    timeZone,
    fireAt,
    pause: until === null ? null : toPause(until, row.nextPauseNote),
    holidays: row.nextHolidays === null ? [] : (JSON.parse(row.nextHolidays) as string[]),
  };
}
