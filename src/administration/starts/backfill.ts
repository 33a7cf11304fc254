import { z } from "zod";
import { recordChanges } from "../../control/audit-trail.ts";
import { type Job, readJob } from "../../control/jobs/jobs.ts";
import type { Processor } from "../../processors/contract.ts";
import { isZoneKnown, QuartzExpression } from "../../quartz/index.ts";
import { readSites, sitesOf } from "../../scheduler/align.ts";
import type { Database, Statement } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { guardedBatch } from "../../store/step/guard.ts";
import type { JobPorts } from "../jobs/jobs.ts";
import { type Invalid, invalid, readFields } from "../problems.ts";
import { queueProblem } from "./capacity.ts";

/** Runs that one backfill makes at most. */
export const BACKFILL_CAP = 1000;

/** Occurrences beyond the cap are counted up to here, for the message. */
const COUNTED_AT_MOST = 10_000;

/** What an administrator gives for a backfill. Instants in ms. */
export const backfillFields = z.strictObject({
  clientId: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe("The one client to make up for; empty for every client that the job serves; 0 for platform work"),
  from: z.int("Enter the first instant").describe("Occurrences from here on (included)"),
  until: z.int("Enter the instant at which it ends").describe("Occurrences before this instant; never in the future"),
  overlap: z
    .enum(["queue_all", "skip", "allow"])
    .default("queue_all")
    .describe("Among the runs of the backfill: one after the other, only if none is at work, or side by side"),
  dryRun: z.boolean().default(false).describe("Everything is done and rolled back; nothing is sent"),
});

/** The result of a request for a backfill. */
export type BackfillResult =
  | {
      readonly state: "queued";
      /** Runs that were made. */
      readonly made: number;
      /** Occurrences that a backfill had made a run for before. */
      readonly existed: number;
      /** Clients (0: the platform) whose runner is to be woken. */
      readonly clientIds: readonly number[];
    }
  | Invalid
  /** An administrator saved the job meanwhile; nothing was made. */
  | { readonly state: "conflict" }
  | { readonly state: "missing" };

/** What a backfill would make, before anything is made. Instants in ms. */
export type BackfillPreview =
  | {
      readonly state: "ready";
      /** Runs that would be made. */
      readonly runs: number;
      /** Occurrences that a backfill made a run for before, which stays. */
      readonly existed: number;
      readonly clients: number;
      readonly first: number;
      readonly last: number;
    }
  | Invalid
  | { readonly state: "missing" };

/** Says what {@link backfillJob} would make of the same input, and makes nothing. */
export async function previewBackfill(
  ports: JobPorts,
  jobId: number,
  input: unknown,
  now: number,
): Promise<BackfillPreview> {
  const planned = await plannedBackfill(ports, jobId, input, now);
  if (planned.state !== "planned") return planned;
  const { occurrences } = planned;
  const existed = await countMade(ports.control, jobId, occurrences);
  return {
    state: "ready",
    runs: occurrences.length - existed,
    existed,
    clients: new Set(occurrences.map(({ clientId }) => clientId)).size,
    first: Math.min(...occurrences.map(({ at }) => at)),
    last: Math.max(...occurrences.map(({ at }) => at)),
  };
}

/**
 * Makes up for a range of past occurrences: one run of kind `backfill` for each, which works on the day of its occurrence.
 * They go oldest first, behind the client's other runs, and never stand in the way of the job's own occurrences: these run
 * between them (`judge`). Asking twice for the same occurrence adds nothing; a rehearsal (dry run) that has ended
 * steps aside for it. A fixed number of statements, whatever the number of runs.
 *
 * @param by the administrator's e-mail
 * @param now ms
 */
export async function backfillJob(
  ports: JobPorts,
  jobId: number,
  input: unknown,
  by: string,
  now: number,
): Promise<BackfillResult> {
  const planned = await plannedBackfill(ports, jobId, input, now);
  if (planned.state !== "planned") return planned;
  const { job, processor, occurrences } = planned;
  const { clientId, from, until, overlap, dryRun } = planned.fields;
  const full = await queueProblem(ports.control, "from", occurrences);
  if (full) return full;
  const results = await guardedBatch(
    ports.control,
    sql`EXISTS (SELECT 1 FROM jobs WHERE id = ${jobId} AND revision = ${job.revision} AND deleted_at IS NULL)`,
    [
      stepAside(jobId, occurrences),
      insertRuns(jobId, occurrences, { load: processor.load, overlap, dryRun, by }, now),
      recordChanges(
        [
          {
            clientId: clientId ?? job.clientId,
            actor: by,
            entity: "job",
            entityId: jobId,
            action: "backfill",
            after: { from, until, overlap, dryRun, occurrences: occurrences.length },
          },
        ],
        now,
      ),
    ],
  );
  if (!results) return { state: "conflict" };
  const made = results[1]?.rows.length ?? 0;
  return {
    state: "queued",
    made,
    existed: occurrences.length - made,
    clientIds: [...new Set((results[1]?.rows ?? []).map((row) => Number(row.client_id)))],
  };
}

interface Occurrence {
  readonly clientId: number;
  readonly nodeId: string;
  readonly timeZone: string;
  readonly at: number;
}

