import { addDays, type Day, isDay } from "../../time/day.ts";

/**
 * A day that comes once a year: `MM-DD`; `02-29` is 28 February in other years (handbook, data: days and instants: clamped to the
 * month's end).
 */
export type YearlyDay = string;

/** True for a day that some year has, written `MM-DD`. */
export function isYearlyDay(text: string): text is YearlyDay {
  return isDay(`2024-${text}`);
}

function inYear(yearly: YearlyDay, year: number): Day {
  const start = String(year).padStart(4, "0");
  const day = `${start}-${yearly}`;
  return isDay(day) ? day : `${start}-02-28`;
}

/**
 * The next such day strictly after `after`: on the day itself it is a year away. The vendor says so of the due day of an
 * enrolment ("set after the current date, else the next year"), the spec of the next cycle ("after the closing day").
 */
export function nextYearlyDay(after: Day, yearly: YearlyDay): Day {
  const year = Number(after.slice(0, 4));
  const thisYear = inYear(yearly, year);
  return thisYear > after ? thisYear : inYear(yearly, year + 1);
}

/** When an enrolment falls due. */
export interface DueRule {
  /** Local days from the enrolment; 0: none. */
  readonly daysToFinish: number;
  readonly dueMode: "none" | "fixed" | "yearly";
  /** With `fixed`. */
  readonly dueOn: Day | null;
  /** With `yearly`. */
  readonly dueMmdd: YearlyDay | null;
}

/**
 * The day on which a registration made `today` falls due, or null (handbook, catalogue: ParticipantAutomaticRegistration): a
 * number of days after today; with a
 * fixed or yearly day the later of the two. Beside such a day, 0 days mean today, so that no person is enrolled with a due day
 * in the past (vendor: "Re-certification - Initial Due Date Calculation", its example with 0 days).
 */
export function dueDay(rule: DueRule, today: Day): Day | null {
  const finish = addDays(today, rule.daysToFinish);
  const set =
    rule.dueMode === "fixed"
      ? rule.dueOn
      : rule.dueMode === "yearly" && rule.dueMmdd !== null
        ? nextYearlyDay(today, rule.dueMmdd)
        : null;
  if (set === null) return rule.daysToFinish > 0 ? finish : null;
  if (set < finish) return finish;
  return set;
}
