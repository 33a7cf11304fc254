import type { Calendar } from "./calendar.ts";
import { dayText, LAST_DAY_END } from "./dates.ts";
import type { Days } from "./days.ts";

/**
 * Days with `C`: each day that the expression names stands for the first day at or after it that the calendar includes, also
 * when that lies in the next month. Days named without `C` are taken as they are.
 */
export class CalendarDays implements Days {
  readonly #named: Days;
  readonly #plain: Days;
  readonly #calendar: Calendar;

  /**
   * @param named the days written with `C`
   * @param plain the days written without it
   */
  constructor(named: Days, plain: Days, calendar: Calendar) {
    this.#named = named;
    this.#plain = plain;
    this.#calendar = calendar;
  }

  next(day: number): number {
    const plain = this.#plain.next(day);
    const included = this.#nextIncluded(day);
    if (plain < 0) return included;
    return included < 0 ? plain : Math.min(plain, included);
  }

  previous(day: number): number {
    return Math.max(this.#plain.previous(day), this.#previousIncluded(day));
  }

  #nextIncluded(day: number): number {
    const before = this.#named.previous(day);
    if (before >= 0) {
      const due = this.#included(before, LAST_DAY_END);
      if (due >= day) return due;
    }
    const named = this.#named.next(day);
    return named < 0 ? -1 : this.#included(named, LAST_DAY_END);
  }

  #previousIncluded(day: number): number {
    let end = day + 1;
    for (let named = this.#named.previous(day); named >= 0; named = this.#named.previous(named - 1)) {
      const due = this.#included(named, end);
      if (due >= 0) return due;
      end = named;
    }
    return -1;
  }

  /** The first day from `from` until `end` (not included) that the calendar includes, or -1. */
  #included(from: number, end: number): number {
    for (let day = from; day < end; day++) if (this.#calendar.includes(dayText(day))) return day;
    return -1;
  }
}
