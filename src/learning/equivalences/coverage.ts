import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { statusList, successfulStatuses } from "../enrolment/status.ts";
import { localDayOf, type Place } from "../local-day.ts";
import { triggersOf } from "./rules.ts";

/** Which entries are looked at: those of some active rules for some people. Both are queries of ids, in brackets. */
export interface Extent {
  readonly rules: SQL;
  readonly people: SQL;
}

/**
 * What rules cover for people, in SQL: `rule_id`, `person_id`, `component_id`, `by` (JSON: registrations), `since` (local day). The first
 * success on each component counts, so that a further cycle moves nothing; of several sets the one that was complete first. A template is
 * met by any course of it. Only registrations count: what is covered is no completion.
 */
export function justifiedEntries({ rules, people }: Extent, place: Place): SQL {
  return sql`(WITH
    chosen AS MATERIALIZED (SELECT id, triggers, target_component_id AS target, both_ways FROM equivalence_rules
      WHERE client_id = ${thisClient} AND active = 1 AND id IN ${rules}),
    member AS MATERIALIZED (SELECT rule_id, place, component_id FROM ${triggersOf(sql`chosen`)}),
    asked AS MATERIALIZED (SELECT component_id FROM member UNION SELECT target FROM chosen WHERE both_ways = 1),
    success AS MATERIALIZED (
      SELECT registration.person_id, asked.component_id, registration.id, coalesce(registration.completed_at, registration.updated_at) AS at,
        row_number() OVER (PARTITION BY registration.person_id, asked.component_id
          ORDER BY coalesce(registration.completed_at, registration.updated_at), registration.id) AS place
      FROM (SELECT person.id FROM persons AS person WHERE +person.client_id = ${thisClient} AND person.id IN ${people}) AS person
      CROSS JOIN registrations AS registration ON registration.client_id = ${thisClient} AND registration.person_id = person.id
        AND registration.status IN ${statusList(successfulStatuses)}
      CROSS JOIN components AS component ON component.id = registration.component_id
      CROSS JOIN asked ON asked.component_id IN (component.id, component.template_id)),
    complete AS (
      SELECT member.rule_id, success.person_id, member.place, max(success.at) AS at,
        json_group_array(success.id ORDER BY success.id) AS "by"
      FROM member CROSS JOIN success ON success.component_id = member.component_id AND success.place = 1
      GROUP BY member.rule_id, success.person_id, member.place
      HAVING count(*) = (SELECT count(*) FROM member AS whole WHERE whole.rule_id = member.rule_id AND whole.place = member.place)),
    best AS (SELECT *, row_number() OVER (PARTITION BY rule_id, person_id ORDER BY at, place) AS rank FROM complete),
    entry AS (
      SELECT best.rule_id, best.person_id, chosen.target AS component_id, best."by", best.at
      FROM best JOIN chosen ON chosen.id = best.rule_id WHERE best.rank = 1
      UNION ALL
      SELECT chosen.id, success.person_id, back.component_id, json_array(success.id), success.at
      FROM chosen CROSS JOIN success ON success.component_id = chosen.target AND success.place = 1
      CROSS JOIN (SELECT DISTINCT rule_id, component_id FROM member) AS back ON back.rule_id = chosen.id
      WHERE chosen.both_ways = 1 AND back.component_id <> chosen.target)
    SELECT rule_id, person_id, component_id, "by", ${localDayOf(sql`entry.at`, place)} AS since FROM entry)`;
}

/** The entries that are stored. */
function storedEntries({ rules, people }: Extent): SQL {
  return sql`coverage_entries AS stored WHERE stored.client_id = ${thisClient} AND stored.person_id IN ${people} AND stored.rule_id IN ${rules}`;
}

const KEY = sql.raw("rule_id, person_id, component_id");
const STORED_KEY = sql.raw("stored.rule_id, stored.person_id, stored.component_id");

const unjustified = (extent: Extent, place: Place) =>
  sql`${storedEntries(extent)} AND (${STORED_KEY}) NOT IN (SELECT ${KEY} FROM ${justifiedEntries(extent, place)})`;

const missing = (extent: Extent, place: Place) =>
  sql`${justifiedEntries(extent, place)} AS entry WHERE NOT EXISTS (SELECT 1 FROM coverage_entries AS stored
    WHERE stored.rule_id = entry.rule_id AND stored.person_id = entry.person_id AND stored.component_id = entry.component_id)`;

const restated = (extent: Extent, place: Place) =>
  sql`${justifiedEntries(extent, place)} AS entry CROSS JOIN coverage_entries AS stored ON stored.rule_id = entry.rule_id
      AND stored.person_id = entry.person_id AND stored.component_id = entry.component_id
    WHERE (stored."by", stored.since) IS NOT (entry."by", entry.since)`;

/** Removes the entries that nothing justifies any more. */
export function removeEntries(extent: Extent, place: Place): SQL {
  return sql`DELETE FROM coverage_entries WHERE +client_id = ${thisClient} AND (${KEY}) IN (
    SELECT ${STORED_KEY} FROM ${unjustified(extent, place)})`;
}

/** Adds the entries that are justified and not there. */
export function addEntries(extent: Extent, place: Place): SQL {
  return sql`INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, "by", since)
    SELECT ${thisClient}, entry.rule_id, entry.person_id, entry.component_id, entry."by", entry.since
    FROM ${missing(extent, place)} ON CONFLICT DO NOTHING`;
}

/** Says anew by what, and since when, entries hold whose reasons are others now; nothing that a search shows. */
export function restateEntries(extent: Extent, place: Place): SQL {
  return sql`INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, "by", since)
    SELECT ${thisClient}, entry.rule_id, entry.person_id, entry.component_id, entry."by", entry.since
    FROM ${restated(extent, place)}
    ON CONFLICT (rule_id, person_id, component_id) DO UPDATE SET "by" = excluded."by", since = excluded.since`;
}

/** Where entries differ from what is justified: each a query of `id` (the person), `person_id` and `before` (NULL), one row an entry. */
export const differences = {
  unjustified: (extent: Extent, place: Place): SQL<{ readonly id: number }> =>
    sql`SELECT stored.person_id AS id, stored.person_id, NULL AS before FROM ${unjustified(extent, place)}`,
  missing: (extent: Extent, place: Place): SQL<{ readonly id: number }> =>
    sql`SELECT entry.person_id AS id, entry.person_id, NULL AS before FROM ${missing(extent, place)}`,
  restated: (extent: Extent, place: Place): SQL<{ readonly id: number }> =>
    sql`SELECT entry.person_id AS id FROM ${restated(extent, place)}`,
};
