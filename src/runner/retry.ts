import type { JobPolicies } from "../control/jobs/policies.ts";

/** A tenth of the delay is left to chance, so that runs that failed together do not come back together. */
const JITTER = 0.1;

/** A longer `Retry-After` is taken as this (ms): a server may not put a run off for days. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * When the next attempt may start (ms), or null when `attempt` was the last one: the first delay is the policy's, each further
 * one twice as long (handbook, rules: retries).
 *
 * @param attempt the attempt that just failed, from 1
 * @param random in [0, 1)
 * @param atLeastMs a server's `Retry-After`; at most an hour counts
 */
export function nextAttempt(
  policies: Pick<JobPolicies, "attempts" | "retryDelaySeconds">,
  attempt: number,
  now: number,
  random: number,
  atLeastMs = 0,
): number | null {
  if (attempt >= policies.attempts) return null;
  const delay = policies.retryDelaySeconds * 1000 * 2 ** (attempt - 1) * (1 + JITTER * random);
  return Math.round(now + Math.max(delay, Math.min(atLeastMs, LONGEST_RETRY_AFTER_MS)));
}
