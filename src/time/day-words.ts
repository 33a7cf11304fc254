import type { Day } from "./day.ts";

const formats = new Map<string, Intl.DateTimeFormat | null>();

/** Null for a locale that is no language tag (`de_DE` is read as `de-DE`). */
function formatFor(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat | null {
  const name = `${locale} ${JSON.stringify(options)}`;
  const known = formats.get(name);
  if (known !== undefined) return known;
  let format: Intl.DateTimeFormat | null = null;
  try {
    format = new Intl.DateTimeFormat(locale.replaceAll("_", "-"), options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  formats.set(name, format);
  return format;
}

/** A day as people of a locale write it: `2 March 2026`, `2. März 2026`; `YYYY-MM-DD` where the runtime does not know the locale. */
export function dayInWords(day: Day, locale: string): string {
  const format = formatFor(locale, { dateStyle: "long", timeZone: "UTC" });
  return format ? format.format(Date.parse(`${day}T00:00:00Z`)) : day;
}

/**
 * An instant (ms) as people of a locale write it on the clocks of a zone: day and time of day.
 * @throws RangeError for an unknown zone.
 */
export function instantInWords(instant: number, zone: string, locale: string): string {
  const options = { dateStyle: "long", timeStyle: "short", timeZone: zone } as const;
  return (formatFor(locale, options) ?? new Intl.DateTimeFormat("en-GB", options)).format(instant);
}
