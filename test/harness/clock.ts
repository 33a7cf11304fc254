import { setImmediate } from "node:timers";
import type { Wake } from "../../src/connectors/clock.ts";

/**
 * A clock that stands still until it is told to move. `now` reads it, `sleepUntil` waits on it, `advanceTo` moves it and
 * wakes the sleepers in the order of their time; between two of them everything that can go on does.
 */
export class VirtualClock {
  #now: number;
  #sleepers: { at: number; order: number; wake: () => void }[] = [];
  #order = 0;
  readonly #settle: () => Promise<void>;

  /**
   * @param start instant in ms
   * @param settle awaited after each move, until everything that was woken has gone as far as it can. The default suits work
   *   on memory and on a libSQL file; a test that talks to a server hands in one that knows when its calls are answered.
   */
  constructor(start: number, settle: () => Promise<void> = settleMicrotasks) {
    this.#now = start;
    this.#settle = settle;
  }

  /** The present instant (ms). Bound, so that it can be handed over as a function. */
  readonly now = (): number => this.#now;

  /** Instants (ms) that something waits for, earliest first. */
  get waiting(): number[] {
    return this.#sleepers.map(({ at }) => at).toSorted((a, b) => a - b);
  }

  /** Resolves once the clock reaches `instant` (ms), or when `wake` is called; at once for one that has passed. */
  readonly sleepUntil = (instant: number, wake?: Wake): Promise<void> => {
    if (instant <= this.#now || wake?.called) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { at: instant, order: this.#order++, wake: resolve };
      this.#sleepers.push(sleeper);
      wake?.onCall(() => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        resolve();
      });
    });
  };

  /** The same by duration (ms). */
  readonly sleep = (duration: number, wake?: Wake): Promise<void> => this.sleepUntil(this.#now + duration, wake);

  /** Moves to `instant` (ms), stopping at each sleeper on the way. Moving back is allowed and wakes no sleeper. */
  async advanceTo(instant: number): Promise<void> {
    await this.#settle();
    for (;;) {
      const next = this.#sleepers
        .filter(({ at }) => at <= instant)
        .toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.#sleepers = this.#sleepers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await this.#settle();
    }
    this.#now = instant;
  }

  /** The same by duration (ms). */
  advance(duration: number): Promise<void> {
    return this.advanceTo(this.#now + duration);
  }
}

/** Lets everything run on that waits for nothing but the processor: a macrotask comes after all microtasks. */
function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
