import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { among, columns, type LeftJoined, type Selected, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { clientMoves, clients } from "../schema.ts";
import { type ClientFacts, clientColumns } from "./clients.ts";
import type { MovePhase } from "./moves.ts";

/** A client as administrators look after it (handbook, data: clients and configuration). Instants in ms. */
export interface ClientRecord extends Omit<ClientFacts, "sitemapEnabled"> {
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

const recordColumns = [
  ...clientColumns,
  "licenseAlertEmail",
  "deletionDelayMonths",
  "deactivationMode",
  "deactivationDays",
  "updatedAt",
] as const;

type RecordRow = Selected<typeof clients, (typeof recordColumns)[number]> & LeftJoined<ClientMoveState>;

/** Clients `c` with their moves. */
const selectRecords = (rest: SQL) =>
  sql<RecordRow>`SELECT ${columns(clients, recordColumns, "c")}, ${columns(clientMoves, moveColumns, "m")}
    FROM clients c LEFT JOIN client_moves m ON m.client_id = c.id ${rest}`;

const moveColumns = ["phase", "targetUrl", "startedAt", "movedAt"] as const;

async function readRecords(control: Database, query: SQL<RecordRow>): Promise<ClientRecord[]> {
  return (await read<RecordRow>(control, query)).map(toRecord);
}

function toRecord({ phase, targetUrl, startedAt, movedAt, ...row }: RecordRow): ClientRecord {
  return {
    ...row,
    sitemapEnabled: row.sitemapEnabled === null ? null : row.sitemapEnabled === 1,
    deactivationMode: row.deactivationMode as ClientRecord["deactivationMode"],
    move: phase === null || startedAt === null || movedAt === null ? null : { phase, targetUrl, startedAt, movedAt },
  };
}

/** One client by id; null when there is none. */
export async function readClientRecord(control: Database, id: number): Promise<ClientRecord | null> {
  const [client] = await readRecords(control, selectRecords(sql`WHERE c.id = ${id}`));
  return client ?? null;
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
export const clientListStatement = (filter: ClientFilter): Statement => statement(listed(filter));

function listed({ id, find, after, limit }: ClientFilter): SQL<RecordRow> {
  const order = sql`ORDER BY c.name, c.id LIMIT ${limit}`;
  if (id !== undefined) return selectRecords(sql`WHERE c.id = ${id} LIMIT ${limit}`);
  if (find !== undefined && find !== "") {
    // Every name that begins so sorts before the same beginning with the last character of all behind it.
    const named = (beginning: string) =>
      sql`SELECT id FROM (SELECT id FROM clients WHERE name >= ${beginning} AND name < ${`${beginning}\u{10ffff}`} ORDER BY name, id LIMIT ${limit})`;
    const capital = find.charAt(0).toUpperCase() + find.slice(1);
    const found = sql`${named(find)} UNION ${named(capital)} UNION SELECT id FROM clients WHERE key = ${find.toLowerCase()}`;
    return selectRecords(sql`WHERE c.id IN (${found}) ${order}`);
  }
  if (after === undefined) return selectRecords(order);
  return selectRecords(sql`WHERE (c.name, c.id) > ((SELECT name FROM clients WHERE id = ${after}), ${after}) ${order}`);
}

/** Clients by name. */
export async function listClientRecords(control: Database, filter: ClientFilter): Promise<ClientRecord[]> {
  return await readRecords(control, listed(filter));
}

/** A client to choose. */
export type ClientChoice = Pick<ClientFacts, (typeof choiceColumns)[number]>;

const choiceColumns = ["id", "key", "name", "status", "timeZone"] as const;

/** Clients offered in a list, at most; where there are more, one is named by its key. */
export const MOST_CHOICES = 200;

/** The clients to choose from, by name; null when they are more than {@link MOST_CHOICES}. */
export async function readClientChoices(control: Database): Promise<ClientChoice[] | null> {
  const choices = await read(control, select(clients, choiceColumns, sql`ORDER BY name, id LIMIT ${MOST_CHOICES + 1}`));
  return choices.length > MOST_CHOICES ? null : choices;
}

/** Names of some clients by their ids. */
export async function readClientNames(control: Database, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await read(control, select(clients, ["id", "name"], sql`WHERE id IN ${among(ids)}`));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The client of this key, or else of this id. */
export async function findClient(control: Database, keyOrId: string): Promise<ClientChoice | null> {
  const key = keyOrId.trim();
  const id = /^[1-9]\d{0,14}$/.test(key) ? Number(key) : null;
  const [client] = await read(
    control,
    select(clients, choiceColumns, sql`WHERE key = ${key} OR id = ${id} ORDER BY key <> ${key} LIMIT 1`),
  );
  return client ?? null;
}
