import { beforeEach, describe, expect, it } from "vitest";
import { acceptDeliveries } from "../../../../src/learning/webhooks/accept.ts";
import type { NewDelivery } from "../../../../src/learning/webhooks/delivery.ts";
import { createCatalogue } from "../../../../src/processors/catalogue.ts";
import { processors } from "../../stage/processors.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let berlin: Browser;
beforeEach(async () => {
  stage = await setStage({ catalogue: createCatalogue([{ ...processors.plain, id: "ShopifyProcessWebhookJob" }]) });
  berlin = await stage.signedIn("client_admin", stage.berlin);
});

const PAYLOAD = '{"id":820982911946154508,"email":"ada@example.com"}';

/** Stores a delivery; returns its id. */
async function add(delivery: Partial<NewDelivery> & { deliveryId: string }, clientId = stage.berlin): Promise<number> {
  const { database, now } = stage;
  const whole = {
    provider: "shopify",
    eventId: null,
    topic: "orders/paid",
    source: "",
    payload: PAYLOAD,
    subject: null,
  } as const;
  await acceptDeliveries(database, clientId, [{ ...whole, ...delivery }], now);
  const { rows } = await database.execute({
    sql: "SELECT id FROM webhook_events WHERE delivery_id = ? AND client_id = ?",
    args: [delivery.deliveryId, clientId],
  });
  return Number(rows[0]?.id);
}

const set = (id: number, changes: string) =>
  stage.database.execute(`UPDATE webhook_events SET ${changes} WHERE id = ${id}`);

async function row(id: number): Promise<Record<string, unknown>> {
  const { rows } = await stage.database.execute(`SELECT * FROM webhook_events WHERE id = ${id}`);
  return { ...rows[0] };
}

const list = (query = "") => berlin.get(`/admin/inbox/${stage.berlin}${query}`);

