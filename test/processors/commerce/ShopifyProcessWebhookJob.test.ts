import { beforeEach, describe, expect, it } from "vitest";
import { shopOrder } from "../../../src/demo/shop/orders.ts";
import { erasedKeyHash, erasedKeySecret } from "../../../src/learning/erasure/erased-key.ts";
import { ShopifyProcessWebhookJob } from "../../../src/processors/commerce/ShopifyProcessWebhookJob.ts";
import { addShop, ShopStage } from "../../shops/shop-stage.ts";

const DAY = 86_400_000;

let stage: ShopStage;
let ada: number;
let bea: number;
let course: number;

beforeEach(async () => {
  stage = await ShopStage.open(ShopifyProcessWebhookJob);
  await addShop(stage.database, "shopify");
  ada = await stage.suite.person({ email: "Ada@Example.com" });
  bea = await stage.suite.person({ email: "bea@example.com" });
  course = await stage.sold(501, await stage.suite.course());
});

const paid = (order: unknown) => stage.tell("orders/paid", order);
const buys = (id: number, email: string | null, ...more: Parameters<typeof shopOrder>[2]) =>
  paid(shopOrder(id, email, more.length > 0 ? more : [{ id: id * 10, variant_id: 501 }]));

describe("orders/paid", () => {
  it("books the active person with the address, whatever its case, once, and says why", async () => {
    const id = await buys(1001, "ADA@example.COM");
    const run = await stage.play();
    expect(run).toMatchObject({ state: "ok", counts: { events: 1, registered: 1, scanned: 1, changed: 1 } });
    expect(await stage.stateOf(id)).toBe("done");
    expect(
      await stage.rows("SELECT component_id, person_id, status, source, source_ref, cycle_no FROM registrations"),
    ).toEqual([
      {
        component_id: course,
        person_id: ada,
        status: "booked",
        source: "shop",
        source_ref: "shopify:1001:10010",
        cycle_no: 1,
      },
    ]);
    expect(
      await stage.rows("SELECT status, person_id, email, amount_minor, currency, items, error FROM orders"),
    ).toEqual([
      {
        status: "paid",
        person_id: ada,
        email: "ADA@example.COM",
        amount_minor: 19900,
        currency: "EUR",
        items: JSON.stringify([{ line: "10010", component_id: course, quantity: 1, refunded: 0 }]),
        error: null,
      },
    ]);
    const audit = await stage.rows<{ entity: string; action: string; after: string }>(
      "SELECT entity, action, after FROM audit_log ORDER BY id",
    );
    expect(audit.map(({ entity, action }) => `${entity} ${action}`)).toEqual(["order paid", "registration register"]);
    expect(JSON.parse(audit[1]?.after ?? "")).toMatchObject({ source: "shop", source_ref: "shopify:1001:10010" });
    expect((await stage.play()).state).toBe("no_action");
  });

  it("takes the contact's address where there is no other, and keeps ids that a double does not hold", async () => {
    const line = { id: "9007199254740993", variant_id: 501 };
    await paid(shopOrder("9007199254740995", null, [line], { contact_email: "bea@example.com" }));
    await stage.play();
    expect(await stage.rows("SELECT person_id, source_ref FROM registrations")).toEqual([
      { person_id: bea, source_ref: "shopify:9007199254740995:9007199254740993" },
    ]);
  });

  it.each([
    ["no person has the address", "nobody@example.com"],
    ["the shop does not say it", null],
    ["two people have it", "twin@example.com"],
    ["the person is passive", "passive@example.com"],
  ])("waits for a person where %s, with the order written down", async (_, email) => {
    for (const username of ["twin1", "twin2"]) await stage.suite.person({ username, email: "twin@example.com" });
    await stage.suite.person({ email: "passive@example.com", auth_status: "passive" });
    const id = await buys(1, email);
    expect(await stage.play()).toMatchObject({ counts: { events: 1, parked: 1 } });
    expect(await stage.stateOf(id)).toBe("parked needs_person");
    expect(await stage.orders()).toEqual(["1 paid"]);
    expect(await stage.registered()).toEqual([]);
  });

  it("books what waited for a person in the run after the address belongs to exactly one active person", async () => {
    const id = await buys(1, "late@example.com");
    await stage.play();
    expect((await stage.play()).state).toBe("no_action");
    const person = await stage.suite.person({ email: "LATE@example.com", auth_status: "passive" });
    expect((await stage.play()).state).toBe("no_action");
    await stage.suite.update("persons", person, { auth_status: "active" });
    await stage.play();
    expect(await stage.stateOf(id)).toBe("done");
    expect(await stage.registered()).toEqual([`${course}/${person} booked`]);
  });

  it("books the person whom an administrator has given the order to, whatever the address says", async () => {
    const id = await buys(1, "ada@example.com");
    await stage.database.execute("UPDATE persons SET auth_status = 'passive' WHERE email = 'Ada@Example.com'");
    await stage.play();
    await stage.suite.update("orders", 1, { person_id: bea });
    await stage.database.execute({ sql: "UPDATE webhook_events SET state = 'new' WHERE id = ?", args: [id] });
    await stage.suite.update("persons", ada, { auth_status: "active" });
    await stage.play();
    expect(await stage.registered()).toEqual([`${course}/${bea} booked`]);
  });

  it("books by the quantity that is still ordered, one for the buyer, and leaves the rest to an administrator", async () => {
    const id = await buys(1, "ada@example.com", { id: 11, variant_id: 501, quantity: 4, current_quantity: 3 });
    await stage.play();
    expect(await stage.stateOf(id)).toBe("parked extra_quantity:11:2");
    expect(await stage.registered()).toEqual([`${course}/${ada} booked`]);
  });

  it("books no line that was taken out of the order, no variant that sells nothing here, and is done with it", async () => {
    const id = await buys(
      1,
      "nobody@example.com",
      { id: 11, variant_id: 501, current_quantity: 0 },
      { id: 12, variant_id: 999 },
      { id: 13 },
    );
    await stage.play();
    expect(await stage.stateOf(id)).toBe("done");
    expect(await stage.orders()).toEqual(["1 paid"]);
    expect(await stage.registered()).toEqual([]);
  });

  it("maps by the offers of this client and this shop alone", async () => {
    await stage.sold(502, course, { client_id: 2 });
    await stage.sold(503, course, { connector_id: 9 });
    await buys(1, "ada@example.com", { id: 11, variant_id: 502 }, { id: 12, variant_id: 503 });
    await stage.play();
    expect(await stage.registered()).toEqual([]);
  });

  it("books what can be booked, and says of each other line why not", async () => {
    const { suite } = stage;
    const taken = await stage.sold(601, await suite.course());
    await suite.registration(taken, ada);
    const full = await stage.sold(602, await suite.course({ max_participants: 1 }));
    await suite.registration(full, bea);
    const planned = await stage.sold(603, await suite.course({ planning_status: "planned" }));
    const needs = await stage.sold(
      604,
      await suite.course({ prerequisites: '{"component":{"id":1,"status":"successful"}}' }),
    );
    await suite.meta(needs, 11838);
    await suite.meta(await stage.sold(606, await suite.course({ prerequisites: "{" })), 11838);
    const waiting = await stage.sold(605, await suite.course({ max_participants: 1, waiting_list: 1 }));
    await suite.registration(waiting, bea);
    const lines = [601, 602, 603, 604, 605, 606, 501, 501].map((variant_id, at) => ({ id: at + 1, variant_id }));
    const id = await buys(1, "ada@example.com", ...lines);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { registered: 2, parked: 1 } });
    expect(await stage.stateOf(id)).toBe(
      "parked already_registered:1 full:2 not_available:3 prerequisites:4 prerequisites:6 already_registered:8",
    );
    expect((await stage.registered()).slice(3)).toEqual([`${waiting}/${ada} waiting_list`, `${course}/${ada} booked`]);
    expect(planned).toBeGreaterThan(0);
    // Replayed once a place is free: only what is missing is booked.
    await suite.update("registrations", 2, { status: "cancelled" });
    await stage.database.execute({
      sql: "UPDATE webhook_events SET state = 'new', error = NULL WHERE id = ?",
      args: [id],
    });
    expect(await stage.play()).toMatchObject({ counts: { registered: 1 } });
    expect((await stage.registered()).at(-1)).toBe(`${full}/${ada} booked`);
  });

  it("begins the next cycle behind one that is closed", async () => {
    await stage.suite.registration(course, ada, { status: "passed" });
    await buys(1, "ada@example.com");
    await stage.play();
    expect(await stage.rows("SELECT cycle_no, status FROM registrations ORDER BY id")).toEqual([
      { cycle_no: 1, status: "passed" },
      { cycle_no: 2, status: "booked" },
    ]);
  });

  it("gives the last place to who was told of first, in one run", async () => {
    const small = await stage.sold(601, await stage.suite.course({ max_participants: 1 }));
    await buys(1, "bea@example.com", { id: 11, variant_id: 601 });
    const second = await buys(2, "ada@example.com", { id: 21, variant_id: 601 });
    await stage.play();
    expect(await stage.registered()).toEqual([`${small}/${bea} booked`]);
    expect(await stage.stateOf(second)).toBe("parked full:21");
  });

  it("puts a template into the personal syllabus with the course that comes first, or lets it wait there", async () => {
    const { suite } = stage;
    const template = await stage.sold(601, await suite.template());
    const empty = await stage.sold(602, await suite.template());
    const now = stage.clock.now();
    await suite.course({ template_id: template, date_dependent: 1, start_at: now - DAY });
    const later = await suite.course({ template_id: template, date_dependent: 1, start_at: now + 2 * DAY });
    const first = await suite.course({
      template_id: template,
      date_dependent: 1,
      start_at: now + DAY,
      max_participants: 1,
    });
    const one = await buys(1, "ada@example.com", { id: 11, variant_id: 601 }, { id: 12, variant_id: 602 });
    await buys(2, "bea@example.com", { id: 21, variant_id: 601 });
    await stage.play();
    expect(await stage.stateOf(one)).toBe("done");
    expect(await stage.registered()).toEqual([
      `${template}/${ada} personal_syllabus`,
      `${first}/${ada} booked`,
      `${empty}/${ada} personal_syllabus`,
      `${template}/${bea} personal_syllabus`,
      `${later}/${bea} booked`,
    ]);
    const served = await stage.rows(
      "SELECT id, parent_registration_id AS parent, source_ref AS ref FROM registrations WHERE id = 2",
    );
    expect(served).toEqual([{ id: 2, parent: 1, ref: `shopify:1:11/${first}` }]);
  });

  it("is told twice with another delivery id without effect", async () => {
    await buys(1, "ada@example.com");
    await buys(1, "ada@example.com");
    expect(await stage.play()).toMatchObject({ counts: { events: 2, registered: 1 } });
    await buys(1, "ada@example.com");
    await stage.play();
    expect(await stage.registered()).toHaveLength(1);
    expect(await stage.orders()).toEqual(["1 paid"]);
  });

  it("ignores orders that were made for a test unless the connector accepts them", async () => {
    const test = () => paid(shopOrder(1, "ada@example.com", [{ id: 11, variant_id: 501 }], { test: true }));
    const ignored = await test();
    await stage.play();
    expect(await stage.stateOf(ignored)).toBe("ignored test_order");
    expect(await stage.orders()).toEqual([]);
    await stage.database.execute("UPDATE connectors SET config = json_set(config, '$.acceptTest', json('true'))");
    const accepted = await test();
    await stage.play();
    expect(await stage.stateOf(accepted)).toBe("done");
  });

  it("makes a person of a buyer who is not known, where the job says so", async () => {
    const id = await buys(1, "new@example.com");
    await buys(2, "New@example.com", { id: 21, variant_id: 999 });
    expect((await stage.play({ createPersons: true }, { dryRun: true })).counts.registered).toBeUndefined();
    await stage.play({ createPersons: true });
    expect(await stage.stateOf(id)).toBe("done");
    const made = await stage.rows(
      "SELECT username, given_name, family_name, email, must_change_password, enrolled_on FROM persons WHERE id > 2",
    );
    expect(made).toEqual([
      {
        username: "new@example.com",
        given_name: "Ada",
        family_name: "Byron",
        email: "new@example.com",
        must_change_password: 1,
        enrolled_on: "2026-03-02",
      },
    ]);
    expect(await stage.registered()).toEqual([`${course}/3 booked`]);
  });

  it("makes no person of an address that is taken as a username, or that a person who was erased had", async () => {
    await stage.suite.person({ username: "taken@example.com" });
    const hash = await erasedKeyHash(
      await erasedKeySecret(new Uint8Array(32).fill(7)),
      1,
      "username",
      "gone@example.com",
    );
    await stage.database.execute({
      sql: "INSERT INTO erased_people (client_id, key_hash) VALUES (1, ?)",
      args: [hash],
    });
    const erased = await buys(3, "gone@example.com");
    const taken = await buys(1, "Taken@example.com");
    const made = await buys(2, "fresh@example.com");
    await stage.play({ createPersons: true });
    expect(await stage.stateOf(taken)).toBe("parked username_taken");
    expect(await stage.stateOf(erased)).toBe("parked erased_person");
    expect(await stage.stateOf(made)).toBe("done");
  });
});

