import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { type ClientFacts, readClient } from "../../control/clients/clients.ts";
import { type MoveEnd, readMove } from "../../control/clients/moves.ts";
import { clients } from "../../control/schema.ts";
import { databaseToken, SecretBox } from "../../control/secret.ts";
import type { CopyDatabase } from "../../moving/copying.ts";
import { abandonMove, continueMove, type MovePorts, startMove } from "../../moving/move-client.ts";
import { clientTables, platformStored } from "../../moving/tables.ts";
import { migrate } from "../../store/migrations.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";

const USAGE = `Moves a client's learning data to a database of its own, or back.

  npm run client:move -- --client KEY --to URL [--token-from VARIABLE]
  npm run client:move -- --client KEY --back
  npm run client:move -- --client KEY             goes on with a move that was interrupted
  npm run client:move -- --client KEY --abandon   gives a move up; the data stays where it was

LIBSQL_URL names the control database, LIBSQL_TOKEN its token. A token of the client's database is read from the environment
variable that --token-from names, and kept sealed with SECRETS_KEY.`;

/** The command cannot be carried out as it was given. */
export class MoveCommandError extends Error {
  readonly code = "invalid_option";
}

interface Order {
  readonly client: string;
  readonly act:
    | { readonly kind: "to"; readonly url: string; readonly token: string | null }
    | { readonly kind: "back" | "abandon" | "go on" };
}

/** Reads the command line. @throws {MoveCommandError} */
export function readOrder(args: readonly string[], environment: NodeJS.ProcessEnv): Order {
  let values: { client?: string; to?: string; "token-from"?: string; back?: boolean; abandon?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        client: { type: "string" },
        to: { type: "string" },
        "token-from": { type: "string" },
        back: { type: "boolean" },
        abandon: { type: "boolean" },
      },
    }));
  } catch (error) {
    throw new MoveCommandError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
  const { client, to, back, abandon } = values;
  const variable = values["token-from"];
  if (!client) throw new MoveCommandError(`--client is missing; name the client by its key\n\n${USAGE}`);
  if ([to !== undefined, back, abandon].filter(Boolean).length > 1)
    throw new MoveCommandError("--to, --back and --abandon exclude each other; give one of them");
  if (variable !== undefined && to === undefined) throw new MoveCommandError("--token-from belongs to --to");
  if (to === undefined) return { client, act: { kind: back ? "back" : abandon ? "abandon" : "go on" } };
  const token = variable === undefined ? null : environment[variable];
  if (token === undefined || token === "")
    throw new MoveCommandError(`Variable ${variable} of --token-from is not set; put the database's token there`);
  return { client, act: { kind: "to", url: checkedUrl(to), token } };
}

/** A database's address that holds no secret: it is stored, shown and logged. */
function checkedUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new MoveCommandError(
      "--to is no address; give one such as libsql://north.example.turso.io or http://north.db.internal:8080",
    );
  }
  if (!["libsql:", "https:", "http:", "wss:", "ws:", "file:"].includes(url.protocol))
    throw new MoveCommandError(`--to begins with ${url.protocol}; libsql:, https:, http: or file: is possible`);
  if (url.search !== "" || url.username !== "" || url.password !== "")
    throw new MoveCommandError("--to holds more than an address; leave its token or password out and use --token-from");
  return text;
}

async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const order = readOrder(args, environment);
  const url = environment.LIBSQL_URL;
  if (!url) throw new MoveCommandError("LIBSQL_URL is missing; give the address of the control database");
  const opened: Client[] = [];
  const open = (address: string, token: string | null | undefined): Client => {
    const client = createClient({
      url: address,
      intMode: "number",
      timeout: 5000,
      ...(token ? { authToken: token } : {}),
    });
    opened.push(client);
    return client;
  };
  const control = open(url, environment.LIBSQL_TOKEN);
  try {
    const [found] = await read(control, select(clients, ["id"], sql`WHERE key = ${order.client}`));
    const client = found ? await readClient(control, found.id) : null;
    if (!client) throw new MoveCommandError(`There is no client ${order.client}; --client takes its key`);
    const ports: MovePorts = {
      control,
      open: async (address, tokenEnc) =>
        open(address, tokenEnc === null ? null : await boxOf(environment).open(tokenEnc, databaseToken(client.id))),
      prepare,
      tables: clientTables(),
      platformStored: platformStored(),
      now: Date.now,
      pause: () => wait(1000),
      report: (line) => console.log(line),
    };
    await obey(ports, client, order, environment);
  } finally {
    for (const client of opened) client.close();
  }
}

async function obey(
  ports: MovePorts,
  client: ClientFacts,
  { act }: Order,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  switch (act.kind) {
    case "to":
      if (act.url === environment.LIBSQL_URL) throw new MoveCommandError("--to is the control database; use --back");
      await startMove(ports, client, await sealed(client.id, act.url, act.token, environment));
      break;
    case "back":
      await startMove(ports, client, { url: null, tokenEnc: null });
      break;
    case "abandon":
      await abandonMove(ports, client.id);
      break;
    case "go on":
      if (!(await readMove(ports.control, client.id)))
        throw new MoveCommandError(`Client ${client.key} is not being moved; say where with --to or --back`);
      break;
    default:
      act satisfies never;
  }
  await continueMove(ports, client.id);
  const now = await readClient(ports.control, client.id);
  console.log(`Done: client ${client.key} works on ${now?.databaseUrl ?? "the database that all share"}.`);
}

async function sealed(
  clientId: number,
  url: string,
  token: string | null,
  environment: NodeJS.ProcessEnv,
): Promise<MoveEnd> {
  if (token === null) return { url, tokenEnc: null };
  return { url, tokenEnc: await boxOf(environment).seal(token, randomBytes(12), databaseToken(clientId)) };
}

function boxOf(environment: NodeJS.ProcessEnv): SecretBox {
  if (!environment.SECRETS_KEY)
    throw new MoveCommandError("SECRETS_KEY is missing; the token of a client's database is kept sealed with it");
  return new SecretBox(environment.SECRETS_KEY, environment.SECRETS_KEY_PREVIOUS || null);
}

/** A client's own database gets the sets store and learning. */
async function prepare(database: CopyDatabase): Promise<void> {
  for (const set of ["store", "learning"] as const) await migrate(database, set, bundles[set], Date.now());
}

if (import.meta.main) {
  main(process.argv.slice(2), process.env).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
