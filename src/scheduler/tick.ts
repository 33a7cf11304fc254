import type { PlannedRun } from "../control/runs/open-runs.ts";
import type { Catalogue } from "../processors/catalogue.ts";
import type { Database } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { read, rowsOf, statement } from "../store/statement.ts";
import { guardedBatch } from "../store/step/guard.ts";
import { AHEAD_MS, certainTime, judgeTime, readTimes, type TickTime } from "./clocks.ts";
import { standingAhead } from "./edit.ts";
import { LATE_AFTER_MS, PLAN_AHEAD_MS } from "./fates.ts";
import { dueGroups, lookAround, NOTHING_LOOKED_AT, quietProcessors } from "./quiet/look.ts";
import { joinGroups } from "./quiet/members.ts";
import { withdrawLooks } from "./quiet/withdraw.ts";
import { endStuckRuns, stuck } from "./stuck.ts";
import {
  type Expressions,
  type InsertedRun,
  isPlannable,
  PAGE_SIZE,
  planPage,
  triggersBehind,
  writePage,
  zonesOtherThan,
} from "./trigger-page.ts";

/** Time (ms) after which a runner is woken for a run that should have started: its own wake-up was lost. */
const OVERDUE_AFTER_MS = 5_000;

/** Time (ms) without a sign of life after which a running run may have lost its runner; waking one that is at work is harmless. */
const SILENT_AFTER_MS = 20_000;

/** What a tick needs. */
export interface TickPorts {
  readonly control: Database;
  /** Says whose polls may be quiet. Every host gives it; default: quiet groups are left alone, and no trigger joins one. */
  readonly catalogue?: Catalogue;
  /** The deployed release, for polls that have work once for each ({@link QuietQuestion.release}). Default ''. */
  readonly release?: string;
  /** Pages of {@link PAGE_SIZE} triggers that this invocation can afford. Default 10. */
  readonly maxPages?: number;
  /** How far the fates of the furthest trigger reach (ms), where that was read: a tick that is sure of the time takes back those of the future. */
  readonly fatedUntil?: number;
  /** When the last of the open runs that were asked for is due (ms), where that was read: one hours ahead is due now. */
  readonly askedUntil?: number;
}

/** The planned runs of each client whose runner need not look. */
export type HandOver = ReadonlyMap<number, readonly PlannedRun[]>;

/** What a tick did. */
export interface TickReport {
  /** What it took for the time, ms. */
  readonly now: number;
  /** How far it trusts that ({@link TickTime}). */
  readonly confirmed: boolean;
  readonly sure: boolean;
  /** The host's clock less `now`, ms. */
  readonly hostAheadMs: number;
  /** Run rows inserted, skipped ones included. */
  readonly planned: number;
  /** Clients (0: the platform) whose runner has something to do, each once: those who have to look first, then by due instant. */
  readonly wake: readonly number[];
  /** For clients that need no look: the runs that it planned for them, perhaps none. The others have something overdue. */
  readonly handOver: HandOver;
  /** Runs ended because no runner did; 0 as long as all is well. */
  readonly swept: number;
  /** Due triggers are left for the next invocation, oldest first. */
  readonly more: boolean;
}

/**
 * The triggers that a tick has to plan, oldest first.
 *
 * @param now ms
 * @param confirmed false: those with an occurrence that is late are left alone
 * @param unknownZones zones that this host does not know: their triggers stay as they are
 * @param quiet ids and aliases of processors whose polls may be quiet
 */
export function dueTriggers(
  now: number,
  confirmed = true,
  unknownZones: ReadonlySet<string> = new Set(),
  quiet: readonly string[] = [],
) {
  const known = zonesOtherThan(unknownZones);
  const onTime = sql`t.next_fire_at >= ${now - LATE_AFTER_MS}`;
  return triggersBehind(now + PLAN_AHEAD_MS, confirmed ? known : sql`${onTime} AND ${known}`, quiet);
}

/**
 * Clients with runs that should be under way and are not; `stuck` where one is past the last of its deadlines. The unary plus
 * keeps the planner on the index by due instant. A sign of life of the future is none: its runner's clock was ahead, and it may be gone.
 */
