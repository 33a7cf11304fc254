import { describe, expect, it } from "vitest";
import {
  type Calendar,
  type FireOptions,
  QuartzExpression,
  UnknownZoneError,
  type Zone,
  zoneFromTransitions,
  zoneNamed,
} from "../../src/quartz/index.ts";

const HOUR = 3_600_000;

/** The fires from one instant until another, as ISO texts without the seconds and the Z. */
function fires(text: string, zone: string | Zone, from: string, until: string, options?: FireOptions): string[] {
  const occurrences = QuartzExpression.parse(text).occurrences(Date.parse(from), Date.parse(until), zone, options);
  return [...occurrences].map((fire) => new Date(fire).toISOString().slice(0, 16));
}

describe("Europe/Berlin, 2026-03-29: the clocks go from 02:00 to 03:00 at 01:00Z", () => {
  const [from, until] = ["2026-03-29T00:00Z", "2026-03-29T03:00Z"];
  it.each([
    // A fixed time in the gap fires at its end, once, and merges with a fire already there.
    ["0 30 2 * * ?", ["2026-03-29T01:00"], []],
    ["0 0,30 2 * * ?", ["2026-03-29T01:00"], []],
    ["0 30 2,3 * * ?", ["2026-03-29T01:00", "2026-03-29T01:30"], ["2026-03-29T01:30"]],
    ["0 0 2,3 * * ?", ["2026-03-29T01:00"], ["2026-03-29T01:00"]],
    // So do ranges and steps of some hours, as in Cronos.
    ["0 0/30 2 * * ?", ["2026-03-29T01:00"], []],
    ["0 15 2-3 * * ?", ["2026-03-29T01:00", "2026-03-29T01:15"], ["2026-03-29T01:15"]],
    // Hours that cover all 24 skip the gap.
    ["0 30 * * * ?", ["2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T02:30"], "same"],
    ["0 30 0-23 * * ?", ["2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T02:30"], "same"],
    // Times outside the gap are as ever.
    ["0 30 1 * * ?", ["2026-03-29T00:30"], "same"],
    ["0 0 3 * * ?", ["2026-03-29T01:00"], "same"],
  ])("%s: safe %j, quartz %j", (text, safe, quartz) => {
    expect(fires(text, "Europe/Berlin", from, until)).toEqual(safe);
    expect(fires(text, "Europe/Berlin", from, until, { transitions: "quartz" })).toEqual(
      quartz === "same" ? safe : quartz,
    );
  });
});

