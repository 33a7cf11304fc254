import type { Database, Statement } from "../store/database.ts";
import { PLAN_AHEAD_MS } from "./fates.ts";
import { endStuckRuns, stuckSql } from "./stuck.ts";
import {
  type Expressions,
  isPlannable,
  PAGE_SIZE,
  planRow,
  triggersBehind,
  writePage,
  zonesOtherThan,
} from "./trigger-page.ts";

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
 * The triggers that a tick has to plan, oldest first.
 *
 * @param now ms
 * @param unknownZones zones that this host does not know: their triggers stay as they are
 */
export function dueTriggers(now: number, unknownZones: ReadonlySet<string> = new Set()): Statement {
  return triggersBehind(now + PLAN_AHEAD_MS, zonesOtherThan(unknownZones));
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
  const expressions: Expressions = new Map();
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
    for (const row of rows) if (!isPlannable(row)) unknownZones.add(String(row.time_zone));
    const known = rows.filter(isPlannable);
    const page = known.map((row) => planRow(row, expressions, { now, until: now + PLAN_AHEAD_MS }));
    const full = rows.length === PAGE_SIZE;
    const statements = [
      ...writePage(page, now),
      {
        sql: "UPDATE ticks SET planned = planned + ? WHERE id = ?",
        args: [page.reduce((sum, one) => sum + one.fates.length, 0), tickId],
      },
    ];
    const results = await control.batch(full ? [...statements, dueTriggers(now, unknownZones)] : statements, "write");
    planned += results[0]?.rowsAffected ?? 0;
    for (const row of known) wake.add(Number(row.client_id));
    rows = full ? (results[3]?.rows ?? []) : [];
  }
  return { planned, wake: [...wake], swept, more: false };
}
