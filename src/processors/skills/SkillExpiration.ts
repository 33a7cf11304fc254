import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { indexPeopleOfLead } from "../../learning/index-changes.ts";
import { recomputeSkills } from "../../learning/skills/held.ts";
import { lowerLevels, type SkillOfPerson, skillPairs } from "../../learning/skills/person-skills.ts";
import { leadHit, touchedIds } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { defineProcessor, type Unit } from "../contract.ts";
import { pages } from "../patterns/pages.ts";

/** The last person and skill that was looked at. */
const cursor = z.strictObject({ person: z.int(), skill: z.int() });

/** A person's skill of which something has expired. */
interface Expiring extends SkillOfPerson {
  /** An achievement that was to expire before it was achieved; null: none. */
  readonly odd: number | null;
}

/**
 * Handbook, catalogue: SkillExpiration. It goes by person and skill, a page of them with one set of statements, so that what a person
 * holds of a skill is computed once, from all its achievements. The day of expiry itself is the last on which an achievement holds; the
 * product's own description, by which it would be the first, is taken for a slip.
 */
export const SkillExpiration = defineProcessor({
  id: "SkillExpiration",
  group: "skills",
  title: "Let skills expire",
  summary: "Ends skill achievements whose last day is past, and lowers what their people hold of the skill.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 5 4 * * ?",
  after: ["ProgrammeCurriculumLevelStatusUpdateJob"],
  dryRun: "exact",
  parameters: z.strictObject({}),
  cursor,
  counts: ["expired", "levelsLowered"],
  async *run({ rows, now, today, log, parameters: { chunkSize }, cursor: at }) {
    const read = (from: z.output<typeof cursor>) => rows.all(expiring(today, from, chunkSize));
    const keyOf = ({ personId, skillId }: Expiring) => ({ person: personId, skill: skillId });
    for await (const { rows: found, after } of pages(at ?? { person: 0, skill: 0 }, read, keyOf)) {
      for (const { odd } of found)
        if (odd !== null)
          log.warn(`Skill achievement ${odd} expired before it was achieved; it is expired all the same`);
      yield { units: [expire(found, now, today)], cursor: after };
    }
    return undefined;
  },
});

const isExpired = (today: Day) => sql`achieved.state = 'active' AND achieved.expires_on < ${today}`;

/** People's skills behind `from` of which an achievement was to hold until a day that is past. */
function expiring(today: Day, from: z.output<typeof cursor>, limit: number): SQL<Expiring> {
  // The index is named: SQLite would rather walk through all achievements in the order of people.
  return sql`SELECT achieved.person_id AS personId, achieved.skill_id AS skillId,
      max(iif(achieved.expires_on < achieved.achieved_on, achieved.id, NULL)) AS odd
    FROM skill_achievements AS achieved INDEXED BY skill_achievements_expiry
    WHERE achieved.client_id = ${thisClient} AND ${isExpired(today)}
      AND (achieved.person_id, achieved.skill_id) > (${from.person}, ${from.skill})
    GROUP BY achieved.person_id, achieved.skill_id ORDER BY achieved.person_id, achieved.skill_id LIMIT ${limit}`;
}

function expire(found: readonly Expiring[], now: number, today: Day): Unit<"expired" | "levelsLowered"> {
  const first = found[0];
  return {
    ref: `person:${first?.personId} skill:${first?.skillId} and ${found.length - 1} more`,
    rows: found.length,
    writes: [
      {
        rows: sql`SELECT achieved.id AS id, achieved.person_id AS person_id, '{"state":"active"}' AS before
          FROM ${skillPairs(found)} CROSS JOIN skill_achievements AS achieved ON achieved.client_id = ${thisClient}
            AND achieved.person_id = pair.person_id AND achieved.skill_id = pair.skill_id
          WHERE ${isExpired(today)}`,
        write: sql`UPDATE skill_achievements SET state = 'expired', updated_at = ${now}
          WHERE +client_id = ${thisClient} AND id IN ${touchedIds}`,
        count: "expired",
        audit: { entity: "skill_achievement", action: "expire", after: { state: "expired" } },
      },
      lowerLevels(found, "levelsLowered", now),
      ...recomputeSkills(sql`(SELECT pair.person_id, pair.skill_id FROM ${skillPairs(found)} WHERE ${leadHit})`, now),
      indexPeopleOfLead,
    ],
  };
}
