import type { SQL } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { among, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { runs } from "../schema.ts";

/** Open runs of a client that its runner looks at, at most; those of backfills come last, the others the oldest first. */
export const OPEN_AT_ONCE = 200;

/** Open runs of one job that it looks at, at most; of those that wait behind them only the ones beyond their job's cap. */
export const OPEN_OF_A_JOB = 20;

/** A run that was planned, as the tick hands it over to its client's runner: a hint, since it may be withdrawn meanwhile. */
export interface PlannedRun {
  readonly id: number;
  /** ms. */
  readonly dueAt: number;
  readonly processor: string;
}

/** Open runs of a client: a condition that the partial index of open runs answers. */
export function openOf(clientId: number | SQL): SQL {
  return sql`client_id = ${clientId} AND state IN ('planned', 'queued', 'waiting', 'running')`;
}

/** Of an open run: it is due, or has started. One that has started counts whatever its due instant: another clock may have been ahead. @param now ms */
export function dueOrStarted(now: number): SQL {
  return sql`(due_at <= ${now} OR started_at IS NOT NULL)`;
}

/** The columns of {@link nextPlanned}; all null: nothing else is planned. */
export type NextRow = { readonly [Field in keyof PlannedRun as `next${Capitalize<Field>}`]: PlannedRun[Field] | null };

/** Facts as one row, joined with the run of a client that comes due next, as {@link NextRow}. @param facts SQL of columns. @param now ms */
export function withNext(facts: SQL, clientId: number, now: number): SQL {
  return sql`SELECT ${facts}, n.id AS "nextId", n.due_at AS "nextDueAt", n.processor AS "nextProcessor" FROM (SELECT 1)
      LEFT JOIN (SELECT id, due_at, processor FROM runs WHERE ${openOf(clientId)} AND due_at > ${now} AND started_at IS NULL
        ORDER BY due_at, id LIMIT 1) n`;
}

/** Reads what {@link withNext} answered. */
export function toNext({ nextId, nextDueAt, nextProcessor }: NextRow): PlannedRun | null {
  return nextId === null || nextDueAt === null || nextProcessor === null
    ? null
    : { id: nextId, dueAt: nextDueAt, processor: nextProcessor };
}

/** What a client has to do besides a run that has just ended. */
export interface WhatFollows {
  /** Other open runs are due, or have started: it has to be looked at which of them may work. */
  readonly due: boolean;
  /** The run that comes due next; null: none is planned. */
  readonly next: PlannedRun | null;
}

/** The query of {@link WhatFollows}; its row is read by {@link toFollows}. @param now ms */
export function whatFollows(clientId: number, now: number): SQL<NextRow & { readonly due: 0 | 1 }> {
  return withNext(
    sql`EXISTS (SELECT 1 FROM runs WHERE ${openOf(clientId)} AND ${dueOrStarted(now)}) AS due`,
    clientId,
    now,
  ) as SQL<NextRow & { readonly due: 0 | 1 }>;
}

/** Reads a row of {@link whatFollows}. */
export function toFollows(row: NextRow & { readonly due: 0 | 1 }): WhatFollows {
  return { due: row.due === 1, next: toNext(row) };
}

/** Those of some ids (at most a page) that are runs which are still kept: retention removes a run, and not what names it. */
export async function keptRuns(control: Database, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const wanted = [...new Set(ids)].filter((id) => id > 0);
  if (wanted.length === 0) return new Set();
  const kept = await read(control, select(runs, ["id"], sql`WHERE id IN ${among(wanted)}`));
  return new Set(kept.map(({ id }) => id));
}

/**
 * Clients (0: the platform) with runs at work or set aside, at most `limit`, by index: those whose runners have something to find
 * out when everything is stopped or goes on.
 */
export async function clientsAtWork(control: Database, limit: number): Promise<number[]> {
  const found = await read<{ client_id: number }>(
    control,
    sql`SELECT DISTINCT client_id FROM runs WHERE state IN ('running', 'waiting', 'queued') AND started_at IS NOT NULL LIMIT ${limit}`,
  );
  return found.map((row) => row.client_id);
}
