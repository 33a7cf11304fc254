import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";

/**
 * Says anew what people hold of skills, from their achievements (handbook, data: skills and certificates): the highest level of the active
 * ones, valid until its latest expiry (for good if one of that level never expires). With none active the skill has expired on the latest
 * expiry, and one that was terminated stays so; without any achievement it is gone.
 *
 * @param skills a query of `person_id` and `skill_id`, in brackets: which skills of which people
 * @param except a query of `id`, in brackets: achievements that do not count any more; default: none
 */
export function recomputeSkills(skills: SQL, now: number, except?: SQL): SQL[] {
  const asked = sql`(SELECT DISTINCT person_id, skill_id FROM ${skills})`;
  const counting = except ? sql` AND achieved.id NOT IN (SELECT id FROM ${except})` : sql``;
  // The first of each skill tells: active before expired, then the level, then the expiry; an expired one has no level.
  const ranked = sql`(SELECT achieved.person_id, achieved.skill_id, achieved.state, achieved.level, achieved.expires_on,
      row_number() OVER (PARTITION BY achieved.person_id, achieved.skill_id ORDER BY achieved.state, iif(achieved.state = 'active', achieved.level, 0) DESC,
        achieved.state = 'active' AND achieved.expires_on IS NULL DESC, achieved.expires_on DESC) AS place
    FROM ${asked} AS asked CROSS JOIN skill_achievements AS achieved ON achieved.client_id = ${thisClient}
      AND achieved.person_id = asked.person_id AND achieved.skill_id = asked.skill_id${counting})`;
  return [
    sql`INSERT INTO person_skills (client_id, person_id, skill_id, current_level, valid_until_on, display_state, created_at, updated_at)
      SELECT ${thisClient}, person_id, skill_id, iif(state = 'active', level, 0), expires_on, iif(state = 'active', 'held', 'expired'),
        ${now}, ${now}
      FROM ${ranked} WHERE place = 1
      ON CONFLICT (person_id, skill_id) DO UPDATE SET current_level = excluded.current_level, valid_until_on = excluded.valid_until_on,
        display_state = excluded.display_state, updated_at = excluded.updated_at
      WHERE (excluded.display_state = 'held' OR person_skills.display_state <> 'terminated')
        AND (person_skills.current_level, person_skills.display_state, person_skills.valid_until_on)
          IS NOT (excluded.current_level, excluded.display_state, excluded.valid_until_on)`,
    sql`DELETE FROM person_skills WHERE +client_id = ${thisClient} AND id IN (
      SELECT held.id FROM ${asked} AS asked CROSS JOIN person_skills AS held ON held.person_id = asked.person_id AND held.skill_id = asked.skill_id
      WHERE +held.client_id = ${thisClient} AND NOT EXISTS (SELECT 1 FROM skill_achievements AS achieved
        WHERE achieved.client_id = ${thisClient} AND achieved.person_id = asked.person_id
          AND achieved.skill_id = asked.skill_id${counting}))`,
  ];
}
