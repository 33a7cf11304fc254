import { describe, expect, it } from "vitest";
import { type FireOptions, QuartzExpression } from "../../src/quartz/index.ts";

function why(text: string, instant: string, options?: FireOptions) {
  return QuartzExpression.parse(text).why(Date.parse(instant), "Europe/Berlin", options);
}

describe("why an expression fires or not", () => {
  it.each([
    ["0 15 10 ? * 6L", "2026-01-30T09:15Z", true, "every field matches"],
    ["0 15 10 ? * 6L", "2026-01-30T09:16Z", false, 'minutes: 16 is not in "15"'],
    ["0 15 10 ? * 6L", "2026-01-23T09:15Z", false, 'day of the week: 6 is not in "6L"'],
    ["0 15 10 L * ?", "2026-01-30T09:15Z", false, 'day of the month: 30 is not in "L"'],
    ["0 15 10 ? 2 6L", "2026-01-30T09:15Z", false, 'month: 1 is not in "2"'],
    ["0 15 10 ? * 6L 2027", "2026-01-30T09:15Z", false, 'year: 2026 is not in "2027"'],
    [
      "0 15 10 ? * 6L",
      "2026-01-29T08:15:30Z",
      false,
      'seconds: 30 is not in "0"; hours: 9 is not in "10"; day of the week: 5 is not in "6L"',
    ],
    ["0 15 10 ? * 6L", "2026-01-30T09:15:00.001Z", false, "fires are on whole seconds; every field matches"],
  ])("%s at %s: %s, %s", (text, instant, fires, reason) => {
    const explanation = why(text, instant);
    expect(explanation.fires).toBe(fires);
    expect(explanation.message).toContain(`Europe/Berlin: ${reason}.`);
    expect(explanation.message).toMatch(fires ? /^Fires at/ : /^Does not fire at/);
  });

  it("tells every field with its value", () => {
    const { fields, wallTime, zone } = why("0 15 10 ? * 6L", "2026-01-29T09:15Z");
    expect({ wallTime, zone }).toEqual({ wallTime: "2026-01-29T10:15:00+01:00", zone: "Europe/Berlin" });
    expect(fields.map(({ field, text, value, matches }) => [field, text, value, matches])).toEqual([
      ["seconds", "0", 0, true],
      ["minutes", "15", 15, true],
      ["hours", "10", 10, true],
      ["day-of-month", "?", 29, true],
      ["month", "*", 1, true],
      ["day-of-week", "6L", 5, false],
      ["year", "*", 2026, true],
    ]);
  });

  it("speaks German", () => {
    expect(why("0 15 10 ? * 6L", "2026-01-30T09:16Z").messages.de).toBe(
      'Löst nicht aus um 2026-01-30 10:16:00 Europe/Berlin: Minuten: 16 passt nicht zu "15".',
    );
  });

  it("knows the days of a calendar", () => {
    const calendar = { includes: (day: string) => day !== "2026-12-31" };
    const parsed = QuartzExpression.parse("0 0 9 31C 12 ?");
    const [postponed, original] = [Date.UTC(2027, 0, 1, 9), Date.UTC(2026, 11, 31, 9)];
    expect(parsed.why(postponed, "UTC", { calendar }).fires).toBe(true);
    expect(parsed.why(postponed, "UTC", { calendar }).fields.every(({ matches }) => matches)).toBe(true);
    expect(parsed.why(original, "UTC", { calendar }).fires).toBe(false);
    expect(parsed.why(original, "UTC", { calendar }).message).toContain('day of the month: 31 is not in "31C"');
  });
});

describe("instants far away", () => {
  it.each(["1850-01-01T12:00Z", "2500-01-01T12:00Z"])("%s: the year is none that an expression fires in", (instant) => {
    const explanation = why("0 0 12 * * ?", instant);
    expect(explanation.fires).toBe(false);
    expect(explanation.message).toContain(`year: ${instant.slice(0, 4)} is not in "*"`);
  });

  it("what is no date is refused", () => {
    const parsed = QuartzExpression.parse("0 0 12 * * ?");
    for (const instant of [Number.NaN, Number.POSITIVE_INFINITY, 9e15]) {
      expect(() => parsed.why(instant, "UTC")).toThrow(RangeError);
    }
  });
});

describe("what daylight saving did", () => {
  it.each([
    [
      "moved a fixed time to the gap's end",
      "2026-03-29T01:00Z",
      undefined,
      true,
      "the clocks went from 02:00 to 03:00, so that what was due at 02:30 fires when the gap ends",
    ],
    [
      "left it out, as Quartz does",
      "2026-03-29T01:00Z",
      "quartz",
      false,
      "the clocks went from 02:00 to 03:00, and what was due at 02:30 is left out",
    ],
    [
      "let it fire the first time",
      "2026-10-25T00:30Z",
      undefined,
      true,
      "every field matches; the clocks show this time twice, and this is the first time",
    ],
    [
      "kept it from firing the second time",
      "2026-10-25T01:30Z",
      undefined,
      false,
      "this is the second time; a fixed time fires the first time only",
    ],
    [
      "kept it from firing the first time, as Quartz does",
      "2026-10-25T00:30Z",
      "quartz",
      false,
      "this is the first time; Quartz fires the second time only",
    ],
    ["let it fire the second time, as Quartz does", "2026-10-25T01:30Z", "quartz", true, "this is the second time"],
  ] as const)("%s", (_what, instant, transitions, fires, reason) => {
    const explanation = why("0 30 2 * * ?", instant, transitions && { transitions });
    expect(explanation.fires).toBe(fires);
    expect(explanation.message).toContain(reason);
  });

  it("in data", () => {
    expect(why("0 30 2 * * ?", "2026-03-29T01:00Z").change).toEqual({
      kind: "gap",
      from: "2026-03-29T02:00:00",
      until: "2026-03-29T03:00:00",
      missed: "2026-03-29T02:30:00",
    });
    expect(why("0 30 2 * * ?", "2026-10-25T01:30Z").change).toEqual({
      kind: "overlap",
      pass: "second",
      other: Date.parse("2026-10-25T00:30Z"),
    });
    expect(why("0 30 2 * * ?", "2026-07-01T00:30Z").change).toBeNull();
  });

  it("nothing to an hourly job, which goes on through both passes", () => {
    expect(why("0 30 * * * ?", "2026-10-25T00:30Z").fires).toBe(true);
    expect(why("0 30 * * * ?", "2026-10-25T01:30Z").fires).toBe(true);
    expect(why("0 30 * * * ?", "2026-03-29T01:00Z").message).toContain("what was due at 02:30 is left out");
  });
});
