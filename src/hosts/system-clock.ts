import type { Clock, Wake } from "../connectors/clock.ts";

/**
 * The clock is looked at again after this time (ms) at the latest: a timer runs on when the clock is put right, so one that was set
 * by a clock hours behind would come hours late.
 */
const LONGEST_TIMER_MS = 60_000;

/** The platform's clock, for Workers, Deno and Node alike. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleepUntil: (instant, wake) =>
    new Promise((resolve) => {
      if (wake?.called) return resolve();
      let timer: ReturnType<typeof setTimeout>;
      const takeBack = wake?.onCall(() => {
        clearTimeout(timer);
        resolve();
      });
      const arm = () => {
        const left = instant - Date.now();
        if (left > 0) {
          timer = setTimeout(arm, Math.min(left, LONGEST_TIMER_MS));
          return;
        }
        takeBack?.();
        resolve();
      };
      arm();
    }),
};

/** A clock that is off by no more than this (ms) is left as it is: the tick cannot tell it from the time that a call takes. */
const TOLERATED_MS = 60_000;

/**
 * The platform's clock, put right by what the ticks take for the time: where the host's is minutes or hours off, runs still start,
 * wait and end by the true time.
 */
export class FollowingClock implements Clock {
  #offset = 0;

  /** What it is put forward by, ms; 0: it agrees with the host's clock. */
  get offset(): number {
    return this.#offset;
  }

  readonly now = (): number => Date.now() + this.#offset;

  sleepUntil(instant: number, wake?: Wake): Promise<void> {
    return systemClock.sleepUntil(instant - this.#offset, wake);
  }

  /** @param time what a tick takes for the time at this moment, ms; undefined: it is not sure, and nothing changes */
  follow(time: number | undefined): void {
    if (time === undefined) return;
    const offset = time - Date.now();
    this.#offset = Math.abs(offset) > TOLERATED_MS ? offset : 0;
  }
}
