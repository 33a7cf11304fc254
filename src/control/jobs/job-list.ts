import type { Row } from "@libsql/client";
import type { Database, SqlValue, Statement } from "../../store/database.ts";
import { type JobFigures, toFigures } from "./job-figures.ts";
import { type Job, toJob } from "./jobs.ts";
import { FOR_EVER } from "./pauses.ts";

/** In which order jobs stand. `next` shows only those that will fire, `failed` only those that have failed, the latest first. */
export const jobOrders = ["name", "next", "failed"] as const;
export type JobOrder = (typeof jobOrders)[number];

/** What a list can be limited to. `active`: fires by a clock or after another job, and is not paused. */
export const jobConditions = ["active", "paused", "failing", "manual", "inactive"] as const;
export type JobCondition = (typeof jobConditions)[number];

/** A place in the order: what it is ordered by, and the job's id. */
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
  /** The pause that ends first. `until` null: until somebody resumes it. `partly`: not for all its clients. */
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
  /** There may be more, and so many were looked at before the search paused; null: the page ends because it is full, or all were seen. */
  readonly lookedAt: number | null;
}

/**
 * Jobs looked at for one page when they are searched. The order is walked by index from where the page begins, and no further
 * than this; the next page goes on from there. So a page costs no more with a million jobs than with some thousands.
 */
export const LOOKED_AT = 5000;

interface Walk {
  readonly sql: string;
  readonly args: readonly SqlValue[];
}

/** Rows `(k, id)` in the order of the list, from where the page begins, at most `most`. */
function walkOf(filter: JobListFilter, most: number): Walk {
  switch (filter.order ?? "name") {
    case "name":
      return byName(filter, most);
    case "next":
      return filter.clientId === undefined ? byNextFire(filter, most) : byNextFireOf(filter.clientId, filter, most);
    case "failed":
      return byFailure(filter, most);
  }
}

function merged(walks: readonly Walk[], direction: "ASC" | "DESC", most: number): Walk {
  return {
    sql: `SELECT DISTINCT k, id FROM (${walks.map(({ sql }) => `SELECT * FROM (${sql})`).join(" UNION ALL ")})
      ORDER BY k ${direction}, id ${direction} LIMIT ${most}`,
    args: walks.flatMap(({ args }) => args),
  };
}

function byName({ clientId, processors, after }: JobListFilter, most: number): Walk {
  const walk = (condition: string, args: readonly SqlValue[]): Walk[] => {
    const from = (more: string, moreArgs: readonly SqlValue[]): Walk => ({
      sql: `SELECT name AS k, id FROM jobs WHERE deleted_at IS NULL ${condition} ${more} ORDER BY name, id LIMIT ${most}`,
      args: [...args, ...moreArgs],
    });
    if (!after) return [from("", [])];
    // Thousands of jobs may bear the same name: each half is sought by all that it asks for.
    return [from("AND name = ? AND id > ?", [after.key, after.id]), from("AND name > ?", [after.key])];
  };
  if (processors) {
    const client = clientId === undefined ? "" : "AND +client_id IN (0, ?)";
    const args = clientId === undefined ? [] : [clientId];
    const walks = processors.flatMap((processor) => walk(`AND processor = ? ${client}`, [processor, ...args]));
    return merged(processors.length === 0 ? walk("AND id < 0", []) : walks, "ASC", most);
  }
  const views =
    clientId === undefined ? walk("", []) : [0, clientId].flatMap((one) => walk("AND client_id = ?", [one]));
  return merged(views, "ASC", most);
}

/**
 * From one pair (next fire, job) to the next by seeks, whatever the number of clients for which a job fires at that instant; from
 * the last job of an instant to the next instant, as a pair without a job.
 */
function byNextFire({ after }: JobListFilter, most: number): Walk {
  const job = "(SELECT min(job_id) FROM triggers WHERE next_fire_at = p.k AND job_id > coalesce(p.id, 0))";
  const instant = "(SELECT min(next_fire_at) FROM triggers WHERE next_fire_at > p.k)";
  return {
    sql: `SELECT k, id FROM (WITH RECURSIVE p(k, id, step) AS (
        SELECT ${after ? "?, ?" : "(SELECT min(next_fire_at) FROM triggers WHERE next_fire_at > 0), NULL"}, 0
        UNION ALL SELECT iif(${job} IS NULL, ${instant}, p.k), ${job}, p.step + 1 FROM p WHERE p.k IS NOT NULL LIMIT ${most + 1})
        SELECT k, coalesce(id, 0) AS id FROM p WHERE step > 0 AND k IS NOT NULL)`,
    args: after ? [after.key, after.id] : [],
  };
}

function byNextFireOf(clientId: number, { after }: JobListFilter, most: number): Walk {
  const from = after ? "AND (next_fire_at, job_id) > (?, ?)" : "";
  const walk = (one: number): Walk => ({
    sql: `SELECT next_fire_at AS k, job_id AS id FROM triggers WHERE client_id = ? AND next_fire_at IS NOT NULL ${from}
      ORDER BY next_fire_at, job_id LIMIT ${most}`,
    args: [one, ...(after ? [after.key, after.id] : [])],
  });
  return merged([0, clientId].map(walk), "ASC", most);
}

