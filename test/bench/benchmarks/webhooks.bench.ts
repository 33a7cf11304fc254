import { createHmac } from "node:crypto";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { connectorSecret } from "../../../src/control/secret.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { processorOf } from "../../../src/web/webhooks/receive.ts";
import { type EdgeSystem, openEdgeSystem } from "../../harness/edge/edge-system.ts";
import { figure, percentile, seconds } from "../report/figures.ts";
import { machineLines } from "../report/machine.ts";
import type { BenchOptions } from "../report/options.ts";
import { printTable, progress } from "../report/report.ts";

const SECRET = "secret-of-the-benchmark";
const SHOP = "bench.myshopify.com";
const RATE = 200;

/** What a load of deliveries came to. */
interface Load {
  readonly name: string;
  readonly sent: number;
  /** From the instant at which each was to be sent until its answer was there (ms). */
  readonly tookMs: readonly number[];
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Rows that came into `webhook_events`. */
  readonly stored: number;
  /** Pages that the database server wrote. */
  readonly written: number;
}

/**
 * 200 deliveries of Shopify a second, for 30 s, to the Worker in workerd on a libSQL server: first with wrong signatures, which write
 * nothing, then signed: how soon each is answered, and that each is stored.
 */
export default async function bench(options: BenchOptions): Promise<void> {
  for (const line of machineLines()) console.log(line);
  const lasting = options.quick ? 3 : 30;
  const { system, close } = await openEdgeSystem();
  try {
    await fill(system);
    await system.start();
    progress("warming up");
    await load(system, "warm", RATE, SECRET);
    await untilQuiet(system);
    const loads: Load[] = [];
    for (const [name, secret] of [
      // First, while no job works off what came before: pages that are written then are theirs.
      ["wrong signatures", "another-secret"],
      ["signed", SECRET],
    ] as const) {
      progress(`${name}, ${lasting} s`);
      loads.push(await load(system, name, RATE * lasting, secret));
    }
    printTable(
      {
        title: `${RATE} deliveries a second for ${lasting} s: until each is answered (s)`,
        columns: ["", "sent", "answers", "p50", "p95", "p99", "max", "stored", "pages written"],
        rows: loads.map(row),
      },
      options,
    );
  } finally {
    await close();
  }
}

function row({ name, sent, tookMs, statuses, stored, written }: Load): string[] {
  const answers = [...statuses].map(([status, times]) => `${figure(times)} × ${status}`).join(", ");
  return [
    name,
    figure(sent),
    answers,
    ...[0.5, 0.95, 0.99, 1].map((share) => seconds(percentile(tookMs, share))),
    figure(stored),
    figure(written),
  ];
}

/** A client with a shop, and its job where this release has one. */
async function fill({ database, secrets }: EdgeSystem): Promise<void> {
  const sealed = await secrets.seal(
    JSON.stringify({ clientId: "client-of-bench", clientSecret: SECRET }),
    crypto.getRandomValues(new Uint8Array(12)),
    connectorSecret(1),
  );
  await database.batch([
    "INSERT INTO clients (id, key, name, time_zone, created_at, updated_at) VALUES (1, 'bench', 'Bench', 'UTC', 0, 0)",
    {
      sql: `INSERT INTO connectors (id, client_id, kind, name, config, secret_enc, created_at, updated_at)
        VALUES (1, 1, 'shopify', 'Shop', ?, ?, 0, 0)`,
      args: [JSON.stringify({ shop: SHOP }), sealed],
    },
  ]);
  const processor = processorOf.shopify;
  if (!catalogue.find(processor)) return;
  const input = { name: "Shop", processor, clientId: 1 };
  const saved = await createJob({ control: database, catalogue }, input, "bench", Date.now());
  if (saved.state !== "saved") throw new Error(`The job was not saved: ${JSON.stringify(saved)}`);
}

/** Waits until the server has written nothing for two seconds. */
async function untilQuiet(system: EdgeSystem): Promise<void> {
  for (let before = -1, written = 0; written !== before; ) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 2000));
    ({ written } = await state(system));
  }
}

/** Sends deliveries at the rate, whether answers come or not. */
async function load(system: EdgeSystem, name: string, count: number, secret: string): Promise<Load> {
  const before = await state(system);
  const tookMs: number[] = [];
  const statuses = new Map<number, number>();
  const start = performance.now();
  const one = async (at: number) => {
    const due = start + (at * 1000) / RATE;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const status = await send(system.url, `${name}-${at}`, secret).catch(() => 0);
    tookMs.push(performance.now() - due);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  await Promise.all(Array.from({ length: count }, (_, at) => one(at)));
  const after = await state(system);
  return {
    name,
    sent: count,
    tookMs,
    statuses,
    stored: after.stored - before.stored,
    written: after.written - before.written,
  };
}

async function send(url: string, id: string, secret: string): Promise<number> {
  const order = { id, email: `${id}@example.com`, test: true, line_items: Array.from({ length: 5 }, lineItem) };
  const body = JSON.stringify(order);
  const response = await fetch(`${url}/webhooks/shopify/bench`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-shopify-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
      "x-shopify-topic": "orders/paid",
      "x-shopify-shop-domain": SHOP,
      "x-shopify-webhook-id": id,
    },
  });
  await response.arrayBuffer();
  return response.status;
}

const lineItem = (_: unknown, at: number) => ({
  id: 1000 + at,
  title: "A course that is sold in a shop",
  quantity: 1,
  price: "199.00",
  properties: Array.from({ length: 10 }, (_one, property) => ({ name: `property ${property}`, value: "some value" })),
});

/** Deliveries that are stored, and the number of pages that the server has written since it was made. */
async function state({ database, databaseUrl }: EdgeSystem): Promise<{ stored: number; written: number }> {
  const { rows } = await database.execute("SELECT count(*) AS stored FROM webhook_events");
  const response = await fetch(`${databaseUrl}/v2/pipeline`, {
    method: "POST",
    body: JSON.stringify({ requests: [{ type: "execute", stmt: { sql: "SELECT 1" } }, { type: "close" }] }),
  });
  const answer = (await response.json()) as {
    results: { response?: { result?: { replication_index?: string | null } } }[];
  };
  const index = answer.results[0]?.response?.result?.replication_index;
  return { stored: Number(rows[0]?.stored), written: index == null ? Number.NaN : Number(index) };
}
