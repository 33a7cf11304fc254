import type { SQL } from "drizzle-orm";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { monthsLater } from "../../local-day.ts";
import { recomputeSkills } from "../../skills/held.ts";
import { completionsOf, type Scene, sourceRefOf } from "./completions.ts";

/**
 * Gives people the skills that components grant to who completes them (handbook, data: skills and certificates), dated from the
 * completion, and says anew what they hold. A skill whose validity is over already is there as one that has expired.
 *
 * @param registrations a query of ids, in brackets: those that have just become successful
 */
export function grantSkills(registrations: SQL, scene: Scene): SQL[] {
  const { now, today } = scene;
  const expiresOn = monthsLater(sql`completion.day`, sql`granted.valid_months`);
  return [
    sql`INSERT INTO skill_achievements (client_id, person_id, skill_id, level, achieved_on, expires_on, source_ref, state,
        created_at, updated_at)
      SELECT completion.client_id, completion.person_id, granted.skill_id, granted.level, completion.day, ${expiresOn} AS expires_on,
        ${sourceRefOf(sql`completion.id`)}, CASE WHEN ${expiresOn} < ${today} THEN 'expired' ELSE 'active' END, ${now}, ${now}
      FROM ${completionsOf(registrations, scene)} AS completion
      CROSS JOIN skill_grants AS granted ON granted.client_id = completion.client_id AND granted.component_id = completion.component_id
      WHERE true
      ON CONFLICT (person_id, skill_id, source_ref) DO UPDATE SET level = excluded.level, achieved_on = excluded.achieved_on,
        expires_on = excluded.expires_on, state = excluded.state, updated_at = excluded.updated_at`,
    ...recomputeSkills(achievedBy(registrations), now),
  ];
}

/** Takes back what {@link grantSkills} gave, and says anew what people hold: a skill that nothing else gave them is gone. */
export function takeSkills(registrations: SQL, now: number): SQL[] {
  const taken = achievedBy(registrations);
  return [
    ...recomputeSkills(taken, now, taken),
    sql`DELETE FROM skill_achievements WHERE +client_id = ${thisClient} AND id IN (SELECT id FROM ${taken})`,
  ];
}

/** The achievements of some registrations. */
function achievedBy(registrations: SQL): SQL {
  return sql`(SELECT own.id, own.person_id, own.skill_id FROM registrations AS giving
    CROSS JOIN skill_achievements AS own ON own.client_id = giving.client_id AND own.person_id = giving.person_id
      AND own.source_ref = ${sourceRefOf(sql`giving.id`)}
    WHERE +giving.client_id = ${thisClient} AND giving.id IN ${registrations})`;
}
