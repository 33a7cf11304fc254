import type { Row } from "@libsql/client";
import type { Database } from "../../store/database.ts";
import { guardedBatch } from "../../store/guard.ts";

/**
 * How far a client's move to another database is, in this order. Up to `switching` the client is held and its data is the
 * source's; from `clearing` on it works on the target. A move that is given up is `releasing` while the source takes its runs
 * again, and `abandoning` while what was copied is removed.
 */
export type MovePhase = "holding" | "copying" | "comparing" | "switching" | "clearing" | "releasing" | "abandoning";

/** Where a phase goes on: the table at work, and the key of the last row that was dealt with (null: its first page). */
export interface MovePosition {
  readonly table: number;
  readonly after: readonly (string | number)[] | null;
  /** Rows of this table dealt with so far. */
  readonly rows: number;
}

/** One end of a move; `url` null: the database that holds everything. The token is sealed. */
export interface MoveEnd {
  readonly url: string | null;
  readonly tokenEnc: string | null;
}

/** A move that is under way. Instants in ms. */
export interface ClientMove {
  /** Never given twice: it numbers the range of ids that the client's new database makes. */
  readonly id: number;
  readonly clientId: number;
  readonly source: MoveEnd;
  readonly target: MoveEnd;
  readonly phase: MovePhase;
  readonly position: MovePosition;
  readonly startedAt: number;
}

/** Why a held run waits, in words. */
export const MOVING_WORDS = "Waits until the client's data has been moved to another database";

/** True, in SQL, while a client's runs are held because its data is being moved. @param clientId an SQL expression */
export function heldSql(clientId: string): string {
  return `EXISTS (SELECT 1 FROM client_moves WHERE client_id = ${clientId} AND phase NOT IN ('clearing', 'abandoning'))`;
}

/** True, in SQL, while any client is held. */
export const ANY_HELD_SQL = "EXISTS (SELECT 1 FROM client_moves WHERE phase NOT IN ('clearing', 'abandoning'))";

const START: MovePosition = { table: 0, after: null, rows: 0 };

function toMove(row: Row): ClientMove {
  const text = (value: unknown) => (value === null ? null : String(value));
  return {
    id: Number(row.id),
    clientId: Number(row.client_id),
    source: { url: text(row.source_url), tokenEnc: text(row.source_token_enc) },
    target: { url: text(row.target_url), tokenEnc: text(row.target_token_enc) },
    phase: row.phase as MovePhase,
    position: row.position === null ? START : (JSON.parse(String(row.position)) as MovePosition),
    startedAt: Number(row.started_at),
  };
}

/** A client's move; null when its data stays where it is. */
export async function readMove(control: Database, clientId: number): Promise<ClientMove | null> {
  const result = await control.execute({ sql: "SELECT * FROM client_moves WHERE client_id = ?", args: [clientId] });
  return result.rows[0] ? toMove(result.rows[0]) : null;
}

/**
 * Writes a move down, and with that holds the client. Nothing is written when one is under way already, when the client's
 * database is no longer `source`, or when another client has or gets the target.
 *
 * @param now ms
 */
export async function beginMove(
  control: Database,
  move: { readonly clientId: number; readonly source: MoveEnd; readonly target: MoveEnd },
  now: number,
): Promise<ClientMove | null> {
  const { clientId, source, target } = move;
  const result = await control.execute({
    sql: `INSERT INTO client_moves (client_id, source_url, source_token_enc, target_url, target_token_enc, phase, started_at, moved_at)
      SELECT id, ?2, ?3, ?4, ?5, 'holding', ?6, ?6 FROM clients WHERE id = ?1 AND database_url IS ?2
        AND NOT EXISTS (SELECT 1 FROM clients other WHERE other.id <> ?1 AND other.database_url = ?4)
        AND NOT EXISTS (SELECT 1 FROM client_moves other WHERE other.client_id <> ?1 AND ?4 IN (other.target_url, other.source_url))
      ON CONFLICT DO NOTHING RETURNING *`,
    args: [clientId, source.url, source.tokenEnc, target.url, target.tokenEnc, now],
  });
  return result.rows[0] ? toMove(result.rows[0]) : null;
}

/** Whether another client has a database, or moves to or from it. */
export async function isTaken(control: Database, url: string, clientId: number): Promise<boolean> {
  const result = await control.execute({
    sql: `SELECT EXISTS (SELECT 1 FROM clients WHERE id <> ?1 AND database_url = ?2)
      OR EXISTS (SELECT 1 FROM client_moves WHERE client_id <> ?1 AND ?2 IN (target_url, source_url)) AS taken`,
    args: [clientId, url],
  });
  return Number(result.rows[0]?.taken) === 1;
}

