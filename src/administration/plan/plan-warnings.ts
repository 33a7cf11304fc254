import { type PlannedJob, readNeighbours } from "../../control/jobs/planned-jobs.ts";
import type { JobPorts } from "../jobs/jobs.ts";
import { orderedWith, type PlanWarnings, warningsFor } from "./plan.ts";

/** A job as it is stored, or as it is about to be: what {@link readWarnings} compares with its neighbours. */
export interface WarningSubject {
  /** Null for a new one. */
  readonly id: number | null;
  readonly name: string;
  readonly processor: string;
  /** 0: all clients, or the platform. */
  readonly clientId: number;
  readonly cron: string | null;
  readonly active: boolean;
  readonly policies: { readonly transitions: "safe" | "quartz" };
}

/** Nothing to warn of. */
export const NO_WARNINGS: PlanWarnings = { meetings: [], contradictions: [] };

/**
 * What is wrong with a job beside the other jobs of its client (handbook, manager: plan and warnings), by one statement at most.
 * A job for all
 * clients is compared with the others for all; those of single clients show it beside theirs.
 *
 * @param timeZone in force: the job's, else its client's, else the system's
 * @param now ms
 */
export async function readWarnings(
  { control, catalogue }: JobPorts,
  job: WarningSubject,
  timeZone: string,
  now: number,
): Promise<PlanWarnings> {
  const processor = catalogue.find(job.processor);
  if (!processor || job.cron === null || !job.active) return NO_WARNINGS;
  const processors = orderedWith(catalogue, job.processor);
  const heavy = processor.load === "heavy";
  if (!heavy && processors.length === 0) return NO_WARNINGS;
  const found = await readNeighbours(control, { clientId: job.clientId, jobId: job.id, heavy, processors });
  const isOfClients = processor.scope === "client";
  const neighbours = found.filter((one) => (catalogue.find(one.processor)?.scope === "client") === isOfClients);
  const own: PlannedJob = {
    jobId: job.id ?? 0,
    name: job.name,
    processor: job.processor,
    load: processor.load,
    cron: job.cron,
    timeZone,
    transitions: job.policies.transitions,
    // They are of the same client.
    holidays: neighbours[0]?.holidays ?? [],
    pausedUntil: null,
  };
  return warningsFor(own, neighbours, catalogue, now);
}
