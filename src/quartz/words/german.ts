import { clockText } from "../days/dates.ts";
import { FIRST_YEAR, HORIZON } from "../fields.ts";
import type { DayFacts, Language } from "./language.ts";
import { listsWith } from "./lists.ts";
import type { TimeFacts, Values } from "./time-facts.ts";

const WEEKDAYS = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const MONTHS = [
  "Januar",
  "Februar",
  "März",
  "April",
  "Mai",
  "Juni",
  "Juli",
  "August",
  "September",
  "Oktober",
  "November",
  "Dezember",
];
const ORDINALS = ["ersten", "zweiten", "dritten", "vierten", "fünften"];
const UNITS = {
  second: { one: "Sekunde", many: "Sekunden" },
  minute: { one: "Minute", many: "Minuten" },
  hour: { one: "Stunde", many: "Stunden" },
} as const;

const { list, stretch, inList } = listsWith("und", "bis");

/** German as an administrator reads it. */
export const GERMAN: Language = {
  time,
  day,
  calendarDay: (unit, days) => {
    const named =
      unit === "date" ? list(days.map(ordinal)) : list(days.map((weekday) => WEEKDAYS[weekday - 1] as string));
    const anchor = unit === "date" ? `ab dem ${named} des Monats` : `ab jedem ${named}`;
    return `am ersten Tag des Kalenders ${anchor}`;
  },
  months: (runs) => `im ${list(runs.map((run) => stretch(run, (month) => MONTHS[month - 1] as string)))}`,
  years: (values) => {
    if (values.kind === "steps") return `alle ${values.step} Jahre von ${values.from} bis ${values.to}`;
    return values.kind === "one" ? `im Jahr ${values.value}` : `in den Jahren ${inList(values, String)}`;
  },
  and: (one, other) => `${one} und ${other}`,
  neverComes: (sentence) => `${sentence}, ein Datum, das nie kommt`,
  never: (reason) =>
    reason === "year"
      ? `Nie: das Jahr ist keines von ${FIRST_YEAR} bis ${HORIZON}`
      : "Nie: Wochentage haben die Nummern 1 bis 7",
};

function time(facts: TimeFacts): string {
  if (facts.kind === "at") return `Um ${list(facts.times.map(clockText))} Uhr`;
  if (facts.kind === "interval") {
    const { one, many } = UNITS[facts.unit];
    const every = facts.step === 1 ? `Jede ${one}` : `Alle ${facts.step} ${many}`;
    if (facts.stretches === null) return every;
    return `${every} ${list(facts.stretches.map(([from, to]) => `von ${clockText(from)} bis ${clockText(to)} Uhr`))}`;
  }
  const parts = [timePart("minute", facts.minutes), timePart("hour", facts.hours)];
  if (facts.seconds !== null) parts.unshift(timePart("second", facts.seconds));
  const sentence = parts.join(", ");
  return `I${sentence.slice(1)}`;
}

function timePart(unit: keyof typeof UNITS, values: Values): string {
  const { one, many } = UNITS[unit];
  switch (values.kind) {
    case "all":
      return `in jeder ${one}`;
    case "one":
      return `in ${one} ${values.value}`;
    case "steps":
      return `in jeder ${ordinal(values.step)} ${one} von ${values.from} bis ${values.to}`;
    case "runs":
      return `in den ${many} ${inList(values, String)}`;
  }
}

function day(facts: DayFacts, hasTimes: boolean): string {
  switch (facts.kind) {
    case "every-day":
      return hasTimes ? "jeden Tag" : "";
    case "dates":
      return `${dates(facts.values)} des Monats`;
    case "weekdays":
      return list(facts.runs.map((run) => stretch(run, (weekday) => `${WEEKDAYS[weekday - 1]?.toLowerCase()}s`)));
    case "last":
      return lastDay(facts.before, facts.weekday);
    case "nearest": {
      const somewhere = facts.day > 28 ? " (in Monaten, die ihn haben)" : "";
      return `am Werktag (Montag bis Freitag) nächst dem ${ordinal(facts.day)} des Monats${somewhere}`;
    }
    case "last-weekday":
      return `am letzten ${quartzWeekday(facts.weekday)} des Monats`;
    case "nth":
      return `am ${ORDINALS[facts.ordinal - 1]} ${quartzWeekday(facts.weekday)} des Monats`;
  }
}

function dates(values: Values): string {
  if (values.kind === "steps") {
    return `an jedem ${ordinal(values.step)} Tag vom ${ordinal(values.from)} bis zum ${ordinal(values.to)}`;
  }
  return `am ${inList(values, ordinal)}`;
}

function lastDay(before: number, weekday: boolean): string {
  if (before === 0) return weekday ? "am letzten Werktag (Montag bis Freitag) des Monats" : "am letzten Tag des Monats";
  const distance =
    before === 1 ? "Tag vor dem letzten Tag des Monats" : `${ordinal(before)} Tag vor dem letzten Tag des Monats`;
  return weekday ? `am Werktag (Montag bis Freitag) nächst dem ${distance}` : `am ${distance}`;
}

function quartzWeekday(weekday: number): string {
  return WEEKDAYS[(weekday + 5) % 7] as string;
}

function ordinal(value: number): string {
  return `${value}.`;
}
