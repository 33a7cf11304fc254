import type { DayRule } from "../days/day-rule.ts";
import type { Years } from "../days/days.ts";
import { DAY_OF_MONTH, DAY_OF_WEEK, HOURS, MINUTES, MONTH, SECONDS, YEAR } from "../fields.ts";
import type { TimeMasks } from "../fires/timetable.ts";
import { nextBit } from "../mask.ts";
import type { Field } from "./element.ts";
import { ElementParser } from "./element-reader.ts";
import { QuartzSyntaxError } from "./QuartzSyntaxError.ts";
import type { Reason } from "./reason.ts";
import type { Warning } from "./warning.ts";

/** What an expression says, before any question about time is asked. */
export interface ParsedExpression {
  readonly text: string;
  /** The seven fields; a missing year is a field without elements. */
  readonly fields: readonly Field[];
  readonly times: TimeMasks;
  /** Bits 1-12. */
  readonly months: number;
  readonly years: Years;
  readonly days: DayRule;
  /** Which of the days of the month or of the week were written with `C`, and which without; a day can be both. */
  readonly calendarDays: number;
  readonly plainDays: number;
  /** No hour, minute or second is a wildcard, range or step, and the hours are not all 24: the fixed times of the "safe" rule. */
  readonly fixed: boolean;
  readonly everyHour: boolean;
  readonly warnings: readonly Warning[];
}

const ALL_HOURS = 0xffffff;

/**
 * Reads an expression as Quartz 2.3.2 does: fields between blanks or tabs, letters in either case, everything after the seventh
 * field ignored.
 *
 * @throws QuartzSyntaxError for what Quartz refuses, and for what it accepts but cannot evaluate (`0W`, `L` as an hour)
 */
export function parseExpression(text: string): ParsedExpression {
  const upper = text.toUpperCase();
  const warnings: Warning[] = [];
  const fields: Field[] = [];
  let position = 0;
  let years: Years = null;
  let parser: ElementParser | undefined;
  let unspecifiedDays = 0;
  for (let index = 0; index <= YEAR; index++) {
    const start = tokenStart(upper, position);
    const end = tokenEnd(upper, start);
    if (start === end) {
      if (index === YEAR) break;
      throw new QuartzSyntaxError(text, null, text.length, { code: "too-few-fields", fields: index });
    }
    position = end;
    parser ??= new ElementParser(text, upper, warnings);
    const field = parser.readField(index, trimmedStart(upper, start, end), trimmedEnd(upper, start, end));
    if (parser.unspecified) unspecifiedDays |= 1 << index;
    if (index === YEAR) years = parser.years;
    fields.push(field);
  }
  const extra = tokenStart(upper, position);
  if (extra < upper.length) {
    warnings.push({ code: "extra-field", field: null, position: extra, text: text.slice(extra).trimEnd() });
  }
  if (fields.length === YEAR) {
    fields.push({ name: "year", start: text.length, end: text.length, elements: [], low: 0, high: 0, calendar: 0 });
  }
  return assemble(text, fields, unspecifiedDays, years, warnings);
}

function assemble(
  text: string,
  fields: readonly Field[],
  unspecifiedDays: number,
  years: Years,
  warnings: Warning[],
): ParsedExpression {
  const seconds = fields[SECONDS] as Field;
  const minutes = fields[MINUTES] as Field;
  const hours = fields[HOURS] as Field;
  const dayOfMonth = fields[DAY_OF_MONTH] as Field;
  const dayOfWeek = fields[DAY_OF_WEEK] as Field;
  const anyDayOfMonth = (unspecifiedDays >> DAY_OF_MONTH) & 1;
  const anyDayOfWeek = (unspecifiedDays >> DAY_OF_WEEK) & 1;
  if (anyDayOfMonth === anyDayOfWeek) {
    const reason: Reason = anyDayOfMonth === 1 ? { code: "no-day-set" } : { code: "both-days-set" };
    throw new QuartzSyntaxError(text, dayOfWeek.name, dayOfWeek.start, reason);
  }
  const spoken = anyDayOfMonth === 1 ? dayOfWeek : dayOfMonth;
  const everyHour = hours.low === ALL_HOURS;
  return {
    text,
    fields,
    times: {
      secondsLow: seconds.low,
      secondsHigh: seconds.high,
      minutesLow: minutes.low,
      minutesHigh: minutes.high,
      hours: hours.low,
    },
    months: (fields[MONTH] as Field).low,
    years,
    days: anyDayOfMonth === 1 ? ruleOfWeek(text, dayOfWeek, warnings) : ruleOfMonth(text, dayOfMonth, warnings),
    calendarDays: spoken.calendar,
    plainDays: spoken.low,
    fixed: !everyHour && isFixed(seconds) && isFixed(minutes) && isFixed(hours),
    everyHour,
    warnings,
  };
}

function ruleOfMonth(text: string, field: Field, warnings: Warning[]): DayRule {
  for (const element of field.elements) {
    if (element.kind === "last") return { kind: "last", before: element.from, weekday: element.to === 1 };
    if (element.kind === "nearest") {
      warnIfListed(text, field, warnings);
      return { kind: "nearest", day: nextBit(field.low | field.calendar, 1) };
    }
  }
  return { kind: "dates", days: field.low | field.calendar };
}

function ruleOfWeek(text: string, field: Field, warnings: Warning[]): DayRule {
  for (const element of field.elements) {
    if (element.kind === "last-weekday") return { kind: "last-weekday", weekday: element.from };
    if (element.kind === "nth") {
      warnIfListed(text, field, warnings);
      const lowest = nextBit(field.low | field.calendar, 0);
      const weekday = lowest < 0 ? element.from : Math.min(lowest, element.from);
      return { kind: "nth", weekday, ordinal: element.to };
    }
  }
  return { kind: "weekdays", days: field.low | field.calendar };
}

function warnIfListed(text: string, field: Field, warnings: Warning[]): void {
  if (field.elements.length === 1) return;
  warnings.push({
    code: "list-dropped",
    field: field.name,
    position: field.start,
    text: text.slice(field.start, field.end),
  });
}

function isFixed(field: Field): boolean {
  for (const element of field.elements) {
    if (element.kind !== "value" && element.kind !== "nothing") return false;
  }
  return true;
}

function tokenStart(text: string, from: number): number {
  let position = from;
  while (position < text.length && isBlank(text.charCodeAt(position))) position++;
  return position;
}

function tokenEnd(text: string, from: number): number {
  let position = from;
  while (position < text.length && !isBlank(text.charCodeAt(position))) position++;
  return position;
}

/** Java's trim, which Quartz applies to each field, takes away every control character. */
function trimmedStart(text: string, start: number, end: number): number {
  let position = start;
  while (position < end && text.charCodeAt(position) <= 0x20) position++;
  return position;
}

function trimmedEnd(text: string, start: number, end: number): number {
  let position = end;
  while (position > start && text.charCodeAt(position - 1) <= 0x20) position--;
  return position;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
