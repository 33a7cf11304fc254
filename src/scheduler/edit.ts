import { calendarOf } from "../control/jobs/calendar.ts";
import { readPolicies } from "../control/jobs/policies.ts";
import {
  type Calendar,
  type FireOptions,
  isZoneKnown,
  QuartzExpression,
  QuartzSyntaxError,
  UnknownZoneError,
} from "../quartz/index.ts";
import type { Database, SqlValue, Statement } from "../store/database.ts";
import { both } from "../store/guard.ts";
import { COUNTED_AT_MOST } from "./fates.ts";
import { type Expressions, isPlannable, planRow, triggersBehind, writePage, zonesOtherThan } from "./trigger-page.ts";

/**
 * What every change of a trigger has in common (a job that is saved, deleted or paused, a client that is stopped or moves to
 * another zone, a block that is lifted): what came due before it keeps its fate by the old clock, what lies ahead is withdrawn, and
 * the trigger goes on from now. So each planned moment has exactly one fate.
 */

/** The triggers that an edit changes; what is left out restricts nothing. */
export interface TriggerScope {
  readonly jobIds?: readonly number[] | undefined;
  /** 0: the platform's. */
  readonly clientId?: number | undefined;
}

/** A scope as a condition on `t`. */
function within({ jobIds, clientId }: TriggerScope): Statement {
  const conditions: string[] = [];
  const args: SqlValue[] = [];
  if (jobIds) {
    conditions.push("t.job_id IN (SELECT value FROM json_each(?))");
    args.push(JSON.stringify(jobIds));
  }
  if (clientId !== undefined) {
    conditions.push("t.client_id = ?");
    args.push(clientId);
  }
  return { sql: conditions.length > 0 ? conditions.join(" AND ") : "true", args };
}

/**
 * Gives every occurrence up to now that has no fate yet its fate, by the triggers as they stand: a tick for some triggers that looks
 * not a moment ahead. Nothing is read but the triggers that lie behind, mostly none.
 *
 * @param now ms
 */
export async function settleTriggers(control: Database, scope: TriggerScope, now: number): Promise<void> {
  const expressions: Expressions = new Map();
  const unknownZones = new Set<string>();
  const window = { now, until: now + 1 };
  for (;;) {
    const { rows } = await control.execute(
      triggersBehind(window.until, both(within(scope), zonesOtherThan(unknownZones))),
    );
    if (rows.length === 0) return;
    for (const row of rows) if (!isPlannable(row)) unknownZones.add(String(row.time_zone));
    // A trigger that a tick or another edit moves meanwhile is read again.
    const page = rows.filter(isPlannable).map((row) => planRow(row, expressions, window));
    await control.batch(writePage(page, now), "write");
  }
}

/** A trigger as it was read, with the clock that it had. */
interface Standing {
  readonly trigger: number;
  readonly revision: number;
  readonly next: number | null;
  readonly timeZone: string;
  readonly cron: string | null;
  readonly active: boolean;
  readonly transitions: "safe" | "quartz";
  readonly calendar: Calendar | undefined;
  /** What lies behind this instant (ms) is taken back, and the trigger goes on from there. */
  readonly from: number;
  /** The skipped row that began before now and reaches beyond. */
  readonly straddling: { readonly run: number; readonly from: number; readonly until: number } | null;
}

/** What stands ahead of some triggers at an instant, and what takes it back. */
export interface Ahead {
  /** Holds as long as the triggers stand where they were read. */
  readonly unchanged: Statement;
  /** A trigger has an occurrence up to now without a fate. */
  readonly behind: boolean;
  /** Takes back what was planned or skipped ahead of time; to be sent before whatever changes the jobs. */
  readonly withdraw: readonly Statement[];
  /** Lets the triggers go on from there by the clock that they had. */
  readonly goOn: () => Statement;
}

/** Reasons that the tick skips by; every other end is the run's own. */
const TICK_REASONS = "'misfire', 'dropped', 'paused', 'stopped', 'blackout', 'invalid_expression'";

/** Rows `r` of a trigger `t` that a tick made. */
const OF_TRIGGER = "r.job_id = t.job_id AND r.client_id = t.client_id AND r.node_id = t.node_id";

/**
 * Settles the triggers of a scope ({@link settleTriggers}) and reads what stands ahead of them. The edit's batch is guarded by
 * `unchanged`; when it is refused, somebody came between, and all is done again.
 *
 * @param now ms
 * @param reason only triggers of which something ahead, or a range that reaches ahead, was skipped for this reason; default all
 */
export async function readAhead(control: Database, scope: TriggerScope, now: number, reason?: string): Promise<Ahead> {
  for (;;) {
    await settleTriggers(control, scope, now);
    const ahead = await standingAhead(control, within(scope), now, { reason });
    // Between the two reads another edit, by a clock that is behind, may have set a trigger back.
    if (!ahead.behind) return ahead;
  }
}

