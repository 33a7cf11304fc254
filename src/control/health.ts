import { isZoneKnown, type ZoneFlaw, zoneFlaws } from "../quartz/index.ts";
import type { Database } from "../store/database.ts";
import { select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { readEach } from "../store/statement.ts";
import { type ClockHealth, clockHealth, clockProblems, clockQueries } from "./clock-health.ts";
import { OPEN_AT_ONCE, OPEN_OF_A_JOB } from "./runs/open-runs.ts";
import { settings } from "./schema.ts";

/** A tick that is this much overdue (ms) means that nothing ticks: Cron Trigger and alarm have both failed. */
export const TICK_OVERDUE_MS = 180_000;

/** A trigger this far in the past (ms) was not planned by the ticks that came since. */
const TRIGGER_OVERDUE_MS = 180_000;

/** Time (ms) after which a planned run that is due counts as never seen by its client's runner. */
const UNTAKEN_AFTER_MS = 180_000;

/** Time (ms) without progress after which a client's move counts as interrupted. */
const MOVE_OVERDUE_MS = 900_000;

/** More runs than this that are due and wait mean that the runners do not keep up, or that runs are queued without end. */
export const LARGE_QUEUE = 10_000;

/** What is looked at, in this order. */
export const healthChecks = ["tick", "triggers", "overtime", "untaken", "queue", "move", "clock"] as const;
export type HealthCheck = (typeof healthChecks)[number];

/** How the scheduler fares, for a monitor and for the health page. Instants in ms. */
export interface Health {
  readonly ok: boolean;
  /** What is wrong, each in one sentence; empty when all is well. */
  readonly problems: readonly string[];
  /** The checks that found them, in the same order. */
  readonly failing: readonly HealthCheck[];
  readonly lastTick: { readonly at: number; readonly source: string } | null;
  /** Due instant of the oldest run that waits to start. */
  readonly oldestWaitingAt: number | null;
  readonly waiting: number;
  /** Runs that have started and are past the time that they may take. */
  readonly overtime: number;
  /** Planned runs that are due for minutes and that no runner has looked at, although it is their turn to be looked at. */
  readonly untaken: number;
  /** Triggers whose next fire lies in the past. */
  readonly triggersBehind: number;
  /** Zones of these triggers that this host does not know: its zone data is too old, or a name is wrong. */
  readonly unknownZones: readonly string[];
  /** Zones of which this host's data lacks a recent change. Not a fault by itself: perhaps no client is there. */
  readonly zoneFlaws: readonly ZoneFlaw[];
  /** Clients whose data is on its way to another database. */
  readonly moving: number;
  /** What the clocks show, and which of them is off. */
  readonly clocks: ClockHealth;
  /** Everything is stopped by an administrator: not a fault. */
  readonly stopped: boolean;
}

/** The second batch behind {@link readHealth}; every query ends in an index or reads open runs only. */
export function healthQueries(now: number) {
  const open = sql`state IN ('planned', 'queued', 'waiting', 'running')`;
  const planned = now - TRIGGER_OVERDUE_MS;
  return [
    sql<{ oldest: number | null; waiting: number }>`SELECT min(due_at) AS oldest, count(*) AS waiting FROM runs
      WHERE ${open} AND due_at < ${now} AND state IN ('planned', 'queued', 'waiting')`,
    sql<Count>`SELECT count(*) AS count FROM runs
      WHERE ${open} AND due_at < ${now} AND state IN ('running', 'waiting') AND deadline_at < ${now}`,
    // A runner takes no notice of those that stand behind more of their job, or of their client, than it looks at.
    sql<Count>`SELECT count(*) AS count FROM (SELECT state, due_at, row_number() OVER (PARTITION BY client_id ORDER BY due_at, id) AS seat
        FROM (SELECT id, client_id, state, due_at, row_number() OVER (PARTITION BY client_id, job_id, node_id ORDER BY due_at, id) AS rank
          FROM runs WHERE ${open} AND due_at < ${now} AND kind <> 'backfill') WHERE rank <= ${OPEN_OF_A_JOB})
      WHERE seat <= ${OPEN_AT_ONCE} AND state = 'planned' AND due_at < ${now - UNTAKEN_AFTER_MS}`,
    sql<Count>`SELECT (SELECT count(*) FROM triggers WHERE next_fire_at IS NOT NULL AND next_fire_at < ${planned})
      + (SELECT count(*) FROM quiet_groups WHERE due_at IS NOT NULL AND due_at < ${planned}) AS count`,
    sql<{
      timeZone: string;
    }>`SELECT DISTINCT time_zone AS "timeZone" FROM (SELECT * FROM (SELECT time_zone FROM triggers
      WHERE next_fire_at < ${planned} ORDER BY next_fire_at LIMIT 1000)
      UNION ALL SELECT * FROM (SELECT time_zone FROM quiet_groups WHERE due_at < ${planned} ORDER BY due_at LIMIT 1000))`,
    select(settings, ["id"], sql`WHERE client_id = 0 AND key = 'stopped'`),
    sql<{
      count: number;
      movedAt: number | null;
    }>`SELECT count(*) AS count, min(moved_at) AS "movedAt" FROM client_moves`,
  ] as const;
}

interface Count {
  readonly count: number;
}

/** Reads the scheduler's health in two round trips: what the time is, and what it makes of the runs. @param own the caller's clock, ms */
export async function readHealth(control: Database, own: number): Promise<Health> {
  const [[clock], ticks] = await readEach(control, clockQueries);
  const clocks = clockHealth(clock, ticks, own);
  const now = clocks.time;
  const [[waiting], [overtime], [untaken], [behind], zones, stopped, [moves]] = await readEach(
    control,
    healthQueries(now),
  );
  const last = ticks[0];
  const facts = {
    lastTick: last ? { at: last.at, source: last.source } : null,
    oldestWaitingAt: waiting?.oldest ?? null,
    waiting: waiting?.waiting ?? 0,
    overtime: overtime?.count ?? 0,
    untaken: untaken?.count ?? 0,
    triggersBehind: behind?.count ?? 0,
    unknownZones: zones.map(({ timeZone }) => timeZone).filter((zone) => !isZoneKnown(zone)),
    zoneFlaws: zoneFlaws(),
    moving: moves?.count ?? 0,
    clocks,
    stopped: stopped.length > 0,
  };
  const found: { readonly check: HealthCheck; readonly problem: string }[] = [];
  const find = (check: HealthCheck, problem: string) => found.push({ check, problem });
  if (!facts.lastTick) find("tick", "There has been no tick yet; check the Cron Trigger");
  else if (now - facts.lastTick.at > TICK_OVERDUE_MS) {
    const minutes = Math.round((now - facts.lastTick.at) / 60_000);
    find("tick", `The last tick was ${minutes} minutes ago; check the Cron Trigger`);
  }
  if (facts.triggersBehind > 0) {
    const zones = facts.unknownZones.length > 0 ? `; this host does not know ${facts.unknownZones.join(", ")}` : "";
    find("triggers", `${facts.triggersBehind} triggers lie in the past and were not planned${zones}`);
  }
  if (facts.overtime > 0) find("overtime", `${facts.overtime} runs are past the time that they may take`);
  if (facts.untaken > 0) find("untaken", `${facts.untaken} runs are due and no runner has looked at them`);
  if (facts.waiting > LARGE_QUEUE) find("queue", `${facts.waiting} runs are due and wait to start`);
  if (facts.moving > 0 && now - (moves?.movedAt ?? now) > MOVE_OVERDUE_MS) {
    find("move", "A client's move to another database was interrupted; go on with npm run client:move, or abandon it");
  }
  for (const problem of clockProblems(clocks)) find("clock", problem);
  return {
    ok: found.length === 0,
    problems: found.map(({ problem }) => problem),
    failing: found.map(({ check }) => check),
    ...facts,
  };
}
