import { readClient } from "../control/clients.ts";
import { sweepRetention } from "../scheduler/retention.ts";
import { type TickReport, tick } from "../scheduler/tick.ts";
import type { Database } from "../store/database.ts";
import { controlDatabase, type Platform, storesOf } from "./assemble.ts";

/**
 * Ticks once and wakes the runners concerned.
 *
 * @param source where the tick came from, for the health page
 * @param now ms
 */
export async function tickAndWake(
  control: Database,
  wakeRunner: Platform["wakeRunner"],
  source: string,
  now: number,
): Promise<TickReport> {
  const report = await tick({ control }, now, source);
  const wakes = await Promise.allSettled(report.wake.map((clientId) => wakeRunner(clientId)));
  for (const wake of wakes) {
    if (wake.status === "rejected")
      console.error("A runner was not woken; the next tick tries again", String(wake.reason));
  }
  return report;
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
