import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";
import { type Day, isDay } from "../../time/day.ts";
import { isYearlyDay, type YearlyDay } from "./due.ts";
import { prerequisitesRequired } from "./prerequisites.ts";

/** An enrolment rule with what it needs to know of its component and group (spec 1.5, 2.3.1). Bools are 0 and 1. */
export interface EnrolmentRule {
  readonly id: number;
  readonly component_id: number;
  readonly group_id: number;
  readonly enrolment_status: "personal_syllabus" | "booked";
  /** null: a rule from before they were fixed at its save; the setting `enrolment.daysToFinish`, until {@link fixDaysToFinish}. */
  readonly days_to_finish: number | null;
  readonly include_new_members: number;
  /** Instant (ms) of its first run; null before it. */
  readonly first_run_at: number | null;
  readonly auto_cancel: number;
  readonly auto_course_enrolment: number;
  readonly due_mode: "none" | "fixed" | "yearly";
  readonly due_on: Day | null;
  readonly due_mmdd: YearlyDay | null;
  readonly recertify: number;
  readonly recert_mode: "yearly" | "from_completion";
  readonly recert_interval_months: number | null;
  readonly reenrol_closed: number;
  readonly change_after_days: number | null;
  readonly change_to: "failed" | "cancelled" | null;
  readonly reset_scorm: number;
  /** null: the component is gone. */
  readonly kind: "template" | "course" | "learning_path" | null;
  readonly title: string | null;
  readonly planning_status: "planned" | "released" | "fixed" | "completed" | "cancelled" | null;
  readonly max_participants: number | null;
  readonly waiting_list: number;
  /** JSON Rule; null: none. */
  readonly prerequisites: string | null;
  /** 1: nobody is registered without meeting them. */
  readonly prerequisites_required: number;
  /** null: the group is gone. */
  readonly group_active: number | null;
  /** The component's template, or itself where it has none. */
  readonly family_id: number | null;
}

function dueRules(today: Day, ruleIds: readonly number[] | null): SQL {
  return sql`rule.client_id = ${thisClient} AND rule.active = 1
    AND (rule.active_from_on IS NULL OR rule.active_from_on <= ${today})
    ${ruleIds === null ? sql`` : sql`AND rule.id IN (SELECT value FROM json_each(${JSON.stringify(ruleIds)}))`}`;
}

/** Reads the active rule that follows rule `after` by id and whose `active_from_on` is empty or reached. */
export function nextRule(after: number, today: Day, ruleIds: readonly number[] | null): SQL {
  return sql`SELECT rule.*, component.kind, component.title, component.planning_status, component.max_participants,
      component.waiting_list, component.prerequisites, coalesce(component.template_id, component.id) AS family_id,
      ${prerequisitesRequired(sql`rule.component_id`, today)} AS prerequisites_required, groups.active AS group_active
    FROM enrolment_rules AS rule
    LEFT JOIN groups ON groups.id = rule.group_id AND groups.client_id = rule.client_id
    LEFT JOIN components AS component ON component.id = rule.component_id AND component.client_id = rule.client_id
    WHERE ${dueRules(today, ruleIds)} AND rule.id > ${after} ORDER BY rule.id LIMIT 1`;
}

/** Counts the rules that {@link nextRule} gives, as `total`. */
export function countRules(today: Day, ruleIds: readonly number[] | null): SQL {
  return sql`SELECT count(*) AS total FROM enrolment_rules AS rule WHERE ${dueRules(today, ruleIds)}`;
}

/** Reads the ids among `ruleIds` that {@link nextRule} will not give. */
export function missingRules(today: Day, ruleIds: readonly number[]): SQL {
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
      message: `Component ${rule.component_id} does not exist; choose another or delete the rule`,
    };
  if (rule.planning_status === "completed" || rule.planning_status === "cancelled")
    return {
      code: "component_closed",
      message: `"${rule.title}" (component ${rule.component_id}) is ${rule.planning_status}: nobody can be enrolled; deactivate the rule`,
    };
  // Without its group nobody would be a candidate, and auto_cancel would cancel everybody.
  if (rule.group_active === null)
    return {
      code: "group_missing",
      message: `Group ${rule.group_id} does not exist; choose another or delete the rule`,
    };
  if ((rule.days_to_finish ?? 0) < 0) return invalid("days_to_finish is negative; use 0 for no due date");
  if ((rule.days_to_finish ?? 0) > MOST_DAYS) return invalid(`days_to_finish is more than ${MOST_DAYS}; enter less`);
  if (rule.due_mode === "fixed" && !(rule.due_on !== null && isDay(rule.due_on)))
    return invalid("due_mode is fixed; set due_on to a day such as 2026-03-31");
  const yearly = rule.due_mode === "yearly" || (rule.recertify === 1 && rule.recert_mode === "yearly");
  if (yearly && !(rule.due_mmdd !== null && isYearlyDay(rule.due_mmdd)))
    return invalid("A yearly date is wanted; set due_mmdd to a day such as 03-31");
  if (rule.recertify && rule.recert_mode === "from_completion" && !((rule.recert_interval_months ?? 0) >= 1))
    return invalid("Recertification counts from completion; set recert_interval_months to 1 or more");
  if ((rule.recert_interval_months ?? 0) > MOST_MONTHS)
    return invalid(`recert_interval_months is more than ${MOST_MONTHS}; enter less`);
  if (rule.change_after_days !== null && rule.change_after_days < 0) return invalid("change_after_days is negative");
  if ((rule.change_after_days ?? 0) > MOST_DAYS)
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
