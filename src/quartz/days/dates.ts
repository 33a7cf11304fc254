import { FIRST_YEAR, HORIZON } from "../fields.ts";

/** Days before each month's first and the year's length, for common years and then for leap years. */
const DAYS_BEFORE = Int32Array.of(
  ...[0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365],
  ...[0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366],
);

/** Days from 1970-01-01 to January 1st of every year up to the one after the horizon. */
const YEAR_STARTS = yearStarts();
const YEAR_SHAPES = yearShapes();
const MONTH_SHAPES = monthShapes();

/** The day after the last one that an expression can fire on, in days from 1970-01-01. */
export const LAST_DAY_END = yearStart(HORIZON + 1);

function yearStarts(): Int32Array {
  const starts = new Int32Array(HORIZON + 2 - FIRST_YEAR);
  for (let index = 1; index < starts.length; index++) {
    starts[index] = (starts[index - 1] as number) + (isLeap(FIRST_YEAR + index - 1) ? 366 : 365);
  }
  return starts;
}

function yearShapes(): Uint8Array {
  const shapes = new Uint8Array(YEAR_STARTS.length);
  for (let index = 0; index < shapes.length; index++) {
    const firstWeekday = ((YEAR_STARTS[index] as number) + 4) % 7;
    shapes[index] = firstWeekday * 2 + (isLeap(FIRST_YEAR + index) ? 1 : 0);
  }
  return shapes;
}

function monthShapes(): Uint8Array {
  const shapes = new Uint8Array(14 * 12);
  for (let index = 0; index < shapes.length; index++) {
    const shapeOfYear = Math.floor(index / 12);
    const start = daysBefore(shapeOfYear, index % 12);
    const length = daysBefore(shapeOfYear, (index % 12) + 1) - start;
    shapes[index] = (((shapeOfYear >> 1) + start) % 7) * 4 + length - 28;
  }
  return shapes;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days from 1970-01-01 to January 1st of `year` (`FIRST_YEAR` to `HORIZON + 1`). */
export function yearStart(year: number): number {
  return YEAR_STARTS[year - FIRST_YEAR] as number;
}

/** Which of the 14 calendars a year has: its first weekday (0 Sunday) × 2, plus one in a leap year. */
export function yearShape(year: number): number {
  return YEAR_SHAPES[year - FIRST_YEAR] as number;
}

/** Which of the 28 calendars a month (0-11) of a year shape has: its first weekday (0 Sunday) × 4, plus its length less 28. */
export function monthShape(shapeOfYear: number, month: number): number {
  return MONTH_SHAPES[shapeOfYear * 12 + month] as number;
}

/** Days from January 1st to the first of `month` (0-11; 12 gives the year's length) in a year of a shape. */
export function daysBefore(shapeOfYear: number, month: number): number {
  return DAYS_BEFORE[(shapeOfYear & 1) * 13 + month] as number;
}

/** The year of a day counted from 1970-01-01 (from there to the horizon). */
export function yearOf(day: number): number {
  const year = FIRST_YEAR + ((day / 365.25) | 0);
  return day >= yearStart(year + 1) ? year + 1 : year;
}

/** The month (0-11) of a day of a year (0-365). */
export function monthOf(shapeOfYear: number, dayOfYear: number): number {
  const month = dayOfYear >> 5;
  return dayOfYear >= daysBefore(shapeOfYear, month + 1) ? month + 1 : month;
}

/** A calendar date; months 1-12, weekdays 1-7 from Sunday as Quartz counts them. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
}

/** The date of a day counted from 1970-01-01; any day of the Gregorian calendar. */
export function dateOf(day: number): CalendarDate {
  const date = new Date(day * 86_400_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay() + 1,
  };
}

/** `YYYY-MM-DD` of a day counted from 1970-01-01. */
export function dayText(day: number): string {
  const date = dateOf(day);
  return `${String(date.year).padStart(4, "0")}-${twoDigits(date.month)}-${twoDigits(date.day)}`;
}

/** `YYYY-MM-DDTHH:MM:SS` of a wall time in seconds from 1970-01-01 00:00. */
export function wallText(wall: number): string {
  const day = Math.floor(wall / 86_400);
  return `${dayText(day)}T${timeText(wall - day * 86_400)}`;
}

/** `HH:MM:SS` of a second of the day. */
function timeText(secondOfDay: number): string {
  const minute = Math.floor(secondOfDay / 60);
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}:${twoDigits(secondOfDay % 60)}`;
}

/** `HH:MM` of a second of the day; the seconds follow where there are any. */
export function clockText(secondOfDay: number): string {
  const text = timeText(secondOfDay);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
}

/** `+01:00` of an offset in seconds; the seconds follow where there are any. */
export function offsetText(offset: number): string {
  return `${offset < 0 ? "-" : "+"}${clockText(Math.abs(offset))}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
