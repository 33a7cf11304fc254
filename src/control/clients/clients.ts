import type { Row } from "@libsql/client";
import type { Database } from "../../store/database.ts";

/** What scheduler and runner need of a client. Client 0 stands for the platform. */
export interface ClientFacts {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly status: "active" | "inactive";
  /** IANA zone. */
  readonly timeZone: string;
  readonly defaultLocale: string;
  /** Host name under which its people reach the suite; null: not known. */
  readonly host: string | null;
  /** What becomes of people who are to be deleted (spec 2.2.3). */
  readonly deletionMode: "anonymise" | "remove";
  /** Its own database for learning data, or null. */
  readonly databaseUrl: string | null;
  readonly databaseTokenEnc: string | null;
}

/** The zone of platform work and of jobs and clients that name none: setting `systemTimeZone`, default UTC. */
export async function systemTimeZone(control: Database): Promise<string> {
  const result = await control.execute("SELECT value FROM settings WHERE client_id = 0 AND key = 'systemTimeZone'");
  return result.rows[0] ? (JSON.parse(String(result.rows[0].value)) as string) : "UTC";
}

/** Reads what scheduler and runner need of a client's row. */
export function toClient(row: Row): ClientFacts {
  return {
    id: Number(row.id),
    key: String(row.key),
    name: String(row.name),
    status: row.status as ClientFacts["status"],
    timeZone: String(row.time_zone),
    defaultLocale: String(row.default_locale),
    host: row.host === null ? null : String(row.host),
    deletionMode: row.deletion_mode as ClientFacts["deletionMode"],
    databaseUrl: row.database_url === null ? null : String(row.database_url),
    databaseTokenEnc: row.database_token_enc === null ? null : String(row.database_token_enc),
  };
}

const COLUMNS =
  "id, key, name, status, time_zone, default_locale, host, deletion_mode, database_url, database_token_enc";

/** One client; null when there is none. Client 0 is the platform, in `systemTimeZone`. */
export async function readClient(control: Database, id: number): Promise<ClientFacts | null> {
  if (id === 0) {
    return {
      id: 0,
      key: "platform",
      name: "Platform",
      status: "active",
      timeZone: await systemTimeZone(control),
      defaultLocale: "en",
      host: null,
      deletionMode: "anonymise",
      databaseUrl: null,
      databaseTokenEnc: null,
    };
  }
  const result = await control.execute({ sql: `SELECT ${COLUMNS} FROM clients WHERE id = ?`, args: [id] });
  return result.rows[0] ? toClient(result.rows[0]) : null;
}

/** All clients by name, at most `limit`. */
export async function listClients(control: Database, limit = 5000): Promise<ClientFacts[]> {
  const result = await control.execute({
    sql: `SELECT ${COLUMNS} FROM clients ORDER BY name, id LIMIT ?`,
    args: [limit],
  });
  return result.rows.map(toClient);
}
