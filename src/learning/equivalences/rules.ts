import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { among, columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import { statusList, successfulStatuses } from "../enrolment/status.ts";
import { equivalenceRules } from "../schema/enrolment.ts";

const ruleColumns = columns(
  equivalenceRules,
  ["id", "triggers", "targetComponentId", "active", "version", "computedVersion"],
  "rule",
);

/** A rule of equivalence (handbook, data: content). */
export interface EquivalenceRule extends RowOf<typeof ruleColumns> {
  /** JSON: components that the rule names and that do not exist. */
  readonly unknown: string;
}

const sets = z.array(z.array(z.int().min(1)).min(1)).max(1000);

/** Which rules are read. */
export interface RuleChoice {
  /** Also those whose entries are computed for their present version. */
  readonly all: boolean;
  /** Null: any. */
  readonly ruleIds: readonly number[] | null;
}

/** The rules behind `after` by id. */
export function rulesToCompute(after: number, { all, ruleIds }: RuleChoice, limit: number): SQL<EquivalenceRule> {
  const named = sql`(SELECT component_id FROM ${triggersOf(sql`(SELECT rule.id, rule.triggers)`)} UNION SELECT rule.target_component_id)`;
  return sql`SELECT ${ruleColumns}, (SELECT json_group_array(named.component_id) FROM ${named} AS named
      WHERE NOT EXISTS (SELECT 1 FROM components AS component
        WHERE component.id = named.component_id AND +component.client_id = ${thisClient})) AS "unknown"
    FROM equivalence_rules AS rule
    WHERE rule.client_id = ${thisClient} AND +rule.id > ${after}${all ? sql`` : sql` AND rule.computed_version < rule.version`}
      ${ruleIds === null ? sql`` : sql`AND rule.id IN ${among(ruleIds)}`}
    ORDER BY rule.id LIMIT ${limit}`;
}

/** Why a rule cannot be computed; null: it can. One that was switched off covers nothing, whatever it names. */
export function equivalenceProblem({ active, triggers, unknown }: EquivalenceRule): Failure | null {
  if (!active) return null;
  let value: unknown;
  try {
    value = JSON.parse(triggers);
  } catch {
    value = null;
  }
  if (!sets.safeParse(value).success)
    return { code: "bad_rule", message: "triggers: enter lists of numbers of components, such as [[1, 2], [3]]" };
  const missing = JSON.parse(unknown) as number[];
  if (missing.length === 0) return null;
  const message = `The rule names ${missing.map((id) => `component ${id}`).join(", ")}, which does not exist; choose another`;
  return { code: "component_missing", message };
}

/** The people behind `after`, by id, whom a rule may cover something for: who succeeded on what it names, or has an entry of it. */
export function peopleOfRule(ruleId: number, after: number, limit: number): SQL<{ readonly id: number }> {
  const own = sql`(SELECT id, triggers, target_component_id FROM equivalence_rules WHERE id = ${ruleId} AND +client_id = ${thisClient} AND active = 1)`;
  return sql`WITH named AS MATERIALIZED (SELECT component_id FROM ${triggersOf(own)} UNION SELECT target_component_id FROM ${own}),
    family AS MATERIALIZED (SELECT component_id FROM named UNION SELECT course.id FROM named
      CROSS JOIN components AS course ON course.client_id = ${thisClient} AND course.template_id = named.component_id)
    SELECT person_id AS id FROM (
      SELECT registration.person_id FROM family
      CROSS JOIN registrations AS registration ON registration.client_id = ${thisClient} AND registration.component_id = family.component_id
        AND registration.status IN ${statusList(successfulStatuses)} AND registration.person_id > ${after}
      UNION
      SELECT entry.person_id FROM coverage_entries AS entry WHERE entry.rule_id = ${ruleId} AND entry.person_id > ${after}
        AND +entry.client_id = ${thisClient})
    ORDER BY person_id LIMIT ${limit}`;
}

/** Notes the version that a rule's entries are computed for. @param now instant (ms) */
export function markComputed({ id, version }: Pick<EquivalenceRule, "id" | "version">, now: number): SQL {
  return sql`UPDATE equivalence_rules SET computed_version = ${version}, updated_at = ${now}
    WHERE id = ${id} AND +client_id = ${thisClient} AND computed_version < ${version}`;
}

/**
 * The components that equivalence rules name as their triggers, in SQL: `rule_id`, `place` (of the set), `component_id`. A list that cannot
 * be read names none.
 *
 * @param rules a query or table of rows of `equivalence_rules`
 */
export function triggersOf(rules: SQL): SQL {
  return sql`(SELECT DISTINCT rule.id AS rule_id, one.key AS place, member.value AS component_id FROM ${rules} AS rule
    JOIN json_each(CASE WHEN json_valid(rule.triggers) THEN rule.triggers ELSE '[]' END) AS one
    JOIN json_each(CASE one.type WHEN 'array' THEN one.value ELSE '[]' END) AS member)`;
}

/**
 * Active rules that name the component of one of some registrations, or its template, in SQL and in brackets: as a trigger, or, where they
 * work both ways, as their target. A rule that names a component that does not exist is left alone, and so are its entries.
 *
 * @param registrations a query of ids, in brackets
 */
export function rulesNaming(registrations: SQL): SQL {
  const active = sql`(SELECT id, triggers, target_component_id, both_ways FROM equivalence_rules WHERE client_id = ${thisClient} AND active = 1)`;
  return sql`(SELECT DISTINCT naming.rule_id FROM (
      SELECT rule_id, component_id FROM ${triggersOf(active)}
      UNION ALL SELECT id, target_component_id FROM ${active} WHERE both_ways = 1) AS naming
    WHERE naming.component_id IN (SELECT one.value FROM registrations AS touched
        CROSS JOIN components AS component ON component.id = touched.component_id AND +component.client_id = touched.client_id
        JOIN json_each(json_array(component.id, component.template_id)) AS one
        WHERE +touched.client_id = ${thisClient} AND touched.id IN ${registrations})
      AND naming.rule_id NOT IN (SELECT named.rule_id FROM (
        SELECT rule_id, component_id FROM ${triggersOf(active)} UNION ALL SELECT id, target_component_id FROM ${active}) AS named
        WHERE NOT EXISTS (SELECT 1 FROM components AS component
          WHERE component.id = named.component_id AND +component.client_id = ${thisClient})))`;
}