describe("other deliveries", () => {
  const watermark = () => stage.rows("SELECT value FROM processor_state WHERE key = 'watermark:1'");

  it("of products take the catalogue's watermark back, never on, and one that was deleted removes it", async () => {
    await stage.database.execute(`INSERT INTO processor_state (processor, client_id, node_id, key, value)
      VALUES ('CreateOrUpdateShopifyCatalogItems', 1, '', 'watermark:1', '2000000')`);
    const product = (topic: string, updated_at?: string) =>
      stage.tell(topic, { id: 5, ...(updated_at ? { updated_at } : {}) });
    await product("products/update", new Date(3_000_000).toISOString());
    await stage.play();
    expect(await watermark()).toEqual([{ value: "2000000" }]);
    await product("products/create", new Date(1_000_000).toISOString());
    await stage.play();
    expect(await watermark()).toEqual([{ value: "1000000" }]);
    await product("products/delete");
    await stage.play();
    expect(await watermark()).toEqual([]);
  });

  it("are ignored", async () => {
    const id = await stage.tell("carts/update", { id: 1 });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { events: 1 } });
    expect(await stage.stateOf(id)).toBe("ignored");
  });

  it("that cannot be read fail alone, and have failed after as many tries as the job allows", async () => {
    const bad = await stage.tell("orders/paid", '{"id": 1}');
    const none = await stage.tell("orders/paid", "{", { subject: "2" });
    const good = await buys(3, "ada@example.com");
    const run = await stage.play({ maxAttempts: 2 });
    expect(run).toMatchObject({ state: "partial", counts: { failed: 2, events: 1 } });
    expect(run.errors.map(({ code }) => code)).toEqual(["bad_payload", "bad_payload"]);
    expect([await stage.stateOf(bad), await stage.stateOf(good)]).toEqual(["new bad_payload", "done"]);
    await stage.play({ maxAttempts: 2 });
    expect([await stage.stateOf(bad), await stage.stateOf(none)]).toEqual(["failed bad_payload", "failed bad_payload"]);
  });
});

