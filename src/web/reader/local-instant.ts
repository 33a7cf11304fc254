import { zoneNamed } from "../../quartz/index.ts";

const DAY_S = 86_400;

/**
 * The instant (ms) of a local time in a zone, as `<input type="datetime-local">` writes it (`2026-11-23T18:00`). A time that the
 * clocks skip means the instant at which they do; one that they show twice means the first.
 *
 * @returns null for anything else
 */
export function localInstant(text: string, zone: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?$/.test(text)) return null;
  const wall = Date.parse(`${text.replace(" ", "T")}Z`) / 1000;
  // 31 February would be read as a day of March.
  if (Number.isNaN(wall) || !new Date(wall * 1000).toISOString().startsWith(text.slice(0, 10))) return null;
  const spanAt = (second: number) => zoneNamed(zone).spanAt(second);
  const candidates = [spanAt(wall - DAY_S), spanAt(wall + DAY_S)].map(({ offset }) => wall - offset);
  const found = candidates.filter((second) => second + spanAt(second).offset === wall);
  // In a gap the later offset leads to before the change, the earlier one to behind it.
  const second = found.length > 0 ? Math.min(...found) : spanAt(Math.max(...candidates)).start;
  return second * 1000;
}