function byFailure({ clientId, after }: JobListFilter, most: number): Walk {
  const from = after ? "AND (last_failed_at, job_id) < (?, ?)" : "";
  const fromArgs: SqlValue[] = after ? [after.key, after.id] : [];
  const walk = (table: string, condition: string, args: readonly SqlValue[]): Walk => ({
    sql: `SELECT last_failed_at AS k, job_id AS id FROM ${table} WHERE last_failed_at IS NOT NULL ${condition} ${from}
      ORDER BY last_failed_at DESC, job_id DESC LIMIT ${most}`,
    args: [...args, ...fromArgs],
  });
  if (clientId === undefined) return walk("job_totals", "", []);
  return merged(
    [0, clientId].map((one) => walk("job_stats", "AND client_id = ?", [one])),
    "DESC",
    most,
  );
}

/** Which of a job's triggers and figures count: all, or those of one client and of platform work. */
interface View {
  /** A condition; '' for all. */
  readonly sql: string;
  /** Stands before a column by which a client's few rows need not be sought, so that the planner seeks them by client. */
  readonly plus: "" | "+";
}

function viewOf(clientId: number | undefined): View {
  return clientId === undefined
    ? { sql: "", plus: "" }
    : { sql: `AND client_id IN (0, ${Math.trunc(clientId)})`, plus: "+" };
}

function conditionSql(condition: JobCondition, { sql, plus }: View, now: number): string {
  const paused = `EXISTS (SELECT 1 FROM triggers WHERE job_id = j.id ${sql} AND ${plus}paused_until > ${now})`;
  switch (condition) {
    case "active":
      return `j.active = 1 AND (j.cron IS NOT NULL OR j.after_job_id IS NOT NULL) AND NOT ${paused}`;
    case "paused":
      return paused;
    case "failing":
      return `EXISTS (SELECT 1 FROM job_stats WHERE job_id = j.id ${sql} AND ${plus}failures_in_a_row > 0)`;
    case "manual":
      return "j.cron IS NULL AND j.after_job_id IS NULL";
    case "inactive":
      return "j.active = 0";
  }
}

/** What is selected of a listed job `j`; each part by index. */
function listedSql(clientId: number | undefined, now: number): string {
  const { sql, plus } = viewOf(clientId);
  const seen = `job_id = j.id ${sql} AND ${plus}`;
  return `SELECT j.*, p.k AS position, c.name AS client_name, t.next_fire_at, t.time_zone AS next_time_zone,
      t.client_id AS next_client_id, (SELECT name FROM clients WHERE id = t.client_id) AS next_client_name,
      t.paused_until AS next_paused_until, t.pause_note AS next_pause_note,
      CASE WHEN instr(upper(j.cron), 'C') > 0 THEN (SELECT json_group_array(day) FROM calendars WHERE client_id = t.client_id) END AS next_holidays,
      s.fates, s.durations, s.last_run_id, s.last_state, s.last_ended_at, s.last_duration_ms, s.last_failed_at,
      (SELECT max(failures_in_a_row) FROM job_stats WHERE ${seen}failures_in_a_row > 0) AS failing,
      (SELECT min(${plus}paused_until) FROM triggers WHERE ${seen}paused_until > ${now}) AS paused_until,
      (SELECT pause_note FROM triggers WHERE ${seen}paused_until > ${now} ORDER BY ${plus}paused_until LIMIT 1) AS pause_note,
      (EXISTS (SELECT 1 FROM triggers WHERE ${seen}paused_until IS NULL)
        OR EXISTS (SELECT 1 FROM triggers WHERE ${seen}paused_until <= ${now})) AS unpaused`;
}

