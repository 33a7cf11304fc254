import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QuartzExpression } from "../../../src/quartz/index.ts";
import { type Written, written } from "../expressions.ts";
import { readSentence } from "./sentences.ts";

describe("an expression in words", () => {
  it.each([
    ["0 15 10 ? * 6L", "At 10:15 on the last Friday of the month", "Um 10:15 Uhr am letzten Freitag des Monats"],
    ["0 0 12 * * ?", "At 12:00 every day", "Um 12:00 Uhr jeden Tag"],
    ["30 0 12 * * ?", "At 12:00:30 every day", "Um 12:00:30 Uhr jeden Tag"],
    [
      "0 0/5 14,18 * * ?",
      "Every 5 minutes from 14:00 to 14:55 and from 18:00 to 18:55 every day",
      "Alle 5 Minuten von 14:00 bis 14:55 Uhr und von 18:00 bis 18:55 Uhr jeden Tag",
    ],
    ["0 0 0 ? * 1L", "At 00:00 on the last Sunday of the month", "Um 00:00 Uhr am letzten Sonntag des Monats"],
    [
      "0 0 8-18 ? * MON-FRI",
      "Every hour from 08:00 to 18:00 on Mondays to Fridays",
      "Jede Stunde von 08:00 bis 18:00 Uhr montags bis freitags",
    ],
    ["* * * * * ?", "Every second", "Jede Sekunde"],
    ["0/10 * * * * ?", "Every 10 seconds", "Alle 10 Sekunden"],
    ["0 * * * * ?", "Every minute", "Jede Minute"],
    ["0 0/15 * * * ?", "Every 15 minutes", "Alle 15 Minuten"],
    ["0 0 * * * ?", "Every hour", "Jede Stunde"],
    ["0 0 0/4 * * ?", "Every 4 hours", "Alle 4 Stunden"],
    [
      "0 0/7 * * * ?",
      "In every 7th minute from 0 to 56, in every hour",
      "In jeder 7. Minute von 0 bis 56, in jeder Stunde",
    ],
    [
      "0 1-10,30 8-12 ? * MON",
      "In the minutes 1 to 10 and 30, in the hours 8 to 12, on Mondays",
      "In den Minuten 1 bis 10 und 30, in den Stunden 8 bis 12, montags",
    ],
    // 19 and 39, but not 59: not every 20 minutes.
    ["0 19,39 * * * ?", "In the minutes 19 and 39, in every hour", "In den Minuten 19 und 39, in jeder Stunde"],
    ["0 0 0 L * ?", "At 00:00 on the last day of the month", "Um 00:00 Uhr am letzten Tag des Monats"],
    [
      "0 0 0 L-1 * ?",
      "At 00:00 on the day before the last day of the month",
      "Um 00:00 Uhr am Tag vor dem letzten Tag des Monats",
    ],
    [
      "0 0 0 L-3 * ?",
      "At 00:00 on the 3rd day before the last day of the month",
      "Um 00:00 Uhr am 3. Tag vor dem letzten Tag des Monats",
    ],
    [
      "0 0 0 L-3W * ?",
      "At 00:00 on the weekday (Monday to Friday) nearest to the 3rd day before the last day of the month",
      "Um 00:00 Uhr am Werktag (Montag bis Freitag) nächst dem 3. Tag vor dem letzten Tag des Monats",
    ],
    [
      "0 0 0 LW * ?",
      "At 00:00 on the last weekday (Monday to Friday) of the month",
      "Um 00:00 Uhr am letzten Werktag (Montag bis Freitag) des Monats",
    ],
    [
      "0 0 0 31W * ?",
      "At 00:00 on the weekday (Monday to Friday) nearest to the 31st of the month (in months that have it)",
      "Um 00:00 Uhr am Werktag (Montag bis Freitag) nächst dem 31. des Monats (in Monaten, die ihn haben)",
    ],
    // What Quartz drops is not said.
    [
      "0 0 0 15W,20 * ?",
      "At 00:00 on the weekday (Monday to Friday) nearest to the 15th of the month",
      "Um 00:00 Uhr am Werktag (Montag bis Freitag) nächst dem 15. des Monats",
    ],
    ["0 0 0 ? * 6#3,2", "At 00:00 on the third Monday of the month", "Um 00:00 Uhr am dritten Montag des Monats"],
    ["0 0 0 1 JAN/3 ?", "At 00:00 on the 1st of the month in January", "Um 00:00 Uhr am 1. des Monats im Januar"],
    ["0 0 12 ? * L", "At 12:00 on Saturdays", "Um 12:00 Uhr samstags"],
    [
      "0 0 0 ? * 1-5",
      "At 00:00 on Mondays to Thursdays and Sundays",
      "Um 00:00 Uhr montags bis donnerstags und sonntags",
    ],
    ["0 0 0 ? * 6,7,1", "At 00:00 on Fridays to Sundays", "Um 00:00 Uhr freitags bis sonntags"],
    [
      "0 0 0 1,15 JAN-MAR,DEC ? 2026-2030,2040",
      "At 00:00 on the 1st and 15th of the month in January to March and December, in 2026 to 2030 and 2040",
      "Um 00:00 Uhr am 1. und 15. des Monats im Januar bis März und Dezember, in den Jahren 2026 bis 2030 und 2040",
    ],
    [
      "0 0 0 1 1 ? */2",
      "At 00:00 on the 1st of the month in January, every 2 years from 1970 to 2126",
      "Um 00:00 Uhr am 1. des Monats im Januar, alle 2 Jahre von 1970 bis 2126",
    ],
    [
      "0 0 0 5C,20 * ?",
      "At 00:00 on the 20th of the month and on the first day of the calendar on or after the 5th of the month",
      "Um 00:00 Uhr am 20. des Monats und am ersten Tag des Kalenders ab dem 5. des Monats",
    ],
    [
      "0 0 0 ? * 1C",
      "At 00:00 on the first day of the calendar on or after every Sunday",
      "Um 00:00 Uhr am ersten Tag des Kalenders ab jedem Sonntag",
    ],
    [
      "0 0 0 30 2 ?",
      "At 00:00 on the 30th of the month in February, a date that never comes",
      "Um 00:00 Uhr am 30. des Monats im Februar, ein Datum, das nie kommt",
    ],
    ["0 0 0 ? * 8#1", "Never: days of the week are numbered 1 to 7", "Nie: Wochentage haben die Nummern 1 bis 7"],
    ["0 0 0 1 1 ? 1900", "Never: the year is not one from 1970 to 2126", "Nie: das Jahr ist keines von 1970 bis 2126"],
  ])("%s", (text, english, german) => {
    const parsed = QuartzExpression.parse(text);
    expect(parsed.describe("en")).toBe(english);
    expect(parsed.describe("de")).toBe(german);
  });
});

