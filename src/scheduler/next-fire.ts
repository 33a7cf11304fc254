import { calendarOf } from "../control/jobs/calendar.ts";
import type { JobPolicies } from "../control/jobs/policies.ts";
import { QuartzExpression, QuartzSyntaxError, UnknownZoneError } from "../quartz/index.ts";

/** A stored clock: a job's expression in the zone of a trigger. */
export interface StoredClock {
  /** null: none. */
  readonly cron: string | null;
  /** An inactive job does not fire. */
  readonly active: boolean;
  readonly timeZone: string;
  readonly policies: Pick<JobPolicies, "transitions">;
  /** Local days that the client's calendar leaves out. */
  readonly holidays: readonly string[];
}

/**
 * The first fire after an instant (ms), as a trigger keeps it; null for none, and where the stored expression cannot be read. Where this
 * host does not know the zone it is the instant itself: the trigger stays due until a host that knows the zone ticks, which finds the
 * first fire from then on.
 */
export function nextFire(clock: StoredClock, after: number): number | null {
  const { cron, active, timeZone, holidays, policies } = clock;
  if (cron === null || !active) return null;
  const { transitions } = policies;
  const calendar = calendarOf(holidays);
  try {
    return QuartzExpression.parse(cron).next(after, timeZone, calendar ? { transitions, calendar } : { transitions });
  } catch (error) {
    if (error instanceof QuartzSyntaxError) return null;
    if (error instanceof UnknownZoneError) return after;
    throw error;
  }
}
