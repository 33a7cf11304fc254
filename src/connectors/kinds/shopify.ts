import { z } from "zod";
import { type Api, type ApiDefinition, apiKind, openApi } from "../api.ts";
import type { ConnectorKind } from "../kind.ts";
import { type AskShop, askShop } from "../shopify/graphql.ts";
import { ConnectorInvalidError, type StoredConnector, validate } from "../stored.ts";
import { grantRequest } from "../token.ts";
import { address } from "./address.ts";

/** Deliveries may be signed with the former client secret this long (ms) after a change. */
export const FORMER_SECRET_MS = 3_600_000;

/** `connectors.config` of kind `shopify`. */
export const shopifyConfig = z.strictObject({
  shop: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/, "is no shop; write its own name such as example.myshopify.com")
    .describe("The shop's own name, such as example.myshopify.com, not the address that buyers see"),
  apiVersion: z
    .string()
    .regex(/^20\d\d-(?:01|04|07|10)$/, "is no version; write one such as 2026-07")
    .default("2026-07")
    .describe("Version of the Admin API: year and month"),
  acceptTest: z.boolean().default(false).describe("Book test orders too; for shops in development only"),
  baseUrl: address.optional().describe("Empty: the shop itself. For a simulator: its address"),
});
export type ShopifyConfig = z.output<typeof shopifyConfig>;

const text = z.string().min(8, "is too short").max(1024);

const entered = z
  .strictObject({
    clientId: text.optional().describe("Client ID of the app. Empty for an old app with a permanent token"),
    clientSecret: text.describe("Client secret of the app: deliveries are signed with it"),
    accessToken: text.optional().describe("Permanent Admin API access token of an old app. Empty for a new app"),
  })
  .superRefine(({ clientId, accessToken }, context) => {
    if ((clientId === undefined) !== (accessToken === undefined)) return;
    const message = "is needed, or the permanent access token of an old app; give one of the two";
    context.addIssue({ code: "custom", path: ["clientId"], message });
  });

/**
 * The sealed `connectors.secret_enc` of kind `shopify`: JSON of this. With `clientId` a token of about 24 h is fetched by client
 * credentials; `accessToken` is used as it is. `formerClientSecret` is kept when the client secret changes and good for
 * {@link FORMER_SECRET_MS} from then.
 */
export const shopifySecret = z.strictObject({
  clientId: text.optional(),
  clientSecret: text,
  accessToken: text.optional(),
  formerClientSecret: text.optional(),
});

/** A shop, opened. */
export interface ShopifyShop {
  /** `connectors.id`. */
  readonly id: number;
  readonly config: ShopifyConfig;
  /** Paths are below `admin/api/<version>/`. */
  readonly api: Api;
  /** Asks the GraphQL Admin API through `api`. */
  readonly ask: AskShop;
}

type Definition = ApiDefinition<typeof shopifyConfig, typeof shopifySecret>;

const siteOf = ({ shop, baseUrl }: ShopifyConfig) => baseUrl ?? `https://${shop}`;

const withFixedToken: Definition = {
  kind: "shopify",
  label: "Shopify",
  summary: "A shop whose paid orders enrol people, and whose products stand in the catalogue",
  config: shopifyConfig,
  secret: shopifySecret,
  baseUrl: (config) => `${siteOf(config)}/admin/api/${config.apiVersion}/`,
  headers: ({ secret }, token) => ({ "x-shopify-access-token": token ?? secret.accessToken ?? "" }),
  probe: { path: "graphql.json", body: { query: "{ shop { currencyCode } }" }, repeatable: true },
};

const withGrant: Definition = {
  ...withFixedToken,
  token: ({ config, secret }) =>
    grantRequest(`${siteOf(config)}/admin/oauth/access_token`, {
      grant_type: "client_credentials",
      client_id: secret.clientId ?? "",
      client_secret: secret.clientSecret,
    }),
};

function definitionFor({ secret }: StoredConnector): Definition {
  if (secret === null) throw new ConnectorInvalidError("shopify", "The shopify connector has no secret; enter it");
  return validate("shopify", "secret", shopifySecret, secret).accessToken === undefined ? withGrant : withFixedToken;
}

/** Shops of Shopify, through the GraphQL Admin API (handbook, shops: Shopify). */
export const shopify: ConnectorKind<ShopifyShop> = {
  kind: "shopify",
  variants: [
    {
      id: "shopify",
      kind: "shopify",
      label: withFixedToken.label,
      summary: withFixedToken.summary,
      config: shopifyConfig,
      secret: entered,
    },
  ],
  open(connector, ports, watch) {
    const config = validate("shopify", "config", shopifyConfig, connector.config);
    const api = openApi(definitionFor(connector), connector, ports, watch);
    return { id: connector.id, config, api, ask: askShop(api, config.shop, ports.clock) };
  },
  trial: (connector, ports, call) => apiKind(definitionFor(connector)).trial(connector, ports, call),
  replaceSecret(next, former) {
    const stored = shopifySecret.safeParse(former);
    if (!stored.success || stored.data.clientSecret === next.clientSecret) return next;
    return { ...next, formerClientSecret: stored.data.clientSecret };
  },
};
