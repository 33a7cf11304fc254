import { describe, expect, it } from "vitest";
import { nextDueOn } from "../../../src/learning/enrolment/next-cycle.ts";

const yearly = (mmdd: string | null) => ({ recertMode: "yearly", dueMmdd: mmdd, recertIntervalMonths: 12 }) as const;
const interval = (months: number | null) =>
  ({ recertMode: "from_completion", dueMmdd: "03-31", recertIntervalMonths: months }) as const;
const nothing = { recertMode: null, dueMmdd: null, recertIntervalMonths: null } as const;

describe("when a registration closes, the next cycle falls due", () => {
  it.each([
    ["on the next yearly day after the closing day", yearly("03-31"), "passed", "2026-03-02", null, "2026-03-31"],
    ["a year later when it closes on that day", yearly("03-31"), "completed", "2026-03-31", null, "2027-03-31"],
    [
      "yearly also when it failed, whatever was due",
      yearly("03-31"),
      "failed",
      "2026-04-10",
      "2026-03-31",
      "2027-03-31",
    ],
    ["on 28 February where there is no 29th", yearly("02-29"), "passed", "2026-01-01", null, "2026-02-28"],
    ["an interval after the closing day", interval(12), "passed", "2025-08-31", "2025-09-30", "2026-08-31"],
    ["at the end of a shorter month", interval(1), "completed", "2026-01-31", null, "2026-02-28"],
    ["for failed: an interval after the due day", interval(12), "failed", "2026-04-10", "2026-03-31", "2027-03-31"],
    [
      "for cancelled: an interval after the due day",
      interval(6),
      "cancelled",
      "2026-03-01",
      "2026-05-01",
      "2026-11-01",
    ],
    ["for failed without a due day: after the closing day", interval(6), "failed", "2026-03-01", null, "2026-09-01"],
    [
      "for failed long after it was due: not before it closes",
      interval(6),
      "failed",
      "2026-03-01",
      "2024-01-15",
      "2026-07-15",
    ],
    ["for failed: strictly after the closing day", interval(1), "failed", "2026-03-31", "2026-02-28", "2026-04-28"],
  ] as const)("%s", (_when, how, status, closedOn, dueOn, expected) => {
    expect(nextDueOn(how, { dueOn }, status, closedOn)).toBe(expected);
  });

  it.each([
    ["where nothing recurs", nothing],
    ["where a yearly rule names no day", yearly(null)],
    ["where an interval is missing", interval(null)],
    ["where an interval is 0", interval(0)],
  ] as const)("never %s", (_when, how) => {
    expect(nextDueOn(how, { dueOn: "2026-01-01" }, "passed", "2026-03-02")).toBeNull();
  });
});
