import { dateOf, daysBefore, offsetText, wallText, yearShape } from "../days/dates.ts";
import { daysOf } from "../days/day-rule.ts";
import { hasYear } from "../days/days.ts";
import { DAY_OF_MONTH, DAY_OF_WEEK, FIRST_YEAR, HORIZON, HOURS, MINUTES, MONTH, SECONDS, YEAR } from "../fields.ts";
import type { FireOptions } from "../fires/fire-options.ts";
import { type Firing, previousFire } from "../fires/fires.ts";
import type { Field } from "../parse/element.ts";
import type { ParsedExpression } from "../parse/parse.ts";
import type { Span, Zone } from "../zone/zone.ts";
import type { ChangeOfClocks, Explanation, FieldMatch } from "./explanation.ts";
import { explanationTexts } from "./explanation-words.ts";

const DAY = 86_400;

/** Why an expression fires, or does not, at an instant (ms). */
export function explain(
  parsed: ParsedExpression,
  firing: Firing,
  zone: Zone,
  instant: number,
  options: FireOptions,
): Explanation {
  const second = Math.floor(instant / 1000);
  const span = zone.spanAt(second);
  const wall = second + span.offset;
  const isWhole = second * 1000 === instant;
  const rule = options.transitions ?? "safe";
  const fires = isWhole && previousFire(firing, second + 1, zone, rule) === second;
  const fields = fieldMatches(parsed, firing, wall, options);
  const change = changeAt(firing, zone, span, second);
  const messages = explanationTexts({ zone: zone.name, wall, fires, isWhole, fields, change, rule });
  return {
    instant,
    zone: zone.name,
    fires,
    wallTime: `${wallText(wall)}${offsetText(span.offset)}`,
    fields,
    change,
    message: messages.en,
    messages,
  };
}

function fieldMatches(parsed: ParsedExpression, firing: Firing, wall: number, options: FireOptions): FieldMatch[] {
  const day = Math.floor(wall / DAY);
  const time = wall - day * DAY;
  const date = dateOf(day);
  const second = time % 60;
  const minute = Math.floor(time / 60) % 60;
  const hour = Math.floor(time / 3600);
  const isDayDue = dayMatches(parsed, date.year, date.month, date.day);
  // A day that a calendar put off may lie in a month or a year that the expression does not name.
  const isPutOff = parsed.calendarDays !== 0 && options.calendar !== undefined;
  const isDue = isPutOff && day >= 0 && firing.timetable.isDueOn(day);
  const matches = (index: number, value: number, allowed: boolean): FieldMatch => {
    const field = parsed.fields[index] as Field;
    return { field: field.name, text: parsed.text.slice(field.start, field.end) || "*", value, matches: allowed };
  };
  const has = (index: number, value: number) => {
    const { low, high } = parsed.fields[index] as Field;
    return (((value < 32 ? low : high) >>> (value & 31)) & 1) === 1;
  };
  const byDate = isOfMonth(parsed);
  const dayAllowed = isPutOff ? isDue : isDayDue;
  return [
    matches(SECONDS, second, has(SECONDS, second)),
    matches(MINUTES, minute, has(MINUTES, minute)),
    matches(HOURS, hour, has(HOURS, hour)),
    matches(DAY_OF_MONTH, date.day, !byDate || dayAllowed),
    matches(MONTH, date.month, isDue || has(MONTH, date.month)),
    matches(DAY_OF_WEEK, date.weekday, byDate || dayAllowed),
    matches(YEAR, date.year, isDue || hasYear(parsed.years, date.year)),
  ];
}

function isOfMonth(parsed: ParsedExpression): boolean {
  const { kind } = parsed.days;
  return kind === "dates" || kind === "last" || kind === "nearest";
}

function dayMatches(parsed: ParsedExpression, year: number, month: number, day: number): boolean {
  if (year < FIRST_YEAR || year > HORIZON) return false;
  const shape = yearShape(year);
  const before = daysBefore(shape, month - 1);
  const first = ((shape >> 1) + before) % 7;
  return ((daysOf(parsed.days, first, daysBefore(shape, month) - before) >>> day) & 1) === 1;
}

function changeAt(firing: Firing, zone: Zone, span: Span, second: number): ChangeOfClocks | null {
  const wall = second + span.offset;
  if (span.start === second) {
    const ended = second + zone.spanAt(second - 1).offset;
    if (ended < wall) {
      const first = firing.timetable.next(ended);
      const missed = first >= 0 && first < wall ? wallText(first) : null;
      return { kind: "gap", from: wallText(ended), until: wallText(wall), missed };
    }
  }
  if (wall < span.repeatsUntil) {
    const other = wall - zone.spanAt(span.start - 1).offset;
    return { kind: "overlap", pass: "second", other: other * 1000 };
  }
  if (span.end - second > DAY) return null;
  const following = zone.spanAt(span.end);
  if (wall < span.end + following.offset) return null;
  return { kind: "overlap", pass: "first", other: (wall - following.offset) * 1000 };
}
