import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openConnectors } from "../../../src/connectors/connectors.ts";
import type { ConnectorKind } from "../../../src/connectors/kind.ts";
import { payPal } from "../../../src/connectors/kinds/paypal.ts";
import { shopify } from "../../../src/connectors/kinds/shopify.ts";
import { ConnectorInvalidError } from "../../../src/connectors/stored.ts";
import { tryConnector } from "../../../src/connectors/trial.ts";
import { connectorSecret, SecretBox } from "../../../src/control/secret.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { JumpingClock } from "../courses-scene.ts";

const SHOP = { shop: "berlin.myshopify.com" };
const APP = { clientId: "client-of-berlin", clientSecret: "secret-of-berlin" };
const ACCOUNT = { mode: "sandbox", webhookId: "WH-1" };

/** A client with one connector, and what its service was asked. */
async function scene(
  kind: "shopify" | "paypal",
  config: object,
  secret: object | null,
  answer: (request: Request) => Response,
) {
  const control = await freshFileDatabase(["control"]);
  const secrets = new SecretBox(Buffer.alloc(32, 7).toString("base64"));
  const sealed = secret && (await secrets.seal(JSON.stringify(secret), new Uint8Array(12), connectorSecret(1)));
  await control.execute({
    sql: `INSERT INTO connectors (id, client_id, kind, name, config, secret_enc, created_at, updated_at)
      VALUES (1, 1, ?, 'Shop', ?, ?, 0, 0)`,
    args: [kind, JSON.stringify(config), sealed],
  });
  const asked: { line: string; body: string; headers: Headers }[] = [];
  const clock = new JumpingClock();
  const ports = {
    control,
    secrets,
    connect: () => Promise.reject(new Error("This test opens no sockets")),
    email: null,
    http: {
      fetch: async (request: Request) => {
        asked.push({
          line: `${request.method} ${request.url}`,
          body: await request.clone().text(),
          headers: request.headers,
        });
        return answer(request);
      },
    },
    clock,
    randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  };
  const open = async <T>(of: ConnectorKind<T>) =>
    (await openConnectors(1, { ...ports, spend: () => undefined }).open(of)) as T;
  const lines = () => asked.map(({ line }) => line);
  return { asked, lines, clock, open, trial: () => tryConnector(ports, 1, null) };
}

let tokens = 0;
const granting = (request: Request) => {
  if (request.url.endsWith("/access_token") || request.url.endsWith("/token")) {
    tokens += 1;
    return Response.json({ access_token: `token-${tokens}`, expires_in: 86_399 });
  }
  return Response.json({ data: { shop: { currencyCode: "EUR" } } });
};

