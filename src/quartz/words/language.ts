import type { Run, TimeFacts, Values } from "./time-facts.ts";

/** The days of an expression, as one would say them. */
export type DayFacts =
  | { readonly kind: "every-day" }
  | { readonly kind: "dates"; readonly values: Values }
  /** Weekdays as 1 (Monday) to 7 (Sunday), so that a weekend is one stretch. */
  | { readonly kind: "weekdays"; readonly runs: readonly Run[] }
  | { readonly kind: "last"; readonly before: number; readonly weekday: boolean }
  | { readonly kind: "nearest"; readonly day: number }
  /** Quartz's numbers from here on: 1 Sunday to 7 Saturday. */
  | { readonly kind: "last-weekday"; readonly weekday: number }
  | { readonly kind: "nth"; readonly weekday: number; readonly ordinal: number };

/** One language's way to say the parts of an expression. */
export interface Language {
  time(facts: TimeFacts): string;
  /** `hasTimes`: whether particular times have been named, so that "every day" has to be said. */
  day(facts: DayFacts, hasTimes: boolean): string;
  /** The days written with `C`: days of the month, or days of the week from 1 (Monday). */
  calendarDay(unit: "date" | "weekday", days: readonly number[]): string;
  months(runs: readonly Run[]): string;
  years(values: Values): string;
  and(one: string, other: string): string;
  /** A sentence about dates that exist in no year. */
  neverComes(sentence: string): string;
  /** The whole sentence where the year field names no year, or the day of the week is none. */
  never(reason: "year" | "weekday"): string;
}
