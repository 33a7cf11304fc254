import type { Calendar } from "../../quartz/index.ts";

/** A client's calendar for `C` in expressions: every day but its holidays. Undefined when it has none. @param holidays local days */
export function calendarOf(holidays: readonly string[] | null): Calendar | undefined {
  if (!holidays || holidays.length === 0) return undefined;
  const left = new Set(holidays);
  return { includes: (day) => !left.has(day) };
}
