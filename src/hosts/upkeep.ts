import { readClient } from "../control/clients/clients.ts";
import type { PlannedRun } from "../control/runs/open-runs.ts";
import { catalogue } from "../processors/all.ts";
import { sweepRetention } from "../scheduler/retention.ts";
import { type TickPorts, type TickReport, tickByClocks } from "../scheduler/tick.ts";
import type { Database } from "../store/database.ts";
import { controlDatabase, type Platform, storesOf } from "./assemble.ts";

/** Runners woken side by side. */
const WOKEN_AT_ONCE = 1000;

/** What a host knows besides its own clock: of the time, and of itself. */
export interface Clocks {
  /** A third clock, ms: the planned instant of a Cron Trigger's call, or the `Date` of an HTTP answer. Default none. */
  readonly witness?: number | null;
  /** The database has a clock of its own, unlike a file. Default true. */
  readonly ownClock?: boolean;
  /** The deployed release, see {@link TickPorts.release}. */
  readonly release?: string;
}

/** A report of a tick, and what it takes for the time at this moment (ms); undefined where it is not sure. */
export interface HostTick extends TickReport {
  readonly time: () => number | undefined;
}

/**
 * Ticks once, by what the clocks show, and wakes the runners concerned.
 *
 * @param wakeRunner is told what the tick takes for the time, ms, so that a runner on a host whose clock is off can follow; undefined
 *   where the tick is not sure. And it is told which runs were planned for the client, so that its runner need not look; undefined where it
 *   has to
 * @param source where the tick came from, for the health page
 */
export async function tickAndWake(
  control: Database,
  wakeRunner: (clientId: number, time: number | undefined, planned: readonly PlannedRun[] | undefined) => Promise<void>,
  source: string,
  clocks: Clocks = {},
): Promise<HostTick> {
  const { release = "", ...others } = clocks;
  const report = await tickByClocks({ control, catalogue, release }, { host: () => Date.now(), ...others }, source);
  const time = () => (report.sure ? Date.now() - report.hostAheadMs : undefined);
  for (let from = 0; from < report.wake.length; from += WOKEN_AT_ONCE) {
    const page = report.wake.slice(from, from + WOKEN_AT_ONCE);
    const wakes = await Promise.allSettled(page.map((id) => wakeRunner(id, time(), report.handOver.get(id))));
    for (const wake of wakes) {
      if (wake.status === "rejected")
        console.error("A runner was not woken; the next tick tries again", String(wake.reason));
    }
  }
  return { ...report, time };
}

/** Time between two looks of retention (ms). */
const SWEEP_EVERY_MS = 3_600_000;

/** Whether retention is to look: at no time of which a tick is not sure, or what is young would count as old. */
export function mustSweep(report: TickReport, sweptAt: number): boolean {
  return report.confirmed && Math.abs(report.now - sweptAt) >= SWEEP_EVERY_MS;
}

/** Removes what retention no longer keeps, as much as one call may. Returns how many runs went. @param now ms */
export async function sweepOnce(platform: Platform, now: number): Promise<number> {
  const control = controlDatabase(platform);
  const stores = storesOf(platform);
  return await sweepRetention(
    control,
    async (clientId) => {
      const client = await readClient(control, clientId);
      return client ? stores(client) : null;
    },
    now,
  );
}
