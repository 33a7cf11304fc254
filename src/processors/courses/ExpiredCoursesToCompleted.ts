import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Change } from "../../store/change.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step.ts";
import { addDays, addLocalDays, isTimeZone, localDay, startOfDay } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type Unit } from "../contract.ts";
import { unitOf } from "../unit-of.ts";

interface Course {
  id: number;
  planning_status: string;
  end_at: number | null;
  time_zone: string | null;
}

const parameters = z.strictObject({
  graceDays: z
    .int()
    .min(0)
    .max(3650)
    .default(0)
    .describe("Calendar days after the end, in the course's time zone, before the course is completed"),
  kinds: z
    .array(z.enum(["template", "course", "learning_path"]))
    .min(1)
    .default(["course"])
    .describe("Which kinds of component are looked at"),
});

const counts = ["completed", "undated"] as const;
type Count = (typeof counts)[number];

/**
 * Spec 2.4.2. A course is over at `end_at`; where that is midnight in the course's zone it is a pure date, and the whole
 * of that day still belongs to the course. `graceDays` are days of the calendar in that zone on top: a course that ends at
 * 18:00 is over at 18:00 so many days later, also where the clocks have changed in between.
 */
export const ExpiredCoursesToCompleted = defineProcessor<typeof parameters, { after: number }, Count>({
  id: "ExpiredCoursesToCompleted",
  group: "courses",
  title: "Complete courses that have ended",
  summary: "Sets released or fixed courses whose end has passed to completed.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 25 0 * * ?",
  after: [],
  dryRun: "exact",
  parameters,
  counts,
  async *run({ run, rows, now, timeZone, parameters: { graceDays, kinds, chunkSize }, cursor, log }) {
    const reached = nowAsOf({ run, now, timeZone });
    let after = cursor?.after ?? 0;
    for (;;) {
      // The unary plus keeps the planner on the index by status and end, so that the table's size does not matter.
      const courses = await rows.all<Course>(sql`SELECT id, planning_status, end_at, time_zone FROM components
        WHERE client_id = ${thisClient} AND +id > ${after} AND date_dependent = 1 AND planning_status IN ('released', 'fixed')
          AND kind IN (SELECT value FROM json_each(${JSON.stringify(kinds)}))
          AND (end_at IS NULL OR end_at <= ${reached})
        ORDER BY +id LIMIT ${chunkSize}`);
      const last = courses.at(-1);
      if (!last) return undefined;
      after = last.id;
      const units: Unit<Count>[] = [];
      for (const course of courses) {
        const unit = await unitOf<Count>(`course:${course.id}`, () => {
          if (course.end_at === null) {
            log.warn(`Course ${course.id} depends on dates but has no end; left as it is`);
            return { writes: [], counts: { undated: 1 } };
          }
          const zone = course.time_zone ?? timeZone;
          if (!isTimeZone(zone)) return { writes: [], failure: unknownZone(zone) };
          const over = endOf(course.end_at, zone, graceDays) <= reached;
          return { writes: over ? [complete(course, now)] : [], counts: { completed: 1 } };
        });
        // One that is not over yet is not looked at tonight.
        if (course.end_at === null || unit.writes.length > 0 || unit.failure) units.push(unit);
      }
      yield { units, cursor: { after } };
    }
  },
});

/** Nobody can say when such a course ends; it is expected, so that any number of them ends no run. */
function unknownZone(zone: string): Failure {
  return { code: "row_error", message: `Its time zone "${zone}" is not known; enter one such as Europe/Berlin` };
}

/** The instant (ms) at which a component is over. */
function endOf(endAt: number, zone: string, graceDays: number): number {
  const day = localDay(endAt, zone);
  const pureDate = startOfDay(day, zone) === endAt;
  return pureDate ? startOfDay(addDays(day, 1 + graceDays), zone) : addLocalDays(endAt, graceDays, zone);
}

function complete(course: Course, now: number): Change {
  return {
    write: sql`UPDATE components SET planning_status = 'completed', updated_at = ${now}
      WHERE id = ${course.id} AND client_id = ${thisClient} AND planning_status IN ('released', 'fixed')`,
    audit: {
      entity: "component",
      id: course.id,
      action: "complete",
      before: { planning_status: course.planning_status },
      after: { planning_status: "completed" },
    },
    indexed: "component",
  };
}
