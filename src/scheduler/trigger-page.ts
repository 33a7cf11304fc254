import type { SQL } from "drizzle-orm";
import { calendarOf } from "../control/jobs/calendar.ts";
import { type JobPolicies, readPolicies } from "../control/jobs/policies.ts";
import type { PlannedRun } from "../control/runs/open-runs.ts";
import { jobs, triggers } from "../control/schema.ts";
import { isZoneKnown, QuartzExpression, QuartzSyntaxError } from "../quartz/index.ts";
import type { Statement } from "../store/database.ts";
import { among, columns, type RowOf, Selection } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { statement } from "../store/statement.ts";
import {
  type Fate,
  type Fates,
  fatesOf,
  QUIET_LATE_AFTER_MS,
  spreadOffset,
  type TriggerClock,
  type Window,
} from "./fates.ts";
import { type Joining, mayBeQuiet } from "./quiet/members.ts";

/** Triggers planned in one write batch. */
export const PAGE_SIZE = 1000;

const triggerColumns = columns(
  triggers,
  [
    "id",
    "jobId",
    "clientId",
    "revision",
    "timeZone",
    "nextFireAt",
    "pausedUntil",
    "skippingFrom",
    "skippingReason",
    "quietFrom",
  ],
  "t",
);
const jobColumns = columns(jobs, ["cron", "policies"], "j");

/** A trigger that lies behind, as it was read. */
type DueTrigger = RowOf<typeof triggerColumns> &
  RowOf<typeof jobColumns> & {
    /** Since when everything is stopped (ms). */
    readonly stoppedAt: number | null;
    /** JSON of `[startsAt, endsAt]`. */
    readonly blackouts: string;
    /** JSON of days; null: the expression does not ask for them. */
    readonly holidays: string | null;
    readonly mayBeQuiet: 0 | 1;
  };

/**
 * A page of triggers that have occurrences without a fate before an instant, oldest first, with all that the fates depend on: the
 * job, the switch that stops everything, blackouts, and the client's holidays where the expression asks for them.
 *
 * @param horizon ms, exclusive
 * @param scope only these, as a condition on `t`
 * @param quiet ids and aliases of processors whose polls may be quiet; default none
 */
export function triggersBehind(horizon: number, scope: SQL, quiet: readonly string[] = []): Selection<DueTrigger> {
  return new Selection<DueTrigger>([
    sql`SELECT ${triggerColumns}, ${jobColumns},
        (SELECT value ->> 'at' FROM settings WHERE client_id = 0 AND key = 'stopped') AS "stoppedAt",
        (SELECT json_group_array(json_array(starts_at, ends_at)) FROM blackouts b
          WHERE b.ends_at > t.next_fire_at AND b.starts_at < ${horizon} AND b.client_id IN (0, t.client_id)) AS blackouts,
        CASE WHEN instr(upper(j.cron), 'C') > 0 THEN
          (SELECT json_group_array(day) FROM calendars c WHERE c.client_id = t.client_id) END AS holidays,
        ${mayBeQuiet(quiet)} AS "mayBeQuiet"
      FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
      WHERE t.next_fire_at < ${horizon} AND ${scope} ORDER BY t.next_fire_at LIMIT ${PAGE_SIZE}`,
  ]);
}

/** A trigger with the fates of its occurrences, as the statements of {@link writePage} want it. */
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

/** Parsed expressions by text; kept from page to page. */
export type Expressions = Map<string, QuartzExpression>;

/** True for a trigger, a row of {@link triggersBehind}, whose zone this host knows. */
export const isPlannable = (row: DueTrigger): boolean => isZoneKnown(row.timeZone);

/** A condition on `t`: triggers whose zone is none of these, which this host does not know. They stay due for a host that does. */
export function zonesOtherThan(unknown: ReadonlySet<string>): SQL {
  return unknown.size === 0 ? sql`true` : sql`+t.time_zone NOT IN ${among(unknown)}`;
}