describe("a run", () => {
  it("has nothing to do without a connector", async () => {
    await stage.database.execute("UPDATE connectors SET active = 0");
    const id = await buys(1, "ada@example.com");
    expect((await stage.play()).state).toBe("no_action");
    expect(await stage.stateOf(id)).toBe("new");
  });

  it("changes nothing when it is rehearsed", async () => {
    const id = await buys(1, "ada@example.com");
    expect(await stage.play({}, { dryRun: true })).toMatchObject({ counts: { events: 1, registered: 1 } });
    expect(await stage.stateOf(id)).toBe("new");
    expect(await stage.registered()).toEqual([]);
  });

  it("warns once a day of a shop that has fallen silent", async () => {
    await buys(1, "ada@example.com");
    await stage.play({ silenceDays: 3 });
    await stage.sleep(3);
    const silent = await stage.play({ silenceDays: 3 });
    expect(silent.log.join()).toContain("The shop has told nothing for 3 days");
    expect((await stage.play({ silenceDays: 3 })).log.join()).not.toContain("told nothing");
    await stage.sleep();
    expect((await stage.play({ silenceDays: 3 })).log.join()).toContain("for 4 days");
  });

  it("deletes deliveries that are done with after as many days as the job says, and none that waits", async () => {
    const done = await buys(1, "ada@example.com");
    const ignored = await stage.tell("carts/update", { id: 1 });
    const parked = await buys(2, "nobody@example.com");
    await stage.play();
    await stage.sleep(6.99);
    await stage.play({ keepDays: 7 });
    expect(await stage.stateOf(done)).toBe("done");
    await stage.sleep(0.1);
    expect(await stage.play({ keepDays: 7 })).toMatchObject({ counts: { deleted: 2 } });
    expect([await stage.stateOf(done), await stage.stateOf(ignored), await stage.stateOf(parked)]).toEqual([
      "",
      "",
      "parked needs_person",
    ]);
  });
});
