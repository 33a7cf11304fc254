import { Cron } from "croner";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HORIZON, QuartzExpression } from "../../../src/quartz/index.ts";

/** An expression of the grammar that Quartz and croner share, in both dialects. */
interface Bilingual {
  readonly quartz: string;
  readonly croner: string;
}

const HOW_MANY = 6;

/** Values, ranges that do not wrap, steps and lists of them: written alike in both. */
function alike(minimum: number, maximum: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: minimum, max: maximum });
  const item = fc.oneof(
    value.map(String),
    fc.tuple(value, value).map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`),
    fc
      .tuple(value, value, fc.integer({ min: 1, max: maximum - minimum }))
      .map(([one, other, step]) => `${Math.min(one, other)}-${Math.max(one, other)}/${step}`),
    fc.integer({ min: 1, max: maximum - minimum }).map((step) => `*/${step}`),
  );
  return fc.oneof(
    fc.constant("*"),
    fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(",")),
  );
}

/** Both day fields, and what croner calls them: its days of the week begin with 0, its last Friday is `5#L`. */
function days(): fc.Arbitrary<{ quartz: [string, string]; croner: [string, string] }> {
  const weekday = fc.integer({ min: 1, max: 7 });
  return fc.oneof(
    alike(1, 31).map((dates) => ({ quartz: [dates, "?"], croner: [dates, "*"] })),
    fc.constant({ quartz: ["L", "?"], croner: ["L", "*"] }),
    fc.constant({ quartz: ["LW", "?"], croner: ["LW", "*"] }),
    fc.integer({ min: 1, max: 28 }).map((day) => ({ quartz: [`${day}W`, "?"], croner: [`${day}W`, "*"] })),
    weekday.map((day) => ({ quartz: ["?", `${day}L`], croner: ["*", `${day - 1}#L`] })),
    fc
      .tuple(weekday, fc.integer({ min: 1, max: 5 }))
      .map(([day, nth]) => ({ quartz: ["?", `${day}#${nth}`], croner: ["*", `${day - 1}#${nth}`] })),
    fc
      .uniqueArray(weekday, { minLength: 1, maxLength: 4 })
      .map((list) => ({ quartz: ["?", list.join(",")], croner: ["*", list.map((day) => day - 1).join(",")] })),
  ) as fc.Arbitrary<{ quartz: [string, string]; croner: [string, string] }>;
}

const bilingual: fc.Arbitrary<Bilingual> = fc
  .tuple(
    alike(0, 59),
    alike(0, 59),
    alike(0, 23),
    days(),
    alike(1, 12),
    fc.option(fc.integer({ min: 2024, max: 2040 })),
  )
  .map(([seconds, minutes, hours, day, months, year]) => {
    const write = ([dates, weekdays]: [string, string]) =>
      [seconds, minutes, hours, dates, months, weekdays, ...(year === null ? [] : [String(year)])].join(" ");
    return { quartz: write(day.quartz), croner: write(day.croner) };
  });

describe("croner, an independent implementation, gives the same answers in UTC", () => {
  it("on the grammar that both share", () => {
    fc.assert(
      fc.property(
        bilingual,
        fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2039, 0) }),
        ({ quartz, croner }, from) => {
          const job = new Cron(croner, { timezone: "UTC", paused: true });
          const runs = job.nextRuns(HOW_MANY, new Date(from)).filter((run) => run.getUTCFullYear() <= HORIZON);
          const theirs = runs.map((run) => run.getTime());
          const parsed = QuartzExpression.parse(quartz);
          const ours = [...parsed.occurrences(from + 1, Number.POSITIVE_INFINITY, "UTC").take(HOW_MANY)];
          expect(ours).toEqual(theirs);
        },
      ),
      { numRuns: 1000 },
    );
  }, 30_000);
});
