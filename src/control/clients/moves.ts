import type { SQL } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { among, columns, type RowOf, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { guardedBatch } from "../../store/step/guard.ts";
import { clientMoves, runs } from "../schema.ts";

/**
 * How far a client's move to another database is, in this order. Up to `switching` the client's runs wait and its data is the
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

/** Why a run of a client that is being moved waits, in words. */
export const MOVING_WORDS = "Waits until the client's data has been moved to another database";

/** Of a row of `client_moves`: the client's runs wait. */
const runsWait = sql`phase NOT IN ('clearing', 'abandoning')`;

/** True while a client's runs wait because its data is being moved. @param clientId its id, or SQL for it */
export function clientMoving(clientId: number | SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM client_moves WHERE client_id = ${clientId} AND ${runsWait})`;
}

/** Whether a client's data is being moved just now, so that nothing may be written into it. */
export async function isClientMoving(control: Database, clientId: number): Promise<boolean> {
  const [row] = await read<{ moving: 0 | 1 }>(control, sql`SELECT ${clientMoving(clientId)} AS moving`);
  return row?.moving === 1;
}

/** True while the runs of any client wait for its move. */
export const anyMoving = sql`EXISTS (SELECT 1 FROM client_moves WHERE ${runsWait})`;

const START: MovePosition = { table: 0, after: null, rows: 0 };

const moveColumns = columns(clientMoves, [
  "id",
  "clientId",
  "sourceUrl",
  "sourceTokenEnc",
  "targetUrl",
  "targetTokenEnc",
  "phase",
  "position",
  "startedAt",
]);
type MoveRow = RowOf<typeof moveColumns>;

function toMove(row: MoveRow): ClientMove {
  return {
    id: row.id,
    clientId: row.clientId,
    source: { url: row.sourceUrl, tokenEnc: row.sourceTokenEnc },
    target: { url: row.targetUrl, tokenEnc: row.targetTokenEnc },
    phase: row.phase,
    position: row.position === null ? START : (JSON.parse(row.position) as MovePosition),
    startedAt: row.startedAt,
  };
}

/** A client's move; null when its data stays where it is. */
export async function readMove(control: Database, clientId: number): Promise<ClientMove | null> {
  const [row] = await read<MoveRow>(
    control,
    sql`SELECT ${moveColumns} FROM client_moves WHERE client_id = ${clientId}`,
  );
  return row ? toMove(row) : null;
}

/**
 * Writes a move down, and with that lets the client's runs wait. Nothing is written when one is under way already, when the client's
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
  const [row] = await read<MoveRow>(
    control,
    sql`INSERT INTO client_moves (client_id, source_url, source_token_enc, target_url, target_token_enc, phase, started_at, moved_at)
      SELECT id, ${source.url}, ${source.tokenEnc}, ${target.url}, ${target.tokenEnc}, 'holding', ${now}, ${now}
      FROM clients WHERE id = ${clientId} AND database_url IS ${source.url}
        AND NOT EXISTS (SELECT 1 FROM clients other WHERE other.id <> ${clientId} AND other.database_url = ${target.url})
        AND NOT EXISTS (SELECT 1 FROM client_moves other WHERE other.client_id <> ${clientId}
          AND ${target.url} IN (other.target_url, other.source_url))
      ON CONFLICT DO NOTHING RETURNING ${moveColumns}`,
  );
  return row ? toMove(row) : null;
}

/** Whether another client has a database, or moves to or from it. */
export async function isTaken(control: Database, url: string, clientId: number): Promise<boolean> {
  const [answer] = await read<{ taken: 0 | 1 }>(
    control,
    sql`SELECT EXISTS (SELECT 1 FROM clients WHERE id <> ${clientId} AND database_url = ${url})
      OR EXISTS (SELECT 1 FROM client_moves WHERE client_id <> ${clientId} AND ${url} IN (target_url, source_url)) AS taken`,
  );
  return answer?.taken === 1;
}

/** Notes how far a phase is. @param now ms @returns false when the move is in another phase by now, or over */
export async function noteMove(
  control: Database,
  move: ClientMove,
  position: MovePosition,
  now: number,
): Promise<boolean> {
  const result = await control.execute(
    statement(
      sql`UPDATE client_moves SET position = ${JSON.stringify(position)}, moved_at = ${now} WHERE id = ${move.id} AND phase = ${move.phase}`,
    ),
  );
  return result.rowsAffected > 0;
}

/** Takes a move to another phase, from the start of it. @returns the move as it then is: another process may have been faster */
export async function enterPhase(
  control: Database,
  move: ClientMove,
  phase: MovePhase,
  now: number,
): Promise<ClientMove | null> {
  await control.execute(
    statement(
      sql`UPDATE client_moves SET phase = ${phase}, position = NULL, moved_at = ${now} WHERE id = ${move.id} AND phase = ${move.phase}`,
    ),
  );
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
    sql`EXISTS (SELECT 1 FROM client_moves m JOIN clients c ON c.id = m.client_id
      WHERE m.id = ${id} AND m.phase = 'switching' AND c.database_url IS ${source.url})`,
    [
      statement(
        sql`UPDATE clients SET database_url = ${target.url}, database_token_enc = ${target.tokenEnc}, updated_at = ${now} WHERE id = ${clientId}`,
      ),
      ...(target.url === null ? [statement(sql`DELETE FROM departures WHERE client_id = ${clientId}`)] : []),
      statement(sql`UPDATE client_moves SET phase = 'clearing', position = NULL, moved_at = ${now} WHERE id = ${id}`),
    ],
  );
  return await readMove(control, clientId);
}

/** Removes a move that is over. */
export async function endMove(control: Database, move: ClientMove): Promise<void> {
  await control.execute(
    statement(sql`DELETE FROM client_moves WHERE id = ${move.id} AND phase IN ('clearing', 'abandoning')`),
  );
}

/** The runs of a client that are at work: an owner may still be at work on them while the client's move begins. */
export async function runsAtWork(control: Database, clientId: number) {
  return await read(
    control,
    select(runs, ["id", "lease", "heartbeatAt"], sql`WHERE client_id = ${clientId} AND state = 'running' ORDER BY id`),
  );
}

/**
 * The leases that the store has to know before the data leaves it: of every open run that has started. A run that was claimed
 * and never got as far as its store is among them.
 */
export async function leasesToRaise(control: Database, clientId: number, platformStored: readonly string[]) {
  return await read(
    control,
    select(
      runs,
      ["id", "lease", "startedAt"],
      sql`WHERE client_id = ${clientId} AND state IN ('planned', 'queued', 'waiting', 'running') AND started_at IS NOT NULL
        AND processor NOT IN ${among(platformStored)} ORDER BY id`,
    ),
  );
}
