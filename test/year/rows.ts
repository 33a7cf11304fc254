import type { Database } from "../../src/store/database.ts";
import { insert } from "../learning/rows.ts";
import {
  type Academy,
  allCertificationPeriods,
  type CertificationPeriod,
  type Component,
  type EnrolmentRule,
  type Group,
  type Person,
} from "./academy.ts";
import { type DayNumber, textOf } from "./calendar.ts";

/** When everybody's period of a common certification starts. */
export const COMMON_START = "04-10";

/** A table's row as {@link insert} takes it. */
export type Row = Readonly<Record<string, string | number | null>>;

const flag = (set: boolean) => (set ? 1 : 0);
const dayText = (day: DayNumber | null) => (day === null ? null : textOf(day));

/** A person's row; an unknown department is an attribute that is not there. */
export function personRow(clientId: number, person: Person): Row {
  const { dept, site } = person;
  return {
    id: person.id,
    client_id: clientId,
    auth_status: person.status,
    enrolled_on: textOf(person.enrolledOn),
    last_login_at: person.lastLoginAt,
    attributes: attributesOf({ dept, site }),
  };
}

export const attributesOf = ({ dept, site }: Pick<Person, "dept" | "site">): string =>
  JSON.stringify({ ...(dept === null ? {} : { dept }), site });

const groupRow = (clientId: number, { id, kind, rule, active }: Group): Row => ({
  id,
  client_id: clientId,
  kind,
  rule: rule && JSON.stringify(rule),
  active: flag(active),
});

const componentRow = (clientId: number, component: Component): Row => ({
  id: component.id,
  client_id: clientId,
  kind: component.kind,
  template_id: component.templateId,
  planning_status: component.planning,
  date_dependent: flag(component.dateDependent),
  start_at: component.startAt,
  end_at: component.endAt,
  time_zone: component.zone?.name ?? null,
  prerequisites: component.prerequisites && JSON.stringify(component.prerequisites),
  refresher_component_id: component.refresher?.componentId ?? null,
  refresh_after_months: component.refresher?.months ?? null,
  refresh_lead_days: component.refresher?.leadDays ?? 30,
  max_participants: component.seats,
  waiting_list: flag(component.waitingList),
});

/** A period of a certification, without a credit. */
export const certificationPeriodRow = ({ personId, certification, no, startOn, endOn }: CertificationPeriod): Row => ({
  person_id: personId,
  certification_id: certification.id,
  period_no: no,
  start_on: textOf(startOn),
  end_on: textOf(endOn),
});

const ruleRow = (clientId: number, rule: EnrolmentRule): Row => ({
  id: rule.id,
  client_id: clientId,
  component_id: rule.componentId,
  group_id: rule.groupId,
  enrolment_status: rule.status,
  active_from_on: dayText(rule.activeFrom),
  days_to_finish: rule.daysToFinish,
  include_new_members: flag(rule.newMembers),
  auto_cancel: flag(rule.autoCancel),
  auto_course_enrolment: flag(rule.autoCourse),
  due_mode: rule.due === null ? "none" : "fixed" in rule.due ? "fixed" : "yearly",
  due_on: rule.due && "fixed" in rule.due ? textOf(rule.due.fixed) : null,
  due_mmdd:
    rule.due && "yearly" in rule.due
      ? rule.due.yearly
      : rule.recertify && "yearly" in rule.recertify
        ? rule.recertify.yearly
        : null,
  recertify: flag(rule.recertify !== null),
  recert_mode: rule.recertify && "yearly" in rule.recertify ? "yearly" : "from_completion",
  recert_interval_months: rule.recertify && "months" in rule.recertify ? rule.recertify.months : null,
  reenrol_closed: flag(rule.reenrolClosed),
  change_after_days: rule.change?.afterDays ?? null,
  change_to: rule.change?.to ?? null,
  active: flag(rule.active),
});

