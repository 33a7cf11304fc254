/** A day of a pasted list, as the scheduler takes it. */
export interface PastedDay {
  readonly day: string;
  readonly name: string;
}

const YEAR_FIRST = /^(\d{4})-(\d{1,2})-(\d{1,2})\b/;
const DAY_FIRST = /^(\d{1,2})\.(\d{1,2})\.(\d{4})\b/;

const padded = (year = "", month = "", day = "") => `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;

/**
 * Reads a pasted list of holidays, a day a line and its name behind it: `2026-12-25 Christmas`, `25.12.2026;Weihnachten`, or the
 * columns of a table. Lines without a day are answered too, so that they can be named.
 */
export function readHolidayList(text: string): { readonly days: PastedDay[]; readonly unread: string[] } {
  const days: PastedDay[] = [];
  const unread: string[] = [];
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === "") continue;
    const first = YEAR_FIRST.exec(line);
    const last = first ? null : DAY_FIRST.exec(line);
    const found = first ?? last;
    if (!found) {
      unread.push(line);
      continue;
    }
    const name = line
      .slice(found[0].length)
      .replace(/^[\s,;|:–-]+/, "")
      .replace(/^"(.*)"$/, "$1");
    days.push({ day: first ? padded(...first.slice(1)) : padded(...(last ?? []).slice(1).toReversed()), name });
  }
  return { days, unread };
}
