import type { SQL } from "drizzle-orm";
import { type Change, leadHit } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";

/** A person and a skill of theirs. */
export interface SkillOfPerson {
  readonly personId: number;
  readonly skillId: number;
}

/** Pairs of person and skill in SQL, as rows `pair` with the columns `person_id` and `skill_id`. */
export function skillPairs(pairs: readonly SkillOfPerson[]): SQL {
  const json = JSON.stringify(pairs.map(({ personId, skillId }) => [personId, skillId]));
  return sql`(SELECT value ->> 0 AS person_id, value ->> 1 AS skill_id FROM json_each(${json})) AS pair`;
}

/**
 * Lowers the level of people's skills to the highest among the achievements that are active, behind the first write of a unit; what else
 * follows from it {@link recomputeSkills} says.
 *
 * @param count counts those whose level is lower now
 * @param now instant (ms)
 */
export function lowerLevels<const N extends string>(pairs: readonly SkillOfPerson[], count: N, now: number): Change<N> {
  const level = sql`coalesce((SELECT max(achieved.level) FROM skill_achievements AS achieved WHERE achieved.client_id = held.client_id
    AND achieved.person_id = held.person_id AND achieved.skill_id = held.skill_id AND achieved.state = 'active'), 0)`;
  return {
    write: sql`UPDATE person_skills AS held SET current_level = ${level}, updated_at = ${now}
      WHERE +held.client_id = ${thisClient}
        AND (held.person_id, held.skill_id) IN (SELECT pair.person_id, pair.skill_id FROM ${skillPairs(pairs)})
        AND held.display_state <> 'terminated' AND ${level} < held.current_level AND ${leadHit}`,
    count,
  };
}
