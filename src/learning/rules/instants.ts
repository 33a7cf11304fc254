import { addDays, type Day, startOfDay } from "../../time/day.ts";
import { type Literal, literalsOf } from "./literal.ts";
import type { ComparingTest } from "./schema.ts";

/** Instants `from <= x < until`, in ms. */
export interface Interval {
  readonly from: number;
  readonly until: number;
}

const EVER = Number.MAX_SAFE_INTEGER;
/** No stored instant is older; before it the runtime's calendars and zones are of no use. */
const OLDEST_DAY = "1900-01-01";
const LAST_DAY = "9999-12-31";

function starts(day: Day, zone: string): number {
  return day < OLDEST_DAY ? -EVER : startOfDay(day, zone);
}

function ends(day: Day, zone: string): number {
  return day === LAST_DAY ? EVER : starts(addDays(day, 1), zone);
}

/**
 * When a test on a column of instants holds: for instants whose local day in `zone` compares so (handbook, data: the rule
 * language, "dates compare as
 * day"). It holds for none where it compares with something that is no day, and for `contains` and `startsWith`: an instant has
 * no text. `empty` and `notEmpty` are asked of the column itself.
 */
export function intervalsOf(test: ComparingTest, today: Day, zone: string): readonly Interval[] {
  const before = (day: Day): Interval => ({ from: -EVER, until: starts(day, zone) });
  const on = (day: Day): Interval => ({ from: starts(day, zone), until: ends(day, zone) });
  const after = (day: Day): Interval => ({ from: ends(day, zone), until: EVER });
  const days = (literals: readonly Literal[]) => literals.flatMap((one) => (one.kind === "day" ? [one.day] : []));
  switch (test.op) {
    case "eq":
      return days(literalsOf(test.value)).map(on);
    case "ne":
      return without(days(literalsOf(test.value)).map(on));
    case "in":
      return days(test.value.flatMap(literalsOf)).map(on);
    case "nin":
      return without(days(test.value.flatMap(literalsOf)).map(on));
    case "gt":
      return days(literalsOf(test.value)).map(after);
    case "gte":
      return days(literalsOf(test.value)).map((day) => ({ ...after(day), from: starts(day, zone) }));
    case "lt":
      return days(literalsOf(test.value)).map(before);
    case "lte":
      return days(literalsOf(test.value)).map((day) => ({ ...before(day), until: ends(day, zone) }));
    case "withinDays":
      return [{ from: starts(addDays(today, -test.value), zone), until: ends(addDays(today, test.value), zone) }];
    case "olderThanDays":
      return [before(addDays(today, -test.value))];
    case "contains":
    case "startsWith":
      return [];
    default:
      return test satisfies never;
  }
}

/** Everything but some intervals. */
function without(intervals: readonly Interval[]): Interval[] {
  const gaps: Interval[] = [];
  let from = -EVER;
  for (const one of intervals.toSorted((a, b) => a.from - b.from)) {
    if (one.from > from) gaps.push({ from, until: one.from });
    from = Math.max(from, one.until);
  }
  return [...gaps, { from, until: EVER }];
}
