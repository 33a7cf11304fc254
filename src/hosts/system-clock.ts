import type { Clock } from "../connectors/clock.ts";

/** setTimeout takes at most this long (ms); longer waits are made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

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
