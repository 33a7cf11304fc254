import * as fc from "fast-check";

/** A field as it is written, with what it was made to mean. */
interface WrittenField {
  readonly text: string;
  readonly values: ReadonlySet<number>;
  /** Whether it has neither wildcard nor range nor step. */
  readonly isPlain: boolean;
}

/** An expression as it is written, with what it was made to mean, told without the library. */
export interface Written {
  readonly text: string;
  readonly seconds: WrittenField;
  readonly minutes: WrittenField;
  readonly hours: WrittenField;
  readonly months: WrittenField;
  /** null where no year is written. */
  readonly years: ReadonlySet<number> | null;
  /** Whether a date (month 1-12) is one of its days; month and year are not looked at. */
  matchesDay(year: number, month: number, day: number): boolean;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** Expressions of Quartz's whole language, from simple to strange, without those that Quartz reads otherwise than written. */
export function written(): fc.Arbitrary<Written> {
  return fc
    .record({
      seconds: fc.oneof({ weight: 3, arbitrary: fc.constant(plain("0", [0])) }, timeField(0, 59)),
      minutes: timeField(0, 59),
      hours: hoursField(),
      months: fc.oneof({ weight: 2, arbitrary: fc.constant(everyOf(1, 12)) }, timeField(1, 12, MONTHS)),
      days: dayFields(),
      years: fc.option(
        fc.oneof(
          fc.integer({ min: 1970, max: 2126 }).map((year) => ({ text: String(year), values: new Set([year]) })),
          fc
            .tuple(fc.integer({ min: 1970, max: 2100 }), fc.integer({ min: 1, max: 26 }))
            .map(([from, more]) => ({ text: `${from}-${from + more}`, values: range(from, from + more, 1) })),
          fc
            .tuple(fc.integer({ min: 1970, max: 2126 }), fc.integer({ min: 1, max: 9 }))
            .map(([from, step]) => ({ text: `${from}/${step}`, values: range(from, 2126, step) })),
        ),
        { freq: 5 },
      ),
    })
    .map(({ seconds, minutes, hours, months, days, years }) => ({
      text: [seconds.text, minutes.text, hours.text, days.month, months.text, days.week, years?.text ?? []]
        .flat()
        .join(" "),
      seconds,
      minutes,
      hours,
      months,
      years: years?.values ?? null,
      matchesDay: days.matches,
    }));
}

/** Expressions whose hours, minutes and seconds are single values: fixed times, one a day on the days of any rule. */
export function fixedTimes(): fc.Arbitrary<Written> {
  const single = (maximum: number) =>
    fc.integer({ min: 0, max: maximum }).map((value) => plain(String(value), [value]));
  const hour = fc.oneof(single(23), single(3));
  return fc.tuple(written(), single(59), single(59), hour).map(([expression, seconds, minutes, hours]) => ({
    ...expression,
    seconds,
    minutes,
    hours,
    text: [seconds.text, minutes.text, hours.text, ...expression.text.split(" ").slice(3)].join(" "),
  }));
}

/** Daily jobs that are due at a second of the day: at that time alone, at others too, in steps, over hours, or each hour. */
export function dailyAt(time: number): fc.Arbitrary<Written> {
  const [hour, minute, second] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, time % 60];
  const later = (hour + 1) % 24;
  const atMinute = plain(String(minute), [minute]);
  const atHour = plain(String(hour), [hour]);
  const kinds: [WrittenField, WrittenField][] = [
    [atMinute, atHour],
    [plain(`${minute},59`, [minute, 59]), atHour],
    [atMinute, plain(`${hour},${later}`, [hour, later])],
    [{ text: `${minute}/7`, values: range(minute, 59, 7), isPlain: false }, atHour],
    [atMinute, { text: `${hour}-${later}`, values: new Set([hour, later]), isPlain: false }],
    [atMinute, everyOf(0, 23)],
  ];
  return fc.constantFrom(...kinds).map(([minutes, hours]) => ({
    text: `${second} ${minutes.text} ${hours.text} * * ?`,
    seconds: plain(String(second), [second]),
    minutes,
    hours,
    months: everyOf(1, 12),
    years: null,
    matchesDay: () => true,
  }));
}

/** Hours of all kinds, and often those in which clocks are changed. */
function hoursField(): fc.Arbitrary<WrittenField> {
  const early = fc.constantFrom(23, 0, 1, 2, 3).map((hour) => plain(String(hour), [hour]));
  const list = fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 3 });
  return fc.oneof(
    { weight: 3, arbitrary: timeField(0, 23) },
    { weight: 2, arbitrary: early },
    { weight: 1, arbitrary: list.map((hours) => plain(hours.join(","), hours)) },
  );
}

