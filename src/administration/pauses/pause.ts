import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { type AdminChange, recordChanges } from "../../control/audit-trail.ts";
import { FOR_EVER } from "../../control/jobs/pauses.ts";
import { skipUnstarted } from "../../control/runs/transitions.ts";
import { jobs, triggers } from "../../control/schema.ts";
import { readAhead } from "../../scheduler/edit.ts";
import type { Database } from "../../store/database.ts";
import { among, columns, type RowOf, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { readEach, statement } from "../../store/statement.ts";
import { both, guardedBatch } from "../../store/step/guard.ts";
import { type Invalid, invalid, readFields } from "../problems.ts";

/** Jobs that one request pauses or resumes at most. */
export const JOBS_AT_ONCE = 200;

const whichJobs = {
  jobIds: z
    .array(z.int().min(1))
    .min(1, "Choose at least one job")
    .max(JOBS_AT_ONCE)
    .describe("The jobs, at most 200 at once"),
  clientId: z.int().min(0).nullable().default(null).describe("For this client only; empty for all of the job"),
};

/** What an administrator gives to pause jobs. */
export const pauseFields = z.strictObject({
  ...whichJobs,
  until: z.int().nullable().default(null).describe("Instant (ms) at which it goes on by itself; empty: never"),
  note: z.string().trim().max(400).default("").describe("Why; shown with the job and with every skipped run"),
});

/** What an administrator gives to let jobs go on. */
export const resumeFields = z.strictObject(whichJobs);

/** The result of a pause or of its end. */
export type PauseResult =
  | { readonly state: "saved"; readonly triggers: number }
  | Invalid
  /** Jobs, or their clients, were changed again and again meanwhile. */
  | { readonly state: "conflict" };

/** Attempts of a batch that is refused, each with what has changed meanwhile. */
const TRIES = 5;

/** Of a trigger `t`. */
const triggerColumns = columns(triggers, ["revision", "jobId", "clientId", "nodeId", "pausedUntil"], "t");

interface Trigger extends RowOf<typeof triggerColumns> {
  readonly trigger: number;
  /** Whose the job is; 0: everybody's, or the platform's. */
  readonly jobClientId: number;
  readonly note: string | null;
}

async function readTriggers(
  control: Database,
  which: { readonly jobIds: readonly number[]; readonly clientId: number | null },
): Promise<{ readonly missing: readonly number[]; readonly triggers: readonly Trigger[] }> {
  const own = which.clientId === null ? sql`` : sql`AND t.client_id = ${which.clientId}`;
  const [known, found] = await readEach(control, [
    select(jobs, ["id"], sql`WHERE id IN ${among(which.jobIds)} AND deleted_at IS NULL`),
    sql<Trigger>`SELECT t.id AS "trigger", ${triggerColumns}, t.pause_note AS note, j.client_id AS "jobClientId"
      FROM triggers t JOIN jobs j ON j.id = t.job_id
      WHERE t.job_id IN ${among(which.jobIds)} ${own} AND j.deleted_at IS NULL ORDER BY t.id`,
  ]);
  const there = new Set(known.map(({ id }) => id));
  return { missing: which.jobIds.filter((id) => !there.has(id)), triggers: found };
}

/** The triggers are as they were read. */
function unchanged(triggers: readonly Trigger[]): SQL {
  return sql`(SELECT count(*) FROM json_each(${JSON.stringify(triggers)}) v CROSS JOIN triggers t
      ON t.id = v.value ->> 'trigger' AND t.revision = v.value ->> 'revision') = ${triggers.length}`;
}

function changes(
  triggers: readonly Trigger[],
  action: "pause" | "resume",
  after: Record<string, unknown> | null,
  clientId: number | null,
  by: string,
): AdminChange[] {
  const owners = new Map(triggers.map(({ jobId, jobClientId }) => [jobId, jobClientId]));
  return [...owners].map(([jobId, owner]) => ({
    // A client's own job is that client's affair, also where no client was named.
    clientId: clientId ?? owner,
    actor: by,
    entity: "job",
    entityId: jobId,
    action,
    before: {
      paused: triggers
        .filter((one) => one.jobId === jobId && one.pausedUntil !== null)
        .map((one) => ({ clientId: one.clientId, until: one.pausedUntil, note: one.note })),
    },
    after,
  }));
}

/**
 * Pauses jobs, for all their clients or for one, in one batch. What came due before has its fate, and what of it had not started is
 * skipped as `paused`; what was planned ahead is withdrawn and becomes part of the pause; runs at work go on. The clock starts nothing until the pause
 * ends; starts by hand do. A client that a job begins to serve later is not paused.
 *
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function pauseJobs(control: Database, input: unknown, by: string, now: number): Promise<PauseResult> {
  const read = readFields(pauseFields, input, "A pause");
  if (read.state === "invalid") return read;
  const { jobIds, clientId, until, note } = read.fields;
  if (until !== null && until <= now) return invalid("until", "This moment has passed; choose one to come");
  for (let tries = 0; tries < TRIES; tries += 1) {
    const ahead = await readAhead(control, { jobIds, clientId: clientId ?? undefined }, now);
    const { missing, triggers } = await readTriggers(control, { jobIds, clientId });
    const problem = nothingToDo(missing, triggers, clientId);
    if (problem) return problem;
    const json = JSON.stringify(triggers);
    const results = await guardedBatch(control, both(unchanged(triggers), ahead.unchanged), [
      ...ahead.withdraw,
      skipUnstarted(
        ofTriggers(json),
        { reason: "paused", message: `The job was paused${note ? `: ${note}` : ""}` },
        now,
      ),
      ahead.goOn(),
      setPaused(json, until ?? FOR_EVER, note || null),
      recordChanges(changes(triggers, "pause", { until, note, clientId }, clientId, by), now),
    ]);
    if (results) return { state: "saved", triggers: triggers.length };
  }
  return { state: "conflict" };
}

/**
 * Lets paused jobs go on from now, for all their clients or for one, in one batch. Their failures in a row are forgotten, so
 * that a job that paused itself is not paused again by the next single failure.
 *
 * @param by the administrator's e-mail address
 * @param now ms
 * @returns how many triggers were paused until now
 */
export async function resumeJobs(control: Database, input: unknown, by: string, now: number): Promise<PauseResult> {
  const read = readFields(resumeFields, input, "The end of a pause");
  if (read.state === "invalid") return read;
  const { jobIds, clientId } = read.fields;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const all = await readTriggers(control, { jobIds, clientId });
    const problem = nothingToDo(all.missing, all.triggers, clientId);
    if (problem) return problem;
    const triggers = all.triggers.filter(({ pausedUntil }) => pausedUntil !== null);
    if (triggers.length === 0) return { state: "saved", triggers: 0 };
    const json = JSON.stringify(triggers);
    const ahead = await readAhead(control, { jobIds, clientId: clientId ?? undefined }, now, "paused");
    const results = await guardedBatch(control, both(unchanged(triggers), ahead.unchanged), [
      ...ahead.withdraw,
      ahead.goOn(),
      endPauses(json, now),
      forgetFailures(json),
      recordChanges(changes(triggers, "resume", null, clientId, by), now),
    ]);
    if (results) return { state: "saved", triggers: triggers.length };
  }
  return { state: "conflict" };
}