describe("Europe/Berlin, 2026-10-25: the clocks go back from 03:00 to 02:00 at 01:00Z", () => {
  const [from, until] = ["2026-10-24T23:50Z", "2026-10-25T03:00Z"];
  it.each([
    // A fixed time fires the first time only; Quartz the second time only.
    ["0 30 2 * * ?", ["2026-10-25T00:30"], ["2026-10-25T01:30"]],
    ["0 0,30 2 * * ?", ["2026-10-25T00:00", "2026-10-25T00:30"], ["2026-10-25T01:00", "2026-10-25T01:30"]],
    // Wildcards, ranges and steps go on through both passes.
    ["0 0/30 2 * * ?", ["2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30"], undefined],
    ["0 30 2-3 * * ?", ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"], undefined],
    ["0 30 * * * ?", ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"], undefined],
    // Midnight and 03:00 exist once.
    ["0 0 3 * * ?", ["2026-10-25T02:00"], ["2026-10-25T02:00"]],
  ])("%s: safe %j, quartz %j", (text, safe, quartz) => {
    expect(fires(text, "Europe/Berlin", from, until)).toEqual(safe);
    if (quartz !== undefined) {
      expect(fires(text, "Europe/Berlin", from, until, { transitions: "quartz" })).toEqual(quartz);
    }
  });

  it("from within the second pass, a fixed time waits for the next day", () => {
    const parsed = QuartzExpression.parse("0 30 2 * * ?");
    expect(parsed.next(Date.parse("2026-10-25T01:15Z"), "Europe/Berlin")).toBe(Date.parse("2026-10-26T01:30Z"));
    expect(parsed.previous(Date.parse("2026-10-25T01:45Z"), "Europe/Berlin")).toBe(Date.parse("2026-10-25T00:30Z"));
  });

  it("a list of all 24 hours counts as covering them, however it is written", () => {
    const all = `0 30 ${Array.from({ length: 24 }, (_, hour) => hour).join(",")} * * ?`;
    expect(fires(all, "Europe/Berlin", from, until)).toEqual(fires("0 30 * * * ?", "Europe/Berlin", from, until));
  });

  it("Quartz goes on from the wall time, so that from the first pass it misses the start of the second", () => {
    const hourly = QuartzExpression.parse("0 0 * * * ?");
    const firstPass = Date.parse("2026-10-25T00:27Z");
    expect(hourly.next(firstPass, "Europe/Berlin", { transitions: "quartz" })).toBe(Date.parse("2026-10-25T02:00Z"));
    expect(hourly.next(firstPass, "Europe/Berlin")).toBe(Date.parse("2026-10-25T01:00Z"));
  });

  it("the second pass is not lost when a year ends the expression in it", () => {
    const parsed = QuartzExpression.parse("0 0/20 2 25 10 ? 2026");
    expect(parsed.next(Date.parse("2026-10-25T00:45Z"), "Europe/Berlin")).toBe(Date.parse("2026-10-25T01:00Z"));
  });
});

describe("gaps and overlaps of other lengths", () => {
  it.each([
    // Lord Howe moves its clocks by half an hour: 02:00 to 02:30, and back from 02:00 to 01:30.
    ["0 15 2 * * ?", "Australia/Lord_Howe", "2026-10-03T12:00Z", "2026-10-04T12:00Z", ["2026-10-03T15:30"]],
    ["0 45 1 * * ?", "Australia/Lord_Howe", "2026-04-04T12:00Z", "2026-04-05T12:00Z", ["2026-04-04T14:45"]],
    // Samoa left out the whole of December 30th, 2011.
    [
      "0 0 10 * * ?",
      "Pacific/Apia",
      "2011-12-29T12:00Z",
      "2011-12-31T12:00Z",
      ["2011-12-29T20:00", "2011-12-30T10:00", "2011-12-30T20:00"],
    ],
    ["0 0 0 30 12 ? 2011", "Pacific/Apia", "2011-12-29T12:00Z", "2012-01-31T12:00Z", ["2011-12-30T10:00"]],
    // Havana's midnight does not exist in spring.
    ["0 0 0 * * ?", "America/Havana", "2026-03-08T00:00Z", "2026-03-09T00:00Z", ["2026-03-08T05:00"]],
  ])("%s in %s", (text, zone, from, until, expected) => {
    expect(fires(text, zone, from, until)).toEqual(expected);
  });
});

describe("next and previous", () => {
  const noon = QuartzExpression.parse("0 0 12 * * ?");
  const due = Date.parse("2026-05-05T12:00Z");
  it.each([
    ["the ms before a fire", due - 1, due],
    ["a fire", due, due + 24 * HOUR],
    ["the ms after a fire", due + 1, due + 24 * HOUR],
    ["a fraction of a ms before a fire", due - 0.5, due],
  ])("next from %s", (_name, after, expected) => {
    expect(noon.next(after, "UTC")).toBe(expected);
  });

  it.each([
    ["the ms after a fire", due + 1, due],
    ["a fire", due, due - 24 * HOUR],
    ["the ms before a fire", due - 1, due - 24 * HOUR],
    ["a fraction of a ms after a fire", due + 0.5, due],
  ])("previous from %s", (_name, before, expected) => {
    expect(noon.previous(before, "UTC")).toBe(expected);
  });

  it("the years run from 1970 to 2126, in local time", () => {
    const [first, last] = ["1970-01-01T12:00Z", "2126-12-31T12:00Z"].map(Date.parse);
    expect(noon.next(Number.NEGATIVE_INFINITY, "UTC")).toBe(first);
    expect(noon.previous(first as number, "UTC")).toBeNull();
    expect(noon.previous(Number.POSITIVE_INFINITY, "UTC")).toBe(last);
    expect(noon.next(last as number, "UTC")).toBeNull();
    expect(noon.next(Number.POSITIVE_INFINITY, "UTC")).toBeNull();
    expect(noon.previous(Number.NEGATIVE_INFINITY, "UTC")).toBeNull();
    const midnight = QuartzExpression.parse("0 0 0 * * ?");
    expect(midnight.next(Number.NEGATIVE_INFINITY, "Asia/Tokyo")).toBe(-9 * HOUR);
    expect(midnight.next(Number.NEGATIVE_INFINITY, "America/New_York")).toBe(5 * HOUR);
  });

  it.each(["0 0 0 30 2 ?", "0 0 0 31 4,6,9,11 ?", "0 0 0 ? * 8#1", "0 0 0 1 1 ? 1900", "0 0 0 1 1 ? L"])(
    "%s never fires",
    (text) => {
      const parsed = QuartzExpression.parse(text);
      expect(parsed.next(0, "Europe/Berlin")).toBeNull();
      expect(parsed.previous(Date.parse("2126-01-01"), "Europe/Berlin")).toBeNull();
      expect([...parsed.occurrences(0, Number.POSITIVE_INFINITY, "Europe/Berlin")]).toEqual([]);
    },
  );

  it("what is no number is refused", () => {
    expect(() => noon.next(Number.NaN, "UTC")).toThrow(RangeError);
    expect(() => noon.previous(Number.NaN, "UTC")).toThrow(RangeError);
  });

  it("an unknown zone is refused by name", () => {
    expect(() => noon.next(0, "Europe/Bärlin")).toThrow(UnknownZoneError);
    expect(() => noon.next(0, "Europe/Bärlin")).toThrow(
      expect.objectContaining({ code: "unknown-zone", zone: "Europe/Bärlin" }),
    );
  });
});

describe("occurrences", () => {
  const hourly = QuartzExpression.parse("0 0 * * * ?");
  it("include the beginning and leave out the end", () => {
    expect([...hourly.occurrences(0, 3 * HOUR, "UTC")]).toEqual([0, HOUR, 2 * HOUR]);
    expect([...hourly.occurrences(1, 3 * HOUR + 1, "UTC")]).toEqual([HOUR, 2 * HOUR, 3 * HOUR]);
    expect([...hourly.occurrences(0.5, HOUR + 0.5, "UTC")]).toEqual([HOUR]);
    expect([...hourly.occurrences(5, 5, "UTC")]).toEqual([]);
    const secondPass = Date.parse("2026-10-25T01:00Z");
    const quartz = hourly.occurrences(secondPass, secondPass + 1, "Europe/Berlin", { transitions: "quartz" });
    expect([...quartz]).toEqual([secondPass]);
  });

  it("are computed one by one, so that the end may be infinite", () => {
    expect([...hourly.occurrences(0, Number.POSITIVE_INFINITY, "UTC").take(2)]).toEqual([0, HOUR]);
  });
});

describe("C is the first day on or after that the calendar includes", () => {
  const HOLIDAYS = ["2026-01-01", "2026-01-05", "2026-04-06", "2026-12-31", "2027-01-01"];
  const workdays: Calendar = {
    includes: (day) => ![0, 6].includes(new Date(day).getUTCDay()) && !HOLIDAYS.includes(day),
  };
  const days = (text: string, from: string, until: string, calendar?: Calendar) =>
    fires(text, "UTC", from, until, calendar && { calendar }).map((fire) => fire.slice(0, 10));

  it.each([
    // 2026-01-05 is a holiday, 2026-04-05 a Sunday before one.
    ["0 0 9 5C 1-4 ?", ["2026-01-06", "2026-02-05", "2026-03-05", "2026-04-07"]],
    ["0 0 9 5C,20 1 ?", ["2026-01-06", "2026-01-20"]],
    ["0 0 9 *,5C 1 ? 2026", Array.from({ length: 31 }, (_, index) => `2026-01-${String(index + 1).padStart(2, "0")}`)],
    // Beside W or # a list has one day.
    ["0 0 9 5C,10W 2 ?", ["2026-02-05"]],
    // The next Monday is a holiday, so it is Tuesday.
    ["0 0 9 ? 4 1C", ["2026-04-07", "2026-04-13", "2026-04-20", "2026-04-27"]],
    ["0 0 9 ? 4 SUNC", ["2026-04-07", "2026-04-13", "2026-04-20", "2026-04-27"]],
  ])("%s", (text, expected) => {
    expect(days(text, "2026-01-01", "2026-12-01", workdays)).toEqual(expected);
  });

  it("which may lie in the next month and year", () => {
    expect(days("0 0 9 31C 12 ?", "2026-12-01", "2027-12-01", workdays)).toEqual(["2027-01-04"]);
  });

  it("and is found backwards as well", () => {
    const parsed = QuartzExpression.parse("0 0 9 31C 12 ?");
    const fire = Date.parse("2027-01-04T09:00Z");
    expect(parsed.previous(fire + 1, "UTC", { calendar: workdays })).toBe(fire);
    expect(parsed.previous(fire, "UTC", { calendar: workdays })).toBe(Date.parse("2025-12-31T09:00Z"));
  });

  it("without a calendar it is the day itself", () => {
    expect(days("0 0 9 5C 1-4 ?", "2026-01-01", "2026-12-01")).toEqual(
      days("0 0 9 5 1-4 ?", "2026-01-01", "2026-12-01"),
    );
    expect(days("0 0 9 ? 4 1C", "2026-01-01", "2026-12-01")).toEqual(days("0 0 9 ? 4 1", "2026-01-01", "2026-12-01"));
  });

  it("a calendar without any day leaves nothing, and the search ends", () => {
    expect(QuartzExpression.parse("0 0 9 5C * ?").next(0, "UTC", { calendar: { includes: () => false } })).toBeNull();
    expect(
      QuartzExpression.parse("0 0 9 5C * ?").previous(1e12, "UTC", { calendar: { includes: () => false } }),
    ).toBeNull();
  });

  it("each calendar gives its own answer", () => {
    const parsed = QuartzExpression.parse("0 0 9 5C * ?");
    const next = (calendar?: Calendar) => parsed.next(Date.parse("2026-04-01"), "UTC", calendar && { calendar });
    expect(next(workdays)).toBe(Date.parse("2026-04-07T09:00Z"));
    expect(next({ includes: () => true })).toBe(Date.parse("2026-04-05T09:00Z"));
    expect(next(workdays)).toBe(Date.parse("2026-04-07T09:00Z"));
    expect(next()).toBe(Date.parse("2026-04-05T09:00Z"));
  });
});

describe("zones", () => {
  it("a name and its transitions give the same fires", () => {
    const berlin = zoneFromTransitions("Berlin 2026", [
      [Date.parse("2025-10-26T01:00Z"), HOUR],
      [Date.parse("2026-03-29T01:00Z"), 2 * HOUR],
      [Date.parse("2026-10-25T01:00Z"), HOUR],
    ]);
    const [from, until] = ["2026-01-01", "2027-01-01"];
    expect(fires("0 30 2 * * ?", berlin, from, until)).toEqual(fires("0 30 2 * * ?", "Europe/Berlin", from, until));
  });

  it("a zone is looked up once", () => {
    expect(zoneNamed("Europe/Berlin")).toBe(zoneNamed("Europe/Berlin"));
  });

  it("the first offset also holds before its instant", () => {
    const east = zoneFromTransitions("east", [[0, 2 * HOUR]]);
    expect(QuartzExpression.parse("0 0 0 * * ?").next(Number.NEGATIVE_INFINITY, east)).toBe(-2 * HOUR);
  });

  it.each([
    ["no transition", []],
    [
      "instants that do not rise",
      [
        [5000, 0],
        [5000, HOUR],
      ],
    ],
    ["fractions of a second", [[5, 0]]],
  ] as [string, [number, number][]][])("%s is refused", (_name, transitions) => {
    expect(() => zoneFromTransitions("broken", transitions)).toThrow(RangeError);
  });
});
