import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import type { ClientFacts } from "../../control/clients/clients.ts";
import { databaseToken, SecretBox } from "../../control/secret.ts";
import { type MigrationSet, migrate, migrationSets } from "../../store/migrations.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";

/**
 * `npm run migrate`: brings the control database up to date with all three sets, then every client's own database with
 * `store` and `learning`, those included that a client's data is just being moved to. One that fails does not keep the others
 * from theirs; it is named, and the command fails in the end. Reads `LIBSQL_URL`, `LIBSQL_TOKEN` and, where clients have
 * databases with tokens, `SECRETS_KEY`.
 */
async function run(environment: NodeJS.ProcessEnv): Promise<void> {
  const url = environment.LIBSQL_URL;
  if (!url)
    throw new TypeError(
      "LIBSQL_URL is missing; give the address of the control database, e.g. LIBSQL_URL=http://127.0.0.1:8080 npm run migrate",
    );
  const control = open(url, environment.LIBSQL_TOKEN);
  await bringUp("control database", control, migrationSets);
  const clients = await read<Pick<ClientFacts, "key" | "id" | "databaseTokenEnc"> & { databaseUrl: string }>(
    control,
    sql`SELECT key, database_url AS "databaseUrl", database_token_enc AS "databaseTokenEnc", id FROM clients WHERE database_url IS NOT NULL
      UNION SELECT c.key, m.target_url, m.target_token_enc, c.id FROM client_moves m JOIN clients c ON c.id = m.client_id
        WHERE m.target_url IS NOT NULL
      ORDER BY id`,
  );
  let failed = 0;
  for (const client of clients) {
    const name = `database of client ${client.key}`;
    try {
      const { databaseTokenEnc: sealed } = client;
      const token = sealed === null ? undefined : await box(environment).open(sealed, databaseToken(client.id));
      const database = open(client.databaseUrl, token);
      try {
        await bringUp(name, database, ["store", "learning"]);
      } finally {
        database.close();
      }
    } catch (error) {
      failed += 1;
      console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  control.close();
  if (failed > 0) {
    throw new Error(
      `${failed} of ${clients.length} clients' databases were not brought up to date; mend them and run it again`,
    );
  }
}

function open(url: string, token: string | undefined): Client {
  return createClient({ url, ...(token ? { authToken: token } : {}) });
}

function box(environment: NodeJS.ProcessEnv): SecretBox {
  if (!environment.SECRETS_KEY) throw new TypeError("SECRETS_KEY is missing; a client's database has a sealed token");
  return new SecretBox(environment.SECRETS_KEY, environment.SECRETS_KEY_PREVIOUS || null);
}

async function bringUp(name: string, database: Client, sets: readonly MigrationSet[]): Promise<void> {
  for (const set of sets) {
    const applied = await migrate(database, set, bundles[set], Date.now());
    console.log(`${name}, ${set}: ${applied.length === 0 ? "up to date" : `applied ${applied.join(", ")}`}`);
  }
}

run(process.env).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
