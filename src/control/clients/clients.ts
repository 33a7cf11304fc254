import type { SQL } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
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
  /** Whether its catalogue stands in site maps: 1 yes, 0 no; null: as the setting `sitemap.enabled` says. */
  readonly sitemapEnabled: 0 | 1 | null;
  /** What becomes of people who are to be deleted (handbook, catalogue: DeleteUsersJob). */
  readonly deletionMode: "anonymise" | "remove";
  /** When people become passive by themselves: 0 never, 1 days after their enrolment, 2 days after their last login. */
  readonly deactivationMode: number;
  /** Those days; null: no person becomes passive by this. */
  readonly deactivationDays: number | null;
  /** Who is told that the client has more people than its licence allows; null: the setting `mailing.licenseRecipient` says. */
  readonly licenseAlertEmail: string | null;
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

/** What a run may know of its client's own row. */
export const knownColumns = [
  "id",
  "key",
  "name",
  "timeZone",
  "defaultLocale",
  "host",
  "sitemapEnabled",
  "deletionMode",
  "deactivationMode",
  "deactivationDays",
  "licenseAlertEmail",
] as const;

/** The columns that make {@link ClientFacts}. */
export const clientColumns = [...knownColumns, "status", "databaseUrl", "databaseTokenEnc"] as const;

/** The query of one client's facts. Client 0 is the platform, in `systemTimeZone`. */
export function clientQuery(id: number): SQL<ClientFacts> {
  if (id !== 0) return select(clients, clientColumns, sql`WHERE id = ${id}`);
  return sql<ClientFacts>`SELECT 0 AS id, 'platform' AS key, 'Platform' AS name, 'active' AS status,
    coalesce((SELECT value ->> '$' FROM settings WHERE client_id = 0 AND key = 'systemTimeZone'), 'UTC') AS "timeZone", 'en' AS "defaultLocale",
    NULL AS host, NULL AS "sitemapEnabled", 'anonymise' AS "deletionMode", 0 AS "deactivationMode", NULL AS "deactivationDays", NULL AS "licenseAlertEmail",
    NULL AS "databaseUrl", NULL AS "databaseTokenEnc"`;
}

/** One client; null when there is none. Client 0 is the platform, in `systemTimeZone`. */
export async function readClient(control: Database, id: number): Promise<ClientFacts | null> {
  const [client] = await read<ClientFacts>(control, clientQuery(id));
  return client ?? null;
}
