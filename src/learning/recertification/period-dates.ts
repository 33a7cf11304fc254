import { addDays, addMonths, type Day, laterDay } from "../../time/day.ts";
import type { RecertSection } from "./section.ts";

/** The days of a period: it starts, is due and ends on them; the end still belongs to it. */
export interface PeriodDates {
  readonly startOn: Day;
  readonly dueOn: Day;
  readonly endOn: Day;
}

/** What dates a section's periods. */
type Dating = Pick<
  RecertSection,
  "startMode" | "startOn" | "startOffsetDays" | "dueDays" | "endDays" | "intervalMonths" | "nextFrom" | "minActiveDays"
>;

/** The period of a section that starts on a day. */
export function periodFrom(section: Pick<Dating, "dueDays" | "endDays">, startOn: Day): PeriodDates {
  return { startOn, dueOn: addDays(startOn, section.dueDays), endOn: addDays(startOn, section.endDays) };
}

/** Months from one day's month to another's. */
function monthsBetween(from: Day, to: Day): number {
  const [months, before] = [to, from].map((day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)));
  return (months ?? 0) - (before ?? 0);
}

/** The first `base + k × interval` (k ≥ `least`) that is accepted, which every later one would be too. @param near about that day */
function stepMonths(base: Day, interval: number, least: number, near: Day, accepts: (day: Day) => boolean): Day {
  let times = Math.max(least, Math.floor(monthsBetween(base, near) / interval) - 1);
  while (!accepts(addMonths(base, times * interval))) times += 1;
  return addMonths(base, times * interval);
}

/**
 * The first period of a person who was booked on a day (handbook, catalogue: ProgrammeRecertificationAsignment). `relative`: some days
 * after it. `fixed`: the first of the section's periods that does not end before it; null where there is none.
 */
export function firstPeriod(section: Dating, bookedOn: Day): PeriodDates | null {
  if (section.startMode === "relative") return periodFrom(section, addDays(bookedOn, section.startOffsetDays ?? 0));
  const { startOn, intervalMonths, endDays } = section;
  if (startOn === null) return null;
  const lasts = (day: Day) => addDays(day, endDays) >= bookedOn;
  if (intervalMonths === null) return lasts(startOn) ? periodFrom(section, startOn) : null;
  return periodFrom(section, stepMonths(startOn, intervalMonths, 0, addDays(bookedOn, -endDays), lasts));
}

/** A period that is over, or achieved, and the start of the first period of its section. */
export interface EndedPeriod {
  readonly startOn: Day;
  readonly endOn: Day;
  /** Null: it ended without. */
  readonly achievedOn: Day | null;
  readonly firstStartOn: Day;
}

/**
 * The period that follows (handbook, catalogue: ProgramRecertificationCompletionJob): some intervals after the start of the first period
 * (`schedule`), after the achievement (`achieved`; after the end where there is none) or after the end (`expiry`), not before
 * `min_active_days` have passed since the achievement, and the first such period that does not end before `today`.
 */
export function followingPeriod(section: Dating, period: EndedPeriod, today: Day): PeriodDates | null {
  const { intervalMonths, nextFrom, minActiveDays, endDays } = section;
  if (intervalMonths === null) return null;
  const { achievedOn, endOn, firstStartOn } = period;
  const soonest = achievedOn === null ? null : addDays(achievedOn, minActiveDays);
  const shifted = (day: Day) => (soonest === null ? day : laterDay(day, soonest));
  const lasts = (day: Day) => addDays(shifted(day), endDays) >= today;
  const base = nextFrom === "schedule" ? firstStartOn : nextFrom === "achieved" ? (achievedOn ?? endOn) : endOn;
  // By the schedule the period follows the one before; else it follows the day from which it is counted.
  const behind = nextFrom === "schedule" ? period.startOn : base;
  const near = lasts(behind) ? behind : laterDay(behind, addDays(today, -endDays));
  const start = stepMonths(base, intervalMonths, 1, near, (day) => day > behind && lasts(day));
  return periodFrom(section, shifted(start));
}