function timeField(minimum: number, maximum: number, names: readonly string[] = []): fc.Arbitrary<WrittenField> {
  const value = fc.integer({ min: minimum, max: maximum });
  const cycle = maximum - minimum + 1;
  const name = (number: number, useName: boolean) => (useName ? (names[number - 1] ?? String(number)) : String(number));
  const item = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(value, fc.boolean()).map(([one, named]) => plain(name(one, named), [one])) },
    {
      weight: 2,
      arbitrary: fc.tuple(value, value, fc.boolean()).map(([from, to, named]) => ({
        text: `${name(from, named)}-${name(to, named)}`,
        values: range(from, to < from ? to + cycle : to, 1, maximum, cycle),
        isPlain: false,
      })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(value, fc.integer({ min: 1, max: Math.min(maximum, 30) })).map(([from, step]) => ({
        text: `${from}/${step}`,
        values: range(from, maximum, step),
        isPlain: false,
      })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(value, value, fc.integer({ min: 1, max: 80 })).map(([from, to, step]) => ({
        text: `${from}-${to}/${step}`,
        values: range(from, to < from ? to + cycle : to, step, maximum, cycle),
        isPlain: false,
      })),
    },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: Math.min(maximum, 30) }).map((step) => ({
        text: `*/${step}`,
        values: range(minimum, maximum, step),
        isPlain: false,
      })),
    },
  );
  const list = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => ({
    text: items.map(({ text }) => text).join(","),
    values: new Set(items.flatMap(({ values }) => [...values])),
    isPlain: items.every(({ isPlain }) => isPlain),
  }));
  return fc.oneof({ weight: 1, arbitrary: fc.constant(everyOf(minimum, maximum)) }, { weight: 4, arbitrary: list });
}

interface DayFields {
  readonly month: string;
  readonly week: string;
  readonly matches: (year: number, month: number, day: number) => boolean;
}

function dayFields(): fc.Arbitrary<DayFields> {
  const weekday = fc.integer({ min: 1, max: 7 });
  const weekdayText = fc.tuple(weekday, fc.boolean()).map(([day, named]) => ({
    day,
    text: named ? (DAYS[day - 1] as string) : String(day),
  }));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant({ month: "*", week: "?", matches: () => true }) },
    timeField(1, 31).map(({ text, values }) => ({
      month: text,
      week: "?",
      matches: (_year: number, _month: number, day: number) => values.has(day),
    })),
    fc.tuple(fc.integer({ min: 0, max: 30 }), fc.boolean()).map(([before, isWorkday]) => ({
      month: `L${before === 0 ? "" : `-${before}`}${isWorkday ? "W" : ""}`,
      week: "?",
      matches: (year: number, month: number, day: number) => {
        const named = lengthOf(year, month) - before;
        return day === (isWorkday && named >= 1 ? nearestWorkday(year, month, named) : named);
      },
    })),
    fc.integer({ min: 1, max: 31 }).map((named) => ({
      month: `${named}W`,
      week: "?",
      matches: (year: number, month: number, day: number) =>
        named <= lengthOf(year, month) && day === nearestWorkday(year, month, named),
    })),
    timeField(1, 7, DAYS).map(({ text, values }) => ({
      month: "?",
      week: text,
      matches: (year: number, month: number, day: number) => values.has(weekdayOf(year, month, day)),
    })),
    weekdayText.map(({ day: named, text }) => ({
      month: "?",
      week: `${text}L`,
      matches: (year: number, month: number, day: number) =>
        weekdayOf(year, month, day) === named && day + 7 > lengthOf(year, month),
    })),
    fc.tuple(weekdayText, fc.integer({ min: 1, max: 5 })).map(([{ day: named, text }, ordinal]) => ({
      month: "?",
      week: `${text}#${ordinal}`,
      matches: (year: number, month: number, day: number) =>
        weekdayOf(year, month, day) === named && Math.ceil(day / 7) === ordinal,
    })),
  );
}

function plain(text: string, values: readonly number[]): WrittenField {
  return { text, values: new Set(values), isPlain: true };
}

function everyOf(minimum: number, maximum: number): WrittenField {
  return { text: "*", values: range(minimum, maximum, 1), isPlain: false };
}

function range(from: number, to: number, step: number, maximum = to, cycle = 0): Set<number> {
  const values = new Set<number>();
  for (let value = from; value <= to; value += step) values.add(value > maximum ? value - cycle : value);
  return values;
}

export function lengthOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** 1 Sunday to 7 Saturday. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function nearestWorkday(year: number, month: number, day: number): number {
  const distances = [0, -1, 1, -2, 2];
  const isWorkday = (candidate: number) =>
    candidate >= 1 && candidate <= lengthOf(year, month) && ![1, 7].includes(weekdayOf(year, month, candidate));
  return day + (distances.find((distance) => isWorkday(day + distance)) as number);
}
