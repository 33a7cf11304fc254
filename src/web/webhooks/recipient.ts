import { ConnectorInvalidError, openStored, type StoredConnector } from "../../connectors/stored.ts";
import { type ClientFacts, clientColumns } from "../../control/clients/clients.ts";
import { clients, connectors } from "../../control/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { readEach } from "../../store/statement.ts";
import type { WebhookMemory } from "./memory.ts";
import type { WebhookPorts } from "./ports.ts";

/** Providers with an endpoint; each is the kind of its connector too. */
export type Provider = "shopify" | "paypal";

/** Who a delivery is for: an active client with an active connector of the provider, of several the oldest, as for runs. */
export interface Recipient {
  readonly client: ClientFacts;
  readonly connector: StoredConnector;
  /** When its secret was given (ms); null: not known. */
  readonly secretSetAt: number | null;
}

/** Keys of clients that are looked for. */
const KEY = /^[\w.-]{1,100}$/;

async function readRecipient(ports: WebhookPorts, provider: Provider, key: string): Promise<Recipient | null> {
  const [[client], [row]] = await readEach(ports.control, [
    select(clients, clientColumns, sql`WHERE key = ${key} AND status = 'active'`),
    select(
      connectors,
      ["id", "kind", "name", "config", "secretEnc", "secretSetAt", "lastError"],
      sql`WHERE client_id = (SELECT id FROM clients WHERE key = ${key}) AND kind = ${provider} AND active = 1 AND state <> 'disabled'
        ORDER BY id LIMIT 1`,
    ),
  ] as const);
  if (!client || !row) return null;
  try {
    return { client, connector: await openStored(ports.remote.secrets, row), secretSetAt: row.secretSetAt };
  } catch (error) {
    // Its page says what is wrong with it; to the outside it is as if it were not there.
    if (error instanceof ConnectorInvalidError) return null;
    throw error;
  }
}

/**
 * Finds who a delivery is for; null: no one.
 *
 * @param fresh what was remembered for more than a second is read again
 */
export async function findRecipient(
  ports: WebhookPorts,
  memory: WebhookMemory,
  provider: Provider,
  key: string,
  fresh = false,
): Promise<Recipient | null> {
  if (!KEY.test(key)) return null;
  const name = `${provider} ${key}`;
  const now = ports.now();
  const known = memory.recipient(name, now, fresh);
  if (known !== undefined) return known;
  const recipient = await readRecipient(ports, provider, key);
  memory.keep(name, recipient, now);
  return recipient;
}
