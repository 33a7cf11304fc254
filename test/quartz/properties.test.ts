import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  QuartzExpression,
  QuartzSyntaxError,
  type TransitionRule,
  type Zone,
  zoneFromTransitions,
  zoneNamed,
} from "../../src/quartz/index.ts";
import { dailyAt, fixedTimes, type Written, written } from "./expressions.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "America/Havana",
  "Pacific/Apia",
  "Africa/Casablanca",
  "Asia/Kathmandu",
];

const zones = fc.constantFrom(...ZONES).map((name) => zoneNamed(name));
const years = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2120, 0) });
const changes = new Map(ZONES.map((name) => [name, changesOf(zoneNamed(name))]));

/** A zone and a moment, mostly around a change of its clocks, where the mistakes are. */
const moments: fc.Arbitrary<[Zone, number]> = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(zones, years) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        zones,
        fc.nat(),
        fc.oneof(fc.integer({ min: -130, max: 70 }), fc.integer({ min: -30 * 60, max: 4 * 60 })),
        fc.constantFrom(0, 0, 30_000, 1234),
      )
      .map(([zone, index, minutes, rest]): [Zone, number] => {
        const instants = changes.get(zone.name) as number[];
        return [zone, (instants[index % instants.length] ?? 0) + minutes * 60_000 + rest];
      }),
  },
);

/** The instants (ms) at which a zone's clocks were changed from 1972 to 2060. */
function changesOf(zone: Zone): number[] {
  const instants: number[] = [];
  const until = Date.UTC(2060, 0) / 1000;
  for (let span = zone.spanAt(Date.UTC(1972, 0) / 1000); span.end < until; ) {
    const following = zone.spanAt(span.end);
    if (following.offset !== span.offset) instants.push(span.end * 1000);
    span = following;
  }
  return instants;
}

/** A daily job that is due in a gap or an overlap or just beside it, and a moment shortly before or in it. */
const jobsAtChanges: fc.Arbitrary<[Written, Zone, number]> = fc
  .tuple(
    zones.filter(({ name }) => name !== "UTC"),
    fc.nat(),
    fc.double({ min: -0.5, max: 1.5, noNaN: true }),
    fc.integer({ min: -180, max: 130 }),
  )
  .chain(([zone, index, place, minutes]) => {
    const instants = changes.get(zone.name) as number[];
    const change = instants[index % instants.length] ?? 0;
    const [before, after] = [offsetAt(zone, change - 1000), offsetAt(zone, change)];
    const wall = change + before + place * (after - before);
    const time = ((Math.floor(wall / 1000) % 86_400) + 86_400) % 86_400;
    return fc.tuple(dailyAt(time), fc.constant(zone), fc.constant(change + minutes * 60_000));
  });

function offsetAt(zone: Zone, instant: number): number {
  return zone.spanAt(Math.floor(instant / 1000)).offset * 1000;
}

/** Whether a wall time (ms, as if it were UTC) is one that an expression was made to mean. */
function matches(expression: Written, wall: number): boolean {
  const date = new Date(wall);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  return (
    date.getUTCMilliseconds() === 0 &&
    expression.seconds.values.has(date.getUTCSeconds()) &&
    expression.minutes.values.has(date.getUTCMinutes()) &&
    expression.hours.values.has(date.getUTCHours()) &&
    matchesDate(expression, year, month, day)
  );
}

function matchesDate(expression: Written, year: number, month: number, day: number): boolean {
  if (year < 1970 || year > 2126 || !expression.months.values.has(month)) return false;
  return (expression.years === null || expression.years.has(year)) && expression.matchesDay(year, month, day);
}

/** Every instant that shows a wall time, found without the library's own arithmetic on spans. */
function instantsOf(zone: Zone, wall: number): number[] {
  const offsets = new Set([-2, -1, 0, 1, 2].map((days) => offsetAt(zone, wall + days * DAY)));
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((instant) => instant + offsetAt(zone, instant) === wall)
    .sort((one, other) => one - other);
}

