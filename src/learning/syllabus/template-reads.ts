import type { SQL } from "drizzle-orm";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { metaTags } from "../meta.ts";
import { components, type media, syllabusItems } from "../schema/content.ts";

/** The columns that a copy has from its template's item; its parent and the targets of `unlockRule` are others than the template's. */
export const followed = [
  "title",
  "mediaId",
  "mediaVersion",
  "refComponentId",
  "position",
  "levelNo",
  "mandatory",
  "visible",
  "displayFromAt",
  "displayTillAt",
] as const;

const itemColumns = columns(
  syllabusItems,
  ["id", "parentId", "kind", ...followed, "unlockRule", "sourceItemId", "removedAt"],
  "item",
);

/** An item of a template or of a course that follows one. */
export interface CopiedItem extends RowOf<typeof itemColumns> {
  readonly mediaKind: (typeof media.kind.enumValues)[number] | null;
  readonly mediaStatus: (typeof media.status.enumValues)[number] | null;
  /** 1: a person has begun it. */
  readonly begun: number;
}

/** All items of a component, removed ones too, in their order. */
export function copiedItems(componentId: number): SQL<CopiedItem> {
  return sql`SELECT ${itemColumns}, medium.kind AS mediaKind, medium.status AS mediaStatus,
      EXISTS (SELECT 1 FROM item_progress AS progress WHERE progress.client_id = ${thisClient} AND progress.item_id = item.id
        AND progress.status <> 'not_attempted') AS begun
    FROM syllabus_items AS item LEFT JOIN media AS medium ON medium.id = item.media_id AND medium.client_id = item.client_id
    WHERE item.client_id = ${thisClient} AND item.component_id = ${componentId} ORDER BY item.position, item.id`;
}

const courseColumns = columns(
  components,
  ["id", "templateId", "structureVersion", "templateVersionSynced", "startAt"],
  "course",
);

/** A course that is behind its template; `templateVersion` null: the template is gone. */
export interface FollowingCourse extends RowOf<typeof courseColumns> {
  readonly templateVersion: number | null;
}

/** Courses behind `after` that follow their template by meta 900001 and are not in line with its latest structure. */
export function coursesBehind(after: number, limit: number): SQL<FollowingCourse> {
  return sql`SELECT ${courseColumns}, template.structure_version AS templateVersion ${behind(sql`${thisClient}`)}
    AND ticked.component_id > ${after} ORDER BY ticked.component_id LIMIT ${limit}`;
}

/** True in SQL if a client has such courses. @param clientId SQL of its id */
export function hasCoursesBehind(clientId: SQL): SQL {
  return sql`EXISTS (SELECT 1 ${behind(clientId)})`;
}

function behind(clientId: SQL): SQL {
  return sql`FROM meta_values AS ticked
    CROSS JOIN components AS course ON course.id = ticked.component_id AND course.client_id = ticked.client_id
    LEFT JOIN components AS template ON template.id = course.template_id AND template.client_id = course.client_id
      AND template.kind = 'template'
    WHERE ticked.client_id = ${clientId} AND ticked.meta_tag_id = ${metaTags.automaticUpdate} AND ticked.value = '1'
      AND course.kind = 'course' AND course.planning_status IN ('planned', 'released', 'fixed')
      AND (template.id IS NULL OR template.structure_version > course.template_version_synced)`;
}
