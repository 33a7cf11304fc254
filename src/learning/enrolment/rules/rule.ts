import type { SQL } from "drizzle-orm";
import { among, columns, type LeftJoined, type RowOf } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { type Day, isDay } from "../../../time/day.ts";
import { components } from "../../schema/content.ts";
import { enrolmentRules } from "../../schema/enrolment.ts";
import { isYearlyDay } from "../due.ts";
import { prerequisitesRequired } from "../prerequisites/prerequisites.ts";

const ruleColumns = columns(
  enrolmentRules,
  [
    "id",
    "componentId",
    "groupId",
    "enrolmentStatus",
    "daysToFinish",
    "includeNewMembers",
    "firstRunAt",
    "autoCancel",
    "autoCourseEnrolment",
    "dueMode",
    "dueOn",
    "dueMmdd",
    "recertify",
    "recertMode",
    "recertIntervalMonths",
    "reenrolClosed",
    "changeAfterDays",
    "changeTo",
    "resetScorm",
  ],
  "rule",
);

const componentColumns = columns(
  components,
  ["kind", "title", "planningStatus", "maxParticipants", "waitingList", "prerequisites"],
  "component",
);

/**
 * An enrolment rule with what it needs to know of its component (null: it is gone) and group (handbook, data: enrolment;
 * catalogue: ParticipantAutomaticRegistration).
 */
export interface EnrolmentRule extends RowOf<typeof ruleColumns>, LeftJoined<RowOf<typeof componentColumns>> {
  /** 1: no person is registered without meeting the prerequisites. */
  readonly prerequisitesRequired: number;
  /** null: the group is gone. */
  readonly groupActive: number | null;
  /** The component's template, or itself where it has none. */
  readonly familyId: number | null;
}

function dueRules(today: Day, ruleIds: readonly number[] | null): SQL {
  return sql`rule.client_id = ${thisClient} AND rule.active = 1
    AND (rule.active_from_on IS NULL OR rule.active_from_on <= ${today})
    ${ruleIds === null ? sql`` : sql`AND rule.id IN ${among(ruleIds)}`}`;
}

/** Reads the active rule that follows rule `after` by id and whose `active_from_on` is empty or reached. */
export function nextRule(after: number, today: Day, ruleIds: readonly number[] | null): SQL<EnrolmentRule> {
  return sql`SELECT ${ruleColumns}, ${componentColumns}, coalesce(component.template_id, component.id) AS familyId,
      ${prerequisitesRequired(sql`rule.component_id`, today)} AS prerequisitesRequired, groups.active AS groupActive
    FROM enrolment_rules AS rule
    LEFT JOIN groups ON groups.id = rule.group_id AND groups.client_id = rule.client_id
    LEFT JOIN components AS component ON component.id = rule.component_id AND component.client_id = rule.client_id
    WHERE ${dueRules(today, ruleIds)} AND rule.id > ${after} ORDER BY rule.id LIMIT 1`;
}

/** Counts the rules that {@link nextRule} gives, as `total`. */
export function countRules(today: Day, ruleIds: readonly number[] | null): SQL<{ total: number }> {
  return sql`SELECT count(*) AS total FROM enrolment_rules AS rule WHERE ${dueRules(today, ruleIds)}`;
}

/** Reads the ids among `ruleIds` that {@link nextRule} will not give. */
export function missingRules(today: Day, ruleIds: readonly number[]): SQL<{ id: number }> {
  return sql`SELECT DISTINCT value AS id FROM json_each(${JSON.stringify(ruleIds)})
    WHERE value NOT IN (SELECT rule.id FROM enrolment_rules AS rule WHERE ${dueRules(today, ruleIds)}) ORDER BY value`;
}

/** Notes the instant (ms) of a rule's first run, once. */
export function markFirstRun(ruleId: number, now: number): SQL {
  return sql`UPDATE enrolment_rules SET first_run_at = ${now}, updated_at = ${now}
    WHERE id = ${ruleId} AND client_id = ${thisClient} AND first_run_at IS NULL`;
}

