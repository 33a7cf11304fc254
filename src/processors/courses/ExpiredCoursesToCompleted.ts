import { sql } from "drizzle-orm";
import { z } from "zod";
import { addDays, localDay, startOfDay } from "../../learning/day.ts";
import { indexChange } from "../../learning/index-changes.ts";
import { auditChange } from "../../store/audit.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, type Unit } from "../contract.ts";

interface Course {
  id: number;
  planning_status: string;
  end_at: number | null;
  time_zone: string | null;
}

const parameters = z.strictObject({
  graceDays: z.int().min(0).max(3650).default(0).describe("Days after the end before the course is completed"),
  kinds: z
    .array(z.enum(["template", "course", "learning_path"]))
    .min(1)
    .default(["course"])
    .describe("Which kinds of component are looked at"),
});

/**
 * Spec 2.4.2. A course is over at `end_at`; where that is midnight in the course's zone it is a pure date, and the whole
 * of that day still belongs to the course. `graceDays` are local days of the course on top.
 */
export const ExpiredCoursesToCompleted = defineProcessor<typeof parameters, { after: number }>({
  id: "ExpiredCoursesToCompleted",
  group: "courses",
  summary: "Sets released or fixed courses whose end has passed to completed.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 25 0 * * ?",
  after: [],
  dryRun: "exact",
  parameters,
  counts: ["completed", "undated"],
  async *run({ rows, now, timeZone, parameters: { graceDays, kinds, chunkSize }, cursor, log }) {
    let after = cursor?.after ?? 0;
    for (;;) {
      // The unary plus keeps the planner on the index by status and end, so that the table's size does not matter.
      const courses = await rows.all<Course>(sql`SELECT id, planning_status, end_at, time_zone FROM components
        WHERE client_id = ${thisClient} AND +id > ${after} AND date_dependent = 1 AND planning_status IN ('released', 'fixed')
          AND kind IN (SELECT value FROM json_each(${JSON.stringify(kinds)}))
          AND (end_at IS NULL OR end_at <= ${now})
        ORDER BY +id LIMIT ${chunkSize}`);
      const last = courses.at(-1);
      if (!last) return undefined;
      after = last.id;
      const units = courses.flatMap((course): Unit[] => {
        const ref = `course:${course.id}`;
        if (course.end_at === null) {
          log.warn(`Course ${course.id} depends on dates but has no end; left as it is`);
          return [{ ref, writes: [], counts: { undated: 1 } }];
        }
        if (endOf(course.end_at, course.time_zone ?? timeZone, graceDays) > now) return [];
        return [{ ref, writes: complete(course, now), counts: { completed: 1 } }];
      });
      yield { units, cursor: { after } };
    }
  },
});

/** The instant (ms) at which a component is over. */
function endOf(endAt: number, zone: string, graceDays: number): number {
  const day = localDay(endAt, zone);
  const pureDate = startOfDay(day, zone) === endAt;
  if (pureDate) return startOfDay(addDays(day, 1 + graceDays), zone);
  if (graceDays === 0) return endAt;
  // The same time of day, so many local days later.
  return startOfDay(addDays(day, graceDays), zone) + (endAt - startOfDay(day, zone));
}

function complete(course: Course, now: number) {
  return [
    sql`UPDATE components SET planning_status = 'completed', updated_at = ${now}
      WHERE id = ${course.id} AND client_id = ${thisClient} AND planning_status IN ('released', 'fixed')`,
    auditChange({
      entity: "component",
      entityId: course.id,
      action: "complete",
      before: { planning_status: course.planning_status },
      after: { planning_status: "completed" },
      at: now,
    }),
    indexChange("component", course.id, "upsert", now),
  ];
}
