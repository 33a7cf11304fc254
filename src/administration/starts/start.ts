import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { recordChanges } from "../../control/audit-trail.ts";
import { type Job, readJob } from "../../control/jobs/jobs.ts";
import { insertStarts } from "../../control/runs/runs.ts";
import type { Processor } from "../../processors/contract.ts";
import { parameterSchema } from "../../processors/parameters.ts";
import { readSites, sitesOf } from "../../scheduler/align.ts";
import type { Database } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { guardedBatch } from "../../store/step/guard.ts";
import { isDay, knownZone, localDay } from "../../time/day.ts";
import { inputWords } from "../input-words.ts";
import { type Problem, problemsOf } from "../jobs/job-input.ts";
import type { JobPorts } from "../jobs/jobs.ts";
import { type Invalid, invalid, readFields } from "../problems.ts";
import { queueProblem } from "./capacity.ts";

/** What an administrator gives for a start by hand, before it is checked against the job. */
export const startFields = z.strictObject({
  clientId: z.int("Choose a client").min(0).describe("The one client to run for; 0 for platform work"),
  asOf: z
    .string()
    .trim()
    .nullable()
    .default(null)
    .transform((day) => day || null)
    .describe("Local day to work on instead of today; never in the future"),
  dryRun: z.boolean().default(false).describe("Everything is done and rolled back; nothing is sent"),
  parameters: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Other parameters for this run only; those not given are the job's"),
  key: z
    .string()
    .trim()
    .max(100)
    .nullable()
    .default(null)
    .transform((key) => key || null)
    .describe("Names this start, such as a random text: the same job is started once for it, however often it is sent"),
});

/** The result of a start by hand. */
export type StartResult =
  | { readonly state: "queued"; readonly runIds: readonly number[]; readonly clientId: number }
  /** A start of the same key, or of the same millisecond, was queued before; its runs, as far as they are known. */
  | { readonly state: "queued_before"; readonly runIds: readonly number[] }
  | Invalid
  | { readonly state: "missing" };

/**
 * Starts a job by hand for one client, or for the platform (each node where the job says so). The schedule stays as it is
 * (handbook, manager: starting by hand), and so do the job's parameters when the run is given others. The caller wakes the runner.
 *
 * @param by the administrator's e-mail
 * @param now ms
 */
export async function startJob(
  ports: JobPorts,
  jobId: number,
  input: unknown,
  by: string,
  now: number,
): Promise<StartResult> {
  const read = readFields(startFields, input, "A start");
  if (read.state === "invalid") return read;
  const { clientId, asOf, dryRun, key } = read.fields;
  const job = await readJob(ports.control, jobId);
  if (!job) return { state: "missing" };
  const processor = ports.catalogue.find(job.processor);
  if (!processor) {
    return invalid("processor", `This release does not know the processor ${job.processor}; start it on one that does`);
  }
  const served = sitesOf({ ...job, jobId }, processor, await readSites(ports.control));
  const sites = served.filter((site) => site.clientId === clientId);
  const first = sites[0];
  if (!first) {
    if (processor.scope !== "client") {
      return served.length === 0
        ? invalid("clientId", "There is no node to run on yet; it appears once a host has started")
        : invalid("clientId", "This job works for the platform; leave the client empty");
    }
    return invalid(
      "clientId",
      `This job does not serve client ${clientId}, or that client is not active; choose one that it serves`,
    );
  }
  if (asOf !== null && !isDay(asOf)) return invalid("asOf", `"${asOf}" is no day; write it as YYYY-MM-DD`);
  const today = localDay(now, knownZone(first.timeZone));
  if (asOf !== null && asOf > today) return invalid("asOf", `${asOf} is in the future; choose ${today} or earlier`);

  const { parameters, changed, problems } = parametersOf(job, processor, read.fields.parameters);
  if (problems.length > 0) return { state: "invalid", problems };

  const full = await queueProblem(ports.control, "clientId", sites);
  if (full) return full;

  const starts = sites.map((site) => ({
    jobId,
    processor: job.processor,
    jobName: job.name,
    load: processor.load,
    parameters,
    policies: job.policies,
    clientId,
    nodeId: site.nodeId,
    timeZone: site.timeZone,
    asOf,
    dryRun,
    requestedBy: by,
  }));
  const after = { clientId, asOf, dryRun, ...(changed ? { parameters: changed } : {}), ...(key ? { key } : {}) };
  const results = await guardedBatch(ports.control, notStarted(jobId, key), [
    insertStarts(starts, now),
    recordChanges([{ clientId, actor: by, entity: "job", entityId: jobId, action: "start", after }], now),
  ]);
  const runIds = (results?.[0]?.rows ?? []).map((row) => Number(row.id));
  if (runIds.length > 0) return { state: "queued", runIds, clientId };
  return { state: "queued_before", runIds: key ? await runsOfKey(ports.control, jobId, key) : [] };
}

/** The job's parameters with those of this run, checked as a whole, and which of them differ; the job's own as they are stored. */
function parametersOf(
  job: Job,
  processor: Processor,
  given: Record<string, unknown>,
): { parameters: Record<string, unknown>; changed: Record<string, unknown> | null; problems: readonly Problem[] } {
  if (Object.keys(given).length === 0) return { parameters: job.parameters, changed: null, problems: [] };
  const checked = parameterSchema(processor).safeParse({ ...job.parameters, ...given }, { error: inputWords });
  if (!checked.success) {
    return { parameters: {}, changed: null, problems: problemsOf(checked.error, "parameters") };
  }
  const different = Object.entries(checked.data).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(job.parameters[name]),
  );
  return {
    parameters: checked.data,
    changed: different.length > 0 ? Object.fromEntries(different) : null,
    problems: [],
  };
}

/** The record `a` of a start of this key. */
const ofKey = (jobId: number, key: string) =>
  sql`a.entity = 'job' AND a.entity_id = ${jobId} AND a.action = 'start' AND a.after ->> 'key' = ${key}`;

/** No start of this key is on record: it is recorded in the batch that queues its runs. */
function notStarted(jobId: number, key: string | null): SQL {
  return key === null ? sql`true` : sql`NOT EXISTS (SELECT 1 FROM audit_log a WHERE ${ofKey(jobId, key)})`;
}

async function runsOfKey(control: Database, jobId: number, key: string): Promise<number[]> {
  const rows = await read<{ id: number }>(
    control,
    sql`SELECT r.id FROM audit_log a CROSS JOIN runs r
        ON r.job_id = a.entity_id AND r.client_id = a.client_id AND r.scheduled_at = a.at AND r.kind = 'manual'
      WHERE ${ofKey(jobId, key)} ORDER BY r.id`,
  );
  return rows.map(({ id }) => id);
}
