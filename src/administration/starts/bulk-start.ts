import { z } from "zod";
import { recordChanges } from "../../control/audit-trail.ts";
import { type Job, listJobsById } from "../../control/jobs/jobs.ts";
import { type ManualStart, startRuns } from "../../control/runs/runs.ts";
import { readSites, sitesOf } from "../../scheduler/align.ts";
import type { Problem } from "../jobs/job-input.ts";
import type { JobPorts } from "../jobs/jobs.ts";
import { type Invalid, invalid, readFields } from "../problems.ts";
import { queueProblem } from "./capacity.ts";

/** Runs that one start of several jobs queues at most. */
export const START_CAP = 200;

/** What an administrator gives to start several jobs by hand. */
export const bulkStartFields = z.strictObject({
  jobIds: z.array(z.int().min(1)).min(1, "Choose at least one job").max(START_CAP).describe("The jobs"),
  clientId: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe("For this client only; empty for every client that a job serves"),
  dryRun: z.boolean().default(false).describe("Everything is done and rolled back; nothing is sent"),
  confirmed: z.boolean().default(false).describe("Needed where a job destroys something or is expensive"),
});

/** The result of a start of several jobs. */
export type BulkStartResult =
  | { readonly state: "queued"; readonly runIds: readonly number[]; readonly clientIds: readonly number[] }
  | Invalid;

/**
 * Starts several jobs by hand, each for one client or for all that it serves; all or none, in one batch. Schedules stay as
 * they are. The caller wakes the runners.
 *
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function startJobs(ports: JobPorts, input: unknown, by: string, now: number): Promise<BulkStartResult> {
  const read = readFields(bulkStartFields, input, "A start");
  if (read.state === "invalid") return read;
  const { clientId, dryRun, confirmed } = read.fields;
  const jobIds = [...new Set(read.fields.jobIds)];
  const [jobs, sites] = await Promise.all([listJobsById(ports.control, jobIds), readSites(ports.control)]);
  const problems: Problem[] = jobIds
    .filter((id) => !jobs.some((job) => job.id === id))
    .map((id) => ({ field: "jobIds", message: `There is no job ${id}` }));
  const starts: ManualStart[] = [];
  for (const job of jobs) {
    const processor = ports.catalogue.find(job.processor);
    if (!processor) {
      problems.push({ field: "jobIds", message: `${name(job)}: this release does not know ${job.processor}` });
      continue;
    }
    if (processor.confirm && !confirmed && !dryRun) {
      const why = processor.confirm === "destructive" ? "destroys something for good" : "is expensive";
      problems.push({ field: "confirmed", message: `${name(job)} ${why}; confirm, or make a dry run` });
    }
    const served = sitesOf({ ...job, jobId: job.id }, processor, sites).filter(
      (site) => clientId === null || site.clientId === clientId,
    );
    if (served.length === 0) {
      const whom = clientId === null ? "no active client and no node" : `not client ${clientId}`;
      problems.push({ field: "clientId", message: `${name(job)} serves ${whom} at present` });
    }
    starts.push(
      ...served.map((site) => ({
        jobId: job.id,
        processor: job.processor,
        jobName: job.name,
        load: processor.load,
        parameters: job.parameters,
        policies: job.policies,
        clientId: site.clientId,
        nodeId: site.nodeId,
        timeZone: site.timeZone,
        asOf: null,
        dryRun,
        requestedBy: by,
      })),
    );
  }
  if (problems.length > 0) return { state: "invalid", problems };
  if (starts.length > START_CAP) {
    return invalid(
      "jobIds",
      `These are ${starts.length} runs; at most ${START_CAP} start at once, so choose fewer jobs or one client`,
    );
  }
  const full = await queueProblem(ports.control, "jobIds", starts);
  if (full) return full;
  const changes = jobs.map((job) => ({
    clientId: clientId ?? job.clientId,
    actor: by,
    entity: "job" as const,
    entityId: job.id,
    action: "start",
    after: { clientId, dryRun, runs: starts.filter(({ jobId }) => jobId === job.id).length },
  }));
  const runIds = await startRuns(ports.control, starts, now, [recordChanges(changes, now)]);
  return { state: "queued", runIds, clientIds: [...new Set(starts.map((start) => start.clientId))] };
}

const name = (job: Job) => `"${job.name}" (job ${job.id})`;
