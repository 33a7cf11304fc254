import type { Row } from "@libsql/client";
import { calendarOf } from "../control/calendar.ts";
import { type JobPolicies, readPolicies } from "../control/policies.ts";
import { isZoneKnown, QuartzExpression, QuartzSyntaxError } from "../quartz/index.ts";
import type { Database, Statement } from "../store/database.ts";
import { type Fate, type Fates, fatesOf, PLAN_AHEAD_MS, spreadOffset, type TriggerClock } from "./fates.ts";
import { endStuckRuns, stuckSql } from "./stuck.ts";

/** Triggers planned in one write batch. */
export const PAGE_SIZE = 1000;

/** A runner is woken for a run that should have started so long ago (ms): its own wake-up was lost. */
const OVERDUE_AFTER_MS = 5_000;

/** A running run without a sign of life for so long (ms) may have lost its runner; waking one that is at work is harmless. */
const SILENT_AFTER_MS = 20_000;

/** What a tick needs. */
export interface TickPorts {
  readonly control: Database;
  /** Pages of {@link PAGE_SIZE} triggers that this invocation can afford. Default 10. */
  readonly maxPages?: number;
}

/** What a tick did. */
export interface TickReport {
  /** Run rows inserted, skipped ones included. */
  readonly planned: number;
  /** Clients (0: the platform) whose runner has something to do, each once. */
  readonly wake: readonly number[];
  /** Runs ended because no runner did; 0 as long as all is well. */
  readonly swept: number;
  /** Due triggers are left for the next invocation, oldest first. */
  readonly more: boolean;
}

/**
 * The due triggers, oldest first, with all that their fates depend on: the job, the switch that stops everything, blackouts,
 * and the client's holidays where the expression asks for them.
 *
 * @param unknownZones zones that this host does not know: their triggers stay as they are
 */
export function dueTriggers(now: number, unknownZones: readonly string[] = []): Statement {
  const horizon = now + PLAN_AHEAD_MS;
  return {
    sql: `SELECT t.id, t.job_id, t.client_id, t.revision, t.time_zone, t.next_fire_at, t.paused_until, t.skipping_from, t.skipping_reason,
        j.cron, j.load, j.policies,
        (SELECT value ->> 'at' FROM settings WHERE client_id = 0 AND key = 'stopped') AS stopped_at,
        (SELECT json_group_array(json_array(starts_at, ends_at)) FROM blackouts b
          WHERE b.ends_at > t.next_fire_at AND b.starts_at < ? AND b.client_id IN (0, t.client_id)) AS blackouts,
        CASE WHEN instr(upper(j.cron), 'C') > 0 THEN
          (SELECT json_group_array(day) FROM calendars c WHERE c.client_id = t.client_id) END AS holidays
      FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
      WHERE t.next_fire_at < ? ${unknownZones.length > 0 ? "AND +t.time_zone NOT IN (SELECT value FROM json_each(?))" : ""}
      ORDER BY t.next_fire_at LIMIT ${PAGE_SIZE}`,
    args: [horizon, horizon, ...(unknownZones.length > 0 ? [JSON.stringify(unknownZones)] : [])],
  };
}

/**
 * Clients with runs that should be under way and are not; `stuck` where one is past the last of its deadlines. The unary plus
 * keeps the planner on the index by due instant.
 */
export function overdueClients(now: number): Statement {
  return {
    sql: `SELECT +client_id AS client_id, max(${stuckSql(now)}) AS stuck FROM runs
      WHERE state IN ('planned', 'queued', 'waiting', 'running') AND due_at < ?
        AND (state <> 'running' OR heartbeat_at IS NULL OR heartbeat_at < ?)
        AND (not_before_at IS NULL OR not_before_at < ?)
      GROUP BY +client_id`,
    args: [now - OVERDUE_AFTER_MS, now - SILENT_AFTER_MS, now],
  };
}

interface Planned {
  readonly trigger: number;
  readonly expected: number;
  readonly revision: number;
  readonly next: number | null;
  readonly fated: number;
  readonly growingFrom: number | null;
  readonly growingReason: string | null;
  readonly offset: number;
  readonly fates: readonly Fate[];
}

