import { Cron } from "croner";
import { controlDatabase, type Platform } from "../assemble.ts";
import { ping } from "../ping.ts";
import type { FollowingClock } from "../system-clock.ts";
import { type HostTick, mustSweep, sweepOnce, tickAndWake } from "../upkeep.ts";

/** Time (ms) for which an answer's date is a witness, by the process's own stopwatch. */
const WITNESS_MS = 180_000;

/**
 * Ticks at once and then at each full minute, and sweeps once an hour. A tick that takes longer than a minute is not joined by a
 * second one; one that fails is reported and made good by the next. Every process ticks: a doubled tick adds nothing.
 *
 * @param clock of the runners of this process: it follows what the ticks take for the time
 * @param pingUrl `PING_URL`: told of each tick that succeeded; undefined: none is called
 * @returns a function that stops it and waits for the tick under way
 */
export function startTicker(
  platform: Platform,
  clock: FollowingClock,
  pingUrl: string | undefined,
  report: (message: string, error?: unknown) => void,
): () => Promise<void> {
  const control = controlDatabase(platform);
  const ownClock = !platform.databaseUrl.startsWith("file:");
  let sweptAt = 0;
  let dated: { readonly date: number; readonly at: number } | null = null;
  /** The time by the newest answer from outside, whatever has become of this host's clock since; ms. */
  const witness = () => {
    const age = dated ? performance.now() - dated.at : Number.POSITIVE_INFINITY;
    return dated && age < WITNESS_MS ? dated.date + age : null;
  };
  /** Ticks until everything that is due is planned. */
  const tickOnce = async (): Promise<HostTick> => {
    for (;;) {
      const wake: Parameters<typeof tickAndWake>[1] = (clientId, time, planned) => {
        clock.follow(time);
        return platform.wakeRunner(clientId, planned);
      };
      const ticked = await tickAndWake(control, wake, "timer", {
        ownClock,
        witness: witness(),
        release: platform.release,
      });
      clock.follow(ticked.time());
      if (!ticked.more) return ticked;
    }
  };
  const tick = async () => {
    try {
      const ticked = await tickOnce();
      void ping((request) => fetch(request), pingUrl, report).then((date) => {
        dated = date === null ? null : { date, at: performance.now() };
      });
      if (!mustSweep(ticked, sweptAt)) return;
      const removed = await sweepOnce(platform, ticked.now);
      sweptAt = removed > 0 ? 0 : ticked.now;
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
