import { recordChanges } from "../../control/audit-trail.ts";
import { type Job, readJob } from "../../control/jobs/jobs.ts";
import { cancelWithJob, skipUnstarted } from "../../control/runs/transitions.ts";
import { jobs, runs, settings } from "../../control/schema.ts";
import type { Catalogue } from "../../processors/catalogue.ts";
import { alignTriggers, readSites, type Sites, type TriggerSource } from "../../scheduler/align.ts";
import { readAhead } from "../../scheduler/edit.ts";
import type { Database, Statement } from "../../store/database.ts";
import { assignments, insert } from "../../store/insert.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { both, guardedBatch } from "../../store/step/guard.ts";
import { jobsProblem } from "../starts/capacity.ts";
import { type CheckedJob, checkJob, type Problem } from "./job-input.ts";

/** Why a job was not saved or deleted; every problem at once. */
export type JobResult =
  | { readonly state: "saved"; readonly jobId: number }
  | { readonly state: "invalid"; readonly problems: readonly Problem[] }
  /** Another administrator saved it since the form was opened. */
  | { readonly state: "conflict"; readonly revision: number }
  | { readonly state: "missing" }
  /** A run of it is running; it can be deleted once that has ended. */
  | { readonly state: "running" };

/** What saving a job needs. */
export interface JobPorts {
  readonly control: Database;
  readonly catalogue: Catalogue;
}

/** The shortest period (s) that any job may have: global setting `minPeriodSeconds`, default 10. */
export async function minimumPeriod(control: Database): Promise<number> {
  const [setting] = await read(
    control,
    select(settings, ["value"], sql`WHERE client_id = 0 AND key = 'minPeriodSeconds'`),
  );
  return setting ? Number(setting.value) : 10;
}

function source(jobId: number, job: CheckedJob): TriggerSource {
  return { jobId, ...job };
}

/** Saves a new job with its triggers, in one batch. @param by the administrator's e-mail. @param now ms */
export async function createJob(ports: JobPorts, input: unknown, by: string, now: number): Promise<JobResult> {
  const sites = await readSites(ports.control);
  const checked = checkJob(input, ports.catalogue, sites, await minimumPeriod(ports.control), now);
  if (!checked.ok) return { state: "invalid", problems: checked.problems };
  const { job } = checked;
  const full = await jobsProblem(ports.control, job.clientId);
  if (full) return full;
  const results = await ports.control.batch(
    [
      insertJob(job, by, now),
      recordChanges([{ ...recorded(job, by, "create"), entityId: null, after: facts(job) }], now),
      ...alignTriggers(source(0, job), ports.catalogue, sites, now, sql`(SELECT max(id) FROM jobs)`),
    ],
    "write",
  );
  return { state: "saved", jobId: Number(results[0]?.rows[0]?.id) };
}

function recorded(job: Job | CheckedJob, actor: string, action: string) {
  return { clientId: job.clientId, actor, entity: "job", action } as const;
}

/** What an administrator decides about a job, for the record. */
function facts(job: Job | CheckedJob): Record<string, unknown> {
  const { name, description, processor, clientId, cron, timeZone, parameters, active, executeOnEachNode, after } = job;
  const { policies } = job;
  return {
    name,
    description,
    processor,
    clientId,
    cron,
    timeZone,
    parameters,
    active,
    executeOnEachNode,
    policies,
    after,
  };
}

/** Only what differs, on both sides. */
function difference(before: Record<string, unknown>, after: Record<string, unknown>) {
  const changed = Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  const of = (all: Record<string, unknown>) => Object.fromEntries(changed.map((key) => [key, all[key] ?? null]));
  return { before: of(before), after: of(after) };
}

/** A job as its row has it, without who saved it and when. */
const rowOf = ({ after, parameters, policies, ...job }: CheckedJob) => ({
  ...job,
  parameters: JSON.stringify(parameters),
  policies: JSON.stringify(policies),
  afterJobId: after?.jobId ?? null,
  afterCondition: after?.condition ?? null,
});

function insertJob(job: CheckedJob, by: string, now: number): Statement {
  const row = { ...rowOf(job), createdBy: by, updatedBy: by, createdAt: now, updatedAt: now };
  return statement(insert(jobs, row, sql`RETURNING id`));
}

function storeJob(jobId: number, job: CheckedJob, by: string, now: number): Statement {
  const changes = { ...rowOf(job), updatedBy: by, updatedAt: now, revision: sql`revision + 1` };
  return statement(sql`UPDATE jobs SET ${assignments(jobs, changes)} WHERE id = ${jobId}`);
}

/**
 * Saves a changed job. What came due before keeps its fate by the old clock: a catch-up runs as the job is now, and with a job that
 * is switched off it is skipped. What was planned ahead is withdrawn, the next fire is computed from now.
 *
 * @param revision the job's revision when the form was opened; another one means that another administrator saved meanwhile
 */
