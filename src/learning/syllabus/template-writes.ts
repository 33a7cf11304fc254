import type { SQL } from "drizzle-orm";
import { type Change, leadHit } from "../../store/change.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { metaTags } from "../meta.ts";
import type { PlannedItem, TemplatePlan } from "./template-plan.ts";
import type { FollowingCourse } from "./template-reads.ts";

type Count = "courses" | "added" | "updated" | "removed";

/** What is written of a course. `now`: instant (ms). */
interface Writing {
  readonly course: FollowingCourse;
  readonly plan: TemplatePlan;
  /** Title, description and meta values follow too. */
  readonly syncMetadata: boolean;
  readonly now: number;
}

/** The course's copy of a template's item, in SQL. */
function copyOf(courseId: number, source: SQL): SQL {
  return sql`(SELECT copy.id FROM syllabus_items AS copy WHERE copy.source_item_id = ${source}
    AND copy.component_id = ${courseId} AND copy.removed_at IS NULL ORDER BY copy.id LIMIT 1)`;
}

/**
 * Writes that bring a course in line with its template, if neither has changed since they were read. The first leads: it says which
 * structure of the template the course has, and raises the course's own where anything of it changes.
 */
export function followTemplate(writing: Writing): readonly Change<Count>[] {
  const { plan, syncMetadata } = writing;
  return [
    stamp(writing),
    ...plan.added.map((items) => addItems(writing, items)),
    ...(plan.updated.length > 0 ? [updateItems(writing)] : []),
    ...[...plan.added.flat(), ...plan.updated]
      .filter(({ newTargets }) => newTargets.length > 0)
      .map((item) => aim(writing, item)),
    ...(plan.removed.length > 0 ? [removeItems(writing)] : []),
    ...(syncMetadata ? followMetadata(writing) : []),
  ];
}

function stamp({ course, plan, syncMetadata, now }: Writing): Change<Count> {
  const { id, structureVersion, templateVersionSynced, templateVersion, templateId } = course;
  const changes = plan.added.length + plan.updated.length + plan.removed.length > 0 || syncMetadata;
  const version = structureVersion + (changes ? 1 : 0);
  const metadata = syncMetadata
    ? sql`, title = (SELECT template.title FROM components AS template WHERE template.id = ${templateId}),
        description = (SELECT template.description FROM components AS template WHERE template.id = ${templateId})`
    : sql``;
  return {
    write: sql`UPDATE components SET template_version_synced = ${templateVersion}, structure_version = ${version},
        updated_at = ${now}${metadata}
      WHERE id = ${id} AND client_id = ${thisClient} AND template_version_synced = ${templateVersionSynced}
        AND structure_version = ${structureVersion} AND planning_status IN ('planned', 'released', 'fixed')
        AND EXISTS (SELECT 1 FROM components AS template
          WHERE template.id = ${templateId} AND template.structure_version = ${templateVersion})`,
    count: "courses",
    audit: {
      entity: "component",
      id,
      action: "follow_template",
      before: { template_version_synced: templateVersionSynced, structure_version: structureVersion },
      after: { template_version_synced: templateVersion, structure_version: version },
    },
    indexed: "component",
  };
}

function addItems({ course, now }: Writing, items: readonly PlannedItem[]): Change<Count> {
  return {
    write: sql`INSERT INTO syllabus_items (client_id, component_id, parent_id, kind, title, media_id, media_version, ref_component_id,
        position, level_no, mandatory, visible, display_from_at, display_till_at, unlock_rule, source_item_id, added_at, created_at,
        updated_at)
      SELECT ${thisClient}, ${course.id}, ${copyOf(course.id, sql`(value ->> 'parent')`)}, value ->> 'kind', value ->> 'title',
        value ->> 'mediaId', value ->> 'mediaVersion', value ->> 'refComponentId', value ->> 'position', value ->> 'levelNo',
        value ->> 'mandatory', value ->> 'visible', value ->> 'displayFromAt', value ->> 'displayTillAt', value ->> 'unlockRule',
        value ->> 'source', ${now}, ${now}, ${now}
      FROM json_each(${JSON.stringify(items)}) WHERE ${leadHit} ORDER BY key`,
    count: "added",
  };
}

function updateItems({ course, plan, now }: Writing): Change<Count> {
  return {
    write: sql`UPDATE syllabus_items SET parent_id = ${copyOf(course.id, sql`(new.value ->> 'parent')`)},
        title = new.value ->> 'title', media_id = new.value ->> 'mediaId', media_version = new.value ->> 'mediaVersion',
        ref_component_id = new.value ->> 'refComponentId', position = new.value ->> 'position', level_no = new.value ->> 'levelNo',
        mandatory = new.value ->> 'mandatory', visible = new.value ->> 'visible', display_from_at = new.value ->> 'displayFromAt',
        display_till_at = new.value ->> 'displayTillAt', unlock_rule = new.value ->> 'unlockRule',
        source_item_id = new.value ->> 'source', updated_at = ${now}
      FROM json_each(${JSON.stringify(plan.updated)}) AS new
      WHERE +syllabus_items.client_id = ${thisClient} AND syllabus_items.id = new.value ->> 'id'
        AND syllabus_items.removed_at IS NULL AND ${leadHit}`,
    count: "updated",
  };
}

/** Puts the ids of items that have just been inserted into an unlock rule. */
function aim({ course }: Writing, { source, newTargets }: PlannedItem): Change<Count> {
  const rule = newTargets.reduce(
    (text, target) =>
      sql`replace(${text}, ${`"item":"new:${target}"`}, '"item":' || ${copyOf(course.id, sql`${target}`)})`,
    sql`unlock_rule`,
  );
  return {
    write: sql`UPDATE syllabus_items SET unlock_rule = ${rule}
      WHERE +client_id = ${thisClient} AND id = ${copyOf(course.id, sql`${source}`)} AND ${leadHit}`,
  };
}

function removeItems({ plan, now }: Writing): Change<Count> {
  return {
    write: sql`UPDATE syllabus_items SET removed_at = ${now}, updated_at = ${now}
      WHERE +client_id = ${thisClient} AND id IN ${among(plan.removed)} AND removed_at IS NULL AND ${leadHit}`,
    count: "removed",
  };
}

/** Meta values of the course become those of its template, without what says how it follows. */
function followMetadata({ course }: Writing): Change<Count>[] {
  const kept = sql`meta_tag_id NOT IN (${metaTags.automaticUpdate}, ${metaTags.automaticallyFixed})`;
  return [
    {
      write: sql`DELETE FROM meta_values WHERE +client_id = ${thisClient} AND component_id = ${course.id} AND ${kept} AND ${leadHit}
        AND NOT EXISTS (SELECT 1 FROM meta_values AS wanted
          WHERE wanted.component_id = ${course.templateId} AND wanted.meta_tag_id = meta_values.meta_tag_id)`,
    },
    {
      write: sql`INSERT INTO meta_values (client_id, component_id, meta_tag_id, value)
        SELECT ${thisClient}, ${course.id}, wanted.meta_tag_id, wanted.value FROM meta_values AS wanted
        WHERE wanted.component_id = ${course.templateId} AND wanted.${kept} AND ${leadHit}
        ON CONFLICT (component_id, meta_tag_id) DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value`,
    },
  ];
}
