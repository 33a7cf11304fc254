import { UnknownZoneError, zoneNamed } from "./named-zone.ts";
import type { Zone } from "./zone.ts";

/** What the clocks of a zone show since a recent change of its rules. Instant and offset in ms. */
export interface ZoneChange {
  readonly zone: string;
  /** An instant at which data from before the change has another offset. */
  readonly at: number;
  /** Local time minus UTC then. */
  readonly offset: number;
}

/** A zone that a host's data has wrong. */
export interface ZoneFlaw extends ZoneChange {
  /** The offset (ms) that the host's data gives; null: it does not know the zone. */
  readonly found: number | null;
}

const HOUR = 3_600_000;

/**
 * Recent changes of zones' rules, each with an instant that tells older zone data from newer. From the NEWS of the tz database
 * (https://data.iana.org/time-zones/tzdb/NEWS): releases 2023a to 2026b.
 */
export const zoneChanges: readonly ZoneChange[] = [
  // British Columbia stays at -07: the clocks are not put back on 1 November 2026.
  { zone: "America/Vancouver", at: Date.UTC(2026, 11, 1), offset: -7 * HOUR },
  // Chile's Aysén region has a zone of its own, and no winter time.
  { zone: "America/Coyhaique", at: Date.UTC(2025, 6, 1), offset: -3 * HOUR },
  // Paraguay stays at summer time.
  { zone: "America/Asuncion", at: Date.UTC(2025, 6, 1), offset: -3 * HOUR },
  // Kazakhstan has one time, since 1 March 2024.
  { zone: "Asia/Almaty", at: Date.UTC(2024, 3, 1), offset: 5 * HOUR },
  // Most of Greenland has moved an hour eastwards.
  { zone: "America/Nuuk", at: Date.UTC(2024, 0, 15), offset: -2 * HOUR },
  // Egypt has summer time again.
  { zone: "Africa/Cairo", at: Date.UTC(2023, 6, 1), offset: 3 * HOUR },
];

/** True if the runtime's zone data knows a zone of this name. */
export function isZoneKnown(name: string): boolean {
  try {
    zoneNamed(name);
    return true;
  } catch (error) {
    if (error instanceof UnknownZoneError) return false;
    throw error;
  }
}

/**
 * The zones that a host has wrong, by the list of recent changes. What fires in them fires at the wrong instant until the host's
 * runtime is updated.
 *
 * @param zoneOf looks a zone up as the host does. Default: the runtime's own zone data. Throws `UnknownZoneError`
 */
export function zoneFlaws(zoneOf: (name: string) => Zone = zoneNamed): readonly ZoneFlaw[] {
  return zoneChanges.flatMap((change) => {
    const found = offsetIn(zoneOf, change);
    return found === change.offset ? [] : [{ ...change, found }];
  });
}

function offsetIn(zoneOf: (name: string) => Zone, { zone, at }: ZoneChange): number | null {
  try {
    return zoneOf(zone).spanAt(at / 1000).offset * 1000;
  } catch (error) {
    if (error instanceof UnknownZoneError) return null;
    throw error;
  }
}
