import type { SQL } from "drizzle-orm";
import { sql } from "../store/sql.ts";
import { offsetsUntil } from "../time/offsets.ts";

/** When and where it is: what a run's context has too. */
export interface Place {
  /** Instant (ms): no instant that is asked about is later than the end of its year. */
  readonly now: number;
  /** IANA zone. */
  readonly timeZone: string;
}

/**
 * The local day of an instant (SQL, ms) in a zone, in SQL; NULL where there is no instant. So rows can be given the day of what they are
 * about (handbook, data: days and instants) by one statement.
 *
 * @throws RangeError for an unknown zone
 */
export function localDayOf(instant: SQL, { now, timeZone }: Place): SQL {
  const offsets = JSON.stringify(offsetsUntil(timeZone, now));
  return sql`date((${instant} + (SELECT value ->> 1 FROM json_each(${offsets})
    WHERE value ->> 0 <= ${instant} ORDER BY key DESC LIMIT 1)) / 1000.0, 'unixepoch')`;
}

/** A day (SQL) some months (SQL) later, clamped to the end of the month, in SQL; NULL where either is. As `addMonths` of `src/time/day.ts`. */
export function monthsLater(day: SQL, months: SQL): SQL {
  return sql`CASE WHEN ${months} IS NOT NULL THEN min(date(${day}, printf('%+d months', ${months})),
    date(${day}, 'start of month', printf('%+d months', ${months} + 1), '-1 day')) END`;
}