export function overdueClients(now: number) {
  return sql<{ clientId: number; stuck: 0 | 1 }>`SELECT +client_id AS "clientId", max(${stuck(now)}) AS stuck FROM runs
      WHERE state IN ('planned', 'queued', 'waiting', 'running') AND due_at < ${now - OVERDUE_AFTER_MS}
        AND (state <> 'running' OR heartbeat_at IS NULL OR heartbeat_at NOT BETWEEN ${now - SILENT_AFTER_MS} AND ${now + AHEAD_MS})
        AND (not_before_at IS NULL OR not_before_at < ${now})
      GROUP BY +client_id`;
}

/**
 * Turns due triggers into run rows. When nothing is due it is one batch of three statements; a page of up to {@link PAGE_SIZE} due
 * triggers costs three more, whatever their number, and runs that no owner ends any more are ended by one further batch
 * ({@link endStuckRuns}). Ticking twice, late, out of order or from two places adds nothing. While the time is not confirmed, a
 * trigger that lies behind waits: by a clock that is hours ahead, all that is to come would have been missed. Quiet occurrences
 * that have come due are looked at first ({@link lookAround}): two round trips more, and none where there are none.
 *
 * @param time what is taken for the time; ms alone: it is not in doubt
 * @param source where the tick came from, for the health page: `cron`, `alarm`, `timer`
 */
export async function tick(ports: TickPorts, time: TickTime | number, source: string): Promise<TickReport> {
  const { control } = ports;
  const { now, confirmed, sure, steady, hostAheadMs, databaseAheadMs } =
    typeof time === "number" ? certainTime(time) : time;
  const maxPages = ports.maxPages ?? 10;
  const expressions: Expressions = new Map();
  const wake = new Set<number>();
  const handOver = new Map<number, PlannedRun[]>();
  const unknownZones = new Set<string>();
  let planned = 0;
  if (steady && (ports.fatedUntil ?? 0) > now + AHEAD_MS) await withdrawFuture(control, now);
  if (steady && (ports.askedUntil ?? 0) > now + AHEAD_MS)
    for (const id of await bringForward(control, now)) wake.add(id);

  const quiet = ports.catalogue ? quietProcessors(ports.catalogue) : [];
  const asked = dueTriggers(now, confirmed, unknownZones, quiet);
  const late = overdueClients(now);
  const groups = dueGroups({ now, confirmed });
  const [due, overdue, record, polls] = await control.batch(
    [
      statement(asked),
      statement(late),
      statement(sql`INSERT INTO ticks (at, source, host_ahead_ms, database_ahead_ms, confirmed)
        VALUES (${now}, ${source}, ${hostAheadMs}, ${databaseAheadMs}, ${confirmed}) RETURNING id`),
      ...(ports.catalogue ? [statement(groups)] : []),
    ],
    "write",
  );
  const overdueOnes = rowsOf(overdue, late);
  for (const { clientId } of overdueOnes) wake.add(clientId);
  const tickId = Number(record?.rows[0]?.id);
  const anyStuck = confirmed && overdueOnes.some((one) => one.stuck === 1);
  const swept = anyStuck ? await endStuckRuns(control, now) : 0;

  // A query of one processor that fails must not keep the others' triggers from being planned: it is thrown when they are.
  let fault: unknown = null;
  const looked = ports.catalogue
    ? await lookAround(
        control,
        rowsOf(polls, groups),
        { now, confirmed, release: ports.release ?? "" },
        ports.catalogue,
        expressions,
        maxPages,
      ).catch((error: unknown) => {
        fault = error;
        return NOTHING_LOOKED_AT;
      })
    : NOTHING_LOOKED_AT;
  for (const id of looked.wake) wake.add(id);
  planned += looked.planned;
  const report = (more: boolean): TickReport => {
    if (fault !== null) throw fault;
    return {
      now,
      confirmed,
      sure,
      hostAheadMs,
      planned,
      ...called(wake, handOver),
      swept,
      more,
    };
  };

  let rows = looked.left ? await read(control, asked) : rowsOf(due, asked);
  const tried = new Set<number>();
  for (let pages = 0; rows.length > 0; pages += 1) {
    if (pages === maxPages) return report(true);
    for (const row of rows) if (!isPlannable(row)) unknownZones.add(row.timeZone);
    const known = rows.filter(isPlannable);
    const page = planPage(known, expressions, { now, until: now + PLAN_AHEAD_MS }, tried);
    const full = rows.length === PAGE_SIZE;
    const statements = [
      ...writePage(page.planned, now),
      statement(
        sql`UPDATE ticks SET planned = planned + ${page.planned.reduce((sum, one) => sum + one.fates.length, 0)} WHERE id = ${tickId}`,
      ),
      ...joinGroups(page.joining, now),
    ];
    const further = dueTriggers(now, confirmed, unknownZones, quiet);
    const results = await control.batch([...statements, ...(full ? [statement(further)] : [])], "write");
    const inserted = (results[0]?.rows ?? []) as unknown as InsertedRun[];
    planned += inserted.length;
    const joining = new Set(page.joining.map(({ trigger }) => trigger));
    for (const { id, clientId } of known)
      if (!joining.has(id) && !wake.has(clientId) && !handOver.has(clientId)) handOver.set(clientId, []);
    for (const { clientId, state, ...run } of inserted) if (state === "planned") handOver.get(clientId)?.push(run);
    rows = rowsOf(results[statements.length], further);
  }
  return report(looked.more);
}