/** Runs of some triggers, by job, client and node. @param json the {@link Trigger}s */
const ofTriggers = (json: string) =>
  sql`(job_id, client_id, node_id) IN (SELECT value ->> 'jobId', value ->> 'clientId', value ->> 'nodeId' FROM json_each(${json}))`;

const setPaused = (json: string, until: number, note: string | null) =>
  statement(sql`UPDATE triggers SET paused_until = ${until}, pause_note = ${note}
    WHERE id IN (SELECT value ->> 'trigger' FROM json_each(${json}))`);

const endPauses = (json: string, now: number) =>
  statement(sql`UPDATE triggers SET paused_until = NULL, pause_note = NULL, revision = revision + 1, updated_at = ${now}
    WHERE id IN (SELECT value ->> 'trigger' FROM json_each(${json}))`);

const forgetFailures = (json: string) =>
  statement(sql`UPDATE job_stats SET failures_in_a_row = 0
    WHERE (job_id, client_id) IN (SELECT value ->> 'jobId', value ->> 'clientId' FROM json_each(${json}))`);

function nothingToDo(
  missing: readonly number[],
  triggers: readonly Trigger[],
  clientId: number | null,
): Invalid | null {
  if (missing.length > 0) {
    return invalid("jobIds", `There is no job ${missing.slice(0, 5).join(", ")}; nothing was changed`);
  }
  if (triggers.length === 0) {
    return invalid(
      "clientId",
      clientId === null ? "These jobs serve no client at present" : `None of these jobs serves client ${clientId}`,
    );
  }
  return null;
}
