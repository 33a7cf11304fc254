/** The retry policy that every job has until it can choose (design.md, section 6): 3 attempts, 60 s doubling, a tenth of jitter. */
export const ATTEMPTS = 3;
const FIRST_DELAY_MS = 60_000;
const JITTER = 0.1;

/**
 * When the next attempt may start (ms), or null when `attempt` was the last one.
 *
 * @param attempt the attempt that just failed, from 1
 * @param random in [0, 1)
 * @param atLeastMs a server's `Retry-After`
 */
export function nextAttempt(attempt: number, now: number, random: number, atLeastMs = 0): number | null {
  if (attempt >= ATTEMPTS) return null;
  const delay = FIRST_DELAY_MS * 2 ** (attempt - 1) * (1 + JITTER * random);
  return Math.round(now + Math.max(delay, atLeastMs));
}
