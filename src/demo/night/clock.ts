import type { Clock, Wake } from "../../connectors/clock.ts";

/** A clock that shows what it is set to. What sleeps on it wakes when it is moved past its time. */
export class NightClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  /** @param now ms */
  constructor(now: number) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  readonly sleepUntil = (instant: number, wake?: Wake): Promise<void> => {
    if (instant <= this.#now || wake?.called) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        this.#sleepers.delete(sleeper);
        takeBack?.();
        resolve();
      };
      const sleeper = { at: instant, wake: end };
      this.#sleepers.add(sleeper);
      const takeBack = wake?.onCall(end);
    });
  };

  /** Never back. @param instant ms */
  moveTo(instant: number): void {
    this.#now = Math.max(this.#now, instant);
    for (const { at, wake } of [...this.#sleepers]) if (at <= this.#now) wake();
  }
}
