/** What one slice, or one invocation of the runner, may use. */
export interface Limits {
  /** ms. */
  readonly wallMs: number;
  /** Database round trips and remote calls together. */
  readonly calls: number;
}

/** A slice of design.md section 6: 20 s. The number of calls is bounded by the invocation. */
export const SLICE: Limits = { wallMs: 20_000, calls: 2_000 };

/** One invocation of the runner: at most ten minutes, and well below the 10,000 subrequests of a paid Worker. */
export const INVOCATION: Limits = { wallMs: 600_000, calls: 8_000 };

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

  /** True once time or calls are used up; the work goes on later, from its checkpoint. @param now ms */
  exhausted(now: number): boolean {
    return now - this.#startedAt >= this.#limits.wallMs || this.#calls >= this.#limits.calls;
  }
}
