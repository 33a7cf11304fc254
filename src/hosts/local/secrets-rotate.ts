import { type Client, createClient } from "@libsql/client";
import { clients } from "../../control/schema.ts";
import { databaseToken, SecretBox } from "../../control/secret.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { randomBytes } from "../assemble.ts";
import { type Resealed, reseal, sealedInControl, sealedInStores } from "../reseal.ts";

/**
 * `npm run secrets:rotate`: seals every secret again with `SECRETS_KEY`, those that `SECRETS_KEY_PREVIOUS` had sealed and those
 * that an earlier release had not bound to their rows, in the control database and in every client's own. It can be killed and
 * repeated. What neither key opens is named and makes the command fail in the end. Reads `LIBSQL_URL` and `LIBSQL_TOKEN` too.
 */
async function run(environment: NodeJS.ProcessEnv): Promise<void> {
  const { LIBSQL_URL: url, LIBSQL_TOKEN: token, SECRETS_KEY: key, SECRETS_KEY_PREVIOUS: previous } = environment;
  if (!url) throw new TypeError("LIBSQL_URL is missing; give the address of the control database");
  if (!key) throw new TypeError("SECRETS_KEY is missing; give the key that secrets are to be sealed with");
  const box = new SecretBox(key, previous || null);
  let failed = 0;
  const told = (name: string, { count, unreadable }: Resealed) => {
    console.log(`${name}: ${count} sealed again, ${unreadable.length} cannot be read`);
    for (const { table, column, row } of unreadable) {
      console.error(`${name}: ${table} ${row}, ${column}: neither key opens it; enter the secret again`);
    }
    failed += unreadable.length;
  };
  const control = open(url, token);
  try {
    told("control database", await reseal(control, [...sealedInControl, ...sealedInStores], box, randomBytes));
    const moved = await read(
      control,
      select(
        clients,
        ["id", "key", "databaseUrl", "databaseTokenEnc"],
        sql`WHERE database_url IS NOT NULL ORDER BY id`,
      ),
    );
    for (const client of moved) {
      const name = `database of client ${client.key}`;
      try {
        const sealed = client.databaseTokenEnc;
        const opened = sealed === null ? undefined : await box.open(sealed, databaseToken(client.id));
        const database = open(client.databaseUrl ?? "", opened);
        try {
          told(name, await reseal(database, sealedInStores, box, randomBytes));
        } finally {
          database.close();
        }
      } catch (error) {
        failed += 1;
        console.error(`${name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  } finally {
    control.close();
  }
  if (failed > 0)
    throw new Error("Not everything was sealed again; keep SECRETS_KEY_PREVIOUS, mend what is named, and run it again");
  console.log("Every secret is sealed with SECRETS_KEY. SECRETS_KEY_PREVIOUS can be removed from every host.");
}

function open(url: string, token: string | undefined): Client {
  return createClient({ url, intMode: "number", timeout: 5000, ...(token ? { authToken: token } : {}) });
}

run(process.env).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