export async function updateJob(
  ports: JobPorts,
  jobId: number,
  revision: number,
  input: unknown,
  by: string,
  now: number,
): Promise<JobResult> {
  const stored = await readJob(ports.control, jobId);
  if (!stored) return { state: "missing" };
  if (stored.revision !== revision) return { state: "conflict", revision: stored.revision };
  const sites = await readSites(ports.control);
  const checked = checkJob(input, ports.catalogue, sites, await minimumPeriod(ports.control), now, jobId);
  if (!checked.ok) return { state: "invalid", problems: checked.problems };
  const { job } = checked;
  const full = job.clientId === stored.clientId ? null : await jobsProblem(ports.control, job.clientId);
  if (full) return full;
  for (;;) {
    const ahead = await readAhead(ports.control, { jobIds: [jobId] }, now);
    const results = await guardedBatch(
      ports.control,
      both(
        sql`EXISTS (SELECT 1 FROM jobs WHERE id = ${jobId} AND revision = ${revision} AND deleted_at IS NULL)`,
        ahead.unchanged,
      ),
      [
        ...ahead.withdraw,
        storeJob(jobId, job, by, now),
        recordChanges(
          [{ ...recorded(job, by, "update"), entityId: jobId, ...difference(facts(stored), facts(job)) }],
          now,
        ),
        job.active ? renewCatchUps(jobId) : skipUnstarted(sql`job_id = ${jobId}`, SWITCHED_OFF, now),
        ...alignTriggers(source(jobId, job), ports.catalogue, sites, now),
      ],
    );
    if (results) return { state: "saved", jobId };
    const current = await readJob(ports.control, jobId);
    if (!current) return { state: "missing" };
    if (current.revision !== revision) return { state: "conflict", revision: current.revision };
    // Refused all the same: a tick came between.
  }
}

const SWITCHED_OFF = { reason: "job_inactive", message: "The job was switched off before this run started" } as const;

/** Catch-ups that have not started run as the job is now. */
function renewCatchUps(jobId: number): Statement {
  return statement(sql`UPDATE runs SET processor = j.processor, job_name = j.name, load = j.load, parameters = j.parameters, policies = j.policies
      FROM jobs j WHERE j.id = ${jobId} AND runs.job_id = j.id AND runs.kind = 'schedule' AND runs.reason = 'catch_up'
        AND runs.started_at IS NULL AND runs.state IN ('planned', 'queued')`);
}

/**
 * Deletes a job: it is kept, marked; its triggers go. What came due and has not started is skipped, what was planned ahead is
 * withdrawn, and what waits otherwise is cancelled. Refused while one of its runs is running.
 */
export async function deleteJob(ports: JobPorts, jobId: number, by: string, now: number): Promise<JobResult> {
  for (;;) {
    const job = await readJob(ports.control, jobId);
    if (!job) return { state: "missing" };
    if (await isRunning(ports.control, jobId)) return { state: "running" };
    const ahead = await readAhead(ports.control, { jobIds: [jobId] }, now);
    const message = `The job was deleted by ${by} before this run went on`;
    const results = await guardedBatch(
      ports.control,
      both(
        sql`EXISTS (SELECT 1 FROM jobs WHERE id = ${jobId} AND deleted_at IS NULL)
          AND NOT EXISTS (SELECT 1 FROM runs WHERE job_id = ${jobId} AND state = 'running')`,
        ahead.unchanged,
      ),
      [
        ...ahead.withdraw,
        markDeleted(jobId, by, now),
        recordChanges(
          [
            {
              ...recorded(job, by, "delete"),
              entityId: jobId,
              before: { name: job.name, processor: job.processor },
            },
          ],
          now,
        ),
        statement(sql`DELETE FROM triggers WHERE job_id = ${jobId}`),
        skipUnstarted(sql`job_id = ${jobId}`, { reason: "job_deleted", message }, now),
        cancelWithJob(jobId, message, now),
      ],
    );
    if (results) return { state: "saved", jobId };
  }
}

function markDeleted(jobId: number, by: string, now: number): Statement {
  const changes = { deletedAt: now, updatedBy: by, updatedAt: now, revision: sql`revision + 1` };
  return statement(sql`UPDATE jobs SET ${assignments(jobs, changes)} WHERE id = ${jobId}`);
}

/** True while a run of the job is running. */
async function isRunning(control: Database, jobId: number): Promise<boolean> {
  const found = await read(control, select(runs, ["id"], sql`WHERE job_id = ${jobId} AND state = 'running' LIMIT 1`));
  return found.length > 0;
}

/**
 * Brings one stored job's triggers in step with clients and nodes. Where it runs is the processor's to say, so those of a
 * processor that this release lacks stay as they are.
 */
export async function alignJob(ports: JobPorts, jobId: number, now: number): Promise<void> {
  for (;;) {
    const job = await readJob(ports.control, jobId);
    if (!job || !ports.catalogue.find(job.processor)) return;
    const sites: Sites = await readSites(ports.control);
    const ahead = await readAhead(ports.control, { jobIds: [jobId] }, now);
    const aligned = await guardedBatch(
      ports.control,
      both(sql`EXISTS (SELECT 1 FROM jobs WHERE id = ${jobId} AND revision = ${job.revision})`, ahead.unchanged),
      [...ahead.withdraw, ...alignTriggers({ ...job, jobId }, ports.catalogue, sites, now)],
    );
    // Refused: a tick came between, or an administrator saved the job meanwhile, and its old expression must not come back.
    if (aligned) return;
  }
}
