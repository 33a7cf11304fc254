import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { SecretBox } from "../../control/secret.ts";
import type { Database } from "../../store/database.ts";
import { shopDeed } from "../../web/demo-shop.ts";
import { listen } from "../listen.ts";
import { type AdminAnswer, type AdminRequest, adminApi } from "./admin-api.ts";
import { readShop, seedShop } from "./goods.ts";
import { type DemoShop, openShop, type PostDelivery } from "./shop.ts";

/** The demo's shop, which listens on the loopback interface only. */
export interface DemoShopServer {
  /** Its pages' address, as `src/web/demo-shop.ts` reaches it. */
  readonly url: string;
  /** Asked for there as `Authorization: Bearer <token>`: pages of other sites reach the port too. */
  readonly token: string;
  /** Host and port of its Admin API, a target that is private and yet to be called. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Larger requests are refused (bytes). */
const MAX_REQUEST = 64 * 1024;
/** How long Shopify waits for an answer to a delivery (ms). */
const PATIENCE_MS = 5_000;

/**
 * Starts the shop of the demo's first client, where that client has one: it makes the connector and what is sold, unless they are there,
 * and tells of purchases by deliveries to the endpoint.
 *
 * @param options.file where purchases are kept
 * @param options.target origin of the application; asked for at each delivery, since it is known only once that serves
 * @param options.now the present instant (ms)
 * @returns null: the demo's client is gone, or its shop
 */
export async function startDemoShop(options: {
  database: Database;
  secretsKey: string;
  previousSecretsKey?: string | null;
  file: string;
  target: () => string;
  now: () => number;
}): Promise<DemoShopServer | null> {
  const { database, file, target, now } = options;
  const secrets = new SecretBox(options.secretsKey, options.previousSecretsKey ?? null);
  let answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async (_request, response) => {
    response.writeHead(503).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error("The demo shop failed:", error instanceof Error ? error.message : "");
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const host = `127.0.0.1:${await listen(server)}`;
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  await seedShop(database, secrets, `http://${host}`, now());
  const goods = await readShop(database, secrets);
  if (!goods) {
    await stop();
    return null;
  }
  const post: PostDelivery = async (body, headers) => {
    const url = `${target()}/webhooks/shopify/${encodeURIComponent(goods.client.key)}`;
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
      return { status: response.status, text: (await response.text()).slice(0, 200) };
    } catch {
      return null;
    }
  };
  const shop = await openShop({ goods, file, now, post });
  const admin = adminApi(goods, now(), now);
  const token = randomBytes(32).toString("base64url");
  answer = (request, response) => answerRequest(request, response, { shop, admin, token });
  return { url: `http://${host}/`, token, host, stop };
}

interface Behind {
  readonly shop: DemoShop;
  readonly admin: (request: AdminRequest) => AdminAnswer;
  readonly token: string;
}

async function answerRequest(request: IncomingMessage, response: ServerResponse, { shop, admin, token }: Behind) {
  const { method = "GET", url = "/", headers } = request;
  const body = method === "POST" ? await bodyOf(request) : "";
  if (body === null) return void response.writeHead(413).end();
  if (url.startsWith("/admin/")) {
    const given = headers["x-shopify-access-token"];
    const { status, body: said, version } = admin({ method, path: url, token: String(given ?? ""), body });
    return send(response, status, said, version === undefined ? {} : { "x-shopify-api-version": version });
  }
  if (headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end();
  if (url !== "/") return void response.writeHead(404).end();
  if (method !== "POST") return send(response, 200, shop.look());
  const deed = shopDeed.safeParse(JSON.parse(body));
  response.writeHead(deed.success && (await shop.act(deed.data)) ? 204 : 409).end();
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(JSON.stringify(body));
}

/** A request's body; null: it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
