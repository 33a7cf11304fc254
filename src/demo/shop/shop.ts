import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { majorUnits } from "../../learning/commerce/money.ts";
import type { ShopDeed, ShopFront, ShopPurchase } from "../../web/demo-shop.ts";
import type { DemoGoods } from "./goods.ts";
import { shopOrder, shopRefund, wire } from "./orders.ts";
import { deliveryHeaders, type ShopDelivery } from "./signed-delivery.ts";

/** Purchases that are kept. */
const MOST_KEPT = 50;

/** Posts a delivery; null: there was no answer. */
export type PostDelivery = (
  body: string,
  headers: Record<string, string>,
) => Promise<{ readonly status: number; readonly text: string } | null>;

/** A purchase as it is kept. */
interface KeptPurchase extends ShopPurchase {
  readonly order: ReturnType<typeof shopOrder>;
  readonly deliveries: readonly ShopDelivery[];
}

/** A shop in which courses are bought, refunded and told of: real deliveries to the endpoint, with an honest signature. */
export interface DemoShop {
  look(): ShopFront;
  /** Does something, and tells of it. Returns false where that cannot be done (any more). */
  act(deed: ShopDeed): Promise<boolean>;
}

/**
 * Opens the demo's shop with the purchases of before.
 *
 * @param options.file where purchases are kept, JSON
 * @param options.now the present instant (ms)
 */
export async function openShop({
  goods: { shop, currency, client, app, goods, buyers },
  file,
  now,
  post,
}: {
  readonly goods: DemoGoods;
  readonly file: string;
  readonly now: () => number;
  readonly post: PostDelivery;
}): Promise<DemoShop> {
  let purchases = await readPurchases(file);
  let last = 0;
  const price = (minor: number) => majorUnits(minor, currency) ?? "0";

  /** A number that no order or delivery had before, also after a restart. */
  function freshId(): number {
    last = Math.max(last + 1, now() * 1000);
    return last;
  }

  async function keep(purchase: KeptPurchase): Promise<void> {
    purchases = [purchase, ...purchases.filter(({ id }) => id !== purchase.id)]
      .toSorted((a, b) => b.at - a.at || Number(b.id) - Number(a.id))
      .slice(0, MOST_KEPT);
    await writeFile(`${file}.part`, JSON.stringify(purchases), { mode: 0o600 });
    await rename(`${file}.part`, file);
  }

  async function send(purchase: KeptPurchase, delivery: ShopDelivery): Promise<void> {
    const answer = await post(delivery.body, deliveryHeaders(delivery, { secret: app.clientSecret, shop }));
    const told = {
      topic: delivery.topic,
      at: now(),
      status: answer?.status ?? null,
      answer: answer?.text.trim() ?? "",
    };
    const deliveries = [
      ...purchase.deliveries.filter(({ deliveryId }) => deliveryId !== delivery.deliveryId),
      delivery,
    ];
    await keep({ ...purchase, told: [...purchase.told, told], deliveries });
  }

  const deliveryOf = (topic: string, content: unknown): ShopDelivery => ({
    topic,
    body: wire(content),
    deliveryId: randomUUID(),
    eventId: randomUUID(),
    at: now(),
  });

  async function buy(variantId: string, email: string): Promise<boolean> {
    const sold = goods.find((one) => one.variantId === variantId);
    if (!sold) return false;
    const buyer = buyers.find((one) => one.email === email);
    const id = String(freshId());
    const line = `${id}1`;
    const moment = new Date(now()).toISOString();
    const total = price(sold.priceMinor);
    const order = shopOrder(id, email, [{ id: line, variant_id: variantId, title: sold.title, price: total }], {
      currency,
      presentment_currency: currency,
      total_price: total,
      current_total_price: total,
      created_at: moment,
      processed_at: moment,
      updated_at: moment,
      customer: { id: 7, email, first_name: buyer?.givenName ?? "", last_name: buyer?.familyName ?? "" },
    });
    const purchase = { id, line, at: now(), title: sold.title, email, state: "paid" as const, told: [], order };
    await send({ ...purchase, deliveries: [] }, deliveryOf("orders/paid", order));
    return true;
  }

  async function actOn(purchase: KeptPurchase, deed: "again" | "refund" | "cancel"): Promise<boolean> {
    if (deed === "again") {
      const latest = purchase.deliveries.at(-1);
      if (latest) await send(purchase, latest);
      return latest !== undefined;
    }
    if (purchase.state !== "paid") return false;
    if (deed === "refund") {
      const refund = shopRefund(String(freshId()), purchase.id, [[purchase.line, 1]], {
        created_at: new Date(now()).toISOString(),
      });
      await send({ ...purchase, state: "refunded" }, deliveryOf("refunds/create", refund));
    } else {
      const cancelled = { ...purchase.order, cancelled_at: new Date(now()).toISOString(), cancel_reason: "customer" };
      await send({ ...purchase, state: "cancelled" }, deliveryOf("orders/cancelled", cancelled));
    }
    return true;
  }

  return {
    look: () => ({
      shop,
      client,
      currency,
      goods: goods.map(({ variantId, title, priceMinor }) => ({ variantId, title, price: price(priceMinor) })),
      buyers: buyers.map(({ email }) => email),
      purchases: purchases.map(({ order: _order, deliveries: _deliveries, ...shown }) => shown),
    }),
    async act(deed) {
      if (deed.deed === "buy") return await buy(deed.variantId, deed.email);
      const purchase = purchases.find(({ id }) => id === deed.purchase);
      return purchase !== undefined && (await actOn(purchase, deed.deed));
    },
  };
}

async function readPurchases(file: string): Promise<KeptPurchase[]> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as KeptPurchase[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