describe("no sentence is wrong: read back, it says what was written", () => {
  const dates = Array.from({ length: 12 * 365 }, (_, index) => new Date(Date.UTC(2024, 0, 1 + index))).map(
    (date) => [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()] as const,
  );

  it.each(["en", "de"] as const)(
    "in %s",
    (locale) => {
      fc.assert(
        fc.property(written(), (expression) => {
          const said = readSentence(locale, QuartzExpression.parse(expression.text).describe(locale));
          expect(rising(said.times)).toEqual(timesOf(expression));
          expect(rising(said.months)).toEqual(rising(expression.months.values));
          expect(said.years === null || rising(said.years)).toEqual(saidYears(expression));
          const wrong = dates.filter(
            (date) =>
              expression.months.values.has(date[1]) && said.matchesDay(...date) !== expression.matchesDay(...date),
          );
          expect(wrong).toEqual([]);
        }),
        { numRuns: 500 },
      );
    },
    30_000,
  );
});

function rising(values: ReadonlySet<number>): number[] {
  return [...values].sort((one, other) => one - other);
}

function timesOf({ hours, minutes, seconds }: Written): number[] {
  const times: number[] = [];
  for (const hour of rising(hours.values)) {
    for (const minute of rising(minutes.values)) {
      for (const second of rising(seconds.values)) times.push(hour * 3600 + minute * 60 + second);
    }
  }
  return times;
}

/** True where all years are meant, which is not said. */
function saidYears({ years }: Written): number[] | true {
  return years === null || years.size === 157 ? true : rising(years);
}
