import type { Row } from "@libsql/client";
import type { Catalogue } from "../processors/catalogue.ts";
import { QuartzExpression, QuartzSyntaxError, UnknownZoneError } from "../quartz/index.ts";
import type { Database, Statement } from "../store/database.ts";
import { type Fate, type Fates, fatesOf, PLAN_AHEAD_MS, spreadOffset } from "./fates.ts";

/** Triggers planned in one write batch. */
export const PAGE_SIZE = 1000;

/** A runner is woken for a run that should have started so long ago (ms): its own wake-up was lost. */
const OVERDUE_AFTER_MS = 5_000;

/** A running run without a sign of life for so long (ms) may have lost its runner; waking one that is at work is harmless. */
const SILENT_AFTER_MS = 20_000;

/** What a tick needs. */
export interface TickPorts {
  readonly control: Database;
  readonly catalogue: Catalogue;
  /** Pages of {@link PAGE_SIZE} triggers that this invocation can afford. Default 10. */
  readonly maxPages?: number;
}

/** What a tick did. */
export interface TickReport {
  /** Run rows inserted, skipped ones included. */
  readonly planned: number;
  /** Clients (0: the platform) whose runner has something to do, each once. */
  readonly wake: readonly number[];
  /** Due triggers are left for the next invocation, oldest first. */
  readonly more: boolean;
}

/** The due triggers, oldest first, with what of their jobs the tick needs. */
export function dueTriggers(now: number): Statement {
  return {
    sql: `SELECT t.id, t.job_id, t.client_id, t.revision, t.time_zone, t.next_fire_at,
        j.cron, j.processor, j.misfire, j.spread_seconds, j.transitions
      FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
      WHERE t.next_fire_at < ? ORDER BY t.next_fire_at LIMIT ${PAGE_SIZE}`,
    args: [now + PLAN_AHEAD_MS],
  };
}

/** Clients with runs that should be under way and are not. The unary plus keeps the planner on the index by due instant. */
export function overdueClients(now: number): Statement {
  return {
    sql: `SELECT DISTINCT +client_id AS client_id FROM runs
      WHERE state IN ('planned', 'queued', 'waiting', 'running') AND due_at < ?
        AND (state <> 'running' OR heartbeat_at IS NULL OR heartbeat_at < ?)
        AND (not_before_at IS NULL OR not_before_at < ?)`,
    args: [now - OVERDUE_AFTER_MS, now - SILENT_AFTER_MS, now],
  };
}

interface Planned {
  readonly trigger: number;
  readonly expected: number;
  readonly revision: number;
  readonly next: number | null;
  readonly fated: number;
  readonly load: "light" | "heavy";
  readonly offset: number;
  readonly fates: readonly Fate[];
}

function plan(row: Row, catalogue: Catalogue, expressions: Map<string, QuartzExpression>, now: number): Planned {
  const expected = Number(row.next_fire_at);
  const { fates, nextFireAt, lastFatedAt } = fatesOfRow(row, expected, expressions, now);
  return {
    trigger: Number(row.id),
    expected,
    revision: Number(row.revision),
    next: nextFireAt,
    fated: lastFatedAt,
    load: catalogue.find(String(row.processor))?.load ?? "light",
    offset: spreadOffset(Number(row.client_id), Number(row.spread_seconds)),
    fates,
  };
}

function fatesOfRow(row: Row, nextFireAt: number, expressions: Map<string, QuartzExpression>, now: number): Fates {
  try {
    const cron = String(row.cron);
    let expression = expressions.get(cron);
    if (!expression) {
      expression = QuartzExpression.parse(cron);
      expressions.set(cron, expression);
    }
    const zone = String(row.time_zone);
    const transitions = row.transitions as "safe" | "quartz";
    return fatesOf({ expression, zone, transitions, nextFireAt, misfire: row.misfire as "once" | "skip" }, now);
  } catch (error) {
    if (!(error instanceof QuartzSyntaxError || error instanceof UnknownZoneError)) throw error;
    // One bad row, however it came to be stored, must not stop the other triggers.
    const fate: Fate = {
      scheduledAt: nextFireAt,
      state: "skipped",
      reason: "invalid_expression",
      untilAt: null,
      occurrences: 1,
    };
    return { fates: [fate], nextFireAt: null, lastFatedAt: nextFireAt };
  }
}

