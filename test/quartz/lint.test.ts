import { describe, expect, it } from "vitest";
import { type FindingCode, type FireOptions, QuartzExpression } from "../../src/quartz/index.ts";

const FROM = Date.UTC(2026, 0, 1);

function findings(text: string, zone = "UTC", options?: FireOptions) {
  return QuartzExpression.parse(text).lint(zone, FROM, options);
}

describe("lint tells", () => {
  it.each([
    // What Quartz drops in silence.
    ["0 0 12 1 JAN-DEC/3 ?", "step-dropped", "month", 16, "/3"],
    ["0 0 12 ? * MON-FRI/2", "step-dropped", "day-of-week", 18, "/2"],
    ["0 5xyz * * * ?", "trailing-characters", "minutes", 3, "xyz"],
    ["0 *abc * * * ?", "trailing-characters", "minutes", 3, "abc"],
    ["0 0 12 ? * 6L#3", "trailing-characters", "day-of-week", 13, "#3"],
    ["0 0 12 98 * MON", "reserved-value", "day-of-month", 7, "98"],
    ["0 99 12 * * ?", "reserved-value", "minutes", 2, "99"],
    ["0 0 12 * * ? * 5", "extra-field", null, 15, "5"],
    ["0 */-5 * * * ?", "step-ignored", "minutes", 2, "*/-5"],
    ["0 5/0 * * * ?", "step-ignored", "minutes", 2, "5/0"],
    ["0 0 0 15W,20 * ?", "list-dropped", "day-of-month", 6, "15W,20"],
    ["0 0 0 ? * 6#3,2", "list-dropped", "day-of-week", 10, "6#3,2"],
    ["0 0,,30 0 * * ?", "empty-item", "minutes", 4, ","],
    ["0 0 L,5 * * ?", "empty-item", "hours", 4, "L"],
    // What Quartz means otherwise.
    ["0 0 0 ? * 1-5", "numeric-weekdays", "day-of-week", 10, "1-5"],
    ["0 0 0 ? * L", "bare-last-weekday", "day-of-week", 10, "L"],
    // What never comes, or not evenly, or often.
    ["0 0 0 30 2 ?", "never-fires", null, null, ""],
    ["0 0 0 ? * 8#1", "never-fires", null, null, ""],
    ["0 0 0 1 1 ? 2020", "last-fire-passed", null, null, ""],
    ["0 0/7 * * * ?", "uneven-step", "minutes", 2, "0/7"],
    ["0 10/5 * * * ?", "uneven-step", "minutes", 2, "10/5"],
    ["0 0 0 */2 * ?", "uneven-step", "day-of-month", 6, "*/2"],
    ["0 30/45 * * * ?", "step-too-long", "minutes", 2, "30/45"],
    ["0 47-58/71 * * * ?", "step-too-long", "minutes", 2, "47-58/71"],
    ["0/30 0 0 * * ?", "more-than-each-minute", "seconds", 0, "0/30"],
    // Days that some months lack.
    ["0 0 0 31 * ?", "short-months", "day-of-month", 6, "31"],
    ["0 0 0 1,30 * ?", "short-months", "day-of-month", 8, "30"],
    ["0 0 0 29W * ?", "short-months", "day-of-month", 6, "29W"],
    ["0 0 0 29 2 ?", "short-months", "day-of-month", 6, "29"],
    ["0 0 0 L-29 * ?", "short-months", "day-of-month", 6, "L-29"],
    ["0 0 0 ? * 6#5", "short-months", "day-of-week", 10, "6#5"],
    ["0 0 0 5C * ?", "calendar-missing", "day-of-month", 6, "5C"],
    ["0 0 0 ? * MONC", "calendar-missing", "day-of-week", 10, "MONC"],
  ] as [string, FindingCode, string | null, number | null, string][])(
    "%s: %s",
    (expression, code, field, position, text) => {
      const all = findings(expression);
      const found = all.filter((finding) => finding.code === code);
      expect(found).toEqual([expect.objectContaining({ code, field, position, text })]);
      for (const { message, messages } of all) {
        expect(message).toBe(messages.en);
        expect(messages.de).not.toBe(messages.en);
        expect(messages.en + messages.de).not.toMatch(/undefined|NaN/);
      }
    },
  );

  it.each([
    "0 0 12 * * ?",
    "0 0/5 14,18 * * ?",
    "0 15 10 ? * 6L",
    "0 0 0 ? * MON-FRI",
    "0 0 0 ? * 2-6",
    "0 1-30/7 * * * ?",
    "0 0 0 25-31 1,3 ?",
    "0 0 0 28W * ?",
    "0 30 * * * ?",
    "0 0 0 1 1 ? 2026-2030",
  ])("nothing about %s in UTC", (expression) => {
    expect(findings(expression)).toEqual([]);
  });

  it("a calendar that is there is not missed", () => {
    expect(findings("0 0 0 5C * ?", "UTC", { calendar: { includes: () => true } })).toEqual([]);
  });

  it.each([Number.NEGATIVE_INFINITY, Date.UTC(1900, 0), Date.UTC(2200, 0), Number.POSITIVE_INFINITY])(
    "as much as can be told from %d",
    (from) => {
      const codes = QuartzExpression.parse("0 30 2 * * ?")
        .lint("Europe/Berlin", from)
        .map(({ code }) => code);
      expect(codes).toEqual(from > Date.UTC(2100, 0) ? ["last-fire-passed"] : []);
    },
  );

  it("the gravest first", () => {
    const severities = findings("0/30 0, 0 1 1 ? 2020").map(({ severity }) => severity);
    expect(severities).toEqual(["error", "warning", "info"]);
  });

  it("the last fire that has passed, with its instant", () => {
    const [finding] = findings("0 0 12 1 1 ? 2020", "Europe/Berlin");
    expect(finding).toMatchObject({
      code: "last-fire-passed",
      severity: "error",
      message: "its last fire, 2020-01-01 12:00, has passed; it will not fire again",
      instants: [Date.UTC(2020, 0, 1, 11)],
    });
  });
});

