import { beforeEach, describe, expect, it } from "vitest";
import { PayPalApi } from "./paypal-api.ts";
import { ShopifyApi } from "./shopify-api.ts";

const HOUR = 3_600_000;

const NOON = Date.UTC(2026, 10, 23, 12);
let now = NOON;
beforeEach(() => {
  now = NOON;
});

/** The body of an answer. */
type Body = Record<string, never> & {
  readonly errors?: readonly { readonly extensions?: { readonly code: string } }[];
};

describe("the simulator of Shopify's Admin API refuses what Shopify refuses:", () => {
  let shop: ShopifyApi;
  let token: string;
  const SITE = "https://north.myshopify.com/admin";
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    shop.fetch(new Request(`${SITE}${path}`, { method: "POST", body, headers }));
  const grant = (secret = "client-secret-1") =>
    post(
      "/oauth/access_token",
      JSON.stringify({ grant_type: "client_credentials", client_id: "client-id-1", client_secret: secret }),
      { "content-type": "application/json" },
    );
  const ask = (query: string, variables = {}, version = "2026-07", more: Record<string, string> = {}) => {
    const headers = { "content-type": "application/json", "x-shopify-access-token": token, ...more };
    return post(`/api/${version}/graphql.json`, JSON.stringify({ query, variables }), headers);
  };
  const codesOf = async (response: Response) =>
    ((await response.json()) as Body).errors?.map(({ extensions }) => extensions?.code);
  const list = (first: number, rest = "") =>
    `{ products(first: ${first}, sortKey: UPDATED_AT${rest}) { nodes { id } pageInfo { endCursor } } }`;

  beforeEach(async () => {
    shop = new ShopifyApi(() => now);
    token = ((await (await grant()).json()) as { access_token: string }).access_token;
  });

  it("another client's secret, a token that was not given, and one whose day is over", async () => {
    expect((await grant("guessed")).status).toBe(400);
    expect((await ask("{ shop { name } }", {}, "2026-07", { "x-shopify-access-token": "shpat_9" })).status).toBe(401);
    expect((await ask("{ shop { name } }")).status).toBe(200);
    now += 24 * HOUR;
    expect((await ask("{ shop { name } }")).status).toBe(401);
  });

  it("a version that is not there yet, and a body that is not JSON; a version that is retired is answered by the oldest", async () => {
    expect((await ask("{ shop { name } }", {}, "2030-01")).status).toBe(404);
    expect((await ask("{ shop { name } }", {}, "2026-02")).status).toBe(404);
    expect((await ask("{ shop { name } }", {}, "2026-07", { "content-type": "text/plain" })).status).toBe(415);
    const retired = await ask("{ shop { name } }", {}, "2025-01");
    expect([retired.status, retired.headers.get("x-shopify-api-version")]).toEqual([200, "2026-01"]);
    expect(shop.violations.take()).toHaveLength(3);
  });

  it("more than 250 at once, more points than a query may cost, and a filter with another operator", async () => {
    for (const query of [list(251), list(10, `, query: "updated_at:>'2026-01-01'"`)]) {
      expect(await codesOf(await ask(query))).toHaveLength(1);
    }
    const deep = `{ products(first: 100, sortKey: UPDATED_AT) { nodes { variants(first: 50) { nodes { id } } } } }`;
    expect(await codesOf(await ask(deep))).toEqual(["MAX_COST_EXCEEDED"]);
    expect(shop.violations.take()).toHaveLength(3);
  });

  it("what the points do not suffice for, until they have come back", async () => {
    shop.bucket = { most: 100, restoreRate: 10 };
    expect(await codesOf(await ask(list(90)))).toBeUndefined();
    expect(await codesOf(await ask(list(90)))).toEqual(["THROTTLED"]);
    now += 20_000;
    expect(await codesOf(await ask(list(90)))).toBeUndefined();
  });

  it("the cursor of another list; and it cuts variants, and deletes those that a product is not given again", async () => {
    const product = shop.sell({ handle: "p", variants: [{}, {}, {}] });
    shop.sell({ variants: [{}] });
    const page = (await (await ask(list(1))).json()) as { data: { products: { pageInfo: { endCursor: string } } } };
    const cursor = page.data.products.pageInfo.endCursor;
    expect(await codesOf(await ask(list(1, `, after: "${cursor}"`)))).toBeUndefined();
    const other = `, after: "${cursor}", query: "updated_at:>='2026-01-01T00:00:00Z'"`;
    expect(await codesOf(await ask(list(1, other)))).toHaveLength(1);
    expect(shop.violations.take()).toHaveLength(1);
    const inner = `{ product(id: "gid://shopify/Product/${product.id}") { variants(first: 2) { nodes { id } pageInfo { hasNextPage } } } }`;
    expect(await (await ask(inner)).json()).toMatchObject({
      data: { product: { variants: { nodes: { length: 2 }, pageInfo: { hasNextPage: true } } } },
    });
    await ask(`mutation { productSet(identifier: { handle: "p" }, input: { title: "P" }) { product { id } } }`);
    expect(product.variants).toEqual([]);
  });
});

