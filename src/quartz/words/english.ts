import { clockText } from "../days/dates.ts";
import { FIRST_YEAR, HORIZON } from "../fields.ts";
import type { DayFacts, Language } from "./language.ts";
import { listsWith } from "./lists.ts";
import type { TimeFacts, Values } from "./time-facts.ts";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const ORDINALS = ["first", "second", "third", "fourth", "fifth"];

const { list, stretch, inList } = listsWith("and", "to");

/** English as an administrator reads it. */
export const ENGLISH: Language = {
  time,
  day,
  calendarDay: (unit, days) => {
    const named =
      unit === "date" ? list(days.map(ordinal)) : list(days.map((weekday) => WEEKDAYS[weekday - 1] as string));
    const anchor = unit === "date" ? `the ${named} of the month` : `every ${named}`;
    return `on the first day of the calendar on or after ${anchor}`;
  },
  months: (runs) => `in ${list(runs.map((run) => stretch(run, (month) => MONTHS[month - 1] as string)))}`,
  years: (values) => {
    if (values.kind === "steps") return `every ${values.step} years from ${values.from} to ${values.to}`;
    return `in ${inList(values, String)}`;
  },
  and: (one, other) => `${one} and ${other}`,
  neverComes: (sentence) => `${sentence}, a date that never comes`,
  never: (reason) =>
    reason === "year"
      ? `Never: the year is not one from ${FIRST_YEAR} to ${HORIZON}`
      : "Never: days of the week are numbered 1 to 7",
};

function time(facts: TimeFacts): string {
  if (facts.kind === "at") return `At ${list(facts.times.map(clockText))}`;
  if (facts.kind === "interval") {
    const every = facts.step === 1 ? `Every ${facts.unit}` : `Every ${facts.step} ${facts.unit}s`;
    if (facts.stretches === null) return every;
    return `${every} ${list(facts.stretches.map(([from, to]) => `from ${clockText(from)} to ${clockText(to)}`))}`;
  }
  const parts = [timePart("minute", facts.minutes), timePart("hour", facts.hours)];
  if (facts.seconds !== null) parts.unshift(timePart("second", facts.seconds));
  const sentence = parts.join(", ");
  return `I${sentence.slice(1)}`;
}

function timePart(unit: string, values: Values): string {
  switch (values.kind) {
    case "all":
      return `in every ${unit}`;
    case "one":
      return `in ${unit} ${values.value}`;
    case "steps":
      return `in every ${ordinal(values.step)} ${unit} from ${values.from} to ${values.to}`;
    case "runs":
      return `in the ${unit}s ${inList(values, String)}`;
  }
}

function day(facts: DayFacts, hasTimes: boolean): string {
  switch (facts.kind) {
    case "every-day":
      return hasTimes ? "every day" : "";
    case "dates":
      return `on ${dates(facts.values)} of the month`;
    case "weekdays":
      return `on ${list(facts.runs.map((run) => stretch(run, (weekday) => `${WEEKDAYS[weekday - 1]}s`)))}`;
    case "last":
      return `on the ${lastDay(facts.before, facts.weekday)} of the month`;
    case "nearest": {
      const somewhere = facts.day > 28 ? " (in months that have it)" : "";
      return `on the weekday (Monday to Friday) nearest to the ${ordinal(facts.day)} of the month${somewhere}`;
    }
    case "last-weekday":
      return `on the last ${quartzWeekday(facts.weekday)} of the month`;
    case "nth":
      return `on the ${ORDINALS[facts.ordinal - 1]} ${quartzWeekday(facts.weekday)} of the month`;
  }
}

function dates(values: Values): string {
  if (values.kind === "steps") {
    return `every ${ordinal(values.step)} day from the ${ordinal(values.from)} to the ${ordinal(values.to)}`;
  }
  return `the ${inList(values, ordinal)}`;
}

function lastDay(before: number, weekday: boolean): string {
  if (before === 0) return weekday ? "last weekday (Monday to Friday)" : "last day";
  const distance = before === 1 ? "day before the last day" : `${ordinal(before)} day before the last day`;
  return weekday ? `weekday (Monday to Friday) nearest to the ${distance}` : distance;
}

function quartzWeekday(weekday: number): string {
  return WEEKDAYS[(weekday + 5) % 7] as string;
}

/** 1st, 2nd, 3rd, 4th. */
function ordinal(value: number): string {
  const ending = value % 100 >= 11 && value % 100 <= 13 ? 0 : value % 10;
  return `${value}${["th", "st", "nd", "rd"][ending] ?? "th"}`;
}