/** Writes an academy as it is at first. @param now ms */
export async function writeAcademy(database: Database, academy: Academy): Promise<void> {
  const { clientId } = academy;
  // Those that name another come last.
  const components = [...academy.components.values()].sort(
    (a, b) => Number(a.refresher !== null) - Number(b.refresher !== null),
  );
  const grants = components.flatMap(({ id, grants }) => grants.map((one) => ({ id, ...one })));
  const skills = [...new Set(grants.map(({ skillId }) => skillId))];
  const table = (name: string, rows: readonly Row[]) => insert(database, name, ...rows);
  await table(
    "persons",
    [...academy.people.values()].map((one) => personRow(clientId, one)),
  );
  await table(
    "groups",
    [...academy.groups.values()].map((one) => groupRow(clientId, one)),
  );
  await table(
    "group_members",
    [...academy.groups.values()].flatMap(({ id, members }) =>
      [...members].map(([person_id, joined_at]) => ({ client_id: clientId, group_id: id, person_id, joined_at })),
    ),
  );
  await table(
    "components",
    components.map((one) => componentRow(clientId, one)),
  );
  await table(
    "meta_values",
    components.flatMap(({ id, meta }) =>
      [...meta].map(([meta_tag_id, value]) => ({ client_id: clientId, component_id: id, meta_tag_id, value })),
    ),
  );
  await table(
    "skills",
    skills.map((id) => ({ id, client_id: clientId, auto_expire: flag(academy.expiringSkills.has(id)) })),
  );
  await table(
    "skill_grants",
    grants.map(({ id, skillId, level, validMonths }) => ({
      client_id: clientId,
      component_id: id,
      skill_id: skillId,
      level,
      valid_months: validMonths,
    })),
  );
  const { sections } = academy;
  const stated = (id: number) => academy.pathRules.get(id)?.map((component) => ({ component, status: ["passed"] }));
  for (const [id] of academy.pathRules) {
    const rule = JSON.stringify({ all: stated(id) });
    await database.execute({ sql: "UPDATE components SET completion_rule = ? WHERE id = ?", args: [rule, id] });
  }
  await table(
    "syllabus_items",
    sections.flatMap(({ folderId, pathId, elements }) => [
      { id: folderId, client_id: clientId, component_id: pathId, title: "Again and again" },
      ...elements.map(({ itemId, componentId, mandatory }) => ({
        id: itemId,
        client_id: clientId,
        component_id: pathId,
        parent_id: folderId,
        kind: "component",
        ref_component_id: componentId,
        mandatory: flag(mandatory),
      })),
    ]),
  );
  for (const { pathId, levels, version } of academy.levelPaths) {
    const own = academy.items.get(pathId) ?? [];
    const folderOf = (level: number | null) => pathId * 100 + (level ?? 0);
    await database.execute({
      sql: "UPDATE components SET path_mode = 'level', structure_version = ? WHERE id = ?",
      args: [version, pathId],
    });
    const plain = { client_id: clientId, component_id: pathId };
    await table("syllabus_items", [
      ...Array.from({ length: levels }, (_, index) => ({
        ...plain,
        id: folderOf(index + 1),
        level_no: index + 1,
        position: index,
        title: `Level ${index + 1}`,
      })),
      ...own.map(({ itemId, componentId, mandatory, level, unlock }) => ({
        ...plain,
        id: itemId,
        parent_id: folderOf(level),
        kind: "component",
        ref_component_id: componentId,
        mandatory: flag(mandatory),
        unlock_rule: unlock && JSON.stringify(unlock),
      })),
    ]);
  }
  const certifications = [...academy.certifications.values()];
  await table(
    "certifications",
    certifications.map((one) => ({
      id: one.id,
      client_id: clientId,
      format: one.format,
      required_amount: one.required,
      duration_months: one.months,
      start_mode: one.common === null ? "assignment" : "common",
      common_start_mmdd: one.common === null ? null : COMMON_START,
      carry_over: flag(one.carryOver),
      active: flag(one.active),
    })),
  );
  await table(
    "certification_links",
    certifications.flatMap(({ id, links }) =>
      [...links].map(([component_id, amount]) => ({
        client_id: clientId,
        certification_id: id,
        component_id,
        amount,
      })),
    ),
  );
  await table(
    "person_certifications",
    allCertificationPeriods(academy).map((one) => ({ client_id: clientId, ...certificationPeriodRow(one) })),
  );
  await table(
    "recert_sections",
    sections.map((one, index) => ({
      id: one.id,
      client_id: clientId,
      component_id: one.pathId,
      folder_item_id: one.folderId,
      section_no: index + 1,
      start_mode: "fixed" in one.start ? "fixed" : "relative",
      start_on: "fixed" in one.start ? textOf(one.start.fixed) : null,
      start_offset_days: "fixed" in one.start ? null : one.start.afterBooking,
      due_days: one.dueDays,
      end_days: one.endDays,
      interval_months: one.months,
      next_from: one.nextFrom,
      late: one.late,
      auto_register: flag(one.autoRegister),
      early_days: one.earlyDays,
    })),
  );
  await table(
    "equivalence_rules",
    academy.equivalences.map(({ id, sets, target, bothWays }) => ({
      id,
      client_id: clientId,
      name: "As good as",
      relation: "covers",
      both_ways: flag(bothWays),
      triggers: JSON.stringify(sets),
      target_component_id: target,
    })),
  );
  await table("settings", [{ client_id: clientId, key: "equivalences.enabled", value: "true" }]);
  const { idleDays } = academy;
  const mode = idleDays === null ? 0 : 2;
  const args = [mode, idleDays, clientId];
  await database.execute({ sql: "UPDATE clients SET deactivation_mode = ?, deactivation_days = ? WHERE id = ?", args });
  await table(
    "enrolment_rules",
    academy.rules.map((one) => ruleRow(clientId, one)),
  );
}