describe("lint tells the times that fall into gaps and overlaps of the next two years, with what will happen", () => {
  const told = (text: string, options?: FireOptions) =>
    findings(text, "Europe/Berlin", options)
      .filter(({ code }) => code === "gap" || code === "overlap")
      .map(({ message, instants }) => [
        message,
        ...instants.map((instant) => new Date(instant).toISOString().slice(0, 16)),
      ]);

  it("a fixed time under the safe rule", () => {
    expect(told("0 30 2 * * ?")).toEqual([
      [
        "2026-03-29 02:00 to 03:00 does not exist in Europe/Berlin: what is due at 02:30 fires once, at 03:00",
        "2026-03-29T01:00",
      ],
      [
        "2026-10-25 02:00 to 03:00 comes twice in Europe/Berlin: what is due at 02:30 fires the first time only",
        "2026-10-25T00:30",
      ],
      [
        "2027-03-28 02:00 to 03:00 does not exist in Europe/Berlin: what is due at 02:30 fires once, at 03:00",
        "2027-03-28T01:00",
      ],
      [
        "2027-10-31 02:00 to 03:00 comes twice in Europe/Berlin: what is due at 02:30 fires the first time only",
        "2027-10-31T00:30",
      ],
    ]);
  });

  it("steps under the safe rule", () => {
    expect(told("0 0/20 2 * * ?").slice(0, 2)).toEqual([
      [
        "2026-03-29 02:00 to 03:00 does not exist in Europe/Berlin: what is due at 02:00 to 02:40 fires once, at 03:00",
        "2026-03-29T01:00",
      ],
      [
        "2026-10-25 02:00 to 03:00 comes twice in Europe/Berlin: what is due at 02:00 to 02:40 fires both times",
        "2026-10-25T00:00",
        "2026-10-25T01:00",
      ],
    ]);
  });

  it("a fixed time under Quartz's rule", () => {
    // A time that is left out is a warning and comes first.
    expect(told("0 30 2 * * ?", { transitions: "quartz" }).slice(1, 3)).toEqual([
      ["2027-03-28 02:00 to 03:00 does not exist in Europe/Berlin: what is due at 02:30 is left out"],
      [
        "2026-10-25 02:00 to 03:00 comes twice in Europe/Berlin: what is due at 02:30 fires the second time only",
        "2026-10-25T01:30",
      ],
    ]);
  });

  it("hours that cover all 24, which just go on", () => {
    expect(told("0 30 * * * ?").slice(0, 2)).toEqual([
      [
        "2026-03-29 02:00 to 03:00 does not exist in Europe/Berlin: what is due at 02:30 is left out, and the job goes on after it",
      ],
      [
        "2026-10-25 02:00 to 03:00 comes twice in Europe/Berlin: what is due at 02:30 fires both times",
        "2026-10-25T00:30",
        "2026-10-25T01:30",
      ],
    ]);
  });

  it("and nothing where no fire falls into one", () => {
    expect(told("0 30 4 * * ?")).toEqual([]);
    expect(told("0 30 2 ? * SAT")).toEqual([]);
  });

  it("what it foretells is what happens", () => {
    for (const text of ["0 30 2 * * ?", "0 0/20 2 * * ?", "15 45 1-3 * * ?"]) {
      for (const transitions of ["safe", "quartz"] as const) {
        const parsed = QuartzExpression.parse(text);
        for (const instant of parsed.lint("Europe/Berlin", FROM, { transitions }).flatMap(({ instants }) => instants)) {
          expect(parsed.why(instant, "Europe/Berlin", { transitions }).fires).toBe(true);
        }
      }
    }
  });
});
