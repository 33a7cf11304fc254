/** A local calendar date without a zone: `YYYY-MM-DD` (handbook, data: days and instants). Days compare as text. */
export type Day = string;

/** Instants are milliseconds; a day has that many unless its zone changes its offset. */
export const MS_PER_DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function parts(instant: number, zone: string): Record<string, number> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const found: Record<string, number> = {};
  for (const part of format.formatToParts(instant)) found[part.type] = Number(part.value);
  return found;
}

/** True if the runtime knows this IANA zone. */
export function isTimeZone(zone: string): boolean {
  if (formats.has(zone)) return true;
  try {
    parts(0, zone);
    return true;
  } catch {
    return false;
  }
}

/** The zone itself; UTC where the runtime does not know it, so that a page can say something at all. */
export function knownZone(zone: string): string {
  return isTimeZone(zone) ? zone : "UTC";
}

/**
 * The name of an IANA zone in the case that it has there: `europe/berlin` is `Europe/Berlin`. A name that stands for another
 * zone stays the one that was written (`Asia/Kolkata`, where the runtime says `Asia/Calcutta`). Null for an unknown zone.
 */
export function timeZoneName(text: string): string | null {
  if (!isTimeZone(text)) return null;
  const resolved = formats.get(text)?.resolvedOptions().timeZone ?? text;
  if (resolved.toLowerCase() === text.toLowerCase()) return resolved;
  if (!text.includes("/")) return text.toUpperCase();
  return text
    .split(/([/_-])/)
    .map((word, at) => {
      const lower = word.toLowerCase();
      if (at > 0 && ["of", "es", "au"].includes(lower)) return lower;
      if (at === 0 && lower === "us") return "US";
      return /^[A-Z].*[a-z]/.test(word) ? word : lower.charAt(0).toUpperCase() + lower.slice(1);
    })
    .join("");
}

/** The local day of an instant (ms) in a zone. @throws RangeError for an unknown zone. */
export function localDay(instant: number, zone: string): Day {
  const { year = 0, month = 0, day = 0 } = parts(instant, zone);
  return formatDay(year, month, day);
}

function formatDay(year: number, month: number, day: number): Day {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** True for an existing date written `YYYY-MM-DD`. */
export function isDay(text: string): text is Day {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The later of two days. */
export function laterDay(one: Day, other: Day): Day {
  if (one < other) return other;
  return one;
}

/** The day `days` later (negative: earlier). */
export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * MS_PER_DAY).toISOString().slice(0, 10);
}

/** How far a zone's clocks are ahead of UTC at an instant: both in ms. @throws RangeError for an unknown zone. */
export function offsetAt(instant: number, zone: string): number {
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts(instant, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

/**
 * The instant (ms) at which a zone's clocks show the same time of day `days` later, which may be 23 or 25 hours for each day.
 * A time that the clocks pass over becomes later by as much as they go forward; of a time that comes twice it is the first
 * (as `Temporal.ZonedDateTime` has it, "compatible"). @throws RangeError for an unknown zone.
 */
export function addLocalDays(instant: number, days: number, zone: string): number {
  const wall = instant + offsetAt(instant, zone) + days * MS_PER_DAY;
  const [before, after] = [offsetAt(wall - MS_PER_DAY, zone), offsetAt(wall + MS_PER_DAY, zone)];
  const shown = [wall - before, wall - after].filter((one) => one + offsetAt(one, zone) === wall);
  return shown.length > 0 ? Math.min(...shown) : wall - before;
}

/**
 * The day `months` later, clamped to the end of the month: 31 January + 1 month = 28 or 29 February (handbook, data: days and
 * instants).
 */
export function addMonths(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const total = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(total / 12);
  const targetMonth = total - targetYear * 12 + 1;
  const last = new Date(Date.UTC(targetYear, targetMonth, 0)).getUTCDate();
  return formatDay(targetYear, targetMonth, Math.min(date, last));
}

/**
 * The first instant (ms) of a local day in a zone: midnight, or the end of the gap where midnight does not exist.
 * `startOfDay(addDays(day, 1), zone)` is the end of `day`, exclusive.
 */
export function startOfDay(day: Day, zone: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // A zone is at most 26 hours off; the first instant whose local day is `day` lies in this window.
  let low = utc - 26 * 3_600_000;
  let high = utc + 26 * 3_600_000;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (localDay(middle, zone) >= day) high = middle;
    else low = middle;
  }
  return high;
}