describe("a shop of Shopify", () => {
  it("is asked with a token by client credentials, which is fetched anew when its day is over", async () => {
    tokens = 0;
    const { open, asked, lines, clock } = await scene("shopify", SHOP, APP, granting);
    const shop = await open(shopify);
    expect(shop).toMatchObject({ id: 1, config: { shop: SHOP.shop, apiVersion: "2026-07", acceptTest: false } });
    const ask = () => shop.api.json({ path: "graphql.json", body: { query: "{ shop { name } }" } }, z.unknown());
    await ask();
    await ask();
    expect(lines()).toEqual([
      "POST https://berlin.myshopify.com/admin/oauth/access_token",
      "POST https://berlin.myshopify.com/admin/api/2026-07/graphql.json",
      "POST https://berlin.myshopify.com/admin/api/2026-07/graphql.json",
    ]);
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
      grant_type: "client_credentials",
      client_id: APP.clientId,
      client_secret: APP.clientSecret,
    });
    expect(asked[1]?.headers.get("x-shopify-access-token")).toBe("token-1");
    clock.pass(86_399_000);
    await ask();
    expect(asked.at(-1)?.headers.get("x-shopify-access-token")).toBe("token-2");
  });

  it("with the permanent token of an old app is asked with that, and for no other", async () => {
    const secret = { accessToken: "permanent-token", clientSecret: APP.clientSecret };
    const { open, asked, lines } = await scene("shopify", SHOP, secret, granting);
    await (await open(shopify)).api.json({ path: "graphql.json", body: {} }, z.unknown());
    expect(lines()).toEqual(["POST https://berlin.myshopify.com/admin/api/2026-07/graphql.json"]);
    expect(asked[0]?.headers.get("x-shopify-access-token")).toBe("permanent-token");
  });

  it("is tried by asking for its currency; a refused client is said without its secret", async () => {
    const good = await scene("shopify", SHOP, APP, granting);
    expect(await good.trial()).toMatchObject({ ok: true });
    expect(good.asked.at(-1)?.body).toContain("currencyCode");
    const bad = await scene("shopify", SHOP, APP, () =>
      Response.json({ error: "invalid_client", error_description: APP.clientSecret }, { status: 400 }),
    );
    const report = await bad.trial();
    expect(report?.ok).toBe(false);
    expect(JSON.stringify(report)).toContain("invalid_client");
    expect(JSON.stringify(report)).not.toContain(APP.clientSecret);
    expect(await (await scene("shopify", SHOP, null, granting)).trial()).toMatchObject({ ok: false });
  });

  it("is asked at a simulator's address where the connector names one", async () => {
    const { open, lines } = await scene("shopify", { ...SHOP, baseUrl: "https://simulator.example" }, APP, granting);
    await (await open(shopify)).api.json({ path: "graphql.json", body: {} }, z.unknown());
    expect(lines().every((line) => line.startsWith("POST https://simulator.example/admin/"))).toBe(true);
  });

  it.each([
    [{ shop: "shop.example.com" }, "config.shop"],
    [{ shop: "evil.com/.myshopify.com" }, "config.shop"],
    [{ ...SHOP, apiVersion: "2026-08" }, "config.apiVersion"],
    [{ ...SHOP, baseUrl: "https://simulator.example/path" }, "config.baseUrl"],
  ])("cannot be used with %j, and the error names the field", async (config, field) => {
    const { open, asked } = await scene("shopify", config, APP, granting);
    const error = await open(shopify).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(ConnectorInvalidError);
    expect(String(error)).toContain(field);
    expect(asked).toEqual([]);
  });

  it("needs a client ID or a permanent token, not both and not neither", () => {
    const entered = shopify.variants[0]?.secret;
    expect(entered?.safeParse(APP).success).toBe(true);
    expect(entered?.safeParse({ clientSecret: APP.clientSecret, accessToken: "permanent-token" }).success).toBe(true);
    expect(entered?.safeParse({ clientSecret: APP.clientSecret }).success).toBe(false);
    expect(entered?.safeParse({ ...APP, accessToken: "permanent-token" }).success).toBe(false);
  });

  it("keeps the former client secret when another one is entered, and only then", () => {
    const next = { clientId: APP.clientId, clientSecret: "the-new-secret" };
    expect(shopify.replaceSecret?.(next, APP)).toEqual({ ...next, formerClientSecret: APP.clientSecret });
    const twice = { ...next, formerClientSecret: APP.clientSecret };
    expect(shopify.replaceSecret?.({ ...next, clientSecret: "the-third-secret" }, twice)).toMatchObject({
      formerClientSecret: "the-new-secret",
    });
    expect(shopify.replaceSecret?.(APP, APP)).toEqual(APP);
    expect(shopify.replaceSecret?.(next, "nonsense")).toEqual(next);
  });
});

describe("an account with PayPal", () => {
  it("is asked in its own mode, with a token for its client", async () => {
    tokens = 0;
    const { open, asked, lines } = await scene("paypal", ACCOUNT, APP, granting);
    const account = await open(payPal);
    await account.api.json({ path: "v2/checkout/orders/1" }, z.unknown());
    expect(lines()).toEqual([
      "POST https://api-m.sandbox.paypal.com/v1/oauth2/token",
      "GET https://api-m.sandbox.paypal.com/v2/checkout/orders/1",
    ]);
    const basic = Buffer.from(`${APP.clientId}:${APP.clientSecret}`).toString("base64");
    expect(asked[0]?.headers.get("authorization")).toBe(`Basic ${basic}`);
    expect(asked[1]?.headers.get("authorization")).toBe("Bearer token-1");
    const live = await scene("paypal", { webhookId: "WH-1" }, APP, granting);
    await (await live.open(payPal)).api.json({ path: "v2/checkout/orders/1" }, z.unknown());
    expect(live.lines()[1]).toBe("GET https://api-m.paypal.com/v2/checkout/orders/1");
  });

  it("is tried by asking for its webhook, so that a wrong id is found", async () => {
    const good = await scene("paypal", ACCOUNT, APP, granting);
    expect(await good.trial()).toMatchObject({ ok: true });
    expect(good.lines().at(-1)).toBe("GET https://api-m.sandbox.paypal.com/v1/notifications/webhooks/WH-1");
    const wrong = await scene("paypal", ACCOUNT, APP, (request) =>
      request.url.includes("/webhooks/")
        ? Response.json({ name: "INVALID_RESOURCE_ID", message: "not found" }, { status: 404 })
        : granting(request),
    );
    expect(await wrong.trial()).toMatchObject({
      ok: false,
      lines: [{ ok: false, words: expect.stringContaining("404") }],
    });
  });
});