/** Null for a trigger whose zone this host does not know: it stays due, for a host that does, or this one once it does. */
function plan(row: Row, expressions: Map<string, QuartzExpression>, now: number): Planned | null {
  if (!isZoneKnown(String(row.time_zone))) return null;
  const expected = Number(row.next_fire_at);
  const policies = readPolicies(String(row.policies));
  const { fates, nextFireAt, lastFatedAt, growing } = fatesOfRow(row, expected, policies, expressions, now);
  return {
    trigger: Number(row.id),
    expected,
    revision: Number(row.revision),
    next: nextFireAt,
    fated: lastFatedAt,
    growingFrom: growing?.from ?? null,
    growingReason: growing?.reason ?? null,
    offset: spreadOffset(Number(row.client_id), policies.spreadSeconds),
    fates,
  };
}

/** Why nothing starts by the clock at an instant: everything is stopped, the trigger is paused, a blackout. */
function blockedBy(row: Row): TriggerClock["blocked"] {
  const pausedUntil = row.paused_until === null ? 0 : Number(row.paused_until);
  const stoppedAt = row.stopped_at === null ? Number.POSITIVE_INFINITY : Number(row.stopped_at);
  const blackouts = JSON.parse(String(row.blackouts)) as [number, number][];
  return (instant) => {
    if (instant >= stoppedAt) return "stopped";
    if (instant < pausedUntil) return "paused";
    return blackouts.some(([from, until]) => instant >= from && instant < until) ? "blackout" : null;
  };
}

function fatesOfRow(
  row: Row,
  nextFireAt: number,
  policies: JobPolicies,
  expressions: Map<string, QuartzExpression>,
  now: number,
): Fates {
  try {
    const cron = String(row.cron);
    let expression = expressions.get(cron);
    if (!expression) {
      expression = QuartzExpression.parse(cron);
      expressions.set(cron, expression);
    }
    const zone = String(row.time_zone);
    const calendar = calendarOf(row.holidays === null ? null : (JSON.parse(String(row.holidays)) as string[]));
    const options = { transitions: policies.transitions, ...(calendar ? { calendar } : {}) };
    // A trigger that was saved where its zone is not known is due from then on, whether something fires at that instant or not.
    const first = expression.next(nextFireAt - 1, zone, options);
    if (first === null) return { fates: [], nextFireAt: null, lastFatedAt: nextFireAt, growing: null };
    const growing =
      row.skipping_from === null ? null : { from: Number(row.skipping_from), reason: String(row.skipping_reason) };
    return fatesOf(
      {
        expression,
        zone,
        calendar,
        nextFireAt: first,
        policies,
        blocked: blockedBy(row),
        growing,
      },
      now,
    );
  } catch (error) {
    if (!(error instanceof QuartzSyntaxError)) throw error;
    // One bad row, however it came to be stored, must not stop the other triggers.
    const fate: Fate = {
      scheduledAt: nextFireAt,
      state: "skipped",
      reason: "invalid_expression",
      untilAt: null,
      occurrences: 1,
      grows: false,
    };
    return { fates: [fate], nextFireAt: null, lastFatedAt: nextFireAt, growing: null };
  }
}

/** What became of an occurrence that nothing started, in words. */
const reasonWords = `CASE f.value ->> 'reason'
  WHEN 'misfire' THEN 'Minutehand was not running at the planned time'
  WHEN 'dropped' THEN 'Minutehand was not running at the planned time, and more were missed than the job may catch up'
  WHEN 'paused' THEN 'The job was paused' || coalesce(': ' || t.pause_note, '')
  WHEN 'blackout' THEN 'It fell into a blackout'
  WHEN 'stopped' THEN 'Everything was stopped by an administrator'
  WHEN 'invalid_expression' THEN 'The stored expression cannot be read; edit the job' END`;

/** The triggers of a page as they were read: one that another tick or an edit moved meanwhile is not found. */
const unmoved = `json_each(?2) p
  CROSS JOIN triggers t ON t.id = p.value ->> 'trigger' AND t.next_fire_at = p.value ->> 'expected' AND t.revision = p.value ->> 'revision'`;

/**
 * Inserts the runs of a page, joined to their triggers on (`next_fire_at`, `revision`): a tick that was overtaken, by
 * another tick or by an edit, inserts nothing. A fate that lengthens a skipped row finds it by its key: a pause is one row,
 * however long.
 */
