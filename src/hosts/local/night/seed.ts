import { randomBytes } from "node:crypto";
import { SecretBox } from "../../../control/secret.ts";
import type { Database } from "../../../store/database.ts";
import { clientRows, platformRows, worldRows } from "./rows.ts";
import type { ClientWorld } from "./world.ts";

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
}

/** Writes clients with their worlds into an empty database, in one batch. */
export async function seedWorlds(worlds: readonly ClientWorld[], seed: WorldSeed): Promise<void> {
  const { database, secretsKey, mailPassword, smtpPort, now } = seed;
  const box = new SecretBox(secretsKey);
  const login = JSON.stringify({ user: DEMO_MAIL_USER, password: mailPassword });
  const statements = platformRows(now);
  for (const world of worlds) {
    const sealed = await box.seal(login, randomBytes(12));
    statements.push(...clientRows(world, smtpPort, sealed, now), ...worldRows(world));
  }
  await database.batch(statements, "write");
}
