import { describe, expect, it } from "vitest";
import { signedWith } from "../../src/connectors/shops/shopify-signature.ts";
import { ShopifySender } from "./shopify-sender.ts";

const HOUR = 3_600_000;

/** Sends until nothing waits; the answers are these, then 200. Returns when each request came (ms), with its delivery's id. */
async function live(sender: ShopifySender, came: { at: number; id: string }[], now = { at: 0 }) {
  for (let next = sender.next; next !== null; next = sender.next) {
    now.at = next;
    for (const one of sender.due(next)) await sender.send(one, next);
  }
  return came;
}

function senderTo(answers: (number | null)[]) {
  const came: { at: number; id: string; body: string; signature: string }[] = [];
  const now = { at: 0 };
  const sender = new ShopifySender({
    secret: "test-webhook-secret",
    shop: "north.myshopify.com",
    post: async (body, headers) => {
      const given = new Headers(headers);
      const id = given.get("x-shopify-webhook-id") ?? "";
      came.push({ at: now.at, id, body, signature: given.get("x-shopify-hmac-sha256") ?? "" });
      return answers.length > 0 ? (answers.shift() as number | null) : 200;
    },
  });
  return { sender, came, live: () => live(sender, came, now) };
}

describe("the sending side of Shopify", () => {
  it("signs the very bytes, as a published delivery was signed", async () => {
    const { sender, came, live } = senderTo([]);
    const body = '{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}';
    sender.tell("orders/paid", body, { at: 0, eventId: "e" });
    await live();
    expect(came[0]?.signature).toBe("QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=");
    const bytes = new TextEncoder().encode(body);
    expect(await signedWith(bytes, came[0]?.signature ?? "", ["test-webhook-secret"])).toBe(0);
  });

  it("sends what was not taken again with the same id and bytes, at twice the pause each time, until it is", async () => {
    const { sender, came, live } = senderTo([503, null, 401]);
    sender.tell("orders/paid", "{}", { at: 0, eventId: "e" });
    await live();
    expect(new Set(came.map(({ id, body }) => `${id} ${body}`)).size).toBe(1);
    const [first, second, third, ...others] = came.map(({ at }) => at);
    expect(first).toBe(0);
    expect((third ?? 0) / (second ?? 1)).toBeCloseTo(3);
    expect(others).toHaveLength(1);
    expect(sender.unsubscribed.size).toBe(0);
  });

  it("gives a subscription up when the eighth retry, four hours later, fails too, and sends nothing of that topic any more", async () => {
    const { sender, came, live } = senderTo(Array.from({ length: 9 }, () => 500));
    sender.tell("orders/paid", "{}", { at: 0, eventId: "e" });
    await live();
    expect(came).toHaveLength(9);
    expect(came.at(-1)?.at).toBeCloseTo(4 * HOUR, -1);
    expect([...sender.unsubscribed.keys()]).toEqual(["orders/paid"]);
    sender.tell("orders/paid", "{}", { at: 5 * HOUR, eventId: "f" });
    sender.tell("refunds/create", "{}", { at: 5 * HOUR, eventId: "g" });
    await live();
    expect(came).toHaveLength(10);
  });

  it("repeats with an id of its own where it is told to", async () => {
    const { sender, came, live } = senderTo([]);
    sender.tell("orders/paid", "{}", { at: 0, eventId: "e", again: [HOUR], changesId: true });
    await live();
    expect(new Set(came.map(({ id }) => id)).size).toBe(2);
  });
});
