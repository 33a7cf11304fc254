import { Cron } from "croner";
import { controlDatabase, type Platform } from "../assemble.ts";
import { ping } from "../ping.ts";
import { sweepOnce, tickAndWake } from "../upkeep.ts";

/** Retention looks once in so many ms. */
const SWEEP_EVERY_MS = 3_600_000;

/**
 * Ticks at once and then at each full minute, and sweeps once an hour. A tick that takes longer than a minute is not joined by a
 * second one; one that fails is reported and made good by the next. Every process ticks: a doubled tick adds nothing.
 *
 * @param pingUrl `PING_URL`: told of each tick that succeeded; undefined: nobody is
 * @returns a function that stops it and waits for the tick under way
 */
export function startTicker(
  platform: Platform,
  pingUrl: string | undefined,
  report: (message: string, error?: unknown) => void,
): () => Promise<void> {
  const control = controlDatabase(platform);
  let sweepAt = 0;
  const tick = async () => {
    try {
      while ((await tickAndWake(control, platform.wakeRunner, "timer", Date.now())).more);
      void ping((request) => fetch(request), pingUrl, report);
      if (Date.now() < sweepAt) return;
      const removed = await sweepOnce(platform, Date.now());
      sweepAt = removed > 0 ? 0 : Date.now() + SWEEP_EVERY_MS;
    } catch (error) {
      report("The tick failed; the next one tries again", error);
    }
  };
  let last = tick();
  const cron = new Cron("* * * * *", { protect: true }, () => {
    last = tick();
    return last;
  });
  return async () => {
    cron.stop();
    await last;
  };
}
