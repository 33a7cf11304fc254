import { type SQL, sql } from "drizzle-orm";
import { type Change, leadHit } from "../../store/change.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";

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
 * Recomputes what people hold of skills, behind the first write of a unit: the highest level among the achievements that hold on
 * `today`, until the latest day on which one of that level expires (null: one of them does not). Without any, the skill is expired, at
 * level 0, since the latest expiry that has gone by.
 *
 * Two changes: of those whose level becomes lower, counted as `lowered`, and of the others. Neither writes a row that stays the same.
 *
 * @param now instant (ms)
 */
export function recomputePersonSkills<const N extends string>(
  pairs: readonly SkillOfPerson[],
  { now, today, lowered }: { readonly now: number; readonly today: Day; readonly lowered: N },
): readonly [Change<N>, Change<N>] {
  const all = sql`FROM skill_achievements AS achieved WHERE achieved.client_id = held.client_id
    AND achieved.person_id = held.person_id AND achieved.skill_id = held.skill_id`;
  const holding = sql`${all} AND achieved.state = 'active' AND (achieved.expires_on IS NULL OR achieved.expires_on >= ${today})`;
  const level = sql`coalesce((SELECT max(achieved.level) ${holding}), 0)`;
  const state = sql`iif(EXISTS (SELECT 1 ${holding}), 'held', 'expired')`;
  const until = sql`iif(EXISTS (SELECT 1 ${holding}),
    (SELECT iif(count(achieved.expires_on) = count(*), max(achieved.expires_on), NULL) ${holding} AND achieved.level = ${level}),
    (SELECT max(achieved.expires_on) ${all}))`;
  const change = (
    which: SQL,
  ): SQL => sql`UPDATE person_skills AS held SET current_level = ${level}, valid_until_on = ${until},
      display_state = ${state}, updated_at = ${now}
    WHERE +held.client_id = ${thisClient}
      AND (held.person_id, held.skill_id) IN (SELECT pair.person_id, pair.skill_id FROM ${skillPairs(pairs)})
      AND ${leadHit} AND ${which}`;
  const differs = sql`(held.current_level <> ${level} OR held.display_state <> ${state} OR held.valid_until_on IS NOT ${until})`;
  return [
    { write: change(sql`${level} < held.current_level`), count: lowered },
    { write: change(sql`${level} >= held.current_level AND ${differs}`) },
  ];
}
