import type { SQL } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { isRemoved } from "../syllabus/removed.ts";

/** An item of a registration's syllabus that a rule unlocks. */
export interface RuledItem {
  readonly registrationId: number;
  readonly componentId: number;
  readonly personId: number;
  readonly itemId: number;
  /** JSON Rule. */
  readonly rule: string;
  /** 1: it is locked. */
  readonly locked: number;
  /** 1: it is an unfinished element of a recertification period that has ended; it stays locked whatever its rule says. */
  readonly held: number;
}

/** The items with an unlock rule of the syllabuses of some registrations. */
export function ruledItems(ids: readonly number[]): SQL<RuledItem> {
  const held = sql`(coalesce(progress.status, '') NOT IN ('completed', 'passed') AND EXISTS (
    SELECT 1 FROM recert_periods AS period
    CROSS JOIN recert_sections AS section ON section.id = period.section_id AND section.late = 'locked'
    WHERE period.client_id = ${thisClient} AND period.registration_id = registration.id AND period.state = 'ended'
      AND NOT EXISTS (SELECT 1 FROM recert_periods AS later WHERE later.registration_id = period.registration_id
        AND later.section_id = period.section_id AND later.cycle_no > period.cycle_no AND later.state <> 'pending')
      AND section.folder_item_id IN (WITH RECURSIVE above(id, parent_id) AS (SELECT item.id, item.parent_id
          UNION SELECT folder.id, folder.parent_id FROM above CROSS JOIN syllabus_items AS folder ON folder.id = above.parent_id)
        SELECT above.id FROM above)))`;
  return sql`SELECT registration.id AS registrationId, registration.component_id AS componentId, registration.person_id AS personId,
      item.id AS itemId, item.unlock_rule AS rule, coalesce(progress.locked, 0) AS locked, ${held} AS held
    FROM json_each(${JSON.stringify(ids)}) AS one
    CROSS JOIN registrations AS registration ON registration.id = one.value AND registration.client_id = ${thisClient}
    CROSS JOIN syllabus_items AS item ON item.client_id = ${thisClient} AND item.component_id = registration.component_id
      AND item.unlock_rule IS NOT NULL AND NOT ${isRemoved(sql`item.id`)}
    LEFT JOIN item_progress AS progress ON progress.registration_id = registration.id AND progress.item_id = item.id
    ORDER BY registration.id, item.id`;
}

type Pair = readonly [registrationId: number, itemId: number];

const touched = (pairs: string) => sql`SELECT DISTINCT registration.id, registration.person_id, NULL AS before
  FROM json_each(${pairs}) AS pair CROSS JOIN registrations AS registration ON registration.id = pair.value ->> 0
    AND registration.client_id = ${thisClient}`;

/** Locks items of registrations; one that nothing was noted of yet gets a row that carries the lock. @param now instant (ms) */
export function lockItems(items: readonly Pair[], now: number): Change {
  return { rows: touched(JSON.stringify(items)), write: writeLocks(items, now), indexed: "registration" };
}

/** Takes the locks off items of registrations. @param now instant (ms) */
export function unlockItems(items: readonly Pair[], now: number): Change {
  return { rows: touched(JSON.stringify(items)), write: takeLocks(items, now), indexed: "registration" };
}

/** The statement of {@link lockItems}. @param also a further condition in SQL */
export function writeLocks(items: readonly Pair[], now: number, also: SQL = sql`true`): SQL {
  return sql`INSERT INTO item_progress (client_id, registration_id, item_id, locked, created_at, updated_at)
    SELECT ${thisClient}, registration.id, pair.value ->> 1, 1, ${now}, ${now} FROM json_each(${JSON.stringify(items)}) AS pair
    CROSS JOIN registrations AS registration ON registration.id = pair.value ->> 0 AND registration.client_id = ${thisClient}
    WHERE ${also} ON CONFLICT (registration_id, item_id) DO UPDATE SET locked = 1, updated_at = excluded.updated_at WHERE locked = 0`;
}

/** The statement of {@link unlockItems}. @param also a further condition in SQL */
export function takeLocks(items: readonly Pair[], now: number, also: SQL = sql`true`): SQL {
  return sql`UPDATE item_progress SET locked = 0, updated_at = ${now} WHERE +client_id = ${thisClient} AND locked = 1
    AND (registration_id, item_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(items)})) AND ${also}`;
}
