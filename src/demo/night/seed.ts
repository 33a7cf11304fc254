import { randomBytes } from "node:crypto";
import { connectorSecret, SecretBox } from "../../control/secret.ts";
import type { Database, Statement } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { statement } from "../../store/statement.ts";
import { clientRows, platformRows, worldRows } from "./rows.ts";
import type { ClientWorld } from "./world/world.ts";

/** User name of the demo's mail server. */
export const DEMO_MAIL_USER = "demo";

/** What worlds are written with. */
export interface WorldSeed {
  readonly database: Database;
  /** Seals the mail connectors' login. */
  readonly secretsKey: string;
  readonly mailPassword: string;
  readonly smtpPort: number;
  /** The present instant (ms). */
  readonly now: number;
  /** Who is put on record for the clients and connectors; default: nothing is recorded. */
  readonly actor?: string;
  /** Further rows of a client, in the same batch. */
  readonly beside?: (world: ClientWorld) => readonly Statement[];
}

/** Writes clients with their worlds into an empty database, in one batch. */
export async function seedWorlds(worlds: readonly ClientWorld[], seed: WorldSeed): Promise<void> {
  const { database, secretsKey, mailPassword, smtpPort, now } = seed;
  const box = new SecretBox(secretsKey);
  const login = JSON.stringify({ user: DEMO_MAIL_USER, password: mailPassword });
  const statements = platformRows(now);
  for (const world of worlds) {
    const sealed = await box.seal(login, randomBytes(12), connectorSecret(world.client.id));
    const beside = seed.beside?.(world) ?? [];
    statements.push(...clientRows(world, smtpPort, sealed, now), ...worldRows(world), ...beside);
  }
  if (seed.actor !== undefined) statements.push(recordMade(seed.actor, now));
  await database.batch(statements, "write");
}

/** Puts on record that clients and connectors were made; there were none before. */
function recordMade(actor: string, now: number): Statement {
  return statement(sql`INSERT INTO audit_log (client_id, actor, entity, entity_id, action, after, at)
      SELECT id, ${actor}, 'client', id, 'create', json_object('key', key, 'name', name, 'timeZone', time_zone), ${now} FROM clients
      UNION ALL SELECT client_id, ${actor}, 'connector', id, 'create', json_object('kind', kind, 'name', name, 'secret', 'set'), ${now}
        FROM connectors`);
}
