import { describe, expect, it } from "vitest";
import { QuartzExpression, QuartzSyntaxError, type Zone } from "../../../src/quartz/index.ts";
import { type GoldenCase, goldenCases, goldenZones } from "./vectors.ts";

/** Quartz hangs, throws or errs here (vectors/README.md); our answers are in the tables below. */
const NOT_REPRODUCED = ["quartz-hangs", "quartz-throws-at-evaluation", "odd-gap"];

function isReproduced({ tags = [], expression }: GoldenCase): boolean {
  // In a month that lacks the day Quartz's answer depends on where the search began.
  return !tags.some((tag) => NOT_REPRODUCED.includes(tag)) && !/(?:^|[\s,])(?:29|30|31)W/i.test(expression);
}

function answer({ expression, zone, start, count }: GoldenCase): { valid: boolean; fires: number[] } {
  const fires: number[] = [];
  try {
    const parsed = QuartzExpression.parse(expression);
    for (let after = start; fires.length < count; ) {
      const fire = parsed.next(after, goldenZones.get(zone) as Zone, { transitions: "quartz" });
      if (fire === null) break;
      fires.push(fire);
      after = fire;
    }
    return { valid: true, fires };
  } catch (error) {
    expect(error).toBeInstanceOf(QuartzSyntaxError);
    return { valid: false, fires };
  }
}

describe("Quartz 2.3.2 and we give the same answers", () => {
  const categories = Map.groupBy(goldenCases.filter(isReproduced), ({ category }) => category);
  it.each([...categories])("%s", (_category, cases) => {
    const disagreements = cases.filter((golden) => {
      const { valid, fires } = answer(golden);
      return valid !== golden.valid || JSON.stringify(fires) !== JSON.stringify(golden.fires ?? []);
    });
    expect(disagreements).toEqual([]);
  });

  it("2,215 of the 2,259 cases are compared; the other 44 are told below", () => {
    expect(goldenCases).toHaveLength(2259);
    expect(goldenCases.filter(isReproduced)).toHaveLength(2215);
  });
});

describe("where Quartz hangs or throws while it runs, the expression is refused or the month is skipped", () => {
  it.each([
    ["0 0 4 0W * ?", "nearest-zero"],
    ["L 0 0 * * ?", "last-not-here"],
    ["0 L 0 * * ?", "last-not-here"],
    ["0 0 LW * * ?", "last-not-here"],
    ["0 0 L-3 * * ?", "last-not-here"],
    ["0 0 0 1 L ?", "last-not-here"],
    [", 0 0 * * ?", "empty-field"],
    ["0 32 * 10/7,30-25 L ?", "last-not-here"],
    ["0 * L ?0 10 *", "last-not-here"],
  ])("%s is refused as %s", (expression, code) => {
    expect(() => QuartzExpression.parse(expression)).toThrow(expect.objectContaining({ code }));
  });

  it("every case tagged so is in that table, but one month-skipping L-29W", () => {
    const hanging = goldenCases.filter(({ tags = [] }) => tags.some((tag) => NOT_REPRODUCED.slice(0, 2).includes(tag)));
    const accepted = hanging.filter((golden) => answer(golden).valid).map(({ expression }) => expression);
    expect(hanging).toHaveLength(11);
    expect(accepted).toEqual(["0 0 13 L-29W * ?"]);
  });
});

describe("29W, 30W, 31W and L-29W skip the months that lack the day", () => {
  it.each([
    ["0 0 12 29W 2 ?", "2025-01-01", ["2028-02-29", "2032-02-27", "2036-02-29"]],
    ["0 0 12 30W * ?", "2026-01-01", ["2026-01-30", "2026-03-30", "2026-04-30"]],
    ["0 0 12 31W * ?", "2026-04-01", ["2026-05-29", "2026-07-31", "2026-08-31"]],
    ["0 0 12 30W 2 ?", "2026-01-01", []],
    ["0 0 12 L-29W * ?", "2027-01-02", ["2027-03-02", "2027-04-01", "2027-05-03"]],
  ])("%s from %s: %j", (expression, from, dates) => {
    const parsed = QuartzExpression.parse(expression);
    const fires = parsed.occurrences(Date.parse(from), Number.POSITIVE_INFINITY, "UTC").take(Math.max(1, dates.length));
    const answered = [...fires].map((fire) => new Date(fire).toISOString().slice(0, 10));
    expect(answered).toEqual(dates);
  });
});

describe("after gaps that are no full hour or end at midnight, existing times fire (Quartz loses them)", () => {
  it.each([
    ["0 */10 1 * * ?", "America/St_Johns", "2008-03-09T02:31:00Z", "2008-03-09T03:40:00Z"],
    ["0 45 23 * * ?", "Asia/Pyongyang", "2018-05-04T14:14:00Z", "2018-05-05T14:45:00Z"],
    ["0 45 22 * * ?", "America/Nuuk", "2024-03-31T00:45:00Z", "2024-03-31T23:45:00Z"],
    ["0 0 * * * ?", "America/Nuuk", "2024-03-31T00:30:00Z", "2024-03-31T01:00:00Z"],
    ["0 0 1/2 * * ?", "America/Nuuk", "2024-03-30T23:14:00Z", "2024-03-31T02:00:00Z"],
    ["0 1 23 ? * *", "America/Scoresbysund", "2025-03-29T23:32:00Z", "2025-03-31T00:01:00Z"],
    ["0 * * * * ?", "Africa/Monrovia", "1972-01-07T00:43:30Z", "1972-01-07T00:45:00Z"],
  ])("%s in %s after %s: %s", (expression, zone, after, expected) => {
    const where = goldenZones.get(zone) as Zone;
    const fire = QuartzExpression.parse(expression).next(Date.parse(after), where, { transitions: "quartz" });
    expect(fire).toBe(Date.parse(expected));
  });

  it("every case tagged so has its row", () => {
    expect(goldenCases.filter(({ tags = [] }) => tags.includes("odd-gap"))).toHaveLength(7);
  });
});
