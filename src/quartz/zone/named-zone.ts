import { type Span, type SpanSource, spansOf, type Transition, Zone } from "./zone.ts";

/** No zone of this name is known to the runtime's zone data. */
export class UnknownZoneError extends Error {
  override readonly name = "UnknownZoneError";
  readonly code = "unknown-zone";
  /** The name that was asked for. */
  readonly zone: string;

  constructor(zone: string) {
    super(`unknown time zone "${zone}": use a name of the IANA zone database such as Europe/Berlin`);
    this.zone = zone;
  }
}

const DAY = 86_400;
/**
 * Two changes that cancel each other between two probes would be missed. The closest pair since 1969 are six days and 23 hours
 * apart (Boa Vista in 2000, and Gaza in 2040, 2054 and 2072 by its rule for Ramadan).
 */
const PROBE = 4 * DAY;
/** How far a change before a year may reach into it: wall times repeat for at most a day. */
const MARGIN = PROBE;

const zones = new Map<string, Zone>();
const MOST_ZONES = 1_000;
/** A scheduler asks for the same zone again and again; comparing one name is quicker than looking it up. */
let latest: Zone | undefined;

/**
 * The zone of an IANA name, through the runtime's own zone data (Intl). Nothing is computed until a year is asked for; each
 * year is computed once and kept.
 *
 * @throws UnknownZoneError for a name that the runtime does not know
 */
export function zoneNamed(name: string): Zone {
  if (latest !== undefined && latest.name === name) return latest;
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = makeZone(name);
    // Intl takes names in any case, so the number of spellings is not bounded by the number of zones.
    if (zones.size >= MOST_ZONES) zones.clear();
    zones.set(name, zone);
  }
  latest = zone;
  return zone;
}

function makeZone(name: string): Zone {
  const format = formatFor(name);
  // UTC never changes, so one span does for all years.
  if (format.resolvedOptions().timeZone !== "UTC") return new Zone(name, new NamedZone(format));
  const always = spansOf([[0, 0]])[0] as Span;
  return new Zone(name, { find: () => always });
}

/**
 * Years are counted from here, so that they are small array indexes. They begin in July, because clocks are changed in spring
 * and autumn and yearly jobs run in January.
 */
const FIRST = Date.UTC(1960, 6) / 1000;
const YEARS = 180;
/** A 180th of the time until July 2140: near enough to a year, and a whole number of seconds. */
const YEAR = (Date.UTC(1960 + YEARS, 6) / 1000 - FIRST) / YEARS;

class NamedZone implements SpanSource {
  readonly #format: Intl.DateTimeFormat;
  readonly #years: (readonly Span[] | undefined)[] = new Array(YEARS).fill(undefined);

  constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
  }

  find(instant: number): Span {
    const year = Math.min(Math.max(instant - FIRST, 0) / YEAR, YEARS - 1) | 0;
    let spans = this.#years[year];
    if (spans === undefined) {
      spans = this.#spansOf(year);
      this.#years[year] = spans;
    }
    let index = 0;
    while (instant >= (spans[index] as Span).end) index++;
    return spans[index] as Span;
  }

  /** The spans of a year; the first and the last year's also stand for all time before and after. */
  #spansOf(year: number): Span[] {
    const start = FIRST + year * YEAR;
    const end = start + YEAR;
    return spansOf(this.#transitions(start - MARGIN, end))
      .filter((span) => span.end > start)
      .map((span) => ({
        ...span,
        start: span.start <= start && year > 0 ? start : span.start,
        end: span.end >= end && year < YEARS - 1 ? end : span.end,
      }));
  }

  /** The offset at `from` and every change of it in `(from, until)`, found by probing and bisecting. */
  #transitions(from: number, until: number): Transition[] {
    let before = this.#offset(from);
    const transitions: [number, number][] = [[from * 1000, before * 1000]];
    for (let low = from; low < until; low += PROBE) {
      const high = Math.min(low + PROBE, until - 1);
      const after = this.#offset(high);
      let position = low;
      while (before !== after) {
        let last = position;
        let first = high;
        while (first - last > 1) {
          const middle = Math.floor((last + first) / 2);
          if (this.#offset(middle) === before) last = middle;
          else first = middle;
        }
        before = this.#offset(first);
        transitions.push([first * 1000, before * 1000]);
        position = first;
      }
    }
    return transitions;
  }

  /** Wall time minus UTC (s) at an instant (s), read from a text such as `1/1/1970, GMT-00:44:30`. */
  #offset(instant: number): number {
    const match = OFFSET.exec(this.#format.format(instant * 1000));
    if (match === null) return 0;
    const [, sign, hours, minutes, seconds = "0"] = match;
    const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return sign === "+" ? offset : -offset;
  }
}

const OFFSET = /GMT(.)(\d\d):(\d\d)(?::(\d\d))?$/;

function formatFor(name: string): Intl.DateTimeFormat {
  // Intl takes undefined for "the zone of this machine", which is not an argument of ours.
  if (typeof name !== "string") throw new UnknownZoneError(String(name));
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  } catch (error) {
    if (error instanceof RangeError) throw new UnknownZoneError(name);
    throw error;
  }
}