/** Gives the occurrences of a trigger, a row that {@link isPlannable}, their fates. */
export function planRow(row: DueTrigger, expressions: Expressions, window: Window): Planned {
  const expected = row.nextFireAt as number;
  const policies = readPolicies(row.policies);
  const { fates, nextFireAt, lastFatedAt, growing } = fatesOfRow(row, expected, policies, expressions, window);
  return {
    trigger: row.id,
    expected,
    revision: row.revision,
    next: nextFireAt,
    fated: lastFatedAt,
    growingFrom: growing?.from ?? null,
    growingReason: growing?.reason ?? null,
    offset: spreadOffset(row.clientId, policies.spreadSeconds),
    fates,
  };
}

/**
 * What a tick makes of a page: the fates of its triggers, and those that join a quiet group instead. A trigger joins before its next
 * occurrence is due, and when nothing keeps that from being quiet.
 *
 * @param rows that are {@link isPlannable}
 * @param tried triggers that were to join in this tick already: their group was past their next occurrence
 */
export function planPage(
  rows: readonly DueTrigger[],
  expressions: Expressions,
  window: Window,
  tried: Set<number>,
): { readonly planned: readonly Planned[]; readonly joining: readonly Joining[] } {
  const joining = rows.flatMap((row) => (tried.has(row.id) ? [] : (joiningOf(row, expressions, window) ?? [])));
  for (const { trigger } of joining) tried.add(trigger);
  const joins = new Set(joining.map(({ trigger }) => trigger));
  return { planned: rows.filter(({ id }) => !joins.has(id)).map((row) => planRow(row, expressions, window)), joining };
}

function joiningOf(row: DueTrigger, expressions: Expressions, { now }: Window): Joining | null {
  const expected = row.nextFireAt as number;
  if (row.mayBeQuiet === 0 || row.blackouts !== "[]" || blockedBy(row)(expected) !== null || row.stoppedAt !== null)
    return null;
  const policies = readPolicies(row.policies);
  const offset = spreadOffset(row.clientId, policies.spreadSeconds);
  if (expected + offset <= now) return null;
  try {
    const { transitions } = policies;
    // A trigger that was saved where its zone is not known may stand where nothing fires.
    const isFire = expressionOf(row, expressions).next(expected - 1, row.timeZone, { transitions }) === expected;
    return isFire ? { trigger: row.id, expected, revision: row.revision, offset } : null;
  } catch (error) {
    if (error instanceof QuartzSyntaxError) return null;
    throw error;
  }
}

/** @throws {QuartzSyntaxError} */
function expressionOf(row: DueTrigger, expressions: Expressions): QuartzExpression {
  const cron = String(row.cron);
  let expression = expressions.get(cron);
  if (!expression) {
    expression = QuartzExpression.parse(cron);
    expressions.set(cron, expression);
  }
  return expression;
}

/** Why nothing starts by the clock at an instant: everything is stopped, the trigger is paused, a blackout. */
function blockedBy(row: DueTrigger): TriggerClock["blocked"] {
  const pausedUntil = row.pausedUntil ?? 0;
  const stoppedAt = row.stoppedAt ?? Number.POSITIVE_INFINITY;
  const blackouts = JSON.parse(row.blackouts) as [number, number][];
  return (instant) => {
    if (instant >= stoppedAt) return "stopped";
    if (instant < pausedUntil) return "paused";
    return blackouts.some(([from, until]) => instant >= from && instant < until) ? "blackout" : null;
  };
}

