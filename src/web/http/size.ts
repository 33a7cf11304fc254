import type { Locale } from "../words/translate.ts";

const UNITS = ["bytes", "kB", "MB", "GB"] as const;

/** A number of bytes for people, in powers of 1,024: `512 bytes`, `1.5 MB`, `1,5 MB`. */
export function bytes(size: number, locale: Locale = "en"): string {
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const rounded = unit > 0 && value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
  const words = `${rounded} ${UNITS[unit]}`;
  return locale === "de" ? words.replace(".", ",").replace("bytes", "Byte") : words;
}
