/**
 * What an expression says about days, after both day fields have been read. Days of the month are bits 1-31, days of the
 * week bits 1-7 (1 Sunday).
 */
export type DayRule =
  /** These days of the month, such as `1,15` or `*`. */
  | { readonly kind: "dates"; readonly days: number }
  /** `L`, `L-3`, `LW`, `L-3W`: `before` days before the last one, `weekday`: the nearest Monday to Friday. */
  | { readonly kind: "last"; readonly before: number; readonly weekday: boolean }
  /** `15W`: the Monday to Friday nearest to a day of the month, inside the month; no day where the month lacks it. */
  | { readonly kind: "nearest"; readonly day: number }
  /** These days of the week. */
  | { readonly kind: "weekdays"; readonly days: number }
  /** `6L`: the last such day of the week in the month. */
  | { readonly kind: "last-weekday"; readonly weekday: number }
  /** `6#3`: the third such day of the week. Quartz takes any number before `#`; 0 works as 7, more than 7 never comes. */
  | { readonly kind: "nth"; readonly weekday: number; readonly ordinal: number };

/**
 * The days of a month (bit 1-31) that a rule names.
 *
 * @param first the weekday of the month's first, 0 Sunday to 6 Saturday
 * @param length the month's length in days, 28 to 31
 */
export function daysOf(rule: DayRule, first: number, length: number): number {
  switch (rule.kind) {
    case "dates":
      return rule.days & monthDays(length);
    case "weekdays":
      return weekdays(rule.days, first) & monthDays(length);
    case "last": {
      const day = length - rule.before;
      if (day < 1) return 0;
      return 1 << (rule.weekday ? nearestWeekday(day, first, length) : day);
    }
    case "nearest":
      return rule.day > length ? 0 : 1 << nearestWeekday(rule.day, first, length);
    case "last-weekday": {
      const fromFirst = (rule.weekday - 1 - first + 7) % 7;
      return 1 << (fromFirst + 1 + 7 * Math.floor((length - fromFirst - 1) / 7));
    }
    case "nth": {
      if (rule.weekday > 7) return 0;
      const day = ((rule.weekday + 6 - first) % 7) + 1 + 7 * (rule.ordinal - 1);
      return day > length ? 0 : 1 << day;
    }
  }
}

/** Bits 1 to `length`. */
function monthDays(length: number): number {
  return length === 31 ? 0xfffffffe | 0 : (1 << (length + 1)) - 2;
}

/** The days of a long month that fall on the given weekdays. */
function weekdays(days: number, first: number): number {
  const week = (days >> 1) & 0x7f;
  const fromFirst = ((week >> first) | (week << (7 - first))) & 0x7f;
  return (fromFirst | (fromFirst << 7) | (fromFirst << 14) | (fromFirst << 21) | (fromFirst << 28)) << 1;
}

/** The Monday to Friday nearest to a day, never leaving the month (Quartz `W`). */
function nearestWeekday(day: number, first: number, length: number): number {
  const weekday = (first + day - 1) % 7;
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}
