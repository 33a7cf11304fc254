import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { addDays, type Day, isDay, startOfDay } from "../../../time/day.ts";

/** The day and zone that a report is made for. */
export interface ReportScene {
  readonly today: Day;
  /** The client's IANA zone. */
  readonly timeZone: string;
}

const day = z.string().refine(isDay, "Enter a day as YYYY-MM-DD");
const distance = z.int().min(-36_500).max(36_500);

/** A stretch of local days, both ends included: fixed (`from`, `to`), or by their distance in days from the report's day (`fromDays`, `toDays`). */
export const dayRange = z
  .strictObject({
    from: day.optional(),
    to: day.optional(),
    fromDays: distance.optional(),
    toDays: distance.optional(),
  })
  .refine(({ from, fromDays }) => from === undefined || fromDays === undefined, "Enter from or fromDays, not both")
  .refine(({ to, toDays }) => to === undefined || toDays === undefined, "Enter to or toDays, not both")
  .refine((range) => Object.values(range).some((end) => end !== undefined), "Enter from, to, fromDays or toDays");
export type DayRange = z.output<typeof dayRange>;

/** Ids of rows. */
export const ids = z.array(z.int().min(1)).min(1).max(1000);

/** Some of a column's words. */
export function words<W extends string>(allowed: readonly W[]) {
  return z.array(z.enum(allowed as readonly [W, ...W[]])).min(1);
}

// Every filter hides its column behind a unary plus: a report walks its rows in the order in which it is written, a page at a
// time, and another index would have to be sorted again for each page.

/** True in SQL for a value among some; always where there is no such filter. */
export function isAmong(column: SQL, values: readonly (string | number)[] | undefined): SQL {
  if (values === undefined) return sql`1`;
  return sql`+${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
}

/** The same for a bool. */
export function isFlag(column: SQL, value: boolean | undefined): SQL {
  return value === undefined ? sql`1` : sql`+${column} = ${value ? 1 : 0}`;
}

/** The same for a column with a local day. A row without one is in no range. */
export function dayWithin(column: SQL, range: DayRange | undefined, { today }: ReportScene): SQL {
  const { from, to } = endsOf(range, today);
  return allOf([
    ...(from === null ? [] : [sql`+${column} >= ${from}`]),
    ...(to === null ? [] : [sql`+${column} <= ${to}`]),
  ]);
}

/** The same for a column with an instant, by its local day in the client's zone. */
export function instantWithin(column: SQL, range: DayRange | undefined, { today, timeZone }: ReportScene): SQL {
  const { from, to } = endsOf(range, today);
  return allOf([
    ...(from === null ? [] : [sql`+${column} >= ${startOfDay(from, timeZone)}`]),
    ...(to === null ? [] : [sql`+${column} < ${startOfDay(addDays(to, 1), timeZone)}`]),
  ]);
}

/** True in SQL for a person in one of some groups, by any row of any source. */
export function inGroups(person: SQL, groups: readonly number[] | undefined): SQL {
  if (groups === undefined) return sql`1`;
  return sql`EXISTS (SELECT 1 FROM group_members AS membership WHERE membership.client_id = ${thisClient}
    AND membership.person_id = ${person}
    AND membership.group_id IN (SELECT value FROM json_each(${JSON.stringify(groups)})))`;
}

/** All of some conditions. */
export function allOf(conditions: readonly SQL[]): SQL {
  return conditions.length === 0 ? sql`1` : sql.join([...conditions], sql` AND `);
}

function endsOf(range: DayRange | undefined, today: Day): { from: Day | null; to: Day | null } {
  const end = (fixed: Day | undefined, days: number | undefined) =>
    fixed ?? (days === undefined ? null : addDays(today, days));
  return { from: end(range?.from, range?.fromDays), to: end(range?.to, range?.toDays) };
}