/** The end of the gap that a wall time falls into; the time exists nowhere. */
function gapEnd(zone: Zone, wall: number): number {
  let [low, high] = [wall - 2 * DAY, wall + 2 * DAY];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle + offsetAt(zone, middle) < wall) low = middle;
    else high = middle;
  }
  return high;
}

/** The fires that one wall time gives rise to, by the two rules as handbook, clocks: daylight saving tells them. */
function firesOf(expression: Written, zone: Zone, wall: number, rule: TransitionRule): number[] {
  const instants = instantsOf(zone, wall);
  const everyHour = expression.hours.values.size === 24;
  const isFixed =
    !everyHour && [expression.seconds, expression.minutes, expression.hours].every(({ isPlain }) => isPlain);
  if (instants.length === 0) return rule === "quartz" || everyHour ? [] : [gapEnd(zone, wall)];
  if (rule === "quartz") return instants.slice(-1);
  return isFixed ? instants.slice(0, 1) : instants;
}

/** All fires in a stretch of time, one wall second after the other. */
function naiveFires(expression: Written, zone: Zone, from: number, until: number, rule: TransitionRule): number[] {
  const fires = new Set<number>();
  for (let day = Math.floor((from - 2 * DAY) / DAY) * DAY; day < until + 2 * DAY; day += DAY) {
    const date = new Date(day);
    if (!matchesDate(expression, date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())) continue;
    for (const hour of expression.hours.values) {
      for (const minute of expression.minutes.values) {
        for (const second of expression.seconds.values) {
          const wall = day + hour * HOUR + minute * 60_000 + second * 1000;
          if (wall < from - 30 * HOUR || wall > until + 30 * HOUR) continue;
          for (const fire of firesOf(expression, zone, wall, rule)) if (fire >= from && fire < until) fires.add(fire);
        }
      }
    }
  }
  return [...fires].sort((one, other) => one - other);
}

