import { z } from "zod";
import { recordChanges } from "../control/audit-trail.ts";
import { readJob } from "../control/jobs.ts";
import { startRuns } from "../control/runs.ts";
import { isDay, localDay } from "../learning/day.ts";
import { placesOf, readPlaces } from "./align.ts";
import { inputWords } from "./input-words.ts";
import type { Problem } from "./job-input.ts";
import type { JobPorts } from "./jobs.ts";

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
});

/** What became of a start by hand. */
export type StartResult =
  | { readonly state: "queued"; readonly runIds: readonly number[]; readonly clientId: number }
  /** The same start was queued in the same millisecond. */
  | { readonly state: "queued_before" }
  | { readonly state: "invalid"; readonly problems: readonly Problem[] }
  | { readonly state: "missing" };

/**
 * Starts a job by hand for one client, or for the platform (each node where the job says so). The schedule stays as it is
 * (spec 3.1, M4 and M7). The caller wakes the runner.
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
  const parsed = startFields.safeParse(input, { error: inputWords });
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({ field: key, message: `A start has no field "${key}"; remove it` }))
        : [{ field: issue.path.join("."), message: issue.message }],
    );
    return { state: "invalid", problems };
  }
  const { clientId, asOf, dryRun } = parsed.data;
  const job = await readJob(ports.control, jobId);
  if (!job) return { state: "missing" };
  const processor = ports.catalogue.find(job.processor);
  const invalid = (field: string, message: string): StartResult => ({
    state: "invalid",
    problems: [{ field, message }],
  });
  if (!processor) {
    return invalid("processor", `This release does not know the processor ${job.processor}; start it on one that does`);
  }
  const served = placesOf({ ...job, jobId }, processor, await readPlaces(ports.control));
  const places = served.filter((place) => place.clientId === clientId);
  const first = places[0];
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
  const today = localDay(now, first.timeZone);
  if (asOf !== null && asOf > today) return invalid("asOf", `${asOf} is in the future; choose ${today} or earlier`);

  const runIds = await startRuns(
    ports.control,
    places.map((place) => ({
      jobId,
      processor: job.processor,
      jobName: job.name,
      load: processor.load,
      parameters: job.parameters,
      policies: job.policies,
      clientId,
      nodeId: place.nodeId,
      timeZone: place.timeZone,
      asOf,
      dryRun,
      requestedBy: by,
    })),
    now,
    [
      recordChanges(
        [{ clientId, actor: by, entity: "job", entityId: jobId, action: "start", after: { clientId, asOf, dryRun } }],
        now,
      ),
    ],
  );
  return runIds.length === 0 ? { state: "queued_before" } : { state: "queued", runIds, clientId };
}
