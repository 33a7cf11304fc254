import { FIRST_YEAR, HORIZON } from "../fields.ts";
import { nextBit, previousBit } from "../mask.ts";
import { daysBefore, LAST_DAY_END, monthOf, monthShape, yearOf, yearShape, yearStart } from "./dates.ts";
import { type DayRule, daysOf } from "./day-rule.ts";

/** The dates that an expression fires on; days are counted from 1970-01-01. */
export interface Days {
  /** The first day at or after `day` (not negative), or -1. */
  next(day: number): number;
  /** The last day at or before `day`, or -1. */
  previous(day: number): number;
}

const YEARS = HORIZON + 1 - FIRST_YEAR;

/** Which years an expression allows: one bit for each from 1970 to the horizon, 32 to a word; `null` for all of them. */
export type Years = Int32Array | null;

/** A set of no years. */
export function noYears(): Int32Array {
  return new Int32Array((YEARS + 31) >> 5);
}

export function addYear(years: Int32Array, year: number): void {
  const index = year - FIRST_YEAR;
  if (index >= 0 && index < YEARS) years[index >> 5] = (years[index >> 5] as number) | (1 << (index & 31));
}

/** Adds every year of a stretch, both ends included. */
export function addYears(years: Int32Array, from: number, to: number): void {
  const first = Math.max(from - FIRST_YEAR, 0);
  const last = Math.min(to - FIRST_YEAR, YEARS - 1);
  for (let word = first >> 5; word <= last >> 5; word++) {
    const low = word === first >> 5 ? -1 << (first & 31) : -1;
    const high = word === last >> 5 ? -1 >>> (31 - (last & 31)) : -1;
    years[word] = (years[word] as number) | (low & high);
  }
}

export function hasYear(years: Years, year: number): boolean {
  const index = year - FIRST_YEAR;
  if (index < 0 || index >= YEARS) return false;
  return years === null || (((years[index >> 5] as number) >>> (index & 31)) & 1) === 1;
}

/**
 * Days by bit masks. A month's days depend only on its length and on the weekday of its first, so 28 masks answer for every
 * month; the months of a year that have any day depend on the same two things, so 14 masks answer for every year; and one bit
 * for each year says whether it has any day at all. A search is therefore at most one step on each of the three levels, twice.
 */
export class MaskedDays implements Days {
  /** How many masks have been looked at since this was made; the bound on a search is tested with it. */
  steps = 0;

  readonly #masks = new Int32Array(28);
  readonly #months = new Int32Array(14);
  readonly #years = noYears();

  /** The month (0-11) that was looked at last, its first day and the day after its last one, and its days as bits 1-31. */
  #year = 0;
  #month = 0;
  #start = 0;
  #end = 0;
  #days = 0;

  constructor(rule: DayRule, months: number, years: Years) {
    for (let shape = 0; shape < 28; shape++) this.#masks[shape] = daysOf(rule, shape >> 2, 28 + (shape & 3));
    for (let shape = 0; shape < 14; shape++) this.#months[shape] = this.#monthsWithDays(shape, months);
    for (let year = FIRST_YEAR; year <= HORIZON; year++) {
      if (this.#months[yearShape(year)] !== 0 && hasYear(years, year)) addYear(this.#years, year);
    }
  }

  #monthsWithDays(shape: number, months: number): number {
    let found = 0;
    for (let month = 0; month < 12; month++) {
      if (((months >> (month + 1)) & 1) === 1 && this.#masks[monthShape(shape, month)] !== 0) found |= 1 << month;
    }
    return found;
  }

  next(day: number): number {
    if (day < this.#start || day >= this.#end) {
      if (day >= LAST_DAY_END) return -1;
      this.#enterMonthOf(day);
    }
    const found = nextBit(this.#days, day - this.#start + 1);
    return found > 0 ? this.#start + found - 1 : this.#nextAfterMonth();
  }

  /** The first day after the month that was entered last. */
  #nextAfterMonth(): number {
    let year = this.#year;
    let month = nextBit(this.#monthsOf(year), this.#month + 1);
    if (month < 0) {
      year = this.#nextYear(year + 1);
      if (year < 0) return -1;
      month = nextBit(this.#monthsOf(year), 0);
    }
    this.#enter(year, month);
    return this.#start + nextBit(this.#days, 1) - 1;
  }

  previous(day: number): number {
    if (day < 0) return -1;
    const last = Math.min(day, LAST_DAY_END - 1);
    if (last < this.#start || last >= this.#end) this.#enterMonthOf(last);
    const found = previousBit(this.#days, last - this.#start + 1);
    return found > 0 ? this.#start + found - 1 : this.#previousBeforeMonth();
  }

  /** The last day before the month that was entered last. */
  #previousBeforeMonth(): number {
    let year = this.#year;
    let month = this.#month === 0 ? -1 : previousBit(this.#monthsOf(year), this.#month - 1);
    if (month < 0) {
      year = this.#previousYear(year - 1);
      if (year < 0) return -1;
      month = previousBit(this.#monthsOf(year), 11);
    }
    this.#enter(year, month);
    return this.#start + previousBit(this.#days, 31) - 1;
  }

  /** The months (bit 0-11) of a year that have any day; none in a year that the expression leaves out. */
  #monthsOf(year: number): number {
    this.steps++;
    const index = year - FIRST_YEAR;
    const isAllowed = ((this.#years[index >> 5] as number) >>> (index & 31)) & 1;
    return isAllowed === 0 ? 0 : (this.#months[yearShape(year)] as number);
  }

  #enterMonthOf(day: number): void {
    const year = yearOf(day);
    this.#enter(year, monthOf(yearShape(year), day - yearStart(year)));
  }

  /** Makes a month the one whose days are looked at; it has none where the expression leaves it out. */
  #enter(year: number, month: number): void {
    this.steps++;
    const shape = yearShape(year);
    const start = yearStart(year);
    this.#year = year;
    this.#month = month;
    this.#start = start + daysBefore(shape, month);
    this.#end = start + daysBefore(shape, month + 1);
    const isAllowed = (this.#monthsOf(year) >> month) & 1;
    this.#days = isAllowed === 0 ? 0 : (this.#masks[monthShape(shape, month)] as number);
  }

  #nextYear(from: number): number {
    let bit = (from - FIRST_YEAR) & 31;
    for (let word = (from - FIRST_YEAR) >> 5; word < this.#years.length; word++) {
      this.steps++;
      const found = nextBit(this.#years[word] as number, bit);
      if (found >= 0) return FIRST_YEAR + word * 32 + found;
      bit = 0;
    }
    return -1;
  }

  #previousYear(to: number): number {
    let bit = (to - FIRST_YEAR) & 31;
    for (let word = (to - FIRST_YEAR) >> 5; word >= 0; word--) {
      this.steps++;
      const found = previousBit(this.#years[word] as number, bit);
      if (found >= 0) return FIRST_YEAR + word * 32 + found;
      bit = 31;
    }
    return -1;
  }
}
