import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { readState } from "../../store/state.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import { addDays, type Day } from "../../time/day.ts";

const PROCESSOR = "Notification";

/** Rules that are worked by a job of their own have a watermark of their own. @param ruleIds null: all rules */
function keyOf(ruleIds: readonly number[] | null): string {
  if (ruleIds === null) return "lastDay";
  return `lastDay|${[...new Set(ruleIds)].sort((a, b) => a - b).join(",")}`;
}

/**
 * The first day that a run has to look at: the one behind the last day that was done without a failure, at most `catchUpDays`
 * before today; today where nothing was done yet, and never later than today, so that a second run on a day finds what came
 * since.
 */
export async function readFirstDay(
  rows: ClientRows,
  ruleIds: readonly number[] | null,
  today: Day,
  catchUpDays: number,
): Promise<Day> {
  const state = await rows.first<{ value: string }>(readState(PROCESSOR, keyOf(ruleIds)));
  if (!state) return today;
  const next = addDays(JSON.parse(state.value) as Day, 1);
  const earliest = addDays(today, -catchUpDays);
  if (next >= today) return today;
  // Days are texts: there is no Math.max of them.
  return [next, earliest].sort()[1] ?? today;
}

/**
 * Writes down that a day is done, unless a row of this run failed: then it is gone through again, as the days since the last
 * `ok` run are (handbook, catalogue: Notification). A mail that could not be sent is no failure of the day: the message is
 * there. It never moves back.
 */
export function writeDayDone(ruleIds: readonly number[] | null, day: Day): SQL {
  return sql`INSERT INTO processor_state (processor, client_id, node_id, key, value)
    SELECT ${PROCESSOR}, ${thisClient}, '', ${keyOf(ruleIds)}, ${JSON.stringify(day)}
    WHERE NOT EXISTS (SELECT 1 FROM failures WHERE failures.run_id = ${thisRun} AND failures.ref NOT LIKE 'message:%')
    ON CONFLICT (processor, client_id, node_id, key) DO UPDATE SET value = excluded.value WHERE value < excluded.value`;
}
