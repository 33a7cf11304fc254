import { z } from "zod";
import { endOf, unknownZone } from "../../learning/component-end.ts";
import { components } from "../../learning/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { isTimeZone } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor } from "../contract.ts";
import { afterId, changeRows } from "../patterns/change-rows.ts";

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

/**
 * Handbook, catalogue: ExpiredCoursesToCompleted. A course is over at `end_at`; where that is midnight in the course's zone it
 * is a pure date, and the whole
 * of that day still belongs to the course. `graceDays` are days of the calendar in that zone on top: a course that ends at
 * 18:00 is over at 18:00 that number of days later, also where the clocks have changed in between.
 */
export const ExpiredCoursesToCompleted = defineProcessor({
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
  cursor: afterId,
  counts: ["completed", "undated"],
  run(context) {
    const { now, timeZone, parameters: chosen, log } = context;
    const reached = nowAsOf(context);
    return changeRows(context, {
      entity: "course",
      // The unary plus keeps the planner on the index by status and end, so that the table's size does not matter.
      find: (after, limit) =>
        select(
          components,
          ["id", "planningStatus", "endAt", "timeZone"],
          sql`WHERE client_id = ${thisClient} AND +id > ${after} AND date_dependent = 1 AND planning_status IN ('released', 'fixed')
            AND kind IN (SELECT value FROM json_each(${JSON.stringify(chosen.kinds)}))
            AND (end_at IS NULL OR end_at <= ${reached})
          ORDER BY +id LIMIT ${limit}`,
        ),
      change: (course) => {
        if (course.endAt === null) {
          log.warn(`Course ${course.id} depends on dates but has no end; left as it is`);
          return { writes: [], counts: { undated: 1 } };
        }
        const zone = course.timeZone ?? timeZone;
        if (!isTimeZone(zone)) return { writes: [], failure: unknownZone(zone) };
        // One that is not over yet is not looked at tonight.
        return endOf(course.endAt, zone, chosen.graceDays) <= reached ? [complete(course, now)] : null;
      },
    });
  },
});

function complete(course: { readonly id: number; readonly planningStatus: string }, now: number) {
  return {
    write: sql`UPDATE components SET planning_status = 'completed', updated_at = ${now}
      WHERE id = ${course.id} AND client_id = ${thisClient} AND planning_status IN ('released', 'fixed')`,
    count: "completed",
    audit: {
      entity: "component",
      id: course.id,
      action: "complete",
      before: { planning_status: course.planningStatus },
      after: { planning_status: "completed" },
    },
    indexed: "component",
  } as const;
}
