import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MaskedDays } from "../../src/quartz/days/days.ts";
import { nextFire, previousFire } from "../../src/quartz/fires/fires.ts";
import { Timetable } from "../../src/quartz/fires/timetable.ts";
import { QuartzExpression, type TransitionRule, zoneNamed } from "../../src/quartz/index.ts";
import { parseExpression } from "../../src/quartz/parse/parse.ts";
import { written } from "./expressions.ts";

/** Month, year, next month, five words of years, and once more for the following day. */
const MOST_STEPS = 20;

function searched(text: string) {
  const { times, days, months, years, fixed, everyHour } = parseExpression(text);
  const masks = new MaskedDays(days, months, years);
  return { masks, timetable: new Timetable(times, masks), fixed, everyHour };
}

describe("a search takes a bounded number of mask steps", () => {
  it.each([
    "0 0 0 30 2 ?",
    "0 0 0 31 4,6,9,11 ?",
    "0 0 0 29 2 ? 2097-2103",
    "0 0 0 29 2 ?",
    "0 0 0 ? 2 1#5",
    "0 0 0 1 1 ? 2126",
    "0 0 0 ? * 8#1",
    "0 0 0 1 1 ? 1900",
    "59 59 23 31 12 ? 1970",
  ])("%s", (text) => {
    const { timetable, masks } = searched(text);
    for (let wall = 0; wall < Date.UTC(2127, 0) / 1000; wall += 86_400 * 97 + 12_345) {
      masks.steps = 0;
      timetable.next(wall);
      expect(masks.steps).toBeLessThanOrEqual(MOST_STEPS);
      masks.steps = 0;
      timetable.previous(wall);
      expect(masks.steps).toBeLessThanOrEqual(MOST_STEPS);
    }
  });

  it("whatever the expression, the time and the direction", () => {
    const walls = fc.integer({ min: 0, max: Date.UTC(2127, 0) / 1000 });
    fc.assert(
      fc.property(written(), fc.array(walls, { minLength: 1, maxLength: 5 }), (expression, times) => {
        const { timetable, masks } = searched(expression.text);
        for (const wall of times) {
          masks.steps = 0;
          timetable.next(wall);
          expect(masks.steps).toBeLessThanOrEqual(MOST_STEPS);
          masks.steps = 0;
          timetable.previous(wall);
          expect(masks.steps).toBeLessThanOrEqual(MOST_STEPS);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each<TransitionRule>(["safe", "quartz"])("in a zone with changes of clocks under the %s rule", (rule) => {
    const zone = zoneNamed("Europe/Berlin");
    const firing = searched("0 30 2 29 2 ?");
    for (let second = 0; second < Date.UTC(2126, 0) / 1000; second += 86_400 * 397) {
      firing.masks.steps = 0;
      nextFire(firing, second, zone, rule);
      previousFire(firing, second, zone, rule);
      expect(firing.masks.steps).toBeLessThanOrEqual(4 * MOST_STEPS);
    }
  });

  it("and where every match of a century lies in a gap, two for each gap", () => {
    // The clocks of Berlin go forward on the last Sunday of March since 1996, so that Quartz never fires then.
    const firing = searched("0 30 2 ? 3 1L");
    expect(nextFire(firing, Date.UTC(1996, 0) / 1000, zoneNamed("Europe/Berlin"), "quartz")).toBeNull();
    expect(firing.masks.steps).toBeLessThanOrEqual(2 * MOST_STEPS * (2126 - 1996));
  });

  it("a day that never comes is known at once", () => {
    const never = QuartzExpression.parse("0 0 0 30 2 ?");
    const { timetable, masks } = searched("0 0 0 30 2 ?");
    masks.steps = 0;
    expect(timetable.next(0)).toBe(-1);
    expect(masks.steps).toBeLessThanOrEqual(8);
    expect(never.next(0, "Europe/Berlin")).toBeNull();
  });
});