/**
 * Inserts the runs of a page, joined to their triggers on (`next_fire_at`, `revision`): a tick that was overtaken, by
 * another tick or by an edit, inserts nothing.
 */
function insertRuns(page: readonly Planned[], now: number): Statement {
  return {
    sql: `INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone,
        state, reason, message, until_at, occurrences, ended_at, created_at)
      SELECT t.job_id, t.client_id, t.node_id, 'schedule', f.value ->> 'scheduledAt', (f.value ->> 'scheduledAt') + (p.value ->> 'offset'),
        j.processor, j.name, p.value ->> 'load', j.parameters, t.time_zone, f.value ->> 'state', f.value ->> 'reason',
        CASE f.value ->> 'reason' WHEN 'misfire' THEN 'Minutehand was not running at the planned time'
          WHEN 'invalid_expression' THEN 'The stored expression or zone cannot be read; edit the job' END,
        f.value ->> 'untilAt', f.value ->> 'occurrences', CASE f.value ->> 'state' WHEN 'skipped' THEN ?1 END, ?1
      FROM json_each(?2) p
      CROSS JOIN triggers t ON t.id = p.value ->> 'trigger' AND t.next_fire_at = p.value ->> 'expected' AND t.revision = p.value ->> 'revision'
      CROSS JOIN jobs j ON j.id = t.job_id
      CROSS JOIN json_each(p.value, '$.fates') f
      WHERE true ON CONFLICT DO NOTHING`,
    args: [now, JSON.stringify(page)],
  };
}

/** Moves the triggers of a page on, under the same condition. */
function moveTriggers(page: readonly Planned[], now: number): Statement {
  const moves = page.map(({ trigger, expected, revision, next, fated }) => ({
    trigger,
    expected,
    revision,
    next,
    fated,
  }));
  return {
    sql: `UPDATE triggers SET next_fire_at = p.value ->> 'next', last_fated_at = p.value ->> 'fated', updated_at = ?
      FROM json_each(?) p
      WHERE triggers.id = p.value ->> 'trigger' AND triggers.next_fire_at = p.value ->> 'expected'
        AND triggers.revision = p.value ->> 'revision'`,
    args: [now, JSON.stringify(moves)],
  };
}

/**
 * Turns due triggers into run rows (design.md, section 5). When nothing is due it is one batch of three statements; a page
 * of up to {@link PAGE_SIZE} due triggers costs three more, whatever their number. Ticking twice, late, out of order or
 * from two places adds nothing.
 *
 * @param now ms
 * @param source where the tick came from, for the health page: `cron`, `alarm`, `timer`
 */
export async function tick(ports: TickPorts, now: number, source: string): Promise<TickReport> {
  const { control, catalogue } = ports;
  const maxPages = ports.maxPages ?? 10;
  const expressions = new Map<string, QuartzExpression>();
  const wake = new Set<number>();
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

  let rows = due?.rows ?? [];
  for (let pages = 0; rows.length > 0; pages += 1) {
    if (pages === maxPages) return { planned, wake: [...wake], more: true };
    const page = rows.map((row) => plan(row, catalogue, expressions, now));
    const full = rows.length === PAGE_SIZE;
    const statements = [
      insertRuns(page, now),
      moveTriggers(page, now),
      {
        sql: "UPDATE ticks SET planned = planned + ? WHERE id = ?",
        args: [page.reduce((sum, one) => sum + one.fates.length, 0), tickId],
      },
    ];
    const results = await control.batch(full ? [...statements, dueTriggers(now)] : statements, "write");
    planned += results[0]?.rowsAffected ?? 0;
    for (const row of rows) wake.add(Number(row.client_id));
    rows = full ? (results[3]?.rows ?? []) : [];
  }
  return { planned, wake: [...wake], more: false };
}