function insertRuns(page: string, now: number): Statement {
  return {
    sql: `INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
        time_zone, state, reason, message, until_at, occurrences, ended_at, created_at)
      SELECT t.job_id, t.client_id, t.node_id, 'schedule', f.value ->> 'scheduledAt', (f.value ->> 'scheduledAt') + (p.value ->> 'offset'),
        j.processor, j.name, j.load, j.parameters, j.policies, t.time_zone, f.value ->> 'state', f.value ->> 'reason', ${reasonWords},
        f.value ->> 'untilAt', f.value ->> 'occurrences', CASE f.value ->> 'state' WHEN 'skipped' THEN ?1 END, ?1
      FROM ${unmoved}
      CROSS JOIN jobs j ON j.id = t.job_id
      CROSS JOIN json_each(p.value, '$.fates') f
      WHERE true
      ON CONFLICT (job_id, client_id, node_id, scheduled_at, kind) DO UPDATE
        SET until_at = excluded.until_at, occurrences = runs.occurrences + excluded.occurrences, ended_at = excluded.ended_at
        WHERE runs.state = 'skipped' AND runs.reason = excluded.reason
          AND excluded.until_at > coalesce(runs.until_at, runs.scheduled_at)`,
    args: [now, page],
  };
}

/** Moves the triggers of a page on, under the same condition. */
function moveTriggers(page: string, now: number): Statement {
  return {
    sql: `UPDATE triggers SET next_fire_at = p.value ->> 'next', last_fated_at = p.value ->> 'fated',
        skipping_from = p.value ->> 'growingFrom', skipping_reason = p.value ->> 'growingReason', updated_at = ?1
      FROM json_each(?2) p
      WHERE triggers.id = p.value ->> 'trigger' AND triggers.next_fire_at = p.value ->> 'expected'
        AND triggers.revision = p.value ->> 'revision'`,
    args: [now, page],
  };
}

/**
 * Turns due triggers into run rows (design.md, section 5). When nothing is due it is one batch of three statements; a page
 * of up to {@link PAGE_SIZE} due triggers costs three more, whatever their number, and runs that nobody ends any more are
 * ended by one further batch ({@link endStuckRuns}). Ticking twice, late, out of order or
 * from two places adds nothing.
 *
 * @param now ms
 * @param source where the tick came from, for the health page: `cron`, `alarm`, `timer`
 */
export async function tick(ports: TickPorts, now: number, source: string): Promise<TickReport> {
  const { control } = ports;
  const maxPages = ports.maxPages ?? 10;
  const expressions = new Map<string, QuartzExpression>();
  const wake = new Set<number>();
  const unknownZones = new Set<string>();
  let planned = 0;

  const [due, overdue, record] = await control.batch(
    [
      dueTriggers(now),
      overdueClients(now),
      { sql: "INSERT INTO ticks (at, source) VALUES (?, ?) RETURNING id", args: [now, source] },
    ],
    "write",
  );
  for (const row of overdue?.rows ?? []) wake.add(Number(row.client_id));
  const tickId = Number(record?.rows[0]?.id);
  const swept = overdue?.rows.some((row) => Number(row.stuck) === 1) ? await endStuckRuns(control, now) : 0;

  let rows = due?.rows ?? [];
  for (let pages = 0; rows.length > 0; pages += 1) {
    if (pages === maxPages) return { planned, wake: [...wake], swept, more: true };
    const page = rows.flatMap((row) => plan(row, expressions, now) ?? []);
    for (const { time_zone: zone } of rows) if (!isZoneKnown(String(zone))) unknownZones.add(String(zone));
    const json = JSON.stringify(page);
    const full = rows.length === PAGE_SIZE;
    const statements = [
      insertRuns(json, now),
      moveTriggers(json, now),
      {
        sql: "UPDATE ticks SET planned = planned + ? WHERE id = ?",
        args: [page.reduce((sum, one) => sum + one.fates.length, 0), tickId],
      },
    ];
    const results = await control.batch(
      full ? [...statements, dueTriggers(now, [...unknownZones])] : statements,
      "write",
    );
    planned += results[0]?.rowsAffected ?? 0;
    for (const row of rows) if (!unknownZones.has(String(row.time_zone))) wake.add(Number(row.client_id));
    rows = full ? (results[3]?.rows ?? []) : [];
  }
  return { planned, wake: [...wake], swept, more: false };
}