/** The rows that are joined to a listed job `j`: its client, the trigger that fires next, its figures. */
function besideSql(clientId: number | undefined, now: number): string {
  const { sql, plus } = viewOf(clientId);
  const fires = `SELECT id FROM triggers WHERE job_id = j.id ${sql} AND ${plus}next_fire_at IS NOT NULL`;
  const paused = `${plus}paused_until > ${now}`;
  const figures =
    clientId === undefined
      ? "job_totals s ON s.job_id = j.id"
      : `job_stats s ON s.rowid = (SELECT rowid FROM job_stats WHERE job_id = j.id ${sql} ORDER BY client_id DESC LIMIT 1)`;
  return `LEFT JOIN clients c ON c.id = j.client_id
    LEFT JOIN triggers t ON t.id = coalesce(
      (${fires} AND (+paused_until IS NULL OR +paused_until <= next_fire_at) ORDER BY ${plus}next_fire_at LIMIT 1),
      (${fires} AND ${paused} ORDER BY ${plus}paused_until LIMIT 1))
    LEFT JOIN ${figures}`;
}

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
  const { clientId, text, processors, condition } = filter;
  const order = filter.order ?? "name";
  const limit = (filter.limit ?? 100) + 1;
  const most = isSearch(filter) ? LOOKED_AT : limit;
  const walk = walkOf(filter, most);
  const direction = order === "failed" ? "DESC" : "ASC";
  const at = Math.trunc(now);
  const view = viewOf(clientId);
  const seen = `job_id = j.id ${view.sql} AND ${view.plus}`;
  const conditions = ["j.deleted_at IS NULL"];
  const args: SqlValue[] = [];
  if (clientId !== undefined) conditions.push(`j.client_id IN (0, ${Math.trunc(clientId)})`);
  if (text) {
    conditions.push("instr(lower(j.name || ' ' || j.processor), lower(?)) > 0");
    args.push(text);
  }
  if (processors) {
    conditions.push("+j.processor IN (SELECT value FROM json_each(?))");
    args.push(JSON.stringify(processors));
  }
  if (condition) conditions.push(conditionSql(condition, view, at));
  if (order === "next") {
    conditions.push(`NOT EXISTS (SELECT 1 FROM triggers WHERE ${seen}next_fire_at < w.k)`);
  }
  const pages: Statement = {
    sql: `WITH walk AS MATERIALIZED (${walk.sql}),
      page AS MATERIALIZED (SELECT w.k, w.id FROM walk w CROSS JOIN jobs j ON j.id = w.id
        WHERE ${conditions.join(" AND ")} ORDER BY w.k ${direction}, w.id ${direction} LIMIT ${limit})
      ${listedSql(clientId, at)} FROM page p CROSS JOIN jobs j ON j.id = p.id ${besideSql(clientId, at)}
      ORDER BY p.k ${direction}, p.id ${direction}`,
    args: [...walk.args, ...args],
  };
  if (most !== LOOKED_AT) return [pages];
  return [
    pages,
    {
      sql: `WITH walk AS MATERIALIZED (${walk.sql})
        SELECT k, id, (SELECT count(*) FROM walk) AS looked FROM walk
        ORDER BY k ${direction === "ASC" ? "DESC" : "ASC"}, id ${direction === "ASC" ? "DESC" : "ASC"} LIMIT 1`,
      args: [...walk.args],
    },
  ];
}

/** One job as the list shows it; null when there is none, or it is deleted. @param now ms */
export async function readListedJob(
  control: Database,
  id: number,
  clientId: number | undefined,
  now: number,
): Promise<ListedJob | null> {
  const result = await control.execute({
    sql: `WITH page(k, id) AS (SELECT name, id FROM jobs WHERE id = ? AND deleted_at IS NULL)
      ${listedSql(clientId, Math.trunc(now))} FROM page p CROSS JOIN jobs j ON j.id = p.id ${besideSql(clientId, Math.trunc(now))}`,
    args: [id],
  });
  return result.rows[0] ? toListedJob(result.rows[0]) : null;
}

/** A page of jobs that are not deleted. One round trip of one statement, or of two where jobs are searched. @param now ms */
export async function listJobs(control: Database, filter: JobListFilter, now: number): Promise<JobPage> {
  const limit = filter.limit ?? 100;
  const [page, walked] = await control.batch(listJobsStatements(filter, now), "read");
  const rows = page?.rows ?? [];
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const jobs = shown.map(toListedJob);
  if (rows.length > limit && last) {
    return { jobs, next: { key: keyOf(last.position), id: Number(last.id) }, lookedAt: null };
  }
  const end = walked?.rows[0];
  if (end && Number(end.looked) === LOOKED_AT) {
    return { jobs, next: { key: keyOf(end.k), id: Number(end.id) }, lookedAt: LOOKED_AT };
  }
  return { jobs, next: null, lookedAt: null };
}

const keyOf = (value: unknown): string | number => (typeof value === "string" ? value : Number(value));

function toListedJob(row: Row): ListedJob {
  const until = row.paused_until === null ? null : Number(row.paused_until);
  return {
    ...toJob(row),
    clientName: row.client_name === null ? null : String(row.client_name),
    next: toNext(row),
    figures: toFigures(row),
    failing: Number(row.failing ?? 0),
    pause: until === null ? null : { ...toPause(until, row.pause_note), partly: Number(row.unpaused) === 1 },
  };
}

const toPause = (until: number, note: unknown) => ({
  until: until >= FOR_EVER ? null : until,
  note: note === null || note === undefined ? "" : String(note),
});

function toNext(row: Row): NextTrigger | null {
  if (row.next_fire_at === null) return null;
  return {
    clientId: Number(row.next_client_id),
    clientName: row.next_client_name === null ? null : String(row.next_client_name),
    timeZone: String(row.next_time_zone),
    fireAt: Number(row.next_fire_at),
    pause: row.next_paused_until === null ? null : toPause(Number(row.next_paused_until), row.next_pause_note),
    holidays: row.next_holidays === null ? [] : (JSON.parse(String(row.next_holidays)) as string[]),
  };
}
