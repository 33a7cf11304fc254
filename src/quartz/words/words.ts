import { hasYear, MaskedDays } from "../days/days.ts";
import { FIRST_YEAR, HORIZON } from "../fields.ts";
import type { Locale } from "../lint/finding.ts";
import { members } from "../mask.ts";
import type { ParsedExpression } from "../parse/parse.ts";
import { ENGLISH } from "./english.ts";
import { GERMAN } from "./german.ts";
import type { DayFacts, Language } from "./language.ts";
import { runsOf, timeFacts, valuesOf } from "./time-facts.ts";

const ALL_YEARS = HORIZON + 1 - FIRST_YEAR;

const LANGUAGES: { readonly [locale in Locale]: Language } = { en: ENGLISH, de: GERMAN };

/** An expression in words: what its sets say, not how they are written. */
export function describe(parsed: ParsedExpression, locale: Locale): string {
  const language = LANGUAGES[locale];
  const years = yearsOf(parsed);
  if (years.length === 0) return language.never("year");
  if (parsed.days.kind === "nth" && parsed.days.weekday > 7) return language.never("weekday");
  const facts = timeFacts(parsed);
  const hasTimes = facts.kind === "at" || (facts.kind === "interval" && facts.stretches !== null);
  const months = members(parsed.months, 0);
  let sentence = language.time(facts);
  const day = days(parsed, language, hasTimes);
  if (day !== "") sentence += facts.kind === "fields" ? `, ${day}` : ` ${day}`;
  if (months.length < 12) sentence += ` ${language.months(runsOf(months))}`;
  if (years.length < ALL_YEARS) sentence += `, ${language.years(valuesOf(years, FIRST_YEAR, HORIZON))}`;
  return isImpossible(parsed) ? language.neverComes(sentence) : sentence;
}

/** Whether no date from 1970 to the horizon matches. */
export function isImpossible(parsed: ParsedExpression): boolean {
  return new MaskedDays(parsed.days, parsed.months, parsed.years).next(0) < 0;
}

function yearsOf(parsed: ParsedExpression): number[] {
  const years: number[] = [];
  for (let year = FIRST_YEAR; year <= HORIZON; year++) if (hasYear(parsed.years, year)) years.push(year);
  return years;
}

function days(parsed: ParsedExpression, language: Language, hasTimes: boolean): string {
  const rule = parsed.days;
  if (rule.kind !== "dates" && rule.kind !== "weekdays") return language.day(rule, hasTimes);
  const unit = rule.kind === "dates" ? "date" : "weekday";
  const named = numbersOf(unit, parsed.calendarDays);
  const plain = numbersOf(unit, parsed.plainDays);
  const calendar = named.length === 0 ? "" : language.calendarDay(unit, named);
  if (plain.length === 0) return calendar;
  const said = language.day(plainFacts(unit, plain), hasTimes);
  return calendar === "" ? said : language.and(said, calendar);
}

function plainFacts(unit: "date" | "weekday", numbers: readonly number[]): DayFacts {
  if (unit === "weekday")
    return numbers.length === 7 ? { kind: "every-day" } : { kind: "weekdays", runs: runsOf(numbers) };
  if (numbers.length === 31) return { kind: "every-day" };
  return { kind: "dates", values: valuesOf(numbers, 1, 31, 5) };
}

function numbersOf(unit: "date" | "weekday", bits: number): number[] {
  const numbers = members(bits, 0);
  if (unit === "date") return numbers;
  return numbers.map((day) => (day === 1 ? 7 : day - 1)).sort((one, other) => one - other);
}
