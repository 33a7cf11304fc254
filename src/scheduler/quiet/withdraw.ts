import { quietGroups, quietLooks } from "../../control/schema.ts";
import { isZoneKnown, QuartzExpression } from "../../quartz/index.ts";
import type { Database, Statement } from "../../store/database.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { leaveGroups } from "./members.ts";

const lookColumns = columns(quietLooks, ["id", "firstAt"], "l");
const groupColumns = columns(quietGroups, ["cron", "timeZone", "transitions"], "g");

/** A look that began before now and reaches beyond, with its group's clock. */
type Straddling = RowOf<typeof lookColumns> & RowOf<typeof groupColumns>;

/**
 * Takes back what a clock that was ahead had looked at before its time: the triggers of these groups leave, and what was noted of the
 * future goes. The triggers stand beyond `limit` from then on, where the tick finds them and sets them back.
 *
 * @param limit groups that have looked further than this (ms)
 * @param now ms
 */
export async function withdrawLooks(control: Database, limit: number, now: number): Promise<void> {
  const straddling = await read<Straddling>(
    control,
    sql`SELECT ${lookColumns}, ${groupColumns} FROM quiet_looks l CROSS JOIN quiet_groups g ON g.id = l.group_id
      WHERE l.first_at > ${now - LONGEST_MS} AND l.first_at <= ${now} AND l.last_at > ${now} AND g.last_fated_at > ${limit}`,
  );
  await control.batch(
    [
      ...leaveGroups(sql`g.last_fated_at > ${limit}`, now),
      statement(sql`DELETE FROM quiet_looks WHERE first_at > ${now}
        AND (SELECT g.last_fated_at FROM quiet_groups g WHERE g.id = quiet_looks.group_id) > ${limit}`),
      shorten(straddling, now),
      statement(sql`UPDATE quiet_groups SET next_fire_at = NULL, due_at = NULL, growing_from = NULL
        WHERE next_fire_at IS NOT NULL AND last_fated_at > ${limit}`),
    ],
    "write",
  );
}

/** No look is longer than a day; ms, with room. */
const LONGEST_MS = 2 * 86_400_000;

/** Lets looks end with their last occurrence up to now. */
function shorten(looks: readonly Straddling[], now: number): Statement {
  const ends = looks
    .filter(({ timeZone }) => isZoneKnown(timeZone))
    .map(({ id, firstAt, cron, timeZone, transitions }) => {
      const fires = [...QuartzExpression.parse(cron).occurrences(firstAt, now + 1, timeZone, { transitions })];
      return [id, fires.at(-1) ?? firstAt, Math.max(1, fires.length)];
    });
  return statement(sql`UPDATE quiet_looks SET last_at = v.value ->> 1, occurrences = v.value ->> 2
    FROM json_each(${JSON.stringify(ends)}) v WHERE quiet_looks.id = v.value ->> 0`);
}