describe("the inbox of shops", () => {
  it("leads a client's administrator to the own client's, and others where they choose", async () => {
    expect(await berlin.get("/admin/inbox")).toMatchObject({ location: `/admin/inbox/${stage.berlin}` });
    const ada = await stage.signedIn("system_admin");
    expect((await ada.get("/admin/inbox")).text).toContain("Show inbox");
    expect(await ada.get("/admin/inbox?client=new-york")).toMatchObject({ location: `/admin/inbox/${stage.newYork}` });
  });

  it("shows each delivery's topic, order, state, attempts and error, the latest first, and no payload", async () => {
    const first = await add({ deliveryId: "d-1", subject: "order-1" });
    const second = await add({ deliveryId: "d-2", subject: "order-2", topic: "refunds/create" });
    await set(first, "state = 'failed', attempts = 5, error = 'order_unknown'");
    const { text, body } = await list();
    expect(text).toMatch(
      new RegExp(`refunds/create #${second}.*waits.*orders/paid #${first}.*order-1.*failed.*order_unknown.*5`),
    );
    expect(body).not.toContain("ada@example.com");
  });

  it("is filtered by shop, state and topic, and searched by delivery and order", async () => {
    const one = await add({ deliveryId: "d-1", subject: "7" });
    const two = await add({ deliveryId: "d-2", subject: "8", topic: "refunds/create" });
    const three = await add({ deliveryId: "d-3", subject: "7", provider: "paypal", topic: "X" });
    await set(two, "state = 'parked'");
    const shown = async (query: string) =>
      [...(await list(query)).body.matchAll(/\/admin\/inbox\/\d+\/(\d+)"/g)].map(([, id]) => Number(id));
    expect(await shown("")).toEqual([three, two, one]);
    expect(await shown("?provider=paypal")).toEqual([three]);
    expect(await shown("?state=parked")).toEqual([two]);
    expect(await shown("?state=new")).toEqual([three, one]);
    await set(three, "state = 'failed'");
    expect(await shown("?state=attention")).toEqual([three, two]);
    expect(await shown("?state=attention&search=8")).toEqual([two]);
    expect(await shown("?state=attention&search=d-1")).toEqual([]);
    await set(three, "state = 'new'");
    expect(await shown("?topic=refunds/create")).toEqual([two]);
    expect(await shown("?search=7")).toEqual([three, one]);
    expect(await shown("?search=d-2")).toEqual([two]);
    expect(await shown("?search=d-2&state=new")).toEqual([]);
    expect(await shown("?search=d-")).toEqual([]);
  });

  it("goes on behind its fifty newest, with the same filter", async () => {
    const deliveries = Array.from({ length: 51 }, (_, at) => ({
      provider: "shopify" as const,
      deliveryId: `d-${at}`,
      eventId: null,
      topic: "orders/paid",
      source: "",
      payload: "{}",
      subject: null,
    }));
    await acceptDeliveries(stage.database, stage.berlin, deliveries, stage.now);
    const first = await list("?topic=orders/paid");
    const [, next = ""] = /href="([^"]*before=[^"]*)"/.exec(first.body) ?? [];
    expect(next).toContain("topic=orders");
    const second = await berlin.get(next.replaceAll("&amp;", "&"));
    expect(second.body.match(/\/admin\/inbox\/\d+\/\d+"/g)).toHaveLength(1);
  });

  it("names the first delivery of the same event, by topic", async () => {
    const first = await add({ deliveryId: "d-1", subject: "7", eventId: "e" });
    const again = await add({ deliveryId: "d-2", subject: "7", eventId: "e" });
    await add({ deliveryId: "d-3", subject: "7", eventId: "e", topic: "orders/cancelled" });
    expect((await list()).text.match(/same event as/g)).toHaveLength(1);
    const { body } = await berlin.get(`/admin/inbox/${stage.berlin}/${again}`);
    expect(body).toContain(`href="/admin/inbox/${stage.berlin}/${first}"`);
  });

  it("shows what was sent folded away, and to those alone who may settle it", async () => {
    const id = await add({ deliveryId: "d-1" });
    const { body } = await berlin.get(`/admin/inbox/${stage.berlin}/${id}`);
    expect(body).toMatch(
      /<details[^>]*>\s*<summary>What was sent, with personal data<\/summary>[\s\S]*ada@example\.com[\s\S]*<\/details>/,
    );
    expect(body).toContain("820982911946154508");
    const reader = await stage.signedIn("read_only", stage.berlin);
    expect((await reader.get(`/admin/inbox/${stage.berlin}/${id}`)).body).not.toContain("ada@example.com");
    await set(id, "payload = '{}'");
    expect((await berlin.get(`/admin/inbox/${stage.berlin}/${id}`)).text).toContain("What was sent is no longer kept.");
  });

  it.each([
    ["secret", "proved with the client secret"],
    ["former_secret", "proved with the former client secret, within an hour of its change"],
    ["certificate", "proved by PayPal's certificate"],
    ["call", "proved by a call to PayPal"],
    ["own", "none: a job found it"],
    [undefined, "proved before it was stored"],
  ] as const)("says how a delivery was proved: %s", async (proof, words) => {
    const id = await add({ deliveryId: "d-1", ...(proof === undefined ? {} : { proof }) });
    const { text } = await berlin.get(`/admin/inbox/${stage.berlin}/${id}`);
    expect(text).toContain(`Signature ${words} Shop`);
  });

  it("says what each code of an error means", async () => {
    const id = await add({ deliveryId: "d-1" });
    await set(id, "state = 'parked', error = 'full:7 strange_code:8'");
    const { text } = await berlin.get(`/admin/inbox/${stage.berlin}/${id}`);
    expect(text).toContain("full:7 The course is full and has no waiting list.");
    expect(text).toContain("strange_code:8");
  });

  it("never shows another client's deliveries, by list, id, or search", async () => {
    const theirs = await add({ deliveryId: "theirs", subject: "their-order" }, stage.newYork);
    expect((await berlin.get(`/admin/inbox/${stage.newYork}`)).status).toBe(404);
    expect((await berlin.get(`/admin/inbox/${stage.newYork}/${theirs}`)).status).toBe(404);
    expect((await berlin.get(`/admin/inbox/${stage.berlin}/${theirs}`)).status).toBe(404);
    expect((await list("?search=their-order")).text).toContain("No delivery matches.");
    for (const deed of ["settle", "give"]) {
      const fields = { settling: "park", person: "1" };
      expect((await berlin.post(`/admin/inbox/${stage.berlin}/${theirs}/${deed}`, fields)).status).toBe(404);
      expect((await berlin.post(`/admin/inbox/${stage.newYork}/${theirs}/${deed}`, fields)).status).toBe(404);
    }
    expect(await row(theirs)).toMatchObject({ state: "new" });
  });
});

describe("a delivery", () => {
  const settle = (id: number, settling: string) =>
    berlin.post(`/admin/inbox/${stage.berlin}/${id}/settle`, { settling });

  it("is replayed: it waits with its attempts counted anew, its job starts at once, and that is on record", async () => {
    await stage.addJob({ processor: "ShopifyProcessWebhookJob", name: "Shop", clientId: stage.berlin });
    const id = await add({ deliveryId: "d-1" });
    await set(id, "state = 'failed', attempts = 5, error = 'x', processed_at = 1");
    expect(await settle(id, "replay")).toMatchObject({
      location: `/admin/inbox/${stage.berlin}/${id}?notice=delivery-replay`,
    });
    expect(await row(id)).toMatchObject({ state: "new", attempts: 0, error: null, processed_at: null });
    expect(stage.woken).toEqual([stage.berlin]);
    const { rows } = await stage.database.execute(
      "SELECT entity, entity_id, action, client_id FROM audit_log WHERE entity = 'delivery'",
    );
    expect(rows.map((one) => ({ ...one }))).toEqual([
      { entity: "delivery", entity_id: id, action: "replay", client_id: stage.berlin },
    ]);
  });

  it("is put aside and closed", async () => {
    const id = await add({ deliveryId: "d-1" });
    await settle(id, "park");
    expect(await row(id)).toMatchObject({ state: "parked", error: "by_hand", processed_at: stage.now });
    await settle(id, "close");
    expect(await row(id)).toMatchObject({ state: "done", error: null });
  });

  it.each([
    ["new", "replay"],
    ["new", "close"],
    ["processing", "park"],
    ["done", "close"],
    ["parked", "park"],
  ])("that is %s is not asked to %s", async (state, settling) => {
    const id = await add({ deliveryId: "d-1" });
    await set(id, `state = '${state}'`);
    expect(await settle(id, settling)).toMatchObject({ status: 409 });
    expect(await row(id)).toMatchObject({ state });
  });

  it("whose payload was emptied is not replayed, nor is its order given away", async () => {
    const id = await add({ deliveryId: "d-1", subject: "7" });
    await set(id, "state = 'parked', payload = '{}'");
    await stage.database.execute({
      sql: `INSERT INTO orders (client_id, provider, remote_id, email, status, amount_minor, currency, placed_at, created_at, updated_at)
        VALUES (?, 'shopify', '7', '', 'paid', 100, 'EUR', 0, 0, 0)`,
      args: [stage.berlin],
    });
    const { text } = await berlin.get(`/admin/inbox/${stage.berlin}/${id}`);
    expect(text).not.toContain("Process once more");
    expect(text).not.toContain("Give the order to a person");
    expect(await settle(id, "replay")).toMatchObject({ status: 409 });
    const given = await berlin.post(`/admin/inbox/${stage.berlin}/${id}/give`, { person: "1" });
    expect(given).toMatchObject({ status: 409 });
  });

  it("that is parked has its order given to an active person of the client, and all that is parked about it waits again", async () => {
    const person = async (clientId: number, status: string) => {
      const { rows } = await stage.database.execute({
        sql: `INSERT INTO persons (client_id, username, username_key, given_name, family_name, locale, auth_status, enrolled_on, created_at, updated_at)
          VALUES (?1, ?2, ?2, 'Ada', 'L', 'en', ?3, '2026-01-01', 0, 0) RETURNING id`,
        args: [clientId, `${clientId}-${status}`, status],
      });
      return Number(rows[0]?.id);
    };
    const [ada, passive, theirs] = [
      await person(stage.berlin, "active"),
      await person(stage.berlin, "passive"),
      await person(stage.newYork, "active"),
    ];
    const paid = await add({ deliveryId: "d-1", subject: "7" });
    const refund = await add({ deliveryId: "d-2", subject: "7", topic: "refunds/create" });
    const done = await add({ deliveryId: "d-3", subject: "7" });
    const other = await add({ deliveryId: "d-4", subject: "8" });
    for (const id of [paid, refund, other]) await set(id, "state = 'parked', error = 'needs_person'");
    await set(done, "state = 'done'");
    const give = (given: unknown) =>
      berlin.post(`/admin/inbox/${stage.berlin}/${paid}/give`, { person: String(given) });
    expect(await give(ada)).toMatchObject({ status: 409 });
    await stage.database.execute({
      sql: `INSERT INTO orders (client_id, provider, remote_id, email, status, amount_minor, currency, placed_at, created_at, updated_at)
        VALUES (?, 'shopify', '7', 'other@example.com', 'paid', 100, 'EUR', 0, 0, 0)`,
      args: [stage.berlin],
    });
    for (const given of [passive, theirs, "nobody", ""]) {
      const answer = await give(given);
      expect(answer.status).toBe(422);
      expect(answer.text).toContain("There is no active person of this number here.");
    }
    expect(await give(`#${ada}`)).toMatchObject({
      location: `/admin/inbox/${stage.berlin}/${paid}?notice=order-given`,
    });
    const { rows } = await stage.database.execute("SELECT person_id FROM orders");
    expect(rows[0]?.person_id).toBe(ada);
    expect(await row(paid)).toMatchObject({ state: "new", error: null });
    expect(await row(refund)).toMatchObject({ state: "new" });
    expect(await row(done)).toMatchObject({ state: "done" });
    expect(await row(other)).toMatchObject({ state: "parked" });
  });
});
