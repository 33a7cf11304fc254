import { type SQL, sql } from "drizzle-orm";
import { columns, type LeftJoined, type RowOf } from "../../../store/select.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Day } from "../../../time/day.ts";
import { recipientColumns } from "../../messages/recipient-columns.ts";
import { metaRefused, metaTags, metaTicked, metaValue } from "../../meta.ts";
import type { Rule } from "../../rules/schema.ts";
import { type PersonScene, personCondition } from "../../rules/sql.ts";
import { components } from "../../schema/content.ts";
import { registrations } from "../../schema/enrolment.ts";
import { type ClosableRegistration, closableColumns } from "../close.ts";
import { recertificationColumns, recertificationJoin } from "../next-cycle.ts";
import { openStatuses, type RegistrationStatus, statusList } from "../status.ts";

const componentColumns = columns(
  components,
  ["id", "title", "location", "startAt", "timeZone", "prerequisites"],
  "component",
);

/** A component whose prerequisites were to be met by now. */
export interface OverdueComponent extends RowOf<typeof componentColumns> {
  /** Meta 12703, without blanks around it: a day that is past, or no day at all. */
  readonly prerequisitesDueOn: string;
  /** 1: no mail about it is wanted. */
  readonly mailRefused: number;
}

/**
 * Components from id `from` on that cancel registrations whose prerequisites are overdue: meta 11801 is ticked and 11838 is not, the
 * day of 12703 lies before `before` or cannot be read, and an open registration has not met them yet.
 */
export function overdueComponents(from: number, before: Day, limit: number): SQL<OverdueComponent> {
  const component = sql`component.id`;
  const dueOn = sql`trim(${metaValue(metaTags.prerequisitesDueOn, component)})`;
  return sql`SELECT ${componentColumns}, ${dueOn} AS prerequisitesDueOn, ${metaRefused(metaTags.sendEnrolmentMessages, component)} AS mailRefused
    FROM meta_values AS ticked
    CROSS JOIN components AS component ON component.id = ticked.component_id AND component.client_id = ticked.client_id
    WHERE ticked.client_id = ${thisClient} AND ticked.meta_tag_id = ${metaTags.cancelWhenPrerequisitesOverdue} AND ticked.value = '1'
      AND ticked.component_id >= ${from} AND component.prerequisites IS NOT NULL
      AND ${dueOn} <> '' AND (${dueOn} < ${before} OR date(${dueOn}) IS NOT ${dueOn})
      AND NOT ${metaTicked(metaTags.prerequisitesRequired, component)}
      AND EXISTS (SELECT 1 FROM registrations AS registration WHERE registration.client_id = component.client_id
        AND registration.component_id = component.id AND registration.status IN ${statusList(openStatuses)}
        AND registration.prerequisite_status <> 'met')
    ORDER BY ticked.component_id LIMIT ${limit}`;
}

const ownColumns = columns(registrations, ["suppressNotifications"], "registration");

/** An open registration whose person does not meet the prerequisites, with the person's supervisor (null: none). */
export interface UnmetRegistration
  extends ClosableRegistration,
    RowOf<typeof ownColumns>,
    RowOf<typeof recipientColumns>,
    LeftJoined<{
      supervisorId: number;
      supervisorGivenName: string;
      supervisorFamilyName: string;
      supervisorAuthStatus: string;
    }> {
  readonly supervisorEmail: string | null;
  readonly supervisorLocale: string | null;
}

/**
 * Open registrations of a component behind id `after`, of people who do not meet its prerequisites now and did not once, as the
 * registration says.
 *
 * @param statuses which open ones
 */
export function unmetRegistrations(
  componentId: number,
  rule: Rule,
  scene: PersonScene,
  statuses: readonly RegistrationStatus[],
  { after, limit }: { readonly after: number; readonly limit: number },
): SQL<UnmetRegistration> {
  return sql`SELECT ${closableColumns}, ${ownColumns}, ${recipientColumns}, ${recertificationColumns},
      supervisor.id AS supervisorId, supervisor.given_name AS supervisorGivenName, supervisor.family_name AS supervisorFamilyName,
      supervisor.email AS supervisorEmail, supervisor.locale AS supervisorLocale, supervisor.auth_status AS supervisorAuthStatus
    FROM registrations AS registration
    CROSS JOIN persons AS person ON person.id = registration.person_id AND person.client_id = registration.client_id
    LEFT JOIN persons AS supervisor ON supervisor.id = person.supervisor_id AND supervisor.client_id = person.client_id
    ${recertificationJoin}
    WHERE registration.client_id = ${thisClient} AND registration.component_id = ${componentId}
      AND registration.status IN ${statusList(statuses)} AND registration.prerequisite_status <> 'met'
      AND registration.id > ${after} AND NOT ${personCondition(rule, scene)}
    ORDER BY registration.id LIMIT ${limit}`;
}