describe("every expression", () => {
  it("fires at the times of a naive search, and at no other, under both rules", () => {
    const short = written().filter(({ seconds, minutes }) => seconds.values.size * minutes.values.size <= 12);
    fc.assert(
      fc.property(
        short,
        moments,
        fc.constantFrom<TransitionRule>("safe", "quartz"),
        (expression, [zone, from], transitions) => {
          const until = from + 3 * DAY;
          const start = transitions === "quartz" ? instantOutsideOverlap(zone, from) : from;
          const fires = QuartzExpression.parse(expression.text).occurrences(start, until, zone, { transitions });
          expect([...fires]).toEqual(naiveFires(expression, zone, start, until, transitions));
        },
      ),
      { numRuns: 1500 },
    );
  }, 30_000);

  it("does so above all where a job is due in a gap or an overlap", () => {
    fc.assert(
      fc.property(
        jobsAtChanges,
        fc.constantFrom<TransitionRule>("safe", "quartz"),
        ([expression, zone, from], transitions) => {
          const until = from + 2 * DAY;
          const start = transitions === "quartz" ? instantOutsideOverlap(zone, from) : from;
          const parsed = QuartzExpression.parse(expression.text);
          const expected = naiveFires(expression, zone, start, until, transitions);
          expect([...parsed.occurrences(start, until, zone, { transitions })]).toEqual(expected);
          const last = parsed.previous(until, zone, { transitions });
          expect(last).toBe(naiveFires(expression, zone, start - 3 * DAY, until, transitions).at(-1));
        },
      ),
      { numRuns: 6000 },
    );
  }, 30_000);

  it("fires in rising order, and each wall time matches the fields, but a time moved to a gap's end", () => {
    fc.assert(
      fc.property(written(), moments, (expression, [zone, from]) => {
        let before = from;
        for (const fire of QuartzExpression.parse(expression.text)
          .occurrences(from + 1, Number.POSITIVE_INFINITY, zone)
          .take(8)) {
          expect(fire).toBeGreaterThan(before);
          const span = zone.spanAt(fire / 1000);
          if (!matches(expression, fire + span.offset * 1000)) {
            expect(span.start).toBe(fire / 1000);
            const missed = naiveMissed(expression, zone, fire);
            expect(missed).toBe(true);
          }
          before = fire;
        }
      }),
      { numRuns: 1500 },
    );
  }, 30_000);

  it("has no match between two fires", () => {
    fc.assert(
      fc.property(written(), moments, (expression, [zone, from]) => {
        const next = QuartzExpression.parse(expression.text).next(from, zone) ?? Date.UTC(2127, 0, 3);
        // Day by day up to the last two days before the fire, second by second through those.
        const firstDay = Math.ceil((from + 2 * DAY) / DAY);
        for (let day = firstDay; day < Math.floor(next / DAY) - 2; day++) {
          const date = new Date(day * DAY);
          const isDue = matchesDate(expression, date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
          // A matching day without any fire is one whose times a gap of 24 hours swallowed.
          if (isDue) expect(instantsOf(zone, day * DAY + 12 * HOUR)).toEqual([]);
        }
        for (const start of [Math.floor(from / 1000) * 1000 + 1000, next - 2 * HOUR]) {
          const end = Math.min(next, start + 2 * HOUR);
          for (let instant = Math.max(start, from + 1); instant < end; instant += 1000) {
            const second = Math.ceil(instant / 1000) * 1000;
            const wall = second + offsetAt(zone, second);
            if (second > from && second < next && matches(expression, wall)) {
              expect(firesOf(expression, zone, wall, "safe")).not.toContain(second);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it("previous(next(t)) <= t < next(t), and next(previous(t)) >= t > previous(t)", () => {
    fc.assert(
      fc.property(written(), moments, (expression, [zone, instant]) => {
        const parsed = QuartzExpression.parse(expression.text);
        const next = parsed.next(instant, zone);
        const previous = parsed.previous(instant, zone);
        if (next !== null) {
          expect(next).toBeGreaterThan(instant);
          expect(parsed.previous(next, zone) ?? Number.NEGATIVE_INFINITY).toBeLessThanOrEqual(instant);
        }
        if (previous !== null) {
          expect(previous).toBeLessThan(instant);
          expect(parsed.next(previous, zone) ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(instant);
        }
      }),
      { numRuns: 4000 },
    );
  }, 30_000);

  it("gives the same fires forwards and backwards, under both rules", () => {
    fc.assert(
      fc.property(
        written(),
        moments,
        fc.constantFrom<TransitionRule>("safe", "quartz"),
        (expression, [zone, from], transitions) => {
          const parsed = QuartzExpression.parse(expression.text);
          const start = transitions === "quartz" ? instantOutsideOverlap(zone, from) : from;
          const forwards = [...parsed.occurrences(start, Number.POSITIVE_INFINITY, zone, { transitions }).take(6)];
          const backwards: number[] = [];
          let fire = forwards.at(-1);
          while (fire !== undefined && fire >= start) {
            backwards.unshift(fire);
            fire = parsed.previous(fire, zone, { transitions }) ?? undefined;
          }
          expect(backwards).toEqual(forwards);
        },
      ),
      { numRuns: 1500 },
    );
  }, 30_000);

  it("says in why() that it fires exactly when it does", () => {
    fc.assert(
      fc.property(written(), moments, (expression, [zone, from]) => {
        const parsed = QuartzExpression.parse(expression.text);
        const fire = parsed.next(from, zone);
        if (fire === null) return;
        expect(parsed.why(fire, zone).fires).toBe(true);
        expect(parsed.why(fire + 1, zone).fires).toBe(false);
        const other = Math.floor(from / 1000) * 1000;
        const why = parsed.why(other, zone);
        expect(why.fires).toBe(parsed.next(other - 1, zone) === other);
        const wall = other + offsetAt(zone, other);
        expect(why.fields.every((field) => field.matches)).toBe(matches(expression, wall));
      }),
      { numRuns: 1500 },
    );
  }, 30_000);
});

describe("a fixed time", () => {
  it("is never doubled: no two fires show the same date", () => {
    fc.assert(
      fc.property(fixedTimes(), moments, (expression, [zone, from]) => {
        const fires = [...QuartzExpression.parse(expression.text).occurrences(from, from + 20 * DAY, zone)];
        const regular = fires.filter((fire) => matches(expression, fire + offsetAt(zone, fire)));
        const dates = regular.map((fire) => Math.floor((fire + offsetAt(zone, fire)) / DAY));
        expect(new Set(dates).size).toBe(dates.length);
      }),
      { numRuns: 1500 },
    );
  }, 30_000);
});

describe("any text", () => {
  const alphabet = [
    ..."0123456789*/,-?LW#C \t",
    "JAN",
    "DEC",
    "MON",
    "SUN",
    "mon",
    "\n",
    "٣",
    "99",
    "98",
    " * ",
    " ? ",
  ];
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.array(fc.constantFrom(...alphabet), { maxLength: 30 }).map((parts) => parts.join("")),
    fc
      .tuple(written(), fc.nat(), fc.constantFrom(...alphabet), fc.boolean())
      .map(([{ text }, at, part, isReplaced]) => {
        const position = at % (text.length + 1);
        return text.slice(0, position) + part + text.slice(position + (isReplaced ? 1 : 0));
      }),
  );

  it("either is refused with a QuartzSyntaxError or gives an expression whose next and previous end", () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        texts,
        zones,
        years,
        fc.constantFrom<TransitionRule>("safe", "quartz"),
        (text, zone, instant, transitions) => {
          try {
            const parsed = QuartzExpression.parse(text);
            accepted++;
            const next = parsed.next(instant, zone, { transitions });
            const previous = parsed.previous(instant, zone, { transitions });
            expect(next === null || next > instant).toBe(true);
            expect(previous === null || previous < instant).toBe(true);
            expect(parsed.describe("en")).not.toMatch(/undefined|NaN/);
            expect(parsed.describe("de")).not.toMatch(/undefined|NaN/);
          } catch (error) {
            expect(error).toBeInstanceOf(QuartzSyntaxError);
            const { position, message, reasons } = error as QuartzSyntaxError;
            expect(position).toBeGreaterThanOrEqual(0);
            expect(`${message} ${reasons.de}`).not.toMatch(/undefined|NaN/);
          }
        },
      ),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(500);
  }, 30_000);
});

describe("a zone made up of any changes", () => {
  const madeUp = fc
    .array(fc.tuple(fc.integer({ min: 3, max: 200 }), fc.integer({ min: -50, max: 56 })), {
      minLength: 1,
      maxLength: 12,
    })
    .map((changes) => {
      let day = 19_000;
      return zoneFromTransitions(
        "made up",
        changes.map(([days, quarters]) => {
          day += days;
          return [day * DAY + 90_000, quarters * 15 * 60_000] as const;
        }),
      );
    });

  it("has the fires of the naive search, too", () => {
    const short = written().filter(({ seconds, minutes }) => seconds.values.size * minutes.values.size <= 4);
    fc.assert(
      fc.property(short, madeUp, fc.integer({ min: 19_000, max: 19_400 }), (expression, zone, day) => {
        const [from, until] = [day * DAY, (day + 4) * DAY];
        const fires = QuartzExpression.parse(expression.text).occurrences(from, until, zone);
        expect([...fires]).toEqual(naiveFires(expression, zone, from, until, "safe"));
      }),
      { numRuns: 1000 },
    );
  }, 30_000);
});

/** `from`, or the end of the first pass it lies in: there Quartz goes on from the wall time, see fires.test.ts. */
function instantOutsideOverlap(zone: Zone, from: number): number {
  const span = zone.spanAt(Math.floor(from / 1000));
  if (span.end === Number.POSITIVE_INFINITY) return from;
  const shift = span.offset - zone.spanAt(span.end).offset;
  const firstPass = (span.end - shift) * 1000;
  return shift > 0 && from > firstPass - 1000 ? (span.end + shift) * 1000 : from;
}

/** Whether some wall time in the gap that ends at an instant matches. */
function naiveMissed(expression: Written, zone: Zone, end: number): boolean {
  const ended = end + offsetAt(zone, end - 1000);
  for (let wall = ended; wall < end + offsetAt(zone, end); wall += 1000) if (matches(expression, wall)) return true;
  return false;
}
