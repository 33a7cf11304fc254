import { sql } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { select } from "../../store/select.ts";
import { read } from "../../store/statement.ts";
import { clients, settings } from "../schema.ts";

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
  /** What becomes of people who are to be deleted (handbook, catalogue: DeleteUsersJob). */
  readonly deletionMode: "anonymise" | "remove";
  /** Its own database for learning data, or null. */
  readonly databaseUrl: string | null;
  readonly databaseTokenEnc: string | null;
}

/** The zone of platform work and of jobs and clients that name none: setting `systemTimeZone`, default UTC. */
export async function systemTimeZone(control: Database): Promise<string> {
  const [setting] = await read(
    control,
    select(settings, ["value"], sql`WHERE client_id = 0 AND key = 'systemTimeZone'`),
  );
  return setting ? (JSON.parse(setting.value) as string) : "UTC";
}

/** The columns that make {@link ClientFacts}. */
export const clientColumns = [
  "id",
  "key",
  "name",
  "status",
  "timeZone",
  "defaultLocale",
  "host",
  "deletionMode",
  "databaseUrl",
  "databaseTokenEnc",
] as const;

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
  const [client] = await read(control, select(clients, clientColumns, sql`WHERE id = ${id}`));
  return client ?? null;
}

/** All clients by name, at most `limit`. */
export async function listClients(control: Database, limit = 5000): Promise<ClientFacts[]> {
  return await read(control, select(clients, clientColumns, sql`ORDER BY name, id LIMIT ${limit}`));
}
