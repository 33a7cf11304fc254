import { z } from "zod";

/**
 * What an administrator decides about a job beyond its clock (handbook, runner: the tick; runner: policies). Stored as JSON with
 * the job and
 * copied to its runs, so that a run keeps the policies under which it was planned.
 */
export const jobPolicies = z.strictObject({
  misfire: z
    .enum(["once", "skip", "all"])
    .default("once")
    .describe("Occurrences missed by more than a minute: run the latest, skip them, or run each"),
  misfireCap: z
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('With "all": missed occurrences that are run, at most; the newest'),
  notLaterThanMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .nullable()
    .default(null)
    .describe("Do not start at all when it is later than this; empty: start however late"),
  overlap: z
    .enum(["skip", "queue_one", "queue_all", "cancel_running", "allow"])
    .default("skip")
    .describe("When the job's last run for the client has not ended yet"),
  overlapCap: z.int().min(1).max(1000).default(100).describe('With "queue_all": runs that may wait, at most'),
  attempts: z.int().min(1).max(10).default(3).describe("How often a failed run is tried in all"),
  retryDelaySeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(60)
    .describe("Wait before the second attempt; it doubles for each further one"),
  maxRunMinutes: z.int().min(1).max(1440).default(360).describe("End a run that takes longer than this"),
  pauseAfterFailures: z
    .int()
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe("Failed runs in a row after which the job is paused for the client; empty: never"),
  spreadSeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(0)
    .describe("Seconds within which the clients of a job for all are started"),
  transitions: z
    .enum(["safe", "quartz"])
    .default("safe")
    .describe("At daylight-saving changes: never lose or double a nightly run, or do exactly as Quartz does"),
});
export type JobPolicies = Readonly<z.output<typeof jobPolicies>>;

/** The policies of a job that chose none. */
export const defaultPolicies: JobPolicies = jobPolicies.parse({});

/** Policies by their text. Each run has a copy of its job's, so the same few texts are read again and again. */
const known = new Map<string, JobPolicies>();
const KNOWN_AT_MOST = 1000;

/** Reads stored policies; what an older release did not know gets its default. @param json the column's text */
export function readPolicies(json: string): JobPolicies {
  let policies = known.get(json);
  if (!policies) {
    policies = Object.freeze(jobPolicies.parse(JSON.parse(json)));
    if (known.size >= KNOWN_AT_MOST) known.clear();
    known.set(json, policies);
  }
  return policies;
}

/** The policies of a job in words, one sentence for each that matters. */
export function policyWords(policies: JobPolicies): string[] {
  const misfire = {
    once: "After an outage the latest missed occurrence runs once; earlier ones are recorded as skipped.",
    skip: "Occurrences that an outage made late are recorded as skipped.",
    all: `After an outage every missed occurrence runs, the newest ${policies.misfireCap} at most.`,
  }[policies.misfire];
  const overlap = {
    skip: "While a run is at work, a further occurrence is skipped.",
    queue_one: "While a run is at work, one further occurrence waits; a newer one takes its place.",
    queue_all: `While a run is at work, further occurrences wait in order, ${policies.overlapCap} at most.`,
    cancel_running: "A further occurrence cancels the run at work and takes its place.",
    allow: "Runs of this job may work side by side.",
  }[policies.overlap];
  const words = [misfire, overlap];
  if (policies.notLaterThanMinutes !== null) {
    words.push(`It does not start more than ${policies.notLaterThanMinutes} minutes late.`);
  }
  words.push(
    policies.attempts === 1
      ? "A failed run is not tried again."
      : `A failed run is tried ${policies.attempts} times in all, first after ${policies.retryDelaySeconds} s, then after twice as long each time.`,
  );
  words.push(`A run is ended after ${policies.maxRunMinutes} minutes.`);
  if (policies.pauseAfterFailures !== null) {
    words.push(`After ${policies.pauseAfterFailures} failed runs in a row the job is paused for that client.`);
  }
  if (policies.spreadSeconds > 0) words.push(`Clients start within ${policies.spreadSeconds} s of the planned time.`);
  if (policies.transitions === "quartz") {
    words.push(
      "At daylight-saving changes it does as Quartz: a time that does not exist is left out, one that exists twice fires the second time.",
    );
  }
  return words;
}
