import type { SQL } from "drizzle-orm";
import { clientMoving } from "../../control/clients/moves.ts";
import { clientActive, everythingStopped, inBlackout } from "../../control/runs/gate.ts";
import {
  dueOrStarted,
  type NextRow,
  OPEN_AT_ONCE,
  OPEN_OF_A_JOB,
  openOf,
  type PlannedRun,
  toNext,
  withNext,
} from "../../control/runs/open-runs.ts";
import { type Run, type RunRow, runColumnsOfR, toRun } from "../../control/runs/runs.ts";
import type { Database, Statement } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { readEach, statement } from "../../store/statement.ts";

/** Whether the client may work at all at this moment. */
export interface Gate {
  /** The switch that stops everything is on. */
  readonly stopped: boolean;
  /** A blackout of the client or of the platform is under way. */
  readonly blackout: boolean;
  readonly clientActive: boolean;
  /** The client's data is on its way to another database: nothing of it may be worked on. */
  readonly moving: boolean;
}

/** An open run, as its client's runner sees it. */
export interface OpenRun extends Run {
  /** Among the open runs of its job, 1: the oldest. Runs of backfills are ranked apart. */
  readonly rank: number;
  /** Who claimed it last; null: no runner, or only to end it. */
  readonly claimant: string | null;
}

/** A client's open runs that are due, and which one comes due next. */
export interface OpenRuns {
  /** Oldest first, those of backfills behind all others. */
  readonly due: OpenRun[];
  /** Null when nothing else is planned. */
  readonly next: PlannedRun | null;
  readonly gate: Gate;
}

type Ranked = RunRow & Pick<OpenRun, "rank" | "claimant">;
type Facts = { readonly [Fact in keyof Gate]: 0 | 1 };

/** In the text and not bound: SQLite sorts several times faster for a limit that it knows when it prepares. */
const atOnce = sql.raw(String(OPEN_AT_ONCE));

/**
 * The queries behind {@link readOpen}. A run that has started is open whatever its due instant.
 *
 * @param unless the first finds no run where this condition holds; default: never
 * @param now ms
 */
export function openQueries(clientId: number, now: number, unless: SQL | null = null) {
  return [
    sql<Ranked>`SELECT ${runColumnsOfR}, r.claimant, o.rank FROM (
          SELECT id, rank, due_at, policies, kind FROM (
            SELECT id, due_at, policies, kind,
              row_number() OVER (PARTITION BY job_id, node_id, kind = 'backfill' ORDER BY due_at, id) AS rank
            FROM runs WHERE ${openOf(clientId)} AND ${dueOrStarted(now)}${unless ? sql` AND NOT ${unless}` : sql``})
          WHERE rank <= ${OPEN_OF_A_JOB} OR kind <> 'backfill' AND rank > 1 + coalesce(policies ->> 'overlapCap', 100)
          ORDER BY kind = 'backfill', due_at, id LIMIT ${atOnce}) o
        CROSS JOIN runs r ON r.id = o.id ORDER BY r.kind = 'backfill', o.due_at, o.id`,
    withNext(
      sql`${everythingStopped} AS stopped, ${inBlackout(clientId, now)} AS blackout, ${clientActive(clientId)} AS "clientActive",
        ${clientMoving(clientId)} AS moving`,
      clientId,
      now,
    ) as SQL<Facts & NextRow>,
  ] as const;
}

/** The statements behind {@link readOpen}. @param now ms */
export function openRunStatements(clientId: number, now: number): Statement[] {
  return openQueries(clientId, now).map(statement);
}

/** What the {@link openQueries} answered. */
export function toOpenRuns(due: readonly Ranked[], facts: (Facts & NextRow) | undefined): OpenRuns {
  return {
    due: due.map((row) => ({ ...toRun(row), rank: row.rank, claimant: row.claimant })),
    next: facts ? toNext(facts) : null,
    gate: {
      stopped: facts?.stopped === 1,
      blackout: facts?.blackout === 1,
      clientActive: facts?.clientActive === 1,
      moving: facts?.moving === 1,
    },
  };
}

/** Reads all open runs of a client that are due; one round trip, which writes nothing. @param now ms */
export async function readOpen(control: Database, clientId: number, now: number): Promise<OpenRuns> {
  const [due, [facts]] = await readEach(control, openQueries(clientId, now));
  return toOpenRuns(due, facts);
}