/** Which triggers {@link standingAhead} reads, and what it takes back of them besides what lies ahead. */
interface Which {
  /** Only triggers of which something ahead was skipped for this reason; default all. */
  readonly reason?: string | undefined;
  /** What a clock later than this instant (ms) judged of the day before now is taken back, too; default nothing. */
  readonly judgedAfter?: number;
}

/** What was misjudged is looked for so far (ms) back. */
const LOOKED_BACK_MS = 86_400_000;

/** Rows `r` that stand for no more than the tick's judgement: nobody has started them. */
const UNSTARTED = `r.kind = 'schedule' AND r.started_at IS NULL
  AND (r.state IN ('planned', 'queued') OR r.state = 'skipped' AND r.reason IN (${TICK_REASONS}))`;

/** Rows `r` of the future that an edit by a clock that was ahead skipped as due. @param now ms, as SQL */
const SKIPPED_EARLY = (
  now: string,
) => `r.kind = 'schedule' AND r.started_at IS NULL AND r.state = 'skipped' AND r.scheduled_at > ${now}
  AND r.reason IN ('client_inactive', 'job_inactive', 'job_deleted', 'not_served')`;

/** {@link readAhead} without settling. @param scope a condition on `t` */
export async function standingAhead(
  control: Database,
  scope: Statement,
  now: number,
  { reason, judgedAfter }: Which,
): Promise<Ahead> {
  const misjudged = `(SELECT min(r.scheduled_at) FROM runs r
    WHERE ${OF_TRIGGER} AND r.scheduled_at > ? AND r.scheduled_at <= ? AND r.created_at > ? AND ${UNSTARTED})`;
  const skippedFor = `AND (r.reason = ? OR EXISTS (SELECT 1 FROM runs r WHERE ${OF_TRIGGER} AND r.scheduled_at > ?
    AND r.kind = 'schedule' AND r.state = 'skipped' AND r.reason = ?))`;
  const found = await control.execute({
    sql: `SELECT t.id, t.revision, t.next_fire_at, t.time_zone, j.cron, j.active, j.policies,
        CASE WHEN instr(upper(j.cron), 'C') > 0 THEN
          (SELECT json_group_array(day) FROM calendars c WHERE c.client_id = t.client_id) END AS holidays,
        ${judgedAfter === undefined ? "NULL" : misjudged} AS misjudged_at, r.id AS run_id, r.scheduled_at, r.until_at
      FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
      LEFT JOIN runs r ON ${OF_TRIGGER} AND r.kind = 'schedule' AND r.state = 'skipped' AND r.reason IN (${TICK_REASONS}) AND r.until_at > ?
        AND r.scheduled_at = CASE WHEN t.skipping_from <= ? THEN t.skipping_from ELSE
          (SELECT max(n.scheduled_at) FROM runs n WHERE n.job_id = t.job_id AND n.client_id = t.client_id AND n.node_id = t.node_id
            AND n.kind = 'schedule' AND n.scheduled_at <= ?) END
      WHERE ${scope.sql} ${reason === undefined ? "" : skippedFor} ORDER BY t.id`,
    args: [
      ...(judgedAfter === undefined ? [] : [now - LOOKED_BACK_MS, now, judgedAfter]),
      ...[now, now, now],
      ...scope.args,
      ...(reason === undefined ? [] : [reason, now, reason]),
    ],
  });
  const standing = found.rows.map(
    (row): Standing => ({
      trigger: Number(row.id),
      revision: Number(row.revision),
      next: row.next_fire_at === null ? null : Number(row.next_fire_at),
      timeZone: String(row.time_zone),
      cron: row.cron === null ? null : String(row.cron),
      active: Number(row.active) === 1,
      transitions: readPolicies(String(row.policies)).transitions,
      calendar: calendarOf(row.holidays === null ? null : (JSON.parse(String(row.holidays)) as string[])),
      from: row.misjudged_at === null ? now : Number(row.misjudged_at) - 1,
      straddling:
        row.run_id === null
          ? null
          : { run: Number(row.run_id), from: Number(row.scheduled_at), until: Number(row.until_at) },
    }),
  );
  const expressions: Expressions = new Map();
  const keys = JSON.stringify(standing.map(({ trigger, revision, next, from }) => [trigger, revision, next, from]));
  return {
    unchanged: {
      sql: `(SELECT count(*) FROM json_each(?) v CROSS JOIN triggers t ON t.id = v.value ->> 0 AND t.revision = v.value ->> 1
        AND t.next_fire_at IS v.value ->> 2) = ?`,
      args: [keys, standing.length],
    },
    behind: standing.some(({ next, timeZone }) => next !== null && next <= now && isZoneKnown(timeZone)),
    withdraw: [
      {
        sql: `UPDATE runs SET until_at = v.value ->> 'until', occurrences = max(1, occurrences - (v.value ->> 'taken'))
          FROM json_each(?) v WHERE runs.id = v.value ->> 'run'`,
        args: [JSON.stringify(standing.flatMap((one) => shortened(one, expressions, now) ?? []))],
      },
      {
        sql: `DELETE FROM runs WHERE id IN (SELECT r.id FROM json_each(?) v CROSS JOIN triggers t ON t.id = v.value ->> 0
          CROSS JOIN runs r ON ${OF_TRIGGER} AND r.scheduled_at > v.value ->> 3 WHERE ${UNSTARTED} OR ${SKIPPED_EARLY("?")})`,
        args: [keys, now],
      },
    ],
    goOn: () => ({
      sql: `UPDATE triggers SET next_fire_at = v.value ->> 'next', last_fated_at = v.value ->> 'from', skipping_from = NULL, skipping_reason = NULL,
          revision = triggers.revision + 1, updated_at = ?1
        FROM json_each(?2) v WHERE triggers.id = v.value ->> 'trigger'`,
      args: [
        now,
        JSON.stringify(
          standing.map((one) => ({ trigger: one.trigger, from: one.from, next: nextOf(one, expressions) })),
        ),
      ],
    }),
  };
}

