import { describe, expect, it } from "vitest";
import { localDay } from "../../src/time/day.ts";
import { offsetsUntil } from "../../src/time/offsets.ts";

const HOUR = 3_600_000;
const until = Date.UTC(2026, 11, 31);

/** What the offsets say is the local day. */
function dayBy(offsets: ReturnType<typeof offsetsUntil>, instant: number): string {
  const offset = offsets.findLast(([from]) => from <= instant)?.[1] ?? 0;
  return new Date(instant + offset).toISOString().slice(0, 10);
}

describe("the offsets of a zone", () => {
  it("are one for UTC", () => {
    expect(offsetsUntil("UTC", until)).toEqual([[-8.64e15, 0]]);
  });

  it.each([
    ["Europe/Berlin", Date.UTC(2026, 2, 29, 1), 2 * HOUR],
    ["Europe/Berlin", Date.UTC(2026, 9, 25, 1), HOUR],
    ["America/New_York", Date.UTC(2026, 2, 8, 7), -4 * HOUR],
    ["Australia/Lord_Howe", Date.UTC(2026, 3, 4, 15), 10.5 * HOUR],
    ["Asia/Kathmandu", Date.UTC(1985, 11, 31, 18, 30), 5.75 * HOUR],
    ["Pacific/Apia", Date.UTC(2011, 11, 30, 10), 14 * HOUR],
  ])("of %s change at the very second (%i)", (zone, instant, offset) => {
    expect(offsetsUntil(zone, until)).toContainEqual([instant, offset]);
  });

  it.each([
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Tehran",
    "Pacific/Apia",
    "America/St_Johns",
  ])("of %s give the same day as the calendar, hour by hour around each of its changes", (zone) => {
    const offsets = offsetsUntil(zone, until);
    for (const [from] of offsets.slice(-60)) {
      if (from < 0) continue;
      for (let hour = -26; hour <= 26; hour += 1) {
        const instant = from + hour * HOUR - 1;
        expect(dayBy(offsets, instant), new Date(instant).toISOString()).toBe(localDay(instant, zone));
      }
    }
  });

  it("reach as far as is asked, also once they are known", () => {
    expect(offsetsUntil("Europe/Paris", Date.UTC(2026, 0, 1)).at(-1)?.[0]).toBe(Date.UTC(2026, 9, 25, 1));
    expect(offsetsUntil("Europe/Paris", Date.UTC(2027, 0, 1)).at(-1)?.[0]).toBe(Date.UTC(2027, 9, 31, 1));
  });

  it("of an unknown zone are refused", () => {
    expect(() => offsetsUntil("Europe/Nowhere", until)).toThrow(RangeError);
  });
});
