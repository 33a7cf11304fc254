import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";

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
