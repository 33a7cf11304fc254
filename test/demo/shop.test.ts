import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { shopify } from "../../src/connectors/kinds/shopify.ts";
import { openStored, readConnectorRow } from "../../src/connectors/stored.ts";
import { connectorSecret, SecretBox } from "../../src/control/secret.ts";
import { demoClients } from "../../src/demo/night/clients.ts";
import { componentId } from "../../src/demo/night/world/components.ts";
import { startDemoShop } from "../../src/demo/shop/server.ts";
import { withBearer } from "../../src/hosts/bearer.ts";
import { readProducts } from "../../src/processors/commerce/shopify/products.ts";
import { shopAt } from "../../src/web/demo-shop.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { testRemote } from "../web/stage/remote.ts";

const secretsKey = Buffer.alloc(32, 7).toString("base64");
const [north] = demoClients;
const variant = (key: string) => String(40_000_000_000_000 + componentId(1, key));

interface Arrived {
  readonly path: string;
  readonly body: string;
  readonly headers: Record<string, string | string[] | undefined>;
}

/** The demo's shop with a database of its own, and what arrived at the application. */
async function opened(status = 200) {
  const database = await freshFileDatabase();
  await database.execute(
    `INSERT INTO clients (id, key, name, time_zone, created_at, updated_at) VALUES (1, '${north?.key}', 'North', 'UTC', 0, 0)`,
  );
  for (const key of ["basics", "limited"]) {
    await database.execute(
      `INSERT INTO components (id, client_id, kind, type_key, title, planning_status, created_at, updated_at)
        VALUES (${componentId(1, key)}, 1, 'course', 'x', '${key}', 'released', 0, 0)`,
    );
  }
  const arrived: Arrived[] = [];
  const application = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    arrived.push({ path: request.url ?? "", body, headers: request.headers });
    response.writeHead(status).end("said\n");
  });
  await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
  const folder = await mkdtemp(join(tmpdir(), "minutehand-shop-"));
  onTestFinished(async () => {
    application.closeAllConnections();
    application.close();
    await rm(folder, { recursive: true, force: true });
  });
  const target = `http://127.0.0.1:${(application.address() as AddressInfo).port}`;
  const start = async () => {
    const file = join(folder, "shop.json");
    const server = await startDemoShop({ database, secretsKey, file, target: () => target, now: Date.now });
    if (!server) return null;
    onTestFinished(() => server.stop());
    return { ...server, window: shopAt(server.url, withBearer(server.token)) };
  };
  return { database, arrived, start };
}

type Opened = Awaited<ReturnType<typeof opened>>;
async function connector({ database }: Opened) {
  const row = await readConnectorRow(database, 1);
  if (!row) throw new Error("There is no connector");
  return await openStored(new SecretBox(secretsKey), row);
}

