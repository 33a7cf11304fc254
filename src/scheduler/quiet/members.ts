import type { SQL } from "drizzle-orm";
import type { Statement } from "../../store/database.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { statement } from "../../store/statement.ts";

/**
 * How triggers come into quiet groups and out of them (handbook, runner: quiet occurrences). A trigger in a group has no `next_fire_at`
 * of its own: the group's pointer stands for it, so that an occurrence at which nothing is to do writes nothing for a client. A trigger
 * that leaves goes on where the group stands, as any other: every edit, and whatever else decides for one client, begins with that.
 */

/**
 * True (1) in SQL of a trigger `t` with its job `j` whose polls may be quiet, as far as rows say so: the platform's (client 0), and those of
 * clients whose data is in the database that all share.
 *
 * @param processors ids and aliases of those that declare `quiet`
 */
export function mayBeQuiet(processors: readonly string[]): SQL {
  if (processors.length === 0) return sql`0`;
  return sql`CASE WHEN j.processor IN ${among(processors)} AND instr(upper(j.cron), 'C') = 0
    THEN NOT ${followed(sql`j.id`)} AND (t.client_id = 0 OR EXISTS (SELECT 1 FROM clients c WHERE c.id = t.client_id AND c.database_url IS NULL)) ELSE 0 END`;
}

/** True in SQL of a job that another one follows: each of its occurrences needs a run. */
export function followed(jobId: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM jobs f WHERE f.after_job_id = ${jobId} AND f.active = 1 AND f.deleted_at IS NULL)`;
}

/** A trigger that is to join a group, as it was read. Instants and durations in ms. */
export interface Joining {
  readonly trigger: number;
  /** Its next occurrence, the first that the group answers for. */
  readonly expected: number;
  readonly revision: number;
  /** The client's offset within the job's spread. */
  readonly offset: number;
}

/**
 * Lets triggers join their groups; a group that is not there is made. One that was moved meanwhile stays as it is, and so does one
 * whose group is past its next occurrence already.
 *
 * @param now ms
 */
export function joinGroups(joining: readonly Joining[], now: number): Statement[] {
  if (joining.length === 0) return [];
  const page = JSON.stringify(joining);
  const unmoved = sql`json_each(${page}) p
    CROSS JOIN triggers t ON t.id = p.value ->> 'trigger' AND t.next_fire_at = p.value ->> 'expected' AND t.revision = p.value ->> 'revision'
    CROSS JOIN jobs j ON j.id = t.job_id`;
  return [
    statement(sql`INSERT INTO quiet_groups (job_id, time_zone, offset_ms, revision, cron, transitions, next_fire_at, due_at, created_at)
      SELECT j.id, t.time_zone, p.value ->> 'offset', j.revision, j.cron, coalesce(j.policies ->> 'transitions', 'safe'),
        min(t.next_fire_at), min(t.next_fire_at) + (p.value ->> 'offset'), ${now}
      FROM ${unmoved} GROUP BY 1, 2, 3
      ON CONFLICT (job_id, time_zone, offset_ms, revision) WHERE next_fire_at IS NOT NULL DO UPDATE SET joins = joins + 1`),
    statement(sql`UPDATE triggers SET quiet_group_id = v.group_id, quiet_from = triggers.next_fire_at, next_fire_at = NULL,
        skipping_from = NULL, skipping_reason = NULL, updated_at = ${now}
      FROM (SELECT t.id, g.id AS group_id FROM ${unmoved}
        CROSS JOIN quiet_groups g ON g.job_id = j.id AND g.time_zone = t.time_zone AND g.offset_ms = p.value ->> 'offset'
          AND g.revision = j.revision AND g.next_fire_at IS NOT NULL
        WHERE g.next_fire_at <= t.next_fire_at) v
      WHERE triggers.id = v.id`),
  ];
}

/** Triggers `t` of a scope that a group keeps. */
const members = (scope: SQL) => sql`triggers t CROSS JOIN quiet_groups g ON g.id = t.quiet_group_id
  WHERE t.quiet_group_id IS NOT NULL AND ${scope}`;

/**
 * Takes triggers out of their groups: each goes on with the first occurrence that its group did not look at, and what it did look at
 * for them is written down.
 *
 * @param scope which, as a condition on `t`
 * @param now ms
 */
export function leaveGroups(scope: SQL, now: number): Statement[] {
  return [
    statement(sql`INSERT INTO quiet_memberships (job_id, client_id, group_id, from_at, until_at)
      SELECT t.job_id, t.client_id, g.id, t.quiet_from, g.last_fated_at FROM ${members(scope)} AND g.last_fated_at >= t.quiet_from`),
    statement(sql`UPDATE triggers SET next_fire_at = max(v.quiet_from, v.next_fire_at), quiet_group_id = NULL,
        last_fated_at = max(coalesce(v.last_fated_at, 0), coalesce(triggers.last_fated_at, 0)), updated_at = ${now}
      FROM (SELECT t.id, t.quiet_from, g.next_fire_at, g.last_fated_at FROM ${members(scope)}) v
      WHERE triggers.id = v.id`),
  ];
}

/** Whether a group keeps any trigger of a scope: a row, or none. @param scope a condition on `t` */
export function anyMember(scope: SQL) {
  return sql<{ found: 1 }>`SELECT 1 AS found FROM triggers t WHERE t.quiet_group_id IS NOT NULL AND ${scope} LIMIT 1`;
}

/**
 * Takes back what groups had looked at for some clients behind an instant: their triggers go on from there.
 *
 * @param which a query of `job_id`, `client_id`, and the instant `after` (ms)
 */
export function withdrawMemberships(which: SQL): Statement {
  return statement(sql`UPDATE quiet_memberships SET until_at = w.after FROM (${which}) w
    WHERE quiet_memberships.job_id = w.job_id AND quiet_memberships.client_id = w.client_id AND quiet_memberships.until_at > w.after`);
}
