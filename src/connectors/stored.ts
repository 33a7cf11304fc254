import type { SQL } from "drizzle-orm";
import type { z } from "zod";
import { InvalidConfigurationError } from "../control/invalid-configuration.ts";
import { connectors } from "../control/schema.ts";
import { connectorSecret, type SecretBox, SecretUnreadableError } from "../control/secret.ts";
import type { Database } from "../store/database.ts";
import { type Selected, select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { read, statement } from "../store/statement.ts";
import type { Clock } from "./clock.ts";

/** A connector is there but cannot be used: its configuration or secret is wrong. Names what to mend, never the secret. */
export class ConnectorInvalidError extends InvalidConfigurationError {
  readonly kind: string;
  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

const COLUMNS = ["id", "kind", "name", "config", "secretEnc", "lastError"] as const;

/** A connector's row as it is stored; its secret is sealed. */
export type ConnectorRow = Selected<typeof connectors, (typeof COLUMNS)[number]>;

/** A stored connector, parsed and opened but not yet checked. */
export interface StoredConnector {
  readonly id: number;
  readonly name: string;
  readonly config: unknown;
  /** Null: it has none. */
  readonly secret: unknown;
}

/**
 * How a connector fares, kept on its row (handbook, rules: remote services): written once, when the run lets go of it, and
 * outside its steps.
 */
export interface Health {
  readonly id: number;
  /** null: this run learned nothing about it. */
  readonly state: "ok" | "reauth_required" | null;
  readonly error: string | null;
}

/** A connector that is switched on. */
const usable = (clientId: SQL, kind: string) =>
  sql`client_id = ${clientId} AND kind = ${kind} AND active = 1 AND state <> 'disabled'`;

/** True in SQL of a client for which {@link findConnector} finds one of a kind. @param clientId SQL for the client's id */
export function hasConnector(clientId: SQL, kind: string): SQL {
  return sql`EXISTS (SELECT 1 FROM connectors WHERE ${usable(clientId, kind)})`;
}

/** The active connector of a kind that a client has; of several the oldest. @param name null: any */
export async function findConnector(
  control: Database,
  clientId: number,
  kind: string,
  name: string | null,
): Promise<ConnectorRow | null> {
  const rest = sql`WHERE ${usable(sql`${clientId}`, kind)} AND name = coalesce(${name}, name) ORDER BY id LIMIT 1`;
  return (await read(control, select(connectors, COLUMNS, rest)))[0] ?? null;
}

/** One connector, active or not; null when there is none. */
export async function readConnectorRow(control: Database, id: number): Promise<ConnectorRow | null> {
  return (await read(control, select(connectors, COLUMNS, sql`WHERE id = ${id}`)))[0] ?? null;
}

/** Parses a row and opens its secret. @throws {ConnectorInvalidError} */
export async function openStored(
  secrets: SecretBox,
  { id, kind, name, config, secretEnc }: ConnectorRow,
): Promise<StoredConnector> {
  const secret = secretEnc === null ? null : await openSealed(secrets, kind, id, secretEnc, "secret_enc");
  return {
    id,
    name,
    config: parse(kind, "config", config),
    secret: secret === null ? null : parse(kind, "secret", secret),
  };
}

/** Opens a sealed text of a connector. @throws {ConnectorInvalidError} */
export async function openSealed(
  secrets: SecretBox,
  kind: string,
  id: number,
  sealed: string,
  column: Parameters<typeof connectorSecret>[1],
): Promise<string> {
  try {
    return await secrets.open(sealed, connectorSecret(id, column));
  } catch (error) {
    if (error instanceof SecretUnreadableError) throw new ConnectorInvalidError(kind, error.message);
    throw error;
  }
}

function parse(kind: string, part: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ConnectorInvalidError(kind, `The ${kind} connector's ${part} is not JSON; enter it again`);
  }
}

/** Checks what is stored. @throws {ConnectorInvalidError} that names every problem */
export function validate<S extends z.ZodType>(kind: string, part: string, schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${[part, ...issue.path].join(".")}: ${issue.message}`);
  throw new ConnectorInvalidError(kind, `The ${kind} connector cannot be used. ${problems.join("; ")}`);
}

/** Nothing changes what an administrator did meanwhile: a connector that was switched off stays off. */
export async function writeHealth(
  { control, clock }: { readonly control: Database; readonly clock: Clock },
  { id, state, error }: Health,
): Promise<void> {
  await control.execute(
    statement(sql`UPDATE connectors SET state = coalesce(${state}, state), last_error = ${error},
        last_ok_at = CASE WHEN ${error} IS NULL THEN ${clock.now()} ELSE last_ok_at END
      WHERE id = ${id} AND state <> 'disabled'`),
  );
}
