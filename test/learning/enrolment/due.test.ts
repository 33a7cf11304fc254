import { describe, expect, it } from "vitest";
import { type DueRule, dueDay, isYearlyDay, nextYearlyDay } from "../../../src/learning/enrolment/due.ts";

describe("the next yearly day comes strictly after a day", () => {
  it.each([
    ["2026-03-02", "03-31", "2026-03-31"],
    ["2026-03-30", "03-31", "2026-03-31"],
    ["2026-03-31", "03-31", "2027-03-31"],
    ["2026-04-01", "03-31", "2027-03-31"],
    ["2026-12-31", "01-01", "2027-01-01"],
    ["2026-12-31", "12-31", "2027-12-31"],
    // 29 February is the last of February in other years.
    ["2026-02-27", "02-29", "2026-02-28"],
    ["2026-02-28", "02-29", "2027-02-28"],
    ["2027-03-01", "02-29", "2028-02-29"],
    ["2028-02-28", "02-29", "2028-02-29"],
    ["2028-02-29", "02-29", "2029-02-28"],
  ])("after %s, each %s: %s", (after, yearly, expected) => {
    expect(nextYearlyDay(after, yearly)).toBe(expected);
  });
});

it.each([
  ["03-31", true],
  ["02-29", true],
  ["02-30", false],
  ["04-31", false],
  ["13-01", false],
  ["3-31", false],
  ["31.03", false],
  ["", false],
])("%j is a yearly day: %s", (text, expected) => {
  expect(isYearlyDay(text)).toBe(expected);
});

describe("a registration falls due", () => {
  const none = { dueMode: "none", dueOn: null, dueMmdd: null } as const;
  const fixed = (dueOn: string) => ({ dueMode: "fixed", dueOn, dueMmdd: null }) as const;
  const yearly = (dueMmdd: string) => ({ dueMode: "yearly", dueOn: null, dueMmdd }) as const;

  it.each<[string, Omit<DueRule, "daysToFinish">, number, string, string | null]>([
    ["days after the enrolment", none, 30, "2025-07-30", "2025-08-29"],
    ["never with 0 days", none, 0, "2025-08-01", null],
    ["on the fixed day where that is later", fixed("2025-10-01"), 30, "2025-07-30", "2025-10-01"],
    ["days after the enrolment where that is later", fixed("2025-08-15"), 30, "2025-07-30", "2025-08-29"],
    ["today with 0 days and a fixed day that has passed", fixed("2025-06-30"), 0, "2025-08-08", "2025-08-08"],
    ["on the fixed day with 0 days", fixed("2025-08-08"), 0, "2025-08-01", "2025-08-08"],
    ["on the next yearly day where that is later", yearly("12-31"), 30, "2025-07-30", "2025-12-31"],
    ["a year later where the yearly day is today", yearly("07-30"), 30, "2025-07-30", "2026-07-30"],
    ["days after the enrolment where the yearly day is nearer", yearly("08-01"), 30, "2025-07-30", "2025-08-29"],
    ["on the next yearly day with 0 days", yearly("08-01"), 0, "2025-07-30", "2025-08-01"],
    [
      "without a fixed day by its days",
      { ...none, dueOn: "2030-01-01", dueMmdd: "01-01" },
      1,
      "2025-07-30",
      "2025-07-31",
    ],
  ])("%s", (_when, rule, daysToFinish, today, expected) => {
    expect(dueDay({ ...rule, daysToFinish }, today)).toBe(expected);
  });
});
