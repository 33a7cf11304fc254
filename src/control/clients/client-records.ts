import type { Row } from "@libsql/client";
import type { Database, Statement } from "../../store/database.ts";
import { type ClientFacts, toClient } from "./clients.ts";
import type { MovePhase } from "./moves.ts";

/** A client as administrators look after it (spec 1.2). Instants in ms. */
export interface ClientRecord extends ClientFacts {
  /** Whether its courses stand in a site map; null: as the setting `sitemap.enabled` says. */
  readonly sitemapEnabled: boolean | null;
  readonly licenseAlertEmail: string | null;
  /** Months from a request for deletion to the deletion. */
  readonly deletionDelayMonths: number;
  /** 0 never, 1 days after enrolment, 2 days after the last login. */
  readonly deactivationMode: 0 | 1 | 2;
  readonly deactivationDays: number | null;
  /** Raised by each change by hand: who saves names the one that the form was drawn from. */
  readonly updatedAt: number;
  /** Its data is on its way to another database; null: it lies where it lies. */
  readonly move: ClientMoveState | null;
}

/** How far a client's move is. Instants in ms. */
export interface ClientMoveState {
  readonly phase: MovePhase;
  /** Null: the database that all share. */
  readonly targetUrl: string | null;
  readonly startedAt: number;
  /** When it last came on. */
  readonly movedAt: number;
}

const COLUMNS = `c.*, m.phase AS move_phase, m.target_url AS move_target, m.started_at AS move_started_at, m.moved_at
  FROM clients c LEFT JOIN client_moves m ON m.client_id = c.id`;

/** Reads a client's row. */
export function toRecord(row: Row): ClientRecord {
  const nullable = <T>(value: unknown, read: (value: unknown) => T): T | null => (value === null ? null : read(value));
  return {
    ...toClient(row),
    sitemapEnabled: nullable(row.sitemap_enabled, (value) => Number(value) === 1),
    licenseAlertEmail: nullable(row.license_alert_email, String),
    deletionDelayMonths: Number(row.deletion_delay_months),
    deactivationMode: Number(row.deactivation_mode) as ClientRecord["deactivationMode"],
    deactivationDays: nullable(row.deactivation_days, Number),
    updatedAt: Number(row.updated_at),
    move:
      (row.move_phase ?? null) === null
        ? null
        : {
            phase: row.move_phase as MovePhase,
            targetUrl: nullable(row.move_target, String),
            startedAt: Number(row.move_started_at),
            movedAt: Number(row.moved_at),
          },
  };
}

/** One client by id; null when there is none. */
export async function readClientRecord(control: Database, id: number): Promise<ClientRecord | null> {
  const result = await control.execute({ sql: `SELECT ${COLUMNS} WHERE c.id = ?`, args: [id] });
  return result.rows[0] ? toRecord(result.rows[0]) : null;
}

/** Which clients a list shows. */
export interface ClientFilter {
  /** Only this one. */
  readonly id?: number | undefined;
  /** The beginning of a name, as it is or with a capital letter, or a whole key. Shows the first `limit` of them. */
  readonly find?: string | undefined;
  /** Id of the last client of the page before; the list is ordered by name. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** The statement behind {@link listClientRecords}: it ends in an index, whichever way it is asked. */
export function clientListStatement({ id, find, after, limit }: ClientFilter): Statement {
  const order = "ORDER BY c.name, c.id LIMIT ?";
  if (id !== undefined) return { sql: `SELECT ${COLUMNS} WHERE c.id = ? LIMIT ?`, args: [id, limit] };
  if (find !== undefined && find !== "") {
    const capital = find.charAt(0).toUpperCase() + find.slice(1);
    const named = "SELECT id FROM (SELECT id FROM clients WHERE name >= ? AND name < ? ORDER BY name, id LIMIT ?)";
    // Every name that begins so sorts before the same beginning with the last character of all behind it.
    const range = (beginning: string) => [beginning, `${beginning}\u{10ffff}`, limit];
    return {
      sql: `SELECT ${COLUMNS} WHERE c.id IN (${named} UNION ${named} UNION SELECT id FROM clients WHERE key = ?) ${order}`,
      args: [...range(find), ...range(capital), find.toLowerCase(), limit],
    };
  }
  const from = after === undefined ? "" : "WHERE (c.name, c.id) > ((SELECT name FROM clients WHERE id = ?), ?)";
  return { sql: `SELECT ${COLUMNS} ${from} ${order}`, args: [...(after === undefined ? [] : [after, after]), limit] };
}

/** Clients by name. */
export async function listClientRecords(control: Database, filter: ClientFilter): Promise<ClientRecord[]> {
  const result = await control.execute(clientListStatement(filter));
  return result.rows.map(toRecord);
}

/** A client to choose. */
export type ClientChoice = Pick<ClientFacts, "id" | "key" | "name" | "status" | "timeZone">;

/** So many clients are offered in a list; where there are more, one is named by its key. */
export const MOST_CHOICES = 200;

/** The clients to choose from, by name; null when they are more than {@link MOST_CHOICES}. */
export async function readClientChoices(control: Database): Promise<ClientChoice[] | null> {
  const result = await control.execute({
    sql: "SELECT id, key, name, status, time_zone FROM clients ORDER BY name, id LIMIT ?",
    args: [MOST_CHOICES + 1],
  });
  if (result.rows.length > MOST_CHOICES) return null;
  return result.rows.map(toChoice);
}

/** Names of some clients by their ids. */
export async function readClientNames(control: Database, ids: readonly number[]): Promise<Map<number, string>> {
  const result = await control.execute({
    sql: "SELECT id, name FROM clients WHERE id IN (SELECT value FROM json_each(?))",
    args: [JSON.stringify(ids)],
  });
  return new Map(result.rows.map((row) => [Number(row.id), String(row.name)]));
}

/** The client of this key, or else of this id. */
export async function findClient(control: Database, keyOrId: string): Promise<ClientChoice | null> {
  const result = await control.execute({
    sql: "SELECT id, key, name, status, time_zone FROM clients WHERE key = ?1 OR id = ?2 ORDER BY key <> ?1 LIMIT 1",
    args: [keyOrId.trim(), /^[1-9]\d{0,14}$/.test(keyOrId.trim()) ? Number(keyOrId) : null],
  });
  return result.rows[0] ? toChoice(result.rows[0]) : null;
}

function toChoice(row: Row): ClientChoice {
  return {
    id: Number(row.id),
    key: String(row.key),
    name: String(row.name),
    status: row.status as ClientChoice["status"],
    timeZone: String(row.time_zone),
  };
}
