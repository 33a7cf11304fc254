/**
 * The reckoner's own calendar: it shares no code with the product, nor with the platform's time zones. A day is a number: days since
 * 1 January 1970. An instant is in ms.
 */
export type DayNumber = number;

/** A day, ms. */
export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Days before each month of a common year. */
const BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Days in a month, 1 to 12; months beyond the year's go on in the next. */
function monthLength(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day of a date. */
export function dayOf(year: number, month: number, day: number): DayNumber {
  let days = day - 1 + (BEFORE_MONTH[month - 1] as number) + (month > 2 && isLeap(year) ? 1 : 0);
  for (let passed = 1970; passed < year; passed += 1) days += isLeap(passed) ? 366 : 365;
  return days;
}

/** Year, month (1 to 12) and day of the month. */
export function dateOf(day: DayNumber): readonly [year: number, month: number, day: number] {
  let year = 1970;
  let left = day;
  for (let length = 365; left >= length; length = isLeap(year) ? 366 : 365) {
    left -= length;
    year += 1;
  }
  let month = 1;
  while (left >= monthLength(year, month)) {
    left -= monthLength(year, month);
    month += 1;
  }
  return [year, month, left + 1];
}

/** `YYYY-MM-DD`. */
export function textOf(day: DayNumber): string {
  const [year, month, date] = dateOf(day);
  return `${year}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
}

/** `MM-DD`. */
export const yearlyTextOf = (day: DayNumber): string => textOf(day).slice(5);

/** A number of months later; a day that the month does not have becomes its last. */
export function monthsLater(day: DayNumber, months: number): DayNumber {
  const [year, month, date] = dateOf(day);
  const count = year * 12 + month - 1 + months;
  const [laterYear, laterMonth] = [Math.floor(count / 12), (count % 12) + 1];
  return dayOf(laterYear, laterMonth, Math.min(date, monthLength(laterYear, laterMonth)));
}

/** The first day with this `MM-DD` that is not before a day. 29 February is not among them. */
export function nextYearly(mmdd: string, from: DayNumber): DayNumber {
  const [year] = dateOf(from);
  const [month, date] = mmdd.split("-").map(Number) as [number, number];
  const thisYear = dayOf(year, month, date);
  return thisYear >= from ? thisYear : dayOf(year + 1, month, date);
}

/** Monday 0 to Sunday 6. */
const weekdayOf = (day: DayNumber) => (day + 3) % 7;

function lastSunday(year: number, month: number): DayNumber {
  const last = dayOf(year, month, monthLength(year, month));
  return last - ((weekdayOf(last) + 1) % 7);
}

function firstSunday(year: number, month: number): DayNumber {
  const first = dayOf(year, month, 1);
  return first + ((6 - weekdayOf(first) + 7) % 7);
}

/** A place on the map: what its clocks are ahead of UTC by at an instant, ms. */
export interface Zone {
  readonly name: string;
  /** What they can be ahead by, the largest first, ms. */
  readonly offsets: readonly number[];
  offsetAt(instant: number): number;
}

const yearAt = (instant: number) => dateOf(Math.floor(instant / DAY_MS))[0];

/** Summer from the last Sunday of March to that of October, changed at 01:00 UTC. */
export const berlin: Zone = {
  name: "Europe/Berlin",
  offsets: [2 * HOUR_MS, HOUR_MS],
  offsetAt(instant) {
    const year = yearAt(instant);
    const from = lastSunday(year, 3) * DAY_MS + HOUR_MS;
    const till = lastSunday(year, 10) * DAY_MS + HOUR_MS;
    return instant >= from && instant < till ? 2 * HOUR_MS : HOUR_MS;
  },
};

/** Summer from the first Sunday of October to that of April, changed at 02:00 of winter's time. */
export const sydney: Zone = {
  name: "Australia/Sydney",
  offsets: [11 * HOUR_MS, 10 * HOUR_MS],
  offsetAt(instant) {
    const year = yearAt(instant + 10 * HOUR_MS);
    const till = firstSunday(year, 4) * DAY_MS - 8 * HOUR_MS;
    const from = firstSunday(year, 10) * DAY_MS - 8 * HOUR_MS;
    return instant >= from || instant < till ? 11 * HOUR_MS : 10 * HOUR_MS;
  },
};

export const tokyo: Zone = { name: "Asia/Tokyo", offsets: [9 * HOUR_MS], offsetAt: () => 9 * HOUR_MS };

/** The local day of an instant. */
export const localDayAt = (instant: number, zone: Zone): DayNumber =>
  Math.floor((instant + zone.offsetAt(instant)) / DAY_MS);

/**
 * The instant (ms) at which a zone's clocks show a time of a day. One that they skip is the first instant after the gap, one that they show
 * twice the first of the two.
 *
 * @param seconds behind midnight
 */
export function instantAt(day: DayNumber, seconds: number, zone: Zone): number {
  for (let wall = day * DAY_MS + seconds * 1000; ; wall = (Math.floor(wall / MINUTE_MS) + 1) * MINUTE_MS) {
    for (const offset of zone.offsets) if (zone.offsetAt(wall - offset) === offset) return wall - offset;
  }
}

/** Seconds behind midnight. */
export const clock = (hours: number, minutes: number, seconds = 0): number => hours * 3600 + minutes * 60 + seconds;
