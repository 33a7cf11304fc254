import type { JobPolicies } from "../control/jobs/policies.ts";

/** A tenth of the delay is left to chance, so that runs that failed together do not come back together. */
const JITTER = 0.1;

/**
 * When the next attempt may start (ms), or null when `attempt` was the last one: the first delay is the policy's, each further
 * one twice as long (design.md, section 6).
 *
 * @param attempt the attempt that just failed, from 1
 * @param random in [0, 1)
 * @param atLeastMs a server's `Retry-After`
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
  return Math.round(now + Math.max(delay, atLeastMs));
}
