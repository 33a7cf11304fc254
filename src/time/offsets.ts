import { MS_PER_DAY, offsetAt } from "./day.ts";

/** From an instant (ms) on, a zone's clocks are ahead of UTC by an offset (ms; negative: behind it). */
export type Offset = readonly [from: number, offset: number];

/** Two changes of a zone's clocks lie further apart: Morocco has its own time for the month of Ramadan only. */
const PROBE = 14 * MS_PER_DAY;
/** No instant that a `Date` can hold is earlier (ECMAScript, "Time Values and Time Range"). */
const EARLIEST = -8.64e15;

const known = new Map<string, { readonly until: number; readonly offsets: readonly Offset[] }>();

/**
 * The offsets of a zone one after the other, from 1970 to the end of the year of `until` (ms) at least: what a database needs to tell the
 * local day of an instant, since SQLite knows no zones. Earlier instants have the first offset. Kept for each zone once they were found.
 *
 * @throws RangeError for an unknown zone
 */
export function offsetsUntil(zone: string, until: number): readonly Offset[] {
  const kept = known.get(zone);
  if (kept && kept.until > until) return kept.offsets;
  const end = Date.UTC(new Date(Math.max(until, 0)).getUTCFullYear() + 1, 0, 1);
  const offsets = findOffsets(zone, end);
  known.set(zone, { until: end, offsets });
  return offsets;
}

function findOffsets(zone: string, end: number): Offset[] {
  let offset = offsetAt(0, zone);
  const offsets: Offset[] = [[EARLIEST, offset]];
  for (let from = 0; from < end; from += PROBE) {
    const next = offsetAt(from + PROBE, zone);
    if (next === offset) continue;
    offsets.push([changeBetween(from, from + PROBE, offset, zone), next]);
    offset = next;
  }
  return offsets;
}

/** The first instant behind `low`, in whole seconds, at which the offset is another one. */
function changeBetween(low: number, high: number, offset: number, zone: string): number {
  let [before, after] = [low, high];
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (offsetAt(middle, zone) === offset) before = middle;
    else after = middle;
  }
  return after;
}