function fatesOfRow(
  row: DueTrigger,
  nextFireAt: number,
  policies: JobPolicies,
  expressions: Expressions,
  window: Window,
): Fates {
  try {
    const expression = expressionOf(row, expressions);
    const zone = row.timeZone;
    const calendar = calendarOf(row.holidays === null ? null : (JSON.parse(row.holidays) as string[]));
    const options = { transitions: policies.transitions, ...(calendar ? { calendar } : {}) };
    // A trigger that was saved where its zone is not known is due from then on, whether something fires at that instant or not.
    const first = expression.next(nextFireAt - 1, zone, options);
    if (first === null || first >= window.until)
      return { fates: [], nextFireAt: first, lastFatedAt: nextFireAt, growing: null };
    const growing = row.skippingFrom === null ? null : { from: row.skippingFrom, reason: String(row.skippingReason) };
    return fatesOf(
      {
        expression,
        zone,
        calendar,
        nextFireAt: first,
        policies,
        blocked: blockedBy(row),
        growing,
        // It has left a quiet group, which looks at an occurrence when it is due and not before.
        ...(row.quietFrom === null
          ? {}
          : { lateAfterMs: QUIET_LATE_AFTER_MS + spreadOffset(row.clientId, policies.spreadSeconds) }),
      },
      window,
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

/** Why an occurrence was not started, in words. */
const reasonWords = sql`CASE f.value ->> 'reason'
  WHEN 'misfire' THEN 'Minutehand was not running at the planned time'
  WHEN 'dropped' THEN 'Minutehand was not running at the planned time, and more were missed than the job may catch up'
  WHEN 'paused' THEN 'The job was paused' || coalesce(': ' || t.pause_note, '')
  WHEN 'blackout' THEN 'It fell into a blackout'
  WHEN 'stopped' THEN 'Everything was stopped by an administrator'
  WHEN 'invalid_expression' THEN 'The stored expression cannot be read; edit the job' END`;

/** The triggers of a page as they were read: one that another tick or an edit moved meanwhile is not found. */
const unmoved = (page: string) => sql`json_each(${page}) p
  CROSS JOIN triggers t ON t.id = p.value ->> 'trigger' AND t.next_fire_at = p.value ->> 'expected' AND t.revision = p.value ->> 'revision'`;

/** What the first statement of {@link writePage} answers for each run. */
export type InsertedRun = PlannedRun & { readonly clientId: number; readonly state: "planned" | "skipped" };

/**
 * Inserts the runs of a page, joined to their triggers on (`next_fire_at`, `revision`): a tick that was overtaken, by
 * another tick or by an edit, inserts nothing. A fate that lengthens a skipped row finds it by its key: a pause is one row,
 * however long.
 */
function insertRuns(page: string, now: number): Statement {
  return statement(sql<InsertedRun>`INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
        time_zone, state, reason, message, until_at, occurrences, ended_at, created_at)
      SELECT t.job_id, t.client_id, t.node_id, 'schedule', f.value ->> 'scheduledAt', (f.value ->> 'scheduledAt') + (p.value ->> 'offset'),
        j.processor, j.name, j.load, j.parameters, j.policies, t.time_zone, f.value ->> 'state', f.value ->> 'reason', ${reasonWords},
        f.value ->> 'untilAt', f.value ->> 'occurrences', CASE f.value ->> 'state' WHEN 'skipped' THEN ${now} END, ${now}
      FROM ${unmoved(page)}
      CROSS JOIN jobs j ON j.id = t.job_id
      CROSS JOIN json_each(p.value, '$.fates') f
      WHERE true
      ON CONFLICT (job_id, client_id, node_id, scheduled_at, kind) DO UPDATE
        SET until_at = excluded.until_at, occurrences = runs.occurrences + excluded.occurrences, ended_at = excluded.ended_at
        WHERE runs.state = 'skipped' AND runs.reason = excluded.reason
          AND excluded.until_at > coalesce(runs.until_at, runs.scheduled_at)
      RETURNING id, client_id AS "clientId", due_at AS "dueAt", processor, state`);
}

/** Moves the triggers of a page on, under the same condition. */
function moveTriggers(page: string, now: number): Statement {
  return statement(sql`UPDATE triggers SET next_fire_at = p.value ->> 'next', last_fated_at = p.value ->> 'fated',
        skipping_from = p.value ->> 'growingFrom', skipping_reason = p.value ->> 'growingReason', quiet_from = NULL, updated_at = ${now}
      FROM json_each(${page}) p
      WHERE triggers.id = p.value ->> 'trigger' AND triggers.next_fire_at = p.value ->> 'expected'
        AND triggers.revision = p.value ->> 'revision'`);
}

/**
 * The two statements that write a page: the runs, and where each trigger stands from then on. The first answers the runs
 * ({@link InsertedRun}), the second counts the triggers.
 *
 * @param now ms
 */
export function writePage(page: readonly Planned[], now: number): [Statement, Statement] {
  const json = JSON.stringify(page);
  return [insertRuns(json, now), moveTriggers(json, now)];
}
