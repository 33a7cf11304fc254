import { isTimeZone, knownZone } from "../../time/day.ts";
import { intlLocales, type Locale } from "../words/translate.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

/** More spellings of zones than this are not kept: a name in a cookie may be written in any case. */
const MOST_FORMATS = 2000;

function formatFor(zone: string, kind: "moment" | "clock", locale: Locale): Intl.DateTimeFormat {
  const key = `${kind} ${locale} ${zone}`;
  let format = formats.get(key);
  if (!format) {
    if (formats.size >= MOST_FORMATS) formats.clear();
    const day = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
    format = new Intl.DateTimeFormat(intlLocales[locale], {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      ...(kind === "clock" ? {} : day),
    });
    formats.set(key, format);
  }
  return format;
}

/** Behind a time in a zone that this host does not know: it is that of UTC, and says so. */
const mark = (zone: string) => (isTimeZone(zone) ? "" : ` UTC (${zone})`);

/**
 * An instant (ms) in a zone, to the second: `Mon 23 Nov 2026, 03:22:10`, `Mo 23. Nov 2026, 03:22:10`. Punctuation is ours:
 * runtimes differ in theirs. In a zone that this host does not know: in UTC, and marked so.
 */
export function localTime(at: number, zone: string, locale: Locale): string {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatFor(knownZone(zone), "moment", locale).formatToParts(at))
    part[type] = value.replace(".", "");
  const point = locale === "de" ? "." : "";
  return `${part.weekday} ${part.day}${point} ${part.month} ${part.year}, ${part.hour}:${part.minute}:${part.second}${mark(zone)}`;
}

/** The clock time of an instant (ms) in a zone: `03:22:10`. */
export function clockTime(at: number, zone: string): string {
  return formatFor(knownZone(zone), "clock", "en").format(at) + mark(zone);
}

const UNITS = [
  { unit: "d", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "min", ms: 60_000 },
  { unit: "s", ms: 1000 },
] as const;

/** A length of time (ms) in its two largest units: `2 min 5 s`; below ten seconds with a decimal: `2.4 s`, `2,4 s`. */
export function duration(ms: number, locale: Locale): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1).replace(".", locale === "de" ? "," : ".")} s`;
  return units(ms);
}

function units(ms: number): string {
  const whole = Math.round(ms / 1000) * 1000;
  const first = UNITS.findIndex((one) => whole >= one.ms);
  const parts: string[] = [];
  let rest = whole;
  for (const { unit, ms: size } of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}

/**
 * How far an instant lies from now, in words: `in 5 min`, `2 h ago`, `vor 2 h`. `script.ts` says the same in the browser, where
 * the words move on with the clock.
 */
export function relative(at: number, now: number, locale: Locale): string {
  const distance = Math.abs(at - now);
  if (distance < 1000) return locale === "de" ? "jetzt" : "now";
  const words = units(distance);
  if (at > now) return `in ${words}`;
  return locale === "de" ? `vor ${words}` : `${words} ago`;
}