describe("the demo's shop", () => {
  it("has a connector that can be tested, and products that the catalogue can be read from", async () => {
    const stage = await opened();
    const server = await stage.start();
    const ports = {
      ...testRemote(),
      http: { fetch: (request: Request) => fetch(request), allowPrivateTargets: server?.host ?? "" },
      control: stage.database,
      spend: () => undefined,
    };
    const watch = { note: () => undefined, atEnd: () => undefined, streak: { failed: 0 } };
    const shop = await shopify.open(await connector(stage), ports, watch);
    const { products, currency, version } = await readProducts(shop.ask, { after: null, since: null, most: 10 });
    expect({ currency, version }).toEqual({ currency: "EUR", version: "2026-07" });
    expect(products.map(({ title, variants }) => [title, variants[0]?.sku, variants[0]?.price])).toEqual([
      ["basics", `LMS-${componentId(1, "basics")}`, "49.00"],
      ["limited", `LMS-${componentId(1, "limited")}`, "199.00"],
    ]);
    const since = Date.now() + 60_000;
    expect((await readProducts(shop.ask, { after: null, since, most: 10 })).products).toEqual([]);
  });

  it("lets no request in without its token, or the app's secret", async () => {
    const stage = await opened();
    const server = await stage.start();
    const url = server?.url ?? "";
    const statusOf = async (path: string, init: RequestInit = {}) => (await fetch(`${url}${path}`, init)).status;
    expect(await statusOf("")).toBe(401);
    expect(await statusOf("", { method: "POST", body: "{}" })).toBe(401);
    const grant = new URLSearchParams({ grant_type: "client_credentials", client_id: "demo-shop", client_secret: "x" });
    expect(await statusOf("admin/oauth/access_token", { method: "POST", body: grant })).toBe(400);
    expect(await statusOf("admin/api/2026-07/graphql.json", { method: "POST", body: "{}" })).toBe(401);
    expect(await statusOf("admin/x", { method: "POST", body: "x".repeat(70_000) })).toBe(413);
  });

  it("tells of a purchase with its secret's signature, tells it again with the same id and bytes, and takes it back once", async () => {
    const stage = await opened();
    const window = (await stage.start())?.window;
    const buy = { deed: "buy", variantId: variant("basics"), email: "ada@north.example" } as const;
    expect(await window?.act(buy)).toBe(true);
    const purchase = (await window?.look())?.purchases[0];
    const act = (deed: "again" | "refund" | "cancel") => window?.act({ deed, purchase: purchase?.id ?? "" });
    expect([await act("again"), await act("refund"), await act("refund"), await act("cancel")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const [first, again, refund, ...others] = stage.arrived;
    expect(others).toEqual([]);
    expect(first?.path).toBe("/webhooks/shopify/north");
    const names = ["x-shopify-webhook-id", "x-shopify-event-id", "x-shopify-topic", "x-shopify-hmac-sha256"];
    const told = (one: Arrived | undefined) => [one?.body, ...names.map((name) => one?.headers[name])];
    expect(told(again)).toEqual(told(first));
    expect(refund?.headers["x-shopify-topic"]).toBe("refunds/create");
    expect(JSON.parse(refund?.body ?? "")).toMatchObject({ order_id: Number(purchase?.id) });
    expect(await window?.act({ ...buy, variantId: "1" })).toBe(false);
  });

  it("keeps purchases over a restart, corrects its address, and says when no shop answers", async () => {
    const stage = await opened(503);
    const first = await stage.start();
    await first?.window.act({ deed: "buy", variantId: variant("limited"), email: "ada@north.example" });
    const before = await connector(stage);
    await first?.stop();
    const second = await stage.start();
    const [purchase] = (await second?.window.look())?.purchases ?? [];
    expect(purchase).toMatchObject({ title: "limited", state: "paid", told: [{ status: 503, answer: "said" }] });
    expect(await second?.window.act({ deed: "cancel", purchase: purchase?.id ?? "" })).toBe(true);
    const after = await connector(stage);
    expect(after.config).toMatchObject({ baseUrl: `http://${second?.host}` });
    expect(after.secret).toEqual(before.secret);
    expect(await stage.database.execute("SELECT 1 FROM catalogue_items")).toMatchObject({ rows: { length: 2 } });
  });

  it("is not opened where the demo's client is gone, and leaves another shop's connector alone", async () => {
    const stage = await opened();
    const config = '{"shop":"real.myshopify.com"}';
    const sealed = await new SecretBox(secretsKey).seal("{}", new Uint8Array(12), connectorSecret(1));
    await stage.database.execute(
      `INSERT INTO connectors (id, client_id, kind, name, config, secret_enc, created_at, updated_at)
        VALUES (1, 1, 'shopify', 'Real', '${config}', '${sealed}', 0, 0)`,
    );
    expect(await stage.start()).toBeNull();
    expect((await connector(stage)).config).toEqual(JSON.parse(config));
    await stage.database.batch(["DELETE FROM connectors", "UPDATE clients SET key = 'other'"], "write");
    expect(await stage.start()).toBeNull();
    expect((await stage.database.execute("SELECT 1 FROM connectors")).rows).toEqual([]);
  });
});