describe("the simulator of PayPal refuses what PayPal refuses:", () => {
  let paypal: PayPalApi;
  let token: string;
  const SITE = "https://api-m.sandbox.paypal.com";
  const basic = `Basic ${Buffer.from("client-id-1:client-secret-1").toString("base64")}`;
  const grant = (authorization = basic) =>
    paypal.fetch(
      new Request(`${SITE}/v1/oauth2/token`, {
        method: "POST",
        body: new URLSearchParams({ grant_type: "client_credentials" }),
        headers: { authorization },
      }),
    );
  const ask = (path: string, init: RequestInit = {}) =>
    paypal.fetch(
      new Request(`${SITE}/v2/checkout/orders/${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
      }),
    );
  const capture = (id: string, requestId: string | null, type = "application/json") =>
    ask(`${id}/capture`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": type, ...(requestId === null ? {} : { "paypal-request-id": requestId }) },
    });
  const issueOf = async (response: Response) =>
    ((await response.json()) as { details?: { issue: string }[] }).details?.[0]?.issue;

  beforeEach(async () => {
    paypal = new PayPalApi(() => now);
    token = ((await (await grant()).json()) as { access_token: string }).access_token;
  });

  it("another client, a bearer that has expired, and the secret anywhere but where tokens are given", async () => {
    expect((await grant("Basic eDp5")).status).toBe(401);
    paypal.order("A1");
    expect((await ask("A1")).status).toBe(200);
    expect((await ask("A1", { headers: { authorization: basic } })).status).toBe(401);
    expect(paypal.violations.take()).toEqual(["the client's secret is for tokens only"]);
    now += 9 * HOUR;
    const late = await ask("A1");
    expect([late.status, await late.json()]).toEqual([
      401,
      { error: "invalid_token", error_description: "Access Token not found in cache" },
    ]);
  });

  it("a capture that is not JSON, or whose request id is missing or longer than 108 characters", async () => {
    paypal.order("A1", { status: "APPROVED" });
    expect((await capture("A1", "cap-A1", "text/plain")).status).toBe(415);
    expect((await capture("A1", null)).status).toBe(400);
    expect((await capture("A1", "x".repeat(109))).status).toBe(400);
    expect(paypal.violations.take()).toHaveLength(3);
    expect((await capture("A1", "x".repeat(108))).status).toBe(201);
  });

  it("a capture of what is not approved, or once more, but under the request id of the first within six hours", async () => {
    paypal.order("A1");
    expect(await issueOf(await capture("A1", "cap-A1"))).toBe("ORDER_NOT_APPROVED");
    paypal.order("A1", { status: "APPROVED" });
    expect((await capture("A1", "cap-A1")).status).toBe(201);
    expect((await capture("A1", "cap-A1")).status).toBe(200);
    expect(await issueOf(await capture("A1", "another"))).toBe("ORDER_ALREADY_CAPTURED");
    now += 6 * HOUR;
    expect(await issueOf(await capture("A1", "cap-A1"))).toBe("ORDER_ALREADY_CAPTURED");
    expect(paypal.orders.get("A1")?.captures).toHaveLength(1);
  });
});
