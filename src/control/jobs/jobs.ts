import type { Row } from "@libsql/client";
import type { Database } from "../../store/database.ts";
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

/** Reads a row of `jobs` selected with all columns. */
export function toJob(row: Row): Job {
  return {
    id: Number(row.id),
    name: String(row.name),
    description: String(row.description),
    processor: String(row.processor),
    clientId: Number(row.client_id),
    cron: row.cron === null ? null : String(row.cron),
    timeZone: row.time_zone === null ? null : String(row.time_zone),
    parameters: JSON.parse(String(row.parameters)) as Record<string, unknown>,
    active: Number(row.active) === 1,
    executeOnEachNode: Number(row.execute_on_each_node) === 1,
    policies: readPolicies(String(row.policies)),
    after:
      row.after_job_id === null
        ? null
        : { jobId: Number(row.after_job_id), condition: row.after_condition === "ended" ? "ended" : "ok" },
    customised: Number(row.customised) === 1,
    revision: Number(row.revision),
    createdBy: String(row.created_by),
    updatedBy: String(row.updated_by),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

/** One job that is not deleted; null when there is none. */
export async function readJob(control: Database, id: number): Promise<Job | null> {
  const result = await control.execute({ sql: "SELECT * FROM jobs WHERE id = ? AND deleted_at IS NULL", args: [id] });
  return result.rows[0] ? toJob(result.rows[0]) : null;
}

/** A job that was deleted; null when there is none. @returns `deletedAt` in ms */
export async function readDeletedJob(
  control: Database,
  id: number,
): Promise<(Pick<Job, "id" | "name" | "clientId"> & { readonly deletedAt: number }) | null> {
  const result = await control.execute({
    sql: "SELECT id, name, client_id, deleted_at FROM jobs WHERE id = ? AND deleted_at IS NOT NULL",
    args: [id],
  });
  const row = result.rows[0];
  return row
    ? { id, name: String(row.name), clientId: Number(row.client_id), deletedAt: Number(row.deleted_at) }
    : null;
}

/** The jobs of these ids that are not deleted, by id. */
export async function listJobsById(control: Database, ids: readonly number[]): Promise<Job[]> {
  const result = await control.execute({
    sql: "SELECT * FROM jobs WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL ORDER BY id",
    args: [JSON.stringify(ids)],
  });
  return result.rows.map(toJob);
}

/** A job to choose. */
export type JobChoice = Pick<Job, "id" | "name">;

/** So many jobs are offered in a list. */
export const MOST_JOB_CHOICES = 200;

/**
 * The jobs to choose from, by name; none when they are more than {@link MOST_JOB_CHOICES}.
 *
 * @param clientId those of this client and those for all clients; undefined: every job
 */
export async function readJobChoices(control: Database, clientId: number | undefined): Promise<JobChoice[]> {
  const limit = MOST_JOB_CHOICES + 1;
  const of = (client: string) =>
    `SELECT id, name FROM jobs WHERE ${client} deleted_at IS NULL ORDER BY name, id LIMIT ${limit}`;
  const result = await control.execute(
    clientId === undefined
      ? { sql: of(""), args: [] }
      : {
          sql: `SELECT * FROM (${of("client_id = 0 AND")}) UNION ALL SELECT * FROM (${of("client_id = ? AND")})`,
          args: [clientId],
        },
  );
  if (result.rows.length > MOST_JOB_CHOICES) return [];
  return result.rows.map((row) => ({ id: Number(row.id), name: String(row.name) }));
}

/** The jobs that follow a job, by name; those that are deleted are none. */
export async function listFollowers(control: Database, id: number): Promise<Job[]> {
  const result = await control.execute({
    sql: "SELECT * FROM jobs WHERE after_job_id = ? AND deleted_at IS NULL ORDER BY name, id",
    args: [id],
  });
  return result.rows.map(toJob);
}