/** What becomes of a skipped row that reaches beyond now: it ends with the last occurrence up to now. */
function shortened(one: Standing, expressions: Expressions, now: number) {
  const { straddling, timeZone } = one;
  if (!straddling) return null;
  return withClock(one, expressions, (expression, options) => {
    const past = expression.previous(now + 1, timeZone, options);
    let taken = 0;
    for (const _ of expression.occurrences(now + 1, straddling.until + 1, timeZone, options)) {
      taken += 1;
      if (taken === COUNTED_AT_MOST) break;
    }
    return { run: straddling.run, taken, until: past !== null && past > straddling.from ? past : null };
  });
}

/** The first fire from where the trigger goes on; null for none. Where this host does not know the zone it is due from there, for a host that does. */
function nextOf(one: Standing, expressions: Expressions): number | null {
  if (!one.active) return null;
  if (one.cron !== null && !isZoneKnown(one.timeZone)) return one.from;
  return withClock(one, expressions, (expression, options) => expression.next(one.from, one.timeZone, options));
}

/** Asks a trigger's clock; null where it has none, and where the stored expression or zone cannot be read. */
function withClock<T>(
  { cron, transitions, calendar }: Standing,
  expressions: Expressions,
  ask: (expression: QuartzExpression, options: FireOptions) => T,
): T | null {
  if (cron === null) return null;
  try {
    const expression = expressions.get(cron) ?? QuartzExpression.parse(cron);
    expressions.set(cron, expression);
    return ask(expression, calendar ? { transitions, calendar } : { transitions });
  } catch (error) {
    if (error instanceof QuartzSyntaxError || error instanceof UnknownZoneError) return null;
    throw error;
  }
}

/**
 * Takes back what stands ahead in places that are about to get their first trigger: an edit by a clock that was ahead may have settled it
 * before the trigger of then went.
 *
 * @param now ms
 */
export function withdrawOrphans(
  places: readonly { readonly jobId: number; readonly clientId: number; readonly nodeId: string }[],
  now: number,
): Statement {
  return {
    sql: `DELETE FROM runs WHERE id IN (SELECT r.id FROM json_each(?) v CROSS JOIN runs r ON r.job_id = v.value ->> 'jobId'
        AND r.client_id = v.value ->> 'clientId' AND r.node_id = v.value ->> 'nodeId' AND r.scheduled_at > ?
      WHERE (${UNSTARTED} OR ${SKIPPED_EARLY("?")}) AND NOT EXISTS (SELECT 1 FROM triggers t WHERE ${OF_TRIGGER}))`,
    args: [JSON.stringify(places), now, now],
  };
}

/** Why an edit skips what came due and has not started. */
export type EditReason = "paused" | "client_inactive" | "job_inactive" | "job_deleted" | "not_served";

/**
 * Skips runs of the clock that came due and have not started, with the reason for which they will not.
 *
 * @param of which runs, as a condition on `runs`
 * @param now ms
 */
export function skipUnstarted(
  of: Statement,
  why: { readonly reason: EditReason; readonly message: string },
  now: number,
): Statement {
  return {
    sql: `UPDATE runs SET state = 'skipped', reason = ?, message = ?, ended_at = ?
      WHERE kind = 'schedule' AND started_at IS NULL AND state IN ('planned', 'queued', 'waiting') AND ${of.sql}`,
    args: [why.reason, why.message, now, ...of.args],
  };
}
