import type { Row } from "@libsql/client";
import type { Database, Statement } from "../store/database.ts";
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

/** A job in the list, with its last run and its next fire over all its triggers. */
export interface JobSummary extends Job {
  readonly nextFireAt: number | null;
  /** The zone of the trigger that fires next. */
  readonly nextTimeZone: string | null;
  readonly last: {
    readonly runId: number;
    readonly state: string;
    readonly startedAt: number | null;
    readonly endedAt: number | null;
  } | null;
}

function toJob(row: Row): Job {
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

/** The jobs of these ids that are not deleted, by id. */
export async function listJobsById(control: Database, ids: readonly number[]): Promise<Job[]> {
  const result = await control.execute({
    sql: "SELECT * FROM jobs WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL ORDER BY id",
    args: [JSON.stringify(ids)],
  });
  return result.rows.map(toJob);
}

/** Which jobs a list shows: all, or those of one client together with those for all clients. */
export interface JobFilter {
  readonly clientId?: number | undefined;
  /** Id of the last job of the page before. */
  readonly after?: number | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
}

/**
 * The statement behind {@link listJobs}: jobs by id; last run and next fire by index, for the rows of the page only. For one
 * client they are that client's own, also of a job for all; those of platform work are everybody's.
 */
export function listJobsStatement(filter: JobFilter): Statement {
  const { clientId } = filter;
  const client = clientId === undefined ? [] : [clientId];
  const ofClient = clientId === undefined ? "" : "AND client_id IN (0, ?)";
  return {
    sql: `SELECT j.*, t.next_fire_at, t.time_zone AS next_time_zone,
        r.id AS last_run_id, r.state AS last_state, r.started_at AS last_started_at, r.ended_at AS last_ended_at
      FROM (SELECT * FROM jobs WHERE deleted_at IS NULL ${ofClient} AND id > ?
        ORDER BY id LIMIT ?) j
      LEFT JOIN triggers t ON t.id = (SELECT id FROM triggers
        WHERE job_id = j.id ${ofClient} AND next_fire_at IS NOT NULL ORDER BY next_fire_at LIMIT 1)
      LEFT JOIN runs r ON r.id = (SELECT id FROM runs
        WHERE job_id = j.id ${ofClient.replace("client_id", "+client_id")} AND state <> 'planned' ORDER BY id DESC LIMIT 1)
      ORDER BY j.id`,
    args: [...client, filter.after ?? 0, filter.limit ?? 100, ...client, ...client],
  };
}

/** Jobs that are not deleted, by id. */
export async function listJobs(control: Database, filter: JobFilter = {}): Promise<JobSummary[]> {
  const result = await control.execute(listJobsStatement(filter));
  return result.rows.map((row) => ({
    ...toJob(row),
    nextFireAt: row.next_fire_at === null ? null : Number(row.next_fire_at),
    nextTimeZone: row.next_time_zone === null ? null : String(row.next_time_zone),
    last:
      row.last_run_id === null
        ? null
        : {
            runId: Number(row.last_run_id),
            state: String(row.last_state),
            startedAt: row.last_started_at === null ? null : Number(row.last_started_at),
            endedAt: row.last_ended_at === null ? null : Number(row.last_ended_at),
          },
  }));
}
