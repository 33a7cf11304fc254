import type { Clock } from "../../connectors/clock.ts";

/** A clock that shows what it is set to. What sleeps on it wakes when it is moved past its time. */
export class NightClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  /** @param now ms */
  constructor(now: number) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  readonly sleepUntil = (instant: number, signal: AbortSignal): Promise<void> => {
    if (instant <= this.#now || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { at: instant, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", wake);
    });
  };

  /** Never back. @param instant ms */
  moveTo(instant: number): void {
    this.#now = Math.max(this.#now, instant);
    for (const { at, wake } of [...this.#sleepers]) if (at <= this.#now) wake();
  }
}
