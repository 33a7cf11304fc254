import type { Processor } from "../../src/processors/contract.ts";
import { tick } from "../../src/scheduler/tick.ts";
import type { Database } from "../../src/store/database.ts";
import type { VirtualClock } from "../harness/clock.ts";
import { type RunnerOverrides, testRunner } from "../harness/runner/runner.ts";

/** Ticks at each full minute and lets the clients' runners work, second by second, until an instant (ms). */
export async function drive(
  database: Database,
  clock: VirtualClock,
  processors: readonly Processor[],
  until: number,
  clients: readonly number[] = [1],
  overrides: RunnerOverrides = {},
): Promise<void> {
  const nextAt = new Map(clients.map((id) => [id, clock.now()]));
  const working = new Set<number>();
  const runners = new Map(
    clients.map((id) => [
      id,
      testRunner(database, processors, clock, id, {
        invocation: { wallMs: 6 * 3_600_000, calls: 1_000_000 },
        ...overrides,
      }),
    ]),
  );
  for (let at = Math.ceil(clock.now() / 1000) * 1000; at <= until; at += 1000) {
    await clock.advanceTo(at);
    if (at % 60_000 === 0) {
      for (const id of (await tick({ control: database }, at, "cron")).wake) {
        runners.get(id)?.poke();
        if (!working.has(id)) nextAt.set(id, at);
      }
    }
    for (const [id, runner] of runners) {
      if (working.has(id) || (nextAt.get(id) ?? Number.POSITIVE_INFINITY) > at) continue;
      working.add(id);
      nextAt.delete(id);
      runner.work().then((next) => {
        working.delete(id);
        if (next !== null) nextAt.set(id, next);
      });
    }
    await clock.advance(0);
  }
}
