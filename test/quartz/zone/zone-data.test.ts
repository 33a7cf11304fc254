import { describe, expect, it } from "vitest";
import {
  isZoneKnown,
  UnknownZoneError,
  type Zone,
  zoneChanges,
  zoneFlaws,
  zoneFromTransitions,
  zoneNamed,
} from "../../../src/quartz/index.ts";

const HOUR = 3_600_000;

/** Zone data that has every change of the list, but for those of `others`. */
const host =
  (others: Readonly<Record<string, Zone | null>> = {}) =>
  (name: string): Zone => {
    const other = others[name];
    if (other === null) throw new UnknownZoneError(name);
    if (other) return other;
    const change = zoneChanges.find(({ zone }) => zone === name);
    return zoneFromTransitions(name, [[0, change?.offset ?? 0]]);
  };

describe("a host's zone data", () => {
  it("is right when it has every recent change", () => {
    expect(zoneFlaws(host())).toEqual([]);
  });

  it("from before November 2026 puts the clocks of Vancouver back to -08", () => {
    const before = zoneFromTransitions("America/Vancouver", [
      [Date.UTC(2026, 2, 8, 10), -7 * HOUR],
      [Date.UTC(2026, 10, 1, 9), -8 * HOUR],
    ]);
    expect(zoneFlaws(host({ "America/Vancouver": before }))).toEqual([
      { zone: "America/Vancouver", at: Date.UTC(2026, 11, 1), offset: -7 * HOUR, found: -8 * HOUR },
    ]);
  });

  it("may lack a zone altogether", () => {
    expect(zoneFlaws(host({ "America/Coyhaique": null }))).toMatchObject([{ zone: "America/Coyhaique", found: null }]);
    expect([isZoneKnown("Europe/Berlin"), isZoneKnown("America/New_Thule")]).toEqual([true, false]);
  });

  it("of this runtime is told as it is: each flaw differs from the list, and what is no flaw agrees", () => {
    const flaws = new Map(zoneFlaws().map(({ zone, found }) => [zone, found]));
    for (const { zone, at, offset } of zoneChanges) {
      const own = isZoneKnown(zone) ? zoneNamed(zone).spanAt(at / 1000).offset * 1000 : null;
      expect(flaws.has(zone) ? flaws.get(zone) : offset).toBe(own);
    }
  });
});
