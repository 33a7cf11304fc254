import type { Clock } from "../connectors/clock.ts";

/**
 * The clock is looked at again after so long (ms) at the latest: a timer runs on when the clock is put right, so one that was set
 * by a clock hours behind would come hours late.
 */
const LONGEST_TIMER_MS = 60_000;

/** The platform's clock, for Workers, Deno and Node alike. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleepUntil: (instant, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      let timer: ReturnType<typeof setTimeout>;
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const arm = () => {
        const left = instant - Date.now();
        if (left <= 0) return wake();
        timer = setTimeout(arm, Math.min(left, LONGEST_TIMER_MS));
      };
      signal.addEventListener("abort", wake);
      arm();
    }),
};
