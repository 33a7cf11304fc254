import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addDays, type Day, MS_PER_DAY } from "../../time/day.ts";
import { elementsJson, type FinishDays, finishedItem, successOn } from "../syllabus/finishes.ts";
import type { Element } from "../syllabus/syllabus.ts";
import { periodWithLearner, type RecertPeriod } from "./period.ts";
import type { RecertSection } from "./section.ts";

/** A day somewhere on earth begins or ends at most so far (ms) from the day in UTC. */
const SLACK = 15 * 3_600_000;

/** The instant (ms) in SQL before which a day, given in SQL, begins nowhere. */
export function earliestInstant(day: SQL, daysBefore = 0): SQL {
  return sql`(unixepoch(${day}) * 1000 - ${SLACK + daysBefore * MS_PER_DAY})`;
}

/** The instant (ms) in SQL after which a day, given in SQL, ends nowhere. */
export function latestInstant(day: SQL): SQL {
  return sql`(unixepoch(${day}) * 1000 + ${SLACK + MS_PER_DAY})`;
}

/** A period whose elements may all be finished. */
export interface NearlyAchieved extends RecertPeriod {
  /** 1: the period that follows it has been opened. */
  readonly hasSuccessor: number;
}

const hasSuccessor = sql`EXISTS (SELECT 1 FROM recert_periods AS next WHERE next.registration_id = period.registration_id
  AND next.section_id = period.section_id AND next.cycle_no = period.cycle_no + 1 AND next.state <> 'pending')`;

/** Which completions count for a period. */
export interface Counting {
  /** Local days before the start in which work counts. */
  readonly earlyDays: number;
  /** Work counts behind the end too, while the next period is not open. */
  readonly late: boolean;
}

/**
 * Periods of a section behind `after`, open, due or ended, each of whose mandatory elements was finished on a day that counts, give or
 * take one: instants have no day in SQL. {@link achievedOn} says which of them are achieved.
 *
 * @param mandatory at least one
 */
export function nearlyAchieved(
  section: RecertSection,
  mandatory: readonly Element[],
  { earlyDays, late, coverage }: Counting & { readonly coverage: boolean },
  { after, limit }: { readonly after: number; readonly limit: number },
): SQL<NearlyAchieved> {
  const endless = late ? sql`NOT ${hasSuccessor}` : sql`0`;
  const counts = (at: SQL) => sql`${at} >= ${earliestInstant(sql`period.start_on`, earlyDays)}
    AND (${at} < ${latestInstant(sql`period.end_on`)} OR ${endless})`;
  const component = sql`(element.value ->> 'component')`;
  const covered = sql` OR EXISTS (SELECT 1 FROM coverage_entries AS covered WHERE covered.client_id = ${thisClient}
    AND covered.person_id = registration.person_id AND covered.component_id = ${component})`;
  const finished = sql`CASE WHEN ${component} IS NULL
    THEN EXISTS (SELECT 1 FROM item_progress AS progress WHERE progress.registration_id = period.registration_id
      AND progress.item_id = (element.value ->> 'item') AND progress.status IN ${finishedItem}
      AND ${counts(sql`coalesce(progress.completed_at, progress.last_at)`)})
    ELSE EXISTS (SELECT 1 FROM registrations AS done WHERE done.client_id = ${thisClient}
      AND done.person_id = registration.person_id AND ${successOn(sql`done`, component)} AND ${counts(sql`done.completed_at`)})
      ${coverage ? covered : sql``} END`;
  return sql`SELECT ${periodWithLearner}, ${hasSuccessor} AS hasSuccessor
    FROM recert_periods AS period INDEXED BY recert_periods_section
    CROSS JOIN registrations AS registration ON registration.id = period.registration_id AND registration.client_id = period.client_id
    WHERE period.client_id = ${thisClient} AND period.section_id = ${section.id} AND period.state IN ('open', 'due', 'ended')
      AND period.id > ${after}
      AND NOT EXISTS (SELECT 1 FROM json_each(${elementsJson(mandatory)}) AS element WHERE NOT ${finished})
    ORDER BY period.id LIMIT ${limit}`;
}

/** The day on which a period was achieved, and whether some of the work was done before it started; null: it is not. */
export interface Achievement {
  readonly on: Day;
  readonly early: boolean;
}

/**
 * Whether, and when, a period was achieved: each mandatory element finished on a day that counts, the first such day of each, and of these
 * the latest.
 */
export function achievement(
  period: NearlyAchieved,
  mandatory: readonly Element[],
  { earlyDays, late }: Counting,
  days: FinishDays,
): Achievement | null {
  const from = addDays(period.startOn, -earlyDays);
  const open = late && !period.hasSuccessor;
  let on: Day | null = null;
  let early = false;
  for (const { id } of mandatory) {
    const counting = (days.get(period.registrationId)?.get(id) ?? []).filter(
      (day) => day >= from && (open || day <= period.endOn),
    );
    // Work within the period is what it asks for; earlier work stands in where there is none.
    const within = counting.filter((day) => day >= period.startOn);
    const first = (within.length > 0 ? within : counting).toSorted()[0];
    if (first === undefined) return null;
    early ||= first < period.startOn;
    if (on === null || first > on) on = first;
  }
  return on === null ? null : { on, early };
}
