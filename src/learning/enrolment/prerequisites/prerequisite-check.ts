import type { SQL } from "drizzle-orm";
import { type Change, touchedIds } from "../../../store/change.ts";
import { among, columns, type RowOf } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { metaTags, metaValue } from "../../meta.ts";
import type { Rule } from "../../rules/schema.ts";
import { type PersonScene, personCondition } from "../../rules/sql.ts";
import { components } from "../../schema/content.ts";
import { registrations } from "../../schema/enrolment.ts";
import { openStatuses, statusList } from "../status.ts";

/** What the column `prerequisite_status` can say. */
export type PrerequisiteStatus = (typeof registrations.prerequisiteStatus.enumValues)[number];

/** True in SQL for open registrations whose prerequisites were not met when they were last looked at; as their index has it. */
export const unmet: SQL = sql`prerequisite_status IN ('not_met', 'overdue') AND status IN ${statusList(openStatuses)}`;

const componentColumns = columns(components, ["id", "prerequisites"], "component");

/** A component with registrations whose prerequisites are to be looked at. */
export interface CheckedComponent extends RowOf<typeof componentColumns> {
  /** Meta 12703 as it is stored; null: none. */
  readonly dueOn: string | null;
}

/**
 * Components behind id `after` with open registrations that do not meet their prerequisites, or (`markNew`) have prerequisites that
 * some of these registrations know nothing of.
 */
export function checkedComponents(markNew: boolean, after: number, limit: number): SQL<CheckedComponent> {
  const unaware = sql`UNION SELECT candidate.id FROM components AS candidate INDEXED BY components_prerequisites
    WHERE candidate.client_id = ${thisClient} AND candidate.prerequisites IS NOT NULL AND candidate.id > ${after}
      AND EXISTS (SELECT 1 FROM registrations AS registration WHERE registration.client_id = candidate.client_id
        AND registration.component_id = candidate.id AND registration.status IN ${statusList(openStatuses)}
        AND registration.prerequisite_status = 'none')`;
  return sql`SELECT ${componentColumns}, ${metaValue(metaTags.prerequisitesDueOn, sql`component.id`)} AS dueOn
    FROM (SELECT DISTINCT component_id AS id FROM registrations INDEXED BY registrations_unmet
        WHERE client_id = ${thisClient} AND component_id > ${after} AND ${unmet} ${markNew ? unaware : sql``}) AS asked
    CROSS JOIN components AS component ON component.id = asked.id AND component.client_id = ${thisClient}
    ORDER BY component.id LIMIT ${limit}`;
}

const checkedColumns = columns(registrations, ["id", "prerequisiteStatus", "prerequisiteCheckedAt"], "registration");

/** A registration whose prerequisites are looked at. */
export interface CheckedRegistration extends RowOf<typeof checkedColumns> {
  /** 1: its person meets them; 0: not, or it cannot be judged. */
  readonly met: number;
}

/**
 * A component's open registrations behind id `after` that say of their prerequisites one of `statuses`.
 *
 * @param rule the component's prerequisites; null: it has none
 */
export function checkedRegistrations(
  componentId: number,
  rule: Rule | null,
  scene: PersonScene,
  statuses: readonly PrerequisiteStatus[],
  { after, limit }: { readonly after: number; readonly limit: number },
): SQL<CheckedRegistration> {
  return sql`SELECT ${checkedColumns}, ${rule === null ? sql`1` : personCondition(rule, scene)} AS met
    FROM registrations AS registration
    CROSS JOIN persons AS person ON person.id = registration.person_id AND person.client_id = registration.client_id
    WHERE registration.client_id = ${thisClient} AND registration.component_id = ${componentId}
      AND registration.status IN ${statusList(openStatuses)} AND registration.prerequisite_status IN ${among(statuses)}
      AND registration.id > ${after}
    ORDER BY registration.id LIMIT ${limit}`;
}

/**
 * Notes how the people of some open registrations stand to their prerequisites, if these still say one of `from`.
 *
 * @param now instant (ms)
 */
export function noteStanding(
  ids: readonly number[],
  from: readonly PrerequisiteStatus[],
  to: PrerequisiteStatus,
  now: number,
): Change {
  return {
    rows: sql`SELECT id, person_id, json_object('prerequisite_status', prerequisite_status) AS before FROM registrations
      WHERE id IN ${among(ids)} AND +client_id = ${thisClient} AND +status IN ${statusList(openStatuses)}
        AND prerequisite_status IN ${among(from)}`,
    write: sql`UPDATE registrations SET prerequisite_status = ${to}, prerequisite_checked_at = ${now}, updated_at = ${now}
      WHERE id IN ${touchedIds} AND +client_id = ${thisClient}`,
    audit: { entity: "registration", action: "check_prerequisites", after: { prerequisite_status: to } },
    indexed: "registration",
  };
}

/** Notes that some registrations were looked at and stay as they are. @param now instant (ms) */
export function noteChecked(ids: readonly number[], now: number): SQL {
  return sql`UPDATE registrations SET prerequisite_checked_at = ${now}
    WHERE id IN ${among(ids)} AND +client_id = ${thisClient} AND +status IN ${statusList(openStatuses)}`;
}
