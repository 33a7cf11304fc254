/** Time as a connector gets it: the same interface that the runner takes, so that hosts hand in one clock. */
export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** Resolves at `instant` (ms), or as soon as `signal` is aborted, whichever comes first. Never rejects. */
  sleepUntil(instant: number, signal: AbortSignal): Promise<void>;
}

/** A remote service did not answer in time. */
export class TimeoutError extends Error {
  readonly code = "timeout";
  readonly timeoutMs: number;
  constructor(timeoutMs: number) {
    super(`No answer within ${timeoutMs / 1000} s`);
    this.timeoutMs = timeoutMs;
  }
}

/** How long a connector waits for any one answer (ms), unless told otherwise (handbook, rules: remote services). */
export const ANSWER_TIMEOUT_MS = 20_000;

/**
 * Waits for `work`, but no longer than `timeoutMs`. What then becomes of `work` is the caller's business: it goes on.
 * @throws {TimeoutError}
 */
export async function within<T>(clock: Clock, timeoutMs: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = clock.sleepUntil(clock.now() + timeoutMs, timer.signal).then((): Promise<T> => {
    if (timer.signal.aborted) return work;
    throw new TimeoutError(timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    // Its rejection, if it lost the race, was nobody's.
    late.catch(() => undefined);
  }
}
