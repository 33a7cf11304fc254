import { addDays, startOfDay } from "../time/day.ts";
import type { RunContext } from "./contract.ts";

/**
 * The instant (ms) that a processor compares instants with: the run's `now`; for a run that was started for an earlier day
 * (`asOf`) at most the last millisecond of that day in the client's zone. What it writes is still stamped with `now`.
 */
export function nowAsOf({ run, now, timeZone }: Pick<RunContext, "run" | "now" | "timeZone">): number {
  return run.asOf === null ? now : Math.min(now, startOfDay(addDays(run.asOf, 1), timeZone) - 1);
}
