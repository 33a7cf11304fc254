import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { shopifyConfig, shopifySecret } from "../../connectors/kinds/shopify.ts";
import { ConnectorInvalidError, openStored } from "../../connectors/stored.ts";
import { createConnector } from "../../control/clients/connector-records.ts";
import { clients, connectors } from "../../control/schema.ts";
import { connectorSecret, type SecretBox } from "../../control/secret.ts";
import { catalogueItems, components, persons } from "../../learning/schema.ts";
import type { Database } from "../../store/database.ts";
import { insertEach } from "../../store/insert.ts";
import { select } from "../../store/select.ts";
import { read, readEach, statement } from "../../store/statement.ts";
import { demoClients } from "../night/clients.ts";
import { componentId } from "../night/world/components.ts";

/** The client whose courses are sold. */
const CLIENT = demoClients[0] as (typeof demoClients)[number];
/** Name of the shop's connector. */
const DEMO_SHOP = "Demo shop";
const SHOP = "minutehand-demo.myshopify.com";
const CURRENCY = "EUR";
const CLIENT_ID = "demo-shop";

/** What is sold, by what the demo calls it: two that anyone can take, one with few places, and one that asks for another first. */
const SOLD = [
  { key: "basics", priceMinor: 4900 },
  { key: "first-aid", priceMinor: 8900 },
  { key: "limited", priceMinor: 19_900 },
  { key: "gated", priceMinor: 12_900 },
] as const;
/** People whom the shop knows by their address. */
const BUYERS = 12;

/** A variant that the shop sells. */
export interface Goods {
  readonly variantId: string;
  readonly productId: string;
  readonly handle: string;
  readonly title: string;
  readonly componentId: number;
  /** In the smallest unit of {@link DemoGoods.currency}. */
  readonly priceMinor: number;
}

/** The shop as the database has it. */
export interface DemoGoods {
  readonly shop: string;
  readonly currency: string;
  readonly client: { readonly id: number; readonly key: string };
  /** The login of the shop's app, as the connector has it. */
  readonly app: { readonly clientId: string; readonly clientSecret: string };
  readonly goods: readonly Goods[];
  readonly buyers: readonly { readonly email: string; readonly givenName: string; readonly familyName: string }[];
}

/** The client of the demo is there. */
async function hasClient(database: Database): Promise<boolean> {
  const found = await read(database, select(clients, ["id"], sql`WHERE id = ${CLIENT.id} AND key = ${CLIENT.key}`));
  return found.length > 0;
}

/** The connector that the demo made, if it still is there. */
const ownConnector = sql`WHERE client_id = ${CLIENT.id} AND kind = 'shopify' AND name = ${DEMO_SHOP}`;

/**
 * Gives the demo's first client a shop: a connector with a client secret of this installation, and four courses that it sells. Where
 * there is a connector of a shop, or the client is gone, nothing is made. The address, which is new at each start, is always corrected.
 *
 * @param address where the demo's shop serves its Admin API: an origin
 * @param now ms
 */
export async function seedShop(database: Database, secrets: SecretBox, address: string, now: number): Promise<void> {
  if (!(await hasClient(database))) return;
  const shops = await read(database, select(connectors, ["id"], sql`WHERE kind = 'shopify' LIMIT 1`));
  if (shops.length === 0) {
    const secret = JSON.stringify({ clientId: CLIENT_ID, clientSecret: randomBytes(24).toString("base64url") });
    const input = {
      clientId: CLIENT.id,
      kind: "shopify",
      name: DEMO_SHOP,
      active: true,
      config: shopifyConfig.parse({ shop: SHOP, baseUrl: address }),
      seal: (id: number) => secrets.seal(secret, randomBytes(12), connectorSecret(id)),
    };
    const made = await createConnector(database, input, "demo", now);
    if (made.state === "saved") await putOnSale(database, made.connectorId, now);
    return;
  }
  await database.execute(
    statement(sql`UPDATE connectors SET config = json_set(config, '$.baseUrl', ${address}), updated_at = ${now} ${ownConnector}
      AND config ->> 'baseUrl' LIKE 'http://127.0.0.1:%' AND config ->> 'baseUrl' <> ${address}`),
  );
}

async function putOnSale(database: Database, connectorId: number, now: number): Promise<void> {
  const titles = await read(database, select(components, ["id", "title"], sql`WHERE client_id = ${CLIENT.id}`));
  const rows = SOLD.flatMap(({ key, priceMinor }) => {
    const id = componentId(CLIENT.id, key);
    const title = titles.find((one) => one.id === id)?.title;
    if (title === undefined) return [];
    return [
      {
        clientId: CLIENT.id,
        componentId: id,
        title,
        addedAt: now,
        connectorId,
        productId: String(7_000_000_000_000 + id),
        variantId: String(40_000_000_000_000 + id),
        productHandle: `lms-${id}`,
        priceMinor,
        currency: CURRENCY,
        remoteUpdatedAt: now,
        createdAt: now,
        updatedAt: now,
      },
    ];
  });
  if (rows.length > 0) await database.execute(statement(insertEach(catalogueItems, rows)));
}

/** Reads what the demo's shop sells and signs with; null: its connector is gone, or cannot be opened. */
export async function readShop(database: Database, secrets: SecretBox): Promise<DemoGoods | null> {
  const [stored] = await read(
    database,
    select(connectors, ["id", "kind", "name", "config", "secretEnc", "lastError"], ownConnector),
  );
  if (!stored) return null;
  let secret: unknown;
  try {
    ({ secret } = await openStored(secrets, stored));
  } catch (error) {
    if (error instanceof ConnectorInvalidError) return null;
    throw error;
  }
  const login = shopifySecret.safeParse(secret).data;
  if (!login) return null;
  const [items, buyers] = await readEach(database, [
    select(
      catalogueItems,
      ["variantId", "productId", "productHandle", "title", "componentId", "priceMinor"],
      sql`WHERE client_id = ${CLIENT.id} AND connector_id = ${stored.id} ORDER BY id`,
    ),
    select(
      persons,
      ["email", "givenName", "familyName"],
      sql`WHERE client_id = ${CLIENT.id} AND auth_status = 'active' AND email <> '' ORDER BY id LIMIT ${BUYERS}`,
    ),
  ] as const);
  return {
    shop: SHOP,
    currency: CURRENCY,
    client: CLIENT,
    app: { clientId: login.clientId ?? "", clientSecret: login.clientSecret },
    goods: items.flatMap(({ variantId, productId, productHandle, title, componentId, priceMinor }) =>
      variantId === null || productId === null || componentId === null || priceMinor === null
        ? []
        : [{ variantId, productId, handle: productHandle ?? productId, title, componentId, priceMinor }],
    ),
    buyers: buyers.flatMap(({ email, givenName, familyName }) =>
      email === null ? [] : [{ email, givenName, familyName }],
    ),
  };
}