/** Checks the input and finds the occurrences that it asks for, oldest first. */
async function plannedBackfill(
  ports: JobPorts,
  jobId: number,
  input: unknown,
  now: number,
): Promise<
  | {
      readonly state: "planned";
      readonly job: Job;
      readonly processor: Processor;
      readonly fields: z.output<typeof backfillFields>;
      readonly occurrences: readonly Occurrence[];
    }
  | Invalid
  | { readonly state: "missing" }
> {
  const given = readFields(backfillFields, input, "A backfill");
  if (given.state === "invalid") return given;
  const { clientId, from, until } = given.fields;
  const job = await readJob(ports.control, jobId);
  if (!job) return { state: "missing" };
  const processor = ports.catalogue.find(job.processor);
  if (!processor) {
    return invalid("processor", `This release does not know the processor ${job.processor}; ask one that does`);
  }
  if (job.cron === null) {
    return invalid("cron", "This job has no expression and so no past occurrences; start it by hand for a day instead");
  }
  if (from >= until) return invalid("until", "The range ends before it begins; enter a later end");
  if (until > now) return invalid("until", "The range reaches into the future; end it now or earlier");
  const served = sitesOf({ ...job, jobId }, processor, await readSites(ports.control));
  const sites = served.filter((site) => clientId === null || site.clientId === clientId);
  if (sites.length === 0) {
    return invalid(
      "clientId",
      clientId === null
        ? "This job serves no active client and no node"
        : `This job does not serve client ${clientId}, or that client is not active; choose one that it serves`,
    );
  }

  const unknown = sites.find(({ timeZone }) => !isZoneKnown(timeZone));
  if (unknown) {
    return invalid(
      "clientId",
      `This host does not know the time zone ${unknown.timeZone}; choose a client with another, or update the host`,
    );
  }
  const expression = QuartzExpression.parse(job.cron);
  const { transitions } = job.policies;
  const occurrences: Occurrence[] = [];
  for (const { clientId: client, nodeId, timeZone, calendar } of sites) {
    if (occurrences.length > COUNTED_AT_MOST) break;
    const options = calendar ? { transitions, calendar } : { transitions };
    for (const at of expression.occurrences(from, until, timeZone, options)) {
      occurrences.push({ clientId: client, nodeId, timeZone, at });
      if (occurrences.length > COUNTED_AT_MOST) break;
    }
  }
  if (occurrences.length === 0) return invalid("from", "The expression has no occurrence in this range; widen it");
  if (occurrences.length > BACKFILL_CAP) {
    const counted = occurrences.length > COUNTED_AT_MOST ? "more than 10,000" : grouped(occurrences.length);
    return invalid(
      "until",
      `This range has ${counted} occurrences; a backfill makes at most ${grouped(BACKFILL_CAP)} runs, so divide the range or choose one client`,
    );
  }
  occurrences.sort((a, b) => a.at - b.at || a.clientId - b.clientId);
  return { state: "planned", job, processor, fields: given.fields, occurrences };
}

const grouped = (count: number) => count.toLocaleString("en-GB");

/** Runs `r` of a backfill for the occurrences `o` of a job. */
const runsFor = (jobId: number, occurrences: readonly Occurrence[]) =>
  sql`json_each(${JSON.stringify(occurrences)}) o CROSS JOIN runs r
    ON r.job_id = ${jobId} AND r.client_id = o.value ->> 'clientId' AND r.node_id = o.value ->> 'nodeId'
      AND r.scheduled_at = o.value ->> 'at' AND r.kind = 'backfill'`;

/** For how many of the occurrences a backfill made a run that stays; a rehearsal that has ended steps aside. */
async function countMade(control: Database, jobId: number, occurrences: readonly Occurrence[]): Promise<number> {
  const [made] = await read<{ runs: number }>(
    control,
    sql`SELECT count(*) AS runs FROM ${runsFor(jobId, occurrences)} WHERE r.dry_run = 0 OR r.ended_at IS NULL`,
  );
  return made?.runs ?? 0;
}

/**
 * A rehearsal holds the key of its occurrence. Once it has ended it is moved by some milliseconds, which no occurrence has,
 * so that the occurrence can be run for good, or be rehearsed again.
 */
function stepAside(jobId: number, occurrences: readonly Occurrence[]): Statement {
  return statement(sql`UPDATE OR IGNORE runs SET scheduled_at = scheduled_at + 1 + id % 999
      WHERE id IN (SELECT r.id FROM ${runsFor(jobId, occurrences)}
        WHERE r.dry_run = 1 AND r.ended_at IS NOT NULL)`);
}

function insertRuns(
  jobId: number,
  occurrences: readonly Occurrence[],
  how: { readonly load: string; readonly overlap: string; readonly dryRun: boolean; readonly by: string },
  now: number,
): Statement {
  return statement(sql`INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
        time_zone, state, requested_by, dry_run, created_at)
      SELECT j.id, o.value ->> 'clientId', o.value ->> 'nodeId', 'backfill', o.value ->> 'at', ${now}, j.processor, j.name, ${how.load}, j.parameters,
        json_set(j.policies, '$.overlap', ${how.overlap}), o.value ->> 'timeZone', 'queued', ${how.by}, ${how.dryRun}, ${now}
      FROM json_each(${JSON.stringify(occurrences)}) o CROSS JOIN jobs j ON j.id = ${jobId} WHERE true ORDER BY o.key
      ON CONFLICT DO NOTHING RETURNING client_id`);
}
