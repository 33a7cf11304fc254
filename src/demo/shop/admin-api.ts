import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { majorUnits } from "../../learning/commerce/money.ts";
import type { DemoGoods } from "./goods.ts";

/** Seconds that a token is good for, as Shopify gives them. */
const TOKEN_LIFE_S = 86_399;

/** An answer to a request of the Admin API. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly version?: string;
}

/** A request to it. */
export interface AdminRequest {
  readonly method: string;
  readonly path: string;
  /** `X-Shopify-Access-Token`; '' when it is missing. */
  readonly token: string;
  readonly body: string;
}

const grant = z.object({
  grant_type: z.literal("client_credentials"),
  client_id: z.string(),
  client_secret: z.string(),
});
const question = z.object({
  query: z.string(),
  variables: z.object({ query: z.string().nullish() }).nullish(),
});

const isSame = (one: string, other: string) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/**
 * The part of Shopify's Admin API that a connector's test and the reading of a catalogue ask for: tokens by client credentials, the shop's
 * currency, its products on one page. Products are not taken: the demo's shop has those that it has.
 *
 * @param openedAt when its products were changed last (ms)
 * @param now the present instant (ms)
 */
export function adminApi({ app, goods, currency }: DemoGoods, openedAt: number, now: () => number) {
  const tokens = new Map<string, number>();

  function giveToken(body: string): AdminAnswer {
    const asked = grant.safeParse(Object.fromEntries(new URLSearchParams(body)));
    const isKnown =
      asked.success && asked.data.client_id === app.clientId && isSame(asked.data.client_secret, app.clientSecret);
    if (!isKnown) {
      return { status: 400, body: { error: "invalid_client", error_description: "The client is not known here" } };
    }
    const token = `demo_${randomBytes(24).toString("base64url")}`;
    tokens.set(token, now() + TOKEN_LIFE_S * 1000);
    return { status: 200, body: { access_token: token, scope: "read_products", expires_in: TOKEN_LIFE_S } };
  }

  function answerQuery(body: string, version: string): AdminAnswer {
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch {
      return { status: 400, body: { errors: "The body is no JSON" } };
    }
    const asked = question.safeParse(value);
    if (!asked.success) return { status: 400, body: { errors: "The body is no query" } };
    const { query, variables } = asked.data;
    if (query.includes("productSet(")) {
      const errors = [{ message: "The demo shop takes no products", extensions: { code: "ACCESS_DENIED" } }];
      return { status: 200, body: { errors }, version };
    }
    const shop = { currencyCode: currency };
    if (!query.includes("products(")) return { status: 200, body: { data: { shop } }, version };
    const since = /^updated_at:>='([^']+)'$/.exec(variables?.query ?? "")?.[1];
    const nodes = since === undefined || Date.parse(since) <= openedAt ? goods.map(productOf) : [];
    const products = { nodes, pageInfo: { hasNextPage: false, endCursor: null } };
    return { status: 200, body: { data: { shop, products } }, version };
  }

  const productOf = ({ productId, variantId, handle, title, componentId, priceMinor }: DemoGoods["goods"][number]) => ({
    id: `gid://shopify/Product/${productId}`,
    handle,
    title,
    status: "ACTIVE",
    updatedAt: new Date(openedAt).toISOString(),
    metafield: null,
    variants: {
      nodes: [
        {
          id: `gid://shopify/ProductVariant/${variantId}`,
          title: "Default Title",
          sku: `LMS-${componentId}`,
          price: majorUnits(priceMinor, currency),
        },
      ],
      pageInfo: { hasNextPage: false, endCursor: null },
    },
  });

  return ({ method, path, token, body }: AdminRequest): AdminAnswer => {
    if (method !== "POST") return { status: 404, body: { errors: "Not Found" } };
    if (path === "/admin/oauth/access_token") return giveToken(body);
    const [, version] = /^\/admin\/api\/(\d{4}-\d{2})\/graphql\.json$/.exec(path) ?? [];
    if (version === undefined) return { status: 404, body: { errors: "Not Found" } };
    if ((tokens.get(token) ?? 0) <= now()) {
      const errors = "[API] Invalid API key or access token (unrecognized login or wrong password)";
      return { status: 401, body: { errors } };
    }
    return answerQuery(body, version);
  };
}
