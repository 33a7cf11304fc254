/** What one slice, or one invocation of the runner, may use. */
export interface Limits {
  /** ms. */
  readonly wallMs: number;
  /** Database round trips and remote calls together. */
  readonly calls: number;
}

/** A slice of handbook, runner: slices: 20 s. The number of calls is bounded by the invocation. */
export const SLICE: Limits = { wallMs: 20_000, calls: 2_000 };

/** One invocation of the runner: at most ten minutes, and well below the 10,000 subrequests of a paid Worker. */
export const INVOCATION: Limits = { wallMs: 600_000, calls: 8_000 };

/** Calls by which a run may go beyond its budget: a step is never broken off, and the run's end is written. */
const OVERDRAFT = 20;

/** Calls that a run needs to be worth taking up: claim, permit, checkpoint, what its first step reads. */
export const START_CALLS = 15;

/**
 * What an invocation of the runner may use where its platform limits the external calls: 50 on the free plan of
 * Cloudflare Workers. Fewer than 35 leave no room for a start.
 *
 * @param allowed calls to databases and remote services; those to objects and R2 have a limit of their own
 */
export function invocationWithin(allowed: number): Limits {
  return { wallMs: INVOCATION.wallMs, calls: Math.min(INVOCATION.calls, Math.max(START_CALLS, allowed - OVERDRAFT)) };
}

/** Counts what was used since it was opened. */
export class Budget {
  readonly #limits: Limits;
  readonly #startedAt: number;
  #calls = 0;

  /** @param now ms */
  constructor(limits: Limits, now: number) {
    this.#limits = limits;
    this.#startedAt = now;
  }

  /** Takes calls from the budget. */
  spend(calls: number): void {
    this.#calls += calls;
  }

  /** Calls that are left; below 0 where a step took more. */
  get left(): number {
    return this.#limits.calls - this.#calls;
  }

  /** True once time or calls are used up; the work goes on later, from its checkpoint. @param now ms */
  exhausted(now: number): boolean {
    return now - this.#startedAt >= this.#limits.wallMs || this.#calls >= this.#limits.calls;
  }
}
