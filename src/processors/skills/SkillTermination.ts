import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { indexPeopleOfLead } from "../../learning/index-changes.ts";
import { touchedIds } from "../../store/change.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addDays, type Day } from "../../time/day.ts";
import { defineProcessor, type Unit } from "../contract.ts";
import { afterId } from "../patterns/change-rows.ts";
import { pages } from "../patterns/pages.ts";

const parameters = z.strictObject({
  graceDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe("Days after the expiry for which an expired skill is still shown"),
});

/**
 * Handbook, catalogue: SkillTermination. A page of skills with one set of statements. An achievement that comes later makes the skill
 * held again; that is done by what records it.
 */
export const SkillTermination = defineProcessor({
  id: "SkillTermination",
  group: "skills",
  title: "Take expired skills out of profiles",
  summary: "Ends what people hold of skills that expire by themselves, some days after the expiry.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 12 4 * * ?",
  after: ["SkillExpiration"],
  dryRun: "exact",
  parameters,
  cursor: afterId,
  counts: ["terminated"],
  async *run({ rows, now, today, parameters: { graceDays, chunkSize }, cursor }) {
    const before = addDays(today, -graceDays);
    const read = (after: number) => rows.all(expiredBefore(before, after, chunkSize));
    for await (const { rows: found, after } of pages(cursor?.after ?? 0, read, ({ id }) => id)) {
      const ids = found.map(({ id }) => id);
      yield { units: [terminate(ids, before, now)], cursor: { after } };
    }
    return undefined;
  },
});

/** True in SQL for what a person holds of a skill (`held`) whose expiry lies before a day. */
const isOver = (before: Day) => sql`held.display_state = 'expired' AND held.valid_until_on < ${before}`;

function expiredBefore(before: Day, after: number, limit: number): SQL<{ id: number }> {
  return sql`SELECT held.id AS id FROM person_skills AS held INDEXED BY person_skills_state
    CROSS JOIN skills AS skill ON skill.id = held.skill_id AND skill.client_id = held.client_id AND skill.auto_expire = 1
    WHERE held.client_id = ${thisClient} AND ${isOver(before)} AND held.id > ${after} ORDER BY held.id LIMIT ${limit}`;
}

function terminate(ids: readonly number[], before: Day, now: number): Unit<"terminated"> {
  return {
    ref: `person_skill:${ids[0]}–${ids.at(-1)}`,
    rows: ids.length,
    writes: [
      {
        rows: sql`SELECT held.id AS id, held.person_id AS person_id, json_object('display_state', held.display_state,
            'current_level', held.current_level, 'valid_until_on', held.valid_until_on) AS before
          FROM person_skills AS held WHERE +held.client_id = ${thisClient} AND held.id IN ${among(ids)} AND ${isOver(before)}`,
        write: sql`UPDATE person_skills SET display_state = 'terminated', current_level = 0, valid_until_on = NULL,
            updated_at = ${now}
          WHERE +client_id = ${thisClient} AND id IN ${touchedIds}`,
        count: "terminated",
        audit: {
          entity: "person_skill",
          action: "terminate",
          after: { display_state: "terminated", current_level: 0, valid_until_on: null },
        },
      },
      indexPeopleOfLead,
    ],
  };
}
