import { calendarOf } from "../control/calendar.ts";
import { readPolicies } from "../control/policies.ts";
import { QuartzExpression, QuartzSyntaxError, UnknownZoneError } from "../quartz/index.ts";
import type { Database, SqlValue, Statement } from "../store/database.ts";
import { PLAN_AHEAD_MS } from "./fates.ts";

/** What kept triggers from starting anything, and is lifted now. */
export interface LiftedBlock {
  readonly reason: "paused" | "stopped" | "blackout";
  /** Only these jobs; default all. */
  readonly jobIds?: readonly number[] | undefined;
  /** Only this client; default all. */
  readonly clientId?: number | undefined;
}

/**
 * The tick gives occurrences their fate up to two minutes ahead, so when a block is lifted some that are still to come are
 * skipped already. The statements give these back: the skipped row ends before now, or goes, and the trigger goes on from
 * now. To be sent with whatever lifts the block. One read, three statements, whatever the number of triggers.
 *
 * @param now ms
 */
export async function resumeTriggers(control: Database, block: LiftedBlock, now: number): Promise<Statement[]> {
  const conditions = ["t.skipping_reason = ?", "t.skipping_from IS NOT NULL"];
  const args: SqlValue[] = [block.reason];
  if (block.jobIds) {
    conditions.push("t.job_id IN (SELECT value FROM json_each(?))");
    args.push(JSON.stringify(block.jobIds));
  }
  if (block.clientId !== undefined) {
    conditions.push("t.client_id = ?");
    args.push(block.clientId);
  }
  const found = await control.execute({
    sql: `SELECT t.id, t.revision, t.time_zone, t.skipping_from, t.last_fated_at, t.next_fire_at, r.id AS run_id,
        coalesce(r.until_at, r.scheduled_at) AS until_at, j.cron, j.policies,
        (SELECT json_group_array(day) FROM calendars c WHERE c.client_id = t.client_id) AS holidays
      FROM triggers t
      JOIN jobs j ON j.id = t.job_id AND j.cron IS NOT NULL AND j.active = 1 AND j.deleted_at IS NULL
      JOIN runs r ON r.job_id = t.job_id AND r.client_id = t.client_id AND r.node_id = t.node_id
        AND r.scheduled_at = t.skipping_from AND r.kind = 'schedule' AND r.state = 'skipped'
      WHERE ${conditions.join(" AND ")} AND coalesce(r.until_at, r.scheduled_at) > ${Math.trunc(now)}`,
    args,
  });
  const expressions = new Map<string, QuartzExpression>();
  const given = found.rows.flatMap((row) => {
    try {
      const cron = String(row.cron);
      const expression = expressions.get(cron) ?? QuartzExpression.parse(cron);
      expressions.set(cron, expression);
      const calendar = calendarOf(JSON.parse(String(row.holidays)) as string[]);
      const options = {
        transitions: readPolicies(String(row.policies)).transitions,
        ...(calendar ? { calendar } : {}),
      };
      const zone = String(row.time_zone);
      const untilAt = Math.min(Number(row.until_at), now + PLAN_AHEAD_MS);
      const ahead = [...expression.occurrences(now + 1, untilAt + 1, zone, options)];
      const past = expression.previous(now + 1, zone, options);
      return [
        {
          trigger: Number(row.id),
          revision: Number(row.revision),
          run: Number(row.run_id),
          next: ahead[0] ?? null,
          taken: ahead.length,
          past: past !== null && past >= Number(row.skipping_from) ? past : null,
        },
      ];
    } catch (error) {
      if (error instanceof QuartzSyntaxError || error instanceof UnknownZoneError) return [];
      throw error;
    }
  });
  const json = JSON.stringify(given.filter(({ next }) => next !== null));
  const unmoved =
    "json_each(?) g CROSS JOIN triggers t ON t.id = g.value ->> 'trigger' AND t.revision = g.value ->> 'revision'";
  return [
    {
      sql: `DELETE FROM runs WHERE id IN (SELECT g.value ->> 'run' FROM ${unmoved} WHERE g.value ->> 'past' IS NULL)`,
      args: [json],
    },
    {
      sql: `UPDATE runs SET occurrences = max(1, occurrences - (g.value ->> 'taken')),
          until_at = CASE WHEN g.value ->> 'past' > scheduled_at THEN g.value ->> 'past' END
        FROM ${unmoved} WHERE runs.id = g.value ->> 'run' AND g.value ->> 'past' IS NOT NULL`,
      args: [json],
    },
    {
      sql: `UPDATE triggers SET next_fire_at = g.value ->> 'next', skipping_from = NULL, skipping_reason = NULL,
          last_fated_at = coalesce(g.value ->> 'past', last_fated_at), revision = triggers.revision + 1, updated_at = ?
        FROM json_each(?) g WHERE triggers.id = g.value ->> 'trigger' AND triggers.revision = g.value ->> 'revision'`,
      args: [now, json],
    },
  ];
}
