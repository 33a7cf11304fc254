import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../../store/statement.ts";
import type { EnrolmentRule } from "./rule.ts";

/** Which of a rule's candidates are meant. */
export interface CandidateOptions {
  /**
   * Leave out whom an earlier rule on the same component, its template or its courses may already have enrolled in this
   * run. A dry run wants that: it takes every step back, and would count such a person twice. Default false.
   */
  readonly unclaimed?: boolean;
}

/** The first candidates behind a person, in the order of people. */
export interface CandidatePage extends CandidateOptions {
  /** Only people whose id is greater. */
  readonly after: number;
  readonly limit: number;
  /** SQL that must hold of `chosen.person_id`. */
  readonly where: SQL;
}

/**
 * A page of a rule's candidates as a subquery with the column `person_id` (handbook, catalogue: ParticipantAutomaticRegistration): active
 * members of the group and
 * people with an `include` exception, without those with an `exclude` exception. A group that is switched off has no
 * candidates, and a rule that does not include new members takes only who was a member when it first ran; an `include`
 * exception holds all the same. It reads no further than the page goes, however large the group.
 *
 * @param now instant (ms) of the run, which is the rule's first one where `first_run_at` is empty
 */
export function candidates(
  rule: EnrolmentRule,
  now: number,
  { after, limit, where, unclaimed = false }: CandidatePage,
): SQL {
  const wanted = sql`chosen.person_id > ${after} AND ${where}`;
  return sql`(${members(rule, now, wanted, unclaimed)} UNION ${included(rule, wanted, unclaimed)} ORDER BY person_id LIMIT ${limit})`;
}

/** True in SQL for a person who is among a rule's {@link candidates}. @param person SQL of the person's id */
export function isCandidate(
  rule: EnrolmentRule,
  now: number,
  person: SQL,
  { unclaimed = false }: CandidateOptions = {},
): SQL {
  const wanted = sql`chosen.person_id = ${person}`;
  return sql`(EXISTS (${members(rule, now, wanted, unclaimed)}) OR EXISTS (${included(rule, wanted, unclaimed)}))`;
}

function members(rule: EnrolmentRule, now: number, wanted: SQL, unclaimed: boolean): SQL {
  const joined = rule.includeNewMembers ? sql`` : sql` AND chosen.joined_at <= ${rule.firstRunAt ?? now}`;
  const switchedOff = rule.groupActive ? sql`` : sql` AND 0`;
  const from = sql`group_members AS chosen INDEXED BY group_members_group`;
  return eligible(rule, from, sql`chosen.group_id = ${rule.groupId}${joined}${switchedOff} AND ${wanted}`, unclaimed);
}

function included(rule: EnrolmentRule, wanted: SQL, unclaimed: boolean): SQL {
  const own = sql`chosen.component_id = ${rule.componentId} AND chosen.mode = 'include' AND ${wanted}`;
  return eligible(rule, sql`enrolment_exceptions AS chosen`, own, unclaimed);
}

function eligible(rule: EnrolmentRule, from: SQL, wanted: SQL, unclaimed: boolean): SQL {
  // CROSS JOIN keeps SQLite from walking through all active people instead of the group's.
  return sql`SELECT chosen.person_id FROM ${from}
    CROSS JOIN persons AS person ON person.id = chosen.person_id AND person.client_id = ${thisClient} AND person.auth_status = 'active'
    WHERE chosen.client_id = ${thisClient} AND ${wanted}
      AND NOT EXISTS (SELECT 1 FROM enrolment_exceptions AS never
        WHERE never.component_id = ${rule.componentId} AND never.person_id = chosen.person_id AND never.mode = 'exclude')
      ${unclaimed ? notClaimedBefore(rule) : sql``}`;
}

function notClaimedBefore(rule: EnrolmentRule): SQL {
  return sql`AND NOT EXISTS (SELECT 1 FROM enrolment_rules AS earlier
    JOIN components AS related ON related.id = earlier.component_id AND related.client_id = earlier.client_id
    WHERE earlier.client_id = ${thisClient} AND earlier.active = 1 AND earlier.id < ${rule.id}
      AND coalesce(related.template_id, related.id) = ${rule.familyId}
      AND (EXISTS (SELECT 1 FROM group_members AS member
          JOIN groups ON groups.id = member.group_id AND groups.active = 1
          WHERE member.client_id = earlier.client_id AND member.group_id = earlier.group_id AND member.person_id = chosen.person_id)
        OR EXISTS (SELECT 1 FROM enrolment_exceptions AS always
          WHERE always.component_id = earlier.component_id AND always.person_id = chosen.person_id AND always.mode = 'include')))`;
}
