import { z } from "zod";

const purchase = z.object({
  /** Of the order, as the shop numbers it. */
  id: z.string(),
  /** Of the order's one line. */
  line: z.string(),
  /** Instant (ms). */
  at: z.number(),
  title: z.string(),
  email: z.string(),
  state: z.enum(["paid", "refunded", "cancelled"]),
  /** What was sent to the endpoint, in the order of time; `status` null: there was no answer. */
  told: z.array(z.object({ topic: z.string(), at: z.number(), status: z.int().nullable(), answer: z.string() })),
});
/** What a visitor has bought in the demo's shop. */
export type ShopPurchase = z.output<typeof purchase>;

const front = z.object({
  shop: z.string(),
  client: z.object({ id: z.int(), key: z.string() }),
  /** ISO 4217. */
  currency: z.string(),
  goods: z.array(z.object({ variantId: z.string(), title: z.string(), price: z.string() })),
  /** Addresses of people whom the client knows. */
  buyers: z.array(z.string()),
  /** The latest first. */
  purchases: z.array(purchase),
});
/** What the demo's shop shows. */
export type ShopFront = z.output<typeof front>;

/** What may be done in the demo's shop. `again`: what was told last is sent once more, with the same id and bytes. */
export const shopDeed = z.discriminatedUnion("deed", [
  z.strictObject({ deed: z.literal("buy"), variantId: z.string().min(1).max(40), email: z.email().max(254) }),
  z.strictObject({ deed: z.enum(["again", "refund", "cancel"]), purchase: z.string().regex(/^\d{1,40}$/) }),
]);
export type ShopDeed = z.output<typeof shopDeed>;

/** The demo's shop, as the pages reach it. */
export interface ShopWindow {
  /** @throws {ShopUnreachableError} */
  look(): Promise<ShopFront>;
  /** Returns false where that cannot be done (any more). @throws {ShopUnreachableError} */
  act(deed: ShopDeed): Promise<boolean>;
}

/** The demo's shop does not answer, or not in its format. */
export class ShopUnreachableError extends Error {
  readonly code = "shop_unreachable";
}

/**
 * Reaches a shop over HTTP: `GET <url>` answers a {@link ShopFront}; `POST <url>` takes a {@link ShopDeed} as JSON and answers 204, or 409
 * where that cannot be done.
 */
export function shopAt(url: string, fetch: (url: string, init?: RequestInit) => Promise<Response>): ShopWindow {
  async function reach<T>(asking: () => Promise<T>): Promise<T> {
    try {
      return await asking();
    } catch (error) {
      throw new ShopUnreachableError("The demo shop does not answer", { cause: error });
    }
  }
  return {
    look: () => reach(async () => front.parse(await (await fetch(url)).json())),
    act: (deed) =>
      reach(async () => {
        const headers = { "content-type": "application/json" };
        const { status } = await fetch(url, { method: "POST", headers, body: JSON.stringify(deed) });
        if (status !== 204 && status !== 409) throw new ShopUnreachableError(`The demo shop answered ${status}`);
        return status === 204;
      }),
  };
}
