/**
 * What ends sleeps before their time. It can be called once; for further sleeps there has to be a new one. (An `AbortController` would build
 * an error with its stack for each call, and a thousand runners are woken in one tick.)
 */
export class Wake {
  #called = false;
  readonly #sleepers = new Set<() => void>();

  /** It was called. */
  get called(): boolean {
    return this.#called;
  }

  /** Ends every sleep that has it. A second call does nothing. */
  call(): void {
    this.#called = true;
    const sleepers = [...this.#sleepers];
    this.#sleepers.clear();
    for (const wake of sleepers) wake();
  }

  /** Has `wake` called, once; at once if it was called before. Returns what takes that back. */
  onCall(wake: () => void): () => void {
    if (this.#called) wake();
    else this.#sleepers.add(wake);
    return () => void this.#sleepers.delete(wake);
  }
}

/** Time as a connector gets it: the same interface that the runner takes, so that hosts hand in one clock. */
export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** Resolves at `instant` (ms), or as soon as `wake` is called, whichever comes first. Never rejects. @param wake default: nothing ends it early */
  sleepUntil(instant: number, wake?: Wake): Promise<void>;
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
  const answered = new Wake();
  const late = clock.sleepUntil(clock.now() + timeoutMs, answered).then((): Promise<T> => {
    if (answered.called) return work;
    throw new TimeoutError(timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    answered.call();
    // Its rejection, if it lost the race, was awaited by no caller.
    late.catch(() => undefined);
  }
}
