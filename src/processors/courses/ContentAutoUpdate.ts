import { z } from "zod";
import { planUpdate } from "../../learning/syllabus/template-plan.ts";
import {
  type CopiedItem,
  copiedItems,
  coursesBehind,
  type FollowingCourse,
  hasCoursesBehind,
} from "../../learning/syllabus/template-reads.ts";
import { followTemplate } from "../../learning/syllabus/template-writes.ts";
import { sql } from "../../store/sql.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type RunContext, type Unit } from "../contract.ts";
import { type AfterId, afterId, changeRows } from "../patterns/change-rows.ts";

const parameters = z.strictObject({
  syncMetadata: z.boolean().default(false).describe("Title, description and meta values follow the template too"),
});

const counts = ["courses", "added", "updated", "removed", "held"] as const;
type Count = (typeof counts)[number];
type Context = RunContext<z.output<typeof parameters>, AfterId>;

/**
 * Handbook, catalogue: ContentAutoUpdate. A course is compared with its template in memory and written in one unit, whose first write says
 * which structure of the template the course has now: a course is brought in line whole, or not at all.
 *
 * What a person is at work on is held back, as in the product that the processor comes from: the medium of an item that a person has
 * begun, and the whole course once it has started, where items wait for each other.
 */
export const ContentAutoUpdate = defineProcessor({
  id: "ContentAutoUpdate",
  group: "courses",
  title: "Update courses from their templates",
  summary: "Brings the contents of courses in line with the published changes of their templates.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 52 3/4 * * ?",
  after: [],
  dryRun: "exact",
  parameters,
  cursor: afterId,
  counts,
  quiet: ({ clients }) => sql`SELECT c.client_id FROM (${clients}) c WHERE ${hasCoursesBehind(sql`c.client_id`)}`,
  run: (context: Context) =>
    changeRows<FollowingCourse, Count>(context, {
      entity: "course",
      find: coursesBehind,
      change: (course) => update(context, course),
    }),
});

async function update(context: Context, course: FollowingCourse): Promise<Omit<Unit<Count>, "ref">> {
  const {
    rows,
    now,
    parameters: { syncMetadata },
  } = context;
  if (course.templateId === null || course.templateVersion === null) {
    const message = "It follows a template, but has none; choose one, or take meta tag 900001 away";
    return { writes: [], failure: { code: "template_missing", message } };
  }
  const [template, own] = await rows.each([copiedItems(course.templateId), copiedItems(course.id)]);
  if (waits(course, template, own, nowAsOf(context))) return { writes: [], counts: { held: 1 } };
  const result = planUpdate(template, own);
  if ("problem" in result) return { writes: [], failure: result.problem };
  const { plan } = result;
  return {
    writes: followTemplate({ course, plan, syncMetadata, now }),
    counts: plan.held > 0 ? { held: plan.held } : {},
  };
}

/** True where items wait for each other, and the course has started; without a start, once a person has begun it. */
function waits(
  { startAt }: FollowingCourse,
  template: readonly CopiedItem[],
  own: readonly CopiedItem[],
  reached: number,
): boolean {
  const withRule = [...template, ...own].some(({ unlockRule, removedAt }) => unlockRule !== null && removedAt === null);
  if (!withRule) return false;
  return startAt === null ? own.some(({ begun }) => begun === 1) : startAt <= reached;
}