/**
 * Fixes the days to finish of a rule from before they were fixed at its save, so that later changes of the setting do not
 * touch what the rule does.
 */
export function fixDaysToFinish(ruleId: number, days: number, now: number): SQL {
  return sql`UPDATE enrolment_rules SET days_to_finish = ${days}, updated_at = ${now}
    WHERE id = ${ruleId} AND client_id = ${thisClient} AND days_to_finish IS NULL`;
}

/** More days, or months, than this are a slip of the keyboard. */
const MOST_DAYS = 36_500;
const MOST_MONTHS = 1200;

/** Why a rule cannot be applied: a code and a sentence that says what to change. */
export interface RuleProblem {
  readonly code: "component_missing" | "component_closed" | "group_missing" | "invalid_rule";
  readonly message: string;
}

/** What is wrong with a rule as it is stored, or null. */
export function ruleProblem(rule: EnrolmentRule): RuleProblem | null {
  const invalid = (message: string): RuleProblem => ({ code: "invalid_rule", message });
  if (rule.kind === null)
    return {
      code: "component_missing",
      message: `Component ${rule.componentId} does not exist; choose another or delete the rule`,
    };
  if (rule.planningStatus === "completed" || rule.planningStatus === "cancelled")
    return {
      code: "component_closed",
      message: `"${rule.title}" (component ${rule.componentId}) is ${rule.planningStatus}: no person can be enrolled; deactivate the rule`,
    };
  // Without its group no person would be a candidate, and auto_cancel would cancel everybody.
  if (rule.groupActive === null)
    return {
      code: "group_missing",
      message: `Group ${rule.groupId} does not exist; choose another or delete the rule`,
    };
  if ((rule.daysToFinish ?? 0) < 0) return invalid("days_to_finish is negative; use 0 for no due date");
  if ((rule.daysToFinish ?? 0) > MOST_DAYS) return invalid(`days_to_finish is more than ${MOST_DAYS}; enter less`);
  if (rule.dueMode === "fixed" && !(rule.dueOn !== null && isDay(rule.dueOn)))
    return invalid("due_mode is fixed; set due_on to a day such as 2026-03-31");
  const yearly = rule.dueMode === "yearly" || (rule.recertify === 1 && rule.recertMode === "yearly");
  if (yearly && !(rule.dueMmdd !== null && isYearlyDay(rule.dueMmdd)))
    return invalid("A yearly date is wanted; set due_mmdd to a day such as 03-31");
  if (rule.recertify && rule.recertMode === "from_completion" && !((rule.recertIntervalMonths ?? 0) >= 1))
    return invalid("Recertification counts from completion; set recert_interval_months to 1 or more");
  if ((rule.recertIntervalMonths ?? 0) > MOST_MONTHS)
    return invalid(`recert_interval_months is more than ${MOST_MONTHS}; enter less`);
  if (rule.changeAfterDays !== null && rule.changeAfterDays < 0) return invalid("change_after_days is negative");
  if ((rule.changeAfterDays ?? 0) > MOST_DAYS)
    return invalid(`change_after_days is more than ${MOST_DAYS}; leave it empty for never`);
  return null;
}

/** What a registration made by a rule has in `source_ref`; each is made once. */
export function ruleSourceRef(ruleId: number, componentId: number, personId: number, cycleNo: number): string {
  return `rule:${ruleId}|${componentId}|${personId}|${cycleNo}`;
}

/** True in SQL for a registration (alias `registration`) that a rule made: its own, its recertifications, its courses. */
export function madeByRule(ruleId: number): SQL {
  // '}' follows '|': all references that start with `rule:<id>|`, as a range of the index.
  return sql`registration.source IN ('auto_rule', 'recert')
    AND registration.source_ref >= ${`rule:${ruleId}|`} AND registration.source_ref < ${`rule:${ruleId}}`}`;
}
