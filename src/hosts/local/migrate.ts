import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { SecretBox } from "../../control/secret.ts";
import { type MigrationSet, migrate, migrationSets } from "../../store/migrations.ts";

/**
 * `npm run migrate`: brings the control database up to date with all three sets, then every client's own database with
 * `store` and `learning`. Reads `LIBSQL_URL`, `LIBSQL_TOKEN` and, where clients have databases with tokens, `SECRETS_KEY`.
 */
async function run(environment: NodeJS.ProcessEnv): Promise<void> {
  const url = environment.LIBSQL_URL;
  if (!url)
    throw new TypeError(
      "LIBSQL_URL is missing; give the address of the control database, e.g. LIBSQL_URL=http://127.0.0.1:8080 npm run migrate",
    );
  const control = open(url, environment.LIBSQL_TOKEN);
  await bringUp("control database", control, migrationSets);
  const clients = await control.execute(
    "SELECT key, database_url, database_token_enc FROM clients WHERE database_url IS NOT NULL ORDER BY id",
  );
  for (const client of clients.rows) {
    const sealed = client.database_token_enc;
    const token = sealed === null ? undefined : await box(environment).open(String(sealed));
    const database = open(String(client.database_url), token);
    await bringUp(`database of client ${client.key}`, database, ["store", "learning"]);
    database.close();
  }
  control.close();
}

function open(url: string, token: string | undefined): Client {
  return createClient({ url, ...(token ? { authToken: token } : {}) });
}

function box(environment: NodeJS.ProcessEnv): SecretBox {
  if (!environment.SECRETS_KEY) throw new TypeError("SECRETS_KEY is missing; a client's database has a sealed token");
  return new SecretBox(environment.SECRETS_KEY);
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
