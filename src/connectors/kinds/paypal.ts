import { z } from "zod";
import { type Api, type ApiDefinition, apiKind, openApi } from "../api.ts";
import type { ConnectorKind } from "../kind.ts";
import { validate } from "../stored.ts";
import { grantRequest } from "../token.ts";
import { address } from "./address.ts";

/** `connectors.config` of kind `paypal`. */
export const payPalConfig = z.strictObject({
  mode: z.enum(["live", "sandbox"]).default("live").describe("live for real money, sandbox for trials"),
  webhookId: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9-]{1,50}$/, "is no webhook id; copy it from the list of webhooks of your app")
    .describe("Id of the webhook as PayPal lists it; every signature covers it"),
  webhookCheck: z
    .enum(["offline", "call"])
    .default("offline")
    .describe(
      "offline: by PayPal's certificate, and by a call only where that cannot be judged; call: always by a call",
    ),
  baseUrl: address.optional().describe("Empty: PayPal itself. For a simulator: its address"),
});
export type PayPalConfig = z.output<typeof payPalConfig>;

/** The sealed `connectors.secret_enc` of kind `paypal`: JSON of this. */
export const payPalSecret = z.strictObject({
  clientId: z.string().min(8, "is too short").max(1024).describe("Client ID of your REST app"),
  clientSecret: z.string().min(8, "is too short").max(1024).describe("Its secret"),
});

/** An account with PayPal, opened. */
export interface PayPalAccount {
  /** `connectors.id`. */
  readonly id: number;
  readonly config: PayPalConfig;
  /** Paths begin with `v1/` or `v2/`. */
  readonly api: Api;
}

const HOSTS = { live: "https://api-m.paypal.com", sandbox: "https://api-m.sandbox.paypal.com" } as const;

const siteOf = ({ mode, baseUrl }: PayPalConfig) => baseUrl ?? HOSTS[mode];

const definition: ApiDefinition<typeof payPalConfig, typeof payPalSecret> = {
  kind: "paypal",
  label: "PayPal",
  summary: "An account whose captured payments enrol people",
  config: payPalConfig,
  secret: payPalSecret,
  baseUrl: (config) => `${siteOf(config)}/`,
  headers: (_login, token) => ({ authorization: `Bearer ${token}` }),
  token: ({ config, secret }) =>
    grantRequest(
      `${siteOf(config)}/v1/oauth2/token`,
      { grant_type: "client_credentials" },
      { user: secret.clientId, password: secret.clientSecret },
    ),
  // It is found only if the webhook id is one of this account.
  probe: ({ webhookId }) => ({ path: `v1/notifications/webhooks/${webhookId}` }),
};

const kind = apiKind(definition);

/** PayPal accounts, through the REST interface (handbook, shops: PayPal). */
export const payPal: ConnectorKind<PayPalAccount> = {
  kind: kind.kind,
  variants: kind.variants,
  open: (connector, ports, watch) => ({
    id: connector.id,
    config: validate("paypal", "config", payPalConfig, connector.config),
    api: openApi(definition, connector, ports, watch),
  }),
  trial: (connector, ports, call) => kind.trial(connector, ports, call),
};