/** Whom a tick wakes: those who have to look, then those who are handed their runs, by due instant. */
function called(looking: ReadonlySet<number>, handOver: HandOver): Pick<TickReport, "wake" | "handOver"> {
  const dueAt = (runs: readonly PlannedRun[]) =>
    runs.reduce((first, run) => Math.min(first, run.dueAt), Number.POSITIVE_INFINITY);
  const handed = [...handOver]
    .map(([clientId, runs]) => ({ clientId, at: dueAt(runs) }))
    .toSorted((a, b) => a.at - b.at);
  return { wake: [...looking, ...handed.map(({ clientId }) => clientId)], handOver };
}

/**
 * A tick by what the clocks show: reads the database's clock and the ticks before, judges the time, and ticks by it. One round trip
 * more than {@link tick}. The host's clock is read last: ticks that came between would make a jump of it look small.
 *
 * @param readings.host reads the host's clock, ms
 * @param readings.witness a third clock ({@link Readings}), ms; default none
 * @param readings.ownClock the database has a clock of its own, unlike a file; default true
 */
export async function tickByClocks(
  ports: TickPorts,
  readings: { readonly host: () => number; readonly witness?: number | null; readonly ownClock?: boolean },
  source: string,
): Promise<TickReport> {
  const times = await readTimes(ports.control);
  const database = readings.ownClock === false ? null : times.database;
  const time = judgeTime({ host: readings.host(), database, witness: readings.witness ?? null }, times.ticks);
  return await tick({ ...ports, fatedUntil: times.fatedUntil ?? 0, askedUntil: times.askedUntil ?? 0 }, time, source);
}

/**
 * Takes back what a clock that was ahead had given its fate ahead of time: the rows go, as far as they have not started, and their
 * triggers are set back, to where that clock judged them missed, else to now.
 *
 * @param now ms
 */
async function withdrawFuture(control: Database, now: number): Promise<void> {
  const limit = now + AHEAD_MS;
  await withdrawLooks(control, limit, now);
  const ahead = await standingAhead(control, sql`t.last_fated_at > ${limit}`, now, {
    judgedAfter: limit,
  });
  // Refused: another tick or an edit came between; the next tick sees what is left.
  await guardedBatch(control, ahead.unchanged, [...ahead.withdraw, ahead.goOn()]);
}

/**
 * A run that was asked for is due at once: by hand, behind another, by an event. One that is due in the future was asked for by a
 * clock that was ahead.
 *
 * @param now ms
 * @returns the clients whose runners have something to do
 */
async function bringForward(control: Database, now: number): Promise<readonly number[]> {
  const found = await read<{ client_id: number }>(
    control,
    sql`UPDATE runs SET due_at = ${now} WHERE state IN ('planned', 'queued', 'waiting') AND kind <> 'schedule' AND started_at IS NULL
      AND due_at > ${now + AHEAD_MS} RETURNING client_id`,
  );
  return [...new Set(found.map((row) => row.client_id))];
}
