import type { SQL } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { among, type Selected, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { jobs } from "../schema.ts";
import { type JobPolicies, readPolicies } from "./policies.ts";

/** A job as it is stored. Instants in ms. */
export interface Job {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly processor: string;
  /** 0: all active clients, or the platform. */
  readonly clientId: number;
  /** Quartz expression; null: manual only. */
  readonly cron: string | null;
  /** IANA zone; null: the zone of each client. */
  readonly timeZone: string | null;
  readonly parameters: Record<string, unknown>;
  readonly active: boolean;
  readonly executeOnEachNode: boolean;
  readonly policies: JobPolicies;
  /** The job that this one follows, and on what condition; null: it has a clock of its own or is started by hand. */
  readonly after: { readonly jobId: number; readonly condition: "ok" | "ended" } | null;
  readonly customised: boolean;
  readonly revision: number;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The columns that make a {@link Job}. */
export const jobColumns = [
  "id",
  "name",
  "description",
  "processor",
  "clientId",
  "cron",
  "timeZone",
  "parameters",
  "active",
  "executeOnEachNode",
  "policies",
  "afterJobId",
  "afterCondition",
  "customised",
  "revision",
  "createdBy",
  "updatedBy",
  "createdAt",
  "updatedAt",
] as const;

/** A row of `jobs` with {@link jobColumns}. */
export type JobRow = Selected<typeof jobs, (typeof jobColumns)[number]>;

/** What is stored of a job, read. */
export function toJob({ afterJobId, afterCondition, ...row }: JobRow): Job {
  return {
    ...row,
    parameters: JSON.parse(row.parameters) as Record<string, unknown>,
    active: row.active === 1,
    executeOnEachNode: row.executeOnEachNode === 1,
    policies: readPolicies(row.policies),
    after: afterJobId === null ? null : { jobId: afterJobId, condition: afterCondition ?? "ok" },
    customised: row.customised === 1,
  };
}

/** Selects jobs for {@link toJob}. @param rest what follows behind `FROM jobs` */
export const selectJobs = (rest: SQL) => select(jobs, jobColumns, rest);

const readJobs = async (control: Database, rest: SQL) => (await read(control, selectJobs(rest))).map(toJob);

/** One job that is not deleted; null when there is none. */
export async function readJob(control: Database, id: number): Promise<Job | null> {
  const [job] = await readJobs(control, sql`WHERE id = ${id} AND deleted_at IS NULL`);
  return job ?? null;
}

/** A job that was deleted; null when there is none. @returns `deletedAt` in ms */
export async function readDeletedJob(
  control: Database,
  id: number,
): Promise<(Pick<Job, "id" | "name" | "clientId"> & { readonly deletedAt: number }) | null> {
  const [row] = await read(
    control,
    select(jobs, ["id", "name", "clientId", "deletedAt"], sql`WHERE id = ${id} AND deleted_at IS NOT NULL`),
  );
  return row?.deletedAt == null ? null : { ...row, deletedAt: row.deletedAt };
}

/** The jobs of these ids that are not deleted, by id. */
export async function listJobsById(control: Database, ids: readonly number[]): Promise<Job[]> {
  return await readJobs(control, sql`WHERE id IN ${among(ids)} AND deleted_at IS NULL ORDER BY id`);
}

/** How many jobs there are, and the sum of their revisions: another one as soon as one of them is changed, comes or goes. */
export interface Revisions {
  readonly jobs: number;
  readonly revisions: number | null;
}

/** Reads the {@link Revisions} of some jobs. @param which a condition on `jobs` */
export const countRevisions = (which: SQL) =>
  sql<Revisions>`SELECT count(*) AS jobs, sum(revision) AS revisions FROM jobs WHERE ${which}`;

/** A condition: these jobs are as they were when their revisions were counted. @param which a condition on `jobs` */
export const sameRevisions = (which: SQL, counted: Revisions | undefined) =>
  sql`(SELECT count(*) = ${counted?.jobs ?? 0} AND sum(revision) IS ${counted?.revisions ?? null} FROM jobs WHERE ${which})`;

/** A job to choose. */
export type JobChoice = Pick<Job, "id" | "name">;

/** Jobs offered in a list, at most. */
export const MOST_JOB_CHOICES = 200;

/**
 * The jobs to choose from, by name; none when they are more than {@link MOST_JOB_CHOICES}.
 *
 * @param clientId those of this client and those for all clients; undefined: every job
 */
export async function readJobChoices(control: Database, clientId: number | undefined): Promise<JobChoice[]> {
  const of = (client: SQL) =>
    select(
      jobs,
      ["id", "name"],
      sql`WHERE ${client} deleted_at IS NULL ORDER BY name, id LIMIT ${MOST_JOB_CHOICES + 1}`,
    );
  const found = await read<JobChoice>(
    control,
    clientId === undefined
      ? of(sql``)
      : sql`SELECT * FROM (${of(sql`client_id = 0 AND`)}) UNION ALL SELECT * FROM (${of(sql`client_id = ${clientId} AND`)})`,
  );
  return found.length > MOST_JOB_CHOICES ? [] : found;
}

/** The jobs that follow a job, by name; those that are deleted are none. */
export async function listFollowers(control: Database, id: number): Promise<Job[]> {
  return await readJobs(control, sql`WHERE after_job_id = ${id} AND deleted_at IS NULL ORDER BY name, id`);
}