/** Notes how far a phase is. @param now ms @returns false when the move is in another phase by now, or over */
export async function noteMove(
  control: Database,
  move: ClientMove,
  position: MovePosition,
  now: number,
): Promise<boolean> {
  const result = await control.execute({
    sql: "UPDATE client_moves SET position = ?, moved_at = ? WHERE id = ? AND phase = ?",
    args: [JSON.stringify(position), now, move.id, move.phase],
  });
  return result.rowsAffected > 0;
}

/** Takes a move to another phase, from the start of it. @returns the move as it then is: another process may have been faster */
export async function enterPhase(
  control: Database,
  move: ClientMove,
  phase: MovePhase,
  now: number,
): Promise<ClientMove | null> {
  await control.execute({
    sql: "UPDATE client_moves SET phase = ?, position = NULL, moved_at = ? WHERE id = ? AND phase = ?",
    args: [phase, now, move.id, move.phase],
  });
  return await readMove(control, move.clientId);
}

/**
 * The compare-and-set of a move: gives the client its new database and lets its runs go on, in one batch. A second call, or
 * one behind an answer that was lost, changes nothing.
 *
 * @param now ms
 */
export async function switchDatabase(control: Database, move: ClientMove, now: number): Promise<ClientMove | null> {
  const { id, clientId, source, target } = move;
  await guardedBatch(
    control,
    {
      sql: `EXISTS (SELECT 1 FROM client_moves m JOIN clients c ON c.id = m.client_id
        WHERE m.id = ? AND m.phase = 'switching' AND c.database_url IS ?)`,
      args: [id, source.url],
    },
    [
      {
        sql: "UPDATE clients SET database_url = ?, database_token_enc = ?, updated_at = ? WHERE id = ?",
        args: [target.url, target.tokenEnc, now, clientId],
      },
      ...(target.url === null ? [{ sql: "DELETE FROM departures WHERE client_id = ?", args: [clientId] }] : []),
      {
        sql: "UPDATE client_moves SET phase = 'clearing', position = NULL, moved_at = ? WHERE id = ?",
        args: [now, id],
      },
    ],
  );
  return await readMove(control, clientId);
}

/** Removes a move that is over. */
export async function endMove(control: Database, move: ClientMove): Promise<void> {
  await control.execute({
    sql: "DELETE FROM client_moves WHERE id = ? AND phase IN ('clearing', 'abandoning')",
    args: [move.id],
  });
}

/** A run of a held client that somebody may still be at work on. */
export interface RunAtWork {
  readonly id: number;
  readonly lease: number;
  readonly heartbeatAt: number | null;
}

/** The runs of a client that are at work. */
export async function runsAtWork(control: Database, clientId: number): Promise<RunAtWork[]> {
  const result = await control.execute({
    sql: "SELECT id, lease, heartbeat_at FROM runs WHERE client_id = ? AND state = 'running' ORDER BY id",
    args: [clientId],
  });
  return result.rows.map((row) => ({
    id: Number(row.id),
    lease: Number(row.lease),
    heartbeatAt: row.heartbeat_at === null ? null : Number(row.heartbeat_at),
  }));
}

/** Takes a run from an owner that is silent: it waits, and its lease has moved on. Nothing when the owner has stirred. */
export async function takeFromOwner(control: Database, run: RunAtWork): Promise<void> {
  await control.batch(
    [
      {
        sql: `UPDATE runs SET state = 'waiting', reason = 'moving', message = ?, lease = lease + 1
          WHERE id = ? AND lease = ? AND heartbeat_at IS ? AND state = 'running'`,
        args: [MOVING_WORDS, run.id, run.lease, run.heartbeatAt],
      },
      { sql: "DELETE FROM heavy_permits WHERE run_id = ? AND changes() > 0", args: [run.id] },
    ],
    "write",
  );
}

/**
 * The leases that the store has to know before the data leaves it: of every open run that has started. A run that was claimed
 * and never got as far as its store is among them.
 */
export async function leasesToRaise(
  control: Database,
  clientId: number,
  platformStored: readonly string[],
): Promise<readonly { readonly id: number; readonly lease: number; readonly startedAt: number }[]> {
  const result = await control.execute({
    sql: `SELECT id, lease, started_at FROM runs WHERE client_id = ? AND state IN ('planned', 'queued', 'waiting', 'running')
      AND started_at IS NOT NULL AND processor NOT IN (SELECT value FROM json_each(?)) ORDER BY id`,
    args: [clientId, JSON.stringify(platformStored)],
  });
  return result.rows.map((row) => ({
    id: Number(row.id),
    lease: Number(row.lease),
    startedAt: Number(row.started_at),
  }));
}
