import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { endOf, unknownZone } from "../../learning/component-end.ts";
import { seatsTaken } from "../../learning/enrolment/places/seats.ts";
import { metaInt, metaTags } from "../../learning/meta.ts";
import { components } from "../../learning/schema.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addDays, type Day, isTimeZone, localDay, MS_PER_DAY, startOfDay } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor } from "../contract.ts";
import { afterId, changeRows } from "../patterns/change-rows.ts";

const parameters = z.strictObject({
  requireMinParticipants: z
    .boolean()
    .default(false)
    .describe("Only courses that have as many participants as they need at least"),
});

/** More days than this come to the same. */
const MOST_DAYS = 36_500;

const courseColumns = columns(components, ["id", "startAt", "endAt", "timeZone"], "component");

interface ReleasedCourse extends RowOf<typeof courseColumns> {
  /** Meta 900002, as it is stored. */
  readonly daysBefore: string;
  /** 1: it needs more participants than it has. */
  readonly lacksParticipants: number;
}

/**
 * Handbook, catalogue: CoursePreparation. The day of the start is that of the course's own zone; it is compared with the day that the
 * run is for.
 */
export const CoursePreparation = defineProcessor({
  id: "CoursePreparation",
  group: "courses",
  title: "Fix courses before they start",
  summary: "Sets released courses and learning paths to fixed, a number of days before they start.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 15 2 * * ?",
  after: [],
  dryRun: "exact",
  parameters,
  cursor: afterId,
  counts: ["fixed"],
  run(context) {
    const { now, today, timeZone, parameters: chosen } = context;
    const reached = nowAsOf(context);
    return changeRows(context, {
      entity: "component",
      find: (after, limit) => releasedCourses(today, after, limit),
      change: (course: ReleasedCourse) => {
        const { id, startAt, endAt } = course;
        const days = metaInt(course.daysBefore);
        if (days.state !== "set" || days.value < 0) {
          const message = `Meta tag ${metaTags.automaticallyFixed} is "${course.daysBefore.trim()}"; enter a whole number of days, 0 or more`;
          return { writes: [], failure: { code: "bad_value", message } };
        }
        const zone = course.timeZone ?? timeZone;
        if (!isTimeZone(zone)) return { writes: [], failure: unknownZone(zone) };
        if (endAt !== null && endOf(endAt, zone) <= reached) return null;
        if (startAt === null && days.value > 0) return [];
        const early = startAt !== null && today < addDays(localDay(startAt, zone), -Math.min(days.value, MOST_DAYS));
        if (early) return null;
        return chosen.requireMinParticipants && course.lacksParticipants ? [] : [fix(id, now)];
      },
    });
  },
});

/**
 * Released courses and learning paths with meta 900002, by id, without those that start so late that it cannot be their day anywhere.
 */
function releasedCourses(today: Day, after: number, limit: number): SQL<ReleasedCourse> {
  const component = sql`component`;
  // Some hours into the day after, where the day begins last.
  const horizon = startOfDay(today, "UTC") + 2 * MS_PER_DAY;
  const days = sql`trim(meta.value)`;
  // The unary plus keeps the planner on the index by status: from the released courses to their values.
  return sql`SELECT ${courseColumns}, meta.value AS daysBefore,
      coalesce(${seatsTaken(component)} < component.min_participants, 0) AS lacksParticipants
    FROM components AS component
    CROSS JOIN meta_values AS meta ON meta.component_id = component.id AND meta.meta_tag_id = ${metaTags.automaticallyFixed}
    WHERE component.client_id = ${thisClient} AND component.planning_status = 'released' AND +component.id > ${after}
      AND component.kind IN ('course', 'learning_path') AND ${days} <> ''
      AND (component.start_at IS NULL OR ${days} GLOB '*[^0-9]*' OR component.start_at < ${horizon} + ${days} * ${MS_PER_DAY})
    ORDER BY +component.id LIMIT ${limit}`;
}

function fix(id: number, now: number) {
  return {
    write: sql`UPDATE components SET planning_status = 'fixed', updated_at = ${now}
      WHERE id = ${id} AND client_id = ${thisClient} AND planning_status = 'released'`,
    count: "fixed",
    audit: {
      entity: "component",
      id,
      action: "fix",
      before: { planning_status: "released" },
      after: { planning_status: "fixed" },
    },
    indexed: "component",
  } as const;
}
