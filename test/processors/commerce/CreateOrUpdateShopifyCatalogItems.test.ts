import { beforeEach, describe, expect, it } from "vitest";
import { CreateOrUpdateShopifyCatalogItems } from "../../../src/processors/commerce/CreateOrUpdateShopifyCatalogItems.ts";
import { plansFor } from "../../harness/plans.ts";
import { addShop, ShopStage } from "../../shops/shop-stage.ts";
import { ShopifyApi } from "../../shops/shopify-api.ts";
import { Suite } from "../enrolment/suite.ts";

const MINUTE = 60_000;

let stage: ShopStage;
let shop: ShopifyApi;
let course: number;
/** Answers instead of the shop. */
let answer: ((request: Request) => Promise<Response>) | null;

beforeEach(async () => {
  stage = await ShopStage.open(CreateOrUpdateShopifyCatalogItems, (now) => {
    shop = new ShopifyApi(now);
    answer = null;
    return (request) => (answer ?? shop.fetch)(request);
  });
  await addShop(stage.database, "shopify");
  course = await stage.suite.course({ external_id: "FIRE", title: "Fire & safety" });
});

const items = () =>
  stage.rows(`SELECT component_id, title, price_minor, currency, visible, is_public, variant_id, product_handle AS handle
    FROM catalogue_items WHERE client_id = 1 ORDER BY id`);
const failures = () => stage.rows("SELECT code, message FROM failures ORDER BY id");
const watermark = async () =>
  Number(
    (await stage.rows<{ value: string }>("SELECT value FROM processor_state WHERE key = 'watermark:1'"))[0]?.value,
  );
const OFFER = { title: "Offer", added_at: 0, connector_id: 1, price_minor: 19_900, currency: "EUR" };
/** Adds an offer of the course. Returns its id. */
const offer = (values: Record<string, string | number | null> = {}) =>
  stage.suite.insert("catalogue_items", { ...OFFER, component_id: course, ...values });

describe("pull", () => {
  it("brings in variants that name a component by metafield or SKU, each with its price, and says how many name none", async () => {
    const sold = shop.sell({ title: "Fire", handle: "fire", component: String(course) });
    shop.sell({
      title: "First aid",
      status: "DRAFT",
      variants: [
        { title: "Online", sku: "LMS-FIRE", price: "49.90" },
        { title: "On site", sku: `lms-${course}`, price: "90" },
        { sku: "MUG-1" },
        { sku: "LMS-nothing" },
      ],
    });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "ok", counts: { products: 2, created: 3, unmapped: 2 } });
    expect(await items()).toMatchObject([
      { component_id: course, title: "Fire", price_minor: 10_000, visible: 1, variant_id: sold.variants[0]?.id },
      { component_id: course, title: "First aid – Online", price_minor: 4990, visible: 0 },
      { component_id: course, title: "First aid – On site", price_minor: 9000, visible: 0 },
    ]);
    expect(run.log.join()).toContain("component nothing");
    expect((await stage.play()).state).toBe("no_action");
  });

  it("reads only what was changed since the watermark, five minutes of it twice", async () => {
    const first = shop.sell({ component: "FIRE" });
    await stage.play();
    const at = Date.parse(first.updatedAt);
    expect(await watermark()).toBe(at);
    await stage.clock.advance(60 * MINUTE);
    shop.sell({ component: "FIRE", updatedAt: new Date(at - 5 * MINUTE).toISOString() });
    shop.sell({ component: "FIRE", updatedAt: new Date(at - 5 * MINUTE - 1000).toISOString() });
    expect(await stage.play()).toMatchObject({ counts: { products: 2, created: 1 } });
  });

  it("reads all pages of products and of variants", async () => {
    shop.sell({ variants: Array.from({ length: 120 }, (_, at) => ({ title: `Seat ${at}`, sku: "LMS-FIRE" })) });
    for (let at = 0; at < 30; at += 1) shop.sell({ component: "FIRE" });
    expect(await stage.play()).toMatchObject({ counts: { products: 31, created: 150 } });
  });

  it("hides what the shop does not have any more, only behind a reading of everything", async () => {
    const gone = shop.sell({ component: "FIRE" });
    shop.sell({ component: "FIRE" });
    await stage.play();
    shop.products.splice(shop.products.indexOf(gone), 1);
    await stage.clock.advance(MINUTE);
    await stage.play();
    expect((await items()).map(({ visible }) => visible)).toEqual([1, 1]);
    expect(await stage.play({ fullScan: true })).toMatchObject({ counts: { hidden: 1 } });
    expect((await items()).map(({ visible }) => visible)).toEqual([0, 1]);
  });

  it("takes a metafield before an SKU, an id before an external id, and no component of another client", async () => {
    const named = await stage.suite.course({ external_id: "AID" });
    await stage.suite.course({ external_id: String(course) });
    await new Suite(stage.database, 2).course({ external_id: "THEIRS" });
    shop.sell({ component: "AID", variants: [{ sku: "LMS-FIRE" }] });
    shop.sell({ component: String(course) });
    shop.sell({ component: "THEIRS" });
    expect(await stage.play()).toMatchObject({ counts: { created: 2, unmapped: 1 } });
    expect((await items()).map(({ component_id }) => component_id)).toEqual([named, course]);
  });

  it("brings what has changed in line, and leaves folder and is_public to the administrator", async () => {
    const sold = shop.sell({ component: "FIRE", title: "Old" });
    shop.sell({ component: "FIRE", title: "Other" });
    await stage.play();
    const folder = await stage.suite.insert("catalogue_items", { title: "Folder", added_at: 0 });
    await stage.database.execute(`UPDATE catalogue_items SET parent_id = ${folder}, is_public = 1 WHERE title = 'Old'`);
    await stage.clock.advance(MINUTE);
    Object.assign(sold, { title: "New", status: "ARCHIVED", updatedAt: new Date(stage.clock.now()).toISOString() });
    expect(await stage.play()).toMatchObject({ counts: { products: 2, updated: 1 } });
    expect(
      await stage.rows("SELECT title, parent_id, is_public, visible FROM catalogue_items WHERE title <> 'Folder'"),
    ).toEqual([
      { title: "New", parent_id: folder, is_public: 1, visible: 0 },
      { title: "Other", parent_id: null, is_public: 0, visible: 1 },
    ]);
    const told = await stage.rows("SELECT entity_id FROM index_changes WHERE entity = 'catalogue' ORDER BY id");
    expect(told.map(({ entity_id }) => entity_id)).toEqual([1, 2, 1]);
  });

  it.each([
    ["EUR", "49.9", 4990],
    ["JPY", "500", 500],
    ["KWD", "1.234", 1234],
  ])("keeps a price in %s of %s as %i of the smallest unit", async (currency, price, minor) => {
    shop.currency = currency;
    shop.sell({ component: "FIRE", variants: [{ price }] });
    await stage.play();
    expect(await items()).toMatchObject([{ price_minor: minor, currency }]);
  });

  it("hides a variant that its product has no longer, and shows it once it is back", async () => {
    const sold = shop.sell({ component: "FIRE", variants: [{ title: "A" }, { title: "B" }] });
    await stage.play();
    const [, second] = sold.variants;
    const change = async (variants: typeof sold.variants) => {
      await stage.clock.advance(MINUTE);
      Object.assign(sold, { variants, updatedAt: new Date(stage.clock.now()).toISOString() });
      return stage.play();
    };
    expect(await change(sold.variants.slice(0, 1))).toMatchObject({ counts: { hidden: 1 } });
    expect((await items()).map(({ visible }) => visible)).toEqual([1, 0]);
    await change([...sold.variants, second as (typeof sold.variants)[number]]);
    expect((await items()).map(({ visible }) => visible)).toEqual([1, 1]);
  });

  it("hides neither another shop's items, nor another client's, nor those without a variant", async () => {
    const offer = { title: "Offer", added_at: 0, component_id: course };
    await stage.suite.insert("catalogue_items", { ...offer, connector_id: 7, variant_id: "1" });
    await stage.suite.insert("catalogue_items", { ...offer, connector_id: 1 });
    await stage.suite.insert("catalogue_items", offer);
    await new Suite(stage.database, 2).insert("catalogue_items", { ...offer, connector_id: 1, variant_id: "2" });
    shop.sell({ component: "FIRE" });
    expect((await stage.play({ fullScan: true })).counts).not.toHaveProperty("hidden");
    expect(await stage.rows("SELECT id FROM catalogue_items WHERE visible = 0")).toEqual([]);
  });

  it("hides nothing where a page could not be read, and goes on there when it is tried again", async () => {
    await stage.suite.insert("catalogue_items", {
      component_id: course,
      title: "Gone",
      added_at: 0,
      connector_id: 1,
      variant_id: "gone",
    });
    for (let at = 0; at < 16; at += 1) shop.sell({ component: "FIRE" });
    const { fetch } = shop;
    let requests = 0;
    answer = (request) => {
      requests += request.url.includes("graphql") ? 1 : 0;
      return requests === 2 ? Promise.resolve(Response.json({ errors: [{ message: "Down" }] })) : fetch(request);
    };
    expect(await stage.play({ fullScan: true })).toMatchObject({ state: "failed", reason: "remote_refused" });
    expect(await stage.rows("SELECT title FROM catalogue_items WHERE visible = 0")).toEqual([]);
    expect(await stage.play({ fullScan: true })).toMatchObject({ state: "ok", counts: { created: 1, hidden: 1 } });
  });

  it("reads again what a delivery has taken the watermark back to, and all once the watermark is gone", async () => {
    const at = stage.clock.now();
    for (const minutes of [60, 40, 0])
      shop.sell({ component: "FIRE", updatedAt: new Date(at - minutes * MINUTE).toISOString() });
    expect(await stage.play()).toMatchObject({ counts: { products: 3 } });
    await stage.database.execute(`UPDATE processor_state SET value = '${at - 40 * MINUTE}' WHERE key = 'watermark:1'`);
    expect((await stage.play()).counts).toMatchObject({ products: 2 });
    expect(await watermark()).toBe(at);
    await stage.database.execute("DELETE FROM processor_state WHERE key = 'watermark:1'");
    expect((await stage.play()).counts).toMatchObject({ products: 3 });
  });

  it("stays below a thousand points a query, and finds items by an index", async () => {
    shop.sell({ component: "FIRE" });
    const plans = await plansFor(stage.database, "catalogue_items", async () => {
      await stage.play({ fullScan: true });
      await stage.play({ direction: "push" });
    });
    expect(plans.filter((plan) => plan.startsWith("SCAN"))).toEqual([]);
    expect(Math.max(...shop.prices)).toBeLessThanOrEqual(1000);
  });
});

describe("the shop's interface", () => {
  it("is waited for as long as Retry-After says, also with a fraction", async () => {
    shop.sell({ component: "FIRE" });
    shop.faults.push({ status: 429, headers: { "retry-after": "2.0" } });
    await stage.play();
    expect(stage.waits).toEqual([2000]);
  });

  it("is waited for, where it throttles, until it has restored the points that the query wants", async () => {
    shop.sell({ component: "FIRE" });
    // One second passes until the run begins, which restores 100.
    shop.spendPoints(shop.points - 50);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { created: 1 } });
    expect(stage.waits).toEqual([Math.ceil(((shop.prices[0] as number) - 150) / 100) * 1000]);
  });

  it("is asked again where it names an error of its own", async () => {
    shop.sell({ component: "FIRE" });
    shop.errors.push({ message: "Internal error", extensions: { code: "INTERNAL_SERVER_ERROR" } });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { created: 1 } });
    expect(stage.waits).toEqual([1000]);
  });

  it("is not taken at its word where errors stand beside data", async () => {
    shop.sell({ component: "FIRE" });
    shop.errors.push({ message: "Something is missing" });
    expect(await stage.play()).toMatchObject({ state: "failed", reason: "remote_refused" });
    expect(await items()).toEqual([]);
  });

  it("is signed in to once a day, and again after a 401", async () => {
    await stage.play();
    await stage.play();
    expect(shop.grants).toBe(1);
    shop.forgetTokens();
    expect((await stage.play()).state).toBe("no_action");
    await stage.sleep();
    await stage.play();
    expect(shop.grants).toBe(3);
  });

  it("takes the permanent token of an old app as it is", async () => {
    await stage.database.execute("DELETE FROM connectors");
    await addShop(stage.database, "shopify", {
      secret: { clientSecret: "secret-of-app", accessToken: "shpat_permanent" },
    });
    shop.permanentToken = "shpat_permanent";
    shop.sell({ component: "FIRE" });
    expect(await stage.play()).toMatchObject({ state: "ok" });
    expect(shop.grants).toBe(0);
  });

  it.each([
    ["pull", "read_products"],
    ["push", "write_products"],
  ])("has to allow %s: without the scope %s the run fails and names it", async (direction, scope) => {
    await offer();
    shop.scopes = direction === "pull" ? [] : ["read_products"];
    const run = await stage.play({ direction });
    expect(run.state).toBe("failed");
    expect(run.message).toContain(scope);
  });

  it("is warned of where it answers with another version, and only then", async () => {
    expect((await stage.play()).log.join()).not.toContain("version");
    await stage.database.execute("UPDATE connectors SET config = json_set(config, '$.apiVersion', '2025-01')");
    expect((await stage.play()).log.join()).toContain("answers with version 2026-01 of its interface, not 2025-01");
  });
});

it("does nothing without a connector, and nothing to the catalogue in a dry run", async () => {
  shop.sell({ component: "FIRE" });
  expect(await stage.play({}, { dryRun: true })).toMatchObject({ counts: { products: 1, created: 1 } });
  await offer();
  await stage.play({ direction: "push" }, { dryRun: true });
  expect([await items(), shop.products]).toMatchObject([[{ variant_id: null }], [{ component: "FIRE" }]]);
  await stage.database.execute("DELETE FROM connectors");
  expect(await stage.play()).toMatchObject({ state: "no_action" });
});

describe("push", () => {
  const push = () => stage.play({ direction: "push" });

  it("sends what is for sale whole, and again only where it differs", async () => {
    const id = await offer();
    await stage.database.execute("UPDATE components SET description = 'Fire & <smoke>'");
    expect(await push()).toMatchObject({ state: "ok", counts: { products: 1, created: 1 } });
    const [product] = shop.products;
    expect(product).toMatchObject({
      handle: `lms-${course}`,
      title: "Fire & safety",
      descriptionHtml: "<p>Fire &amp; &lt;smoke&gt;</p>",
      status: "ACTIVE",
      component: String(course),
      variants: [{ price: "199.00", sku: `LMS-${course}` }],
    });
    const written = "SELECT product_id, variant_id, product_handle FROM catalogue_items";
    expect(await stage.rows(written)).toEqual([
      { product_id: product?.id, variant_id: product?.variants[0]?.id, product_handle: `lms-${course}` },
    ]);
    expect((await push()).state).toBe("no_action");
    await stage.database.execute(`UPDATE catalogue_items SET price_minor = 4990, visible = 0 WHERE id = ${id}`);
    expect(await push()).toMatchObject({ counts: { products: 1, updated: 1 } });
    expect(shop.products).toMatchObject([{ id: product?.id, status: "DRAFT", variants: [{ price: "49.90" }] }]);
  });

  it("sends neither another client's offers nor those of no shop or another", async () => {
    for (const values of [{ connector_id: null }, { connector_id: 7 }]) await offer(values);
    const theirs = new Suite(stage.database, 2);
    const component = await theirs.course();
    await theirs.insert("catalogue_items", { ...OFFER, component_id: component });
    expect((await push()).state).toBe("no_action");
    expect(shop.asked).toEqual([]);
  });

  it.each([
    ["has no price", { price_minor: null }, "missing_value"],
    ["has no currency", { currency: null }, "missing_value"],
    ["has another currency than the shop", { currency: "CHF" }, "bad_value"],
  ])("lists an offer as failed that %s, and sends the others", async (_what, values, code) => {
    await offer(values);
    await offer({ component_id: await stage.suite.course() });
    expect(await push()).toMatchObject({ state: "partial", counts: { created: 1, failed: 1 } });
    expect(await failures()).toMatchObject([{ code }]);
  });

  it("sends the first of two offers of one component, and names both where it lists the second", async () => {
    const [first, second] = [await offer(), await offer({ price_minor: 100 })];
    expect(await push()).toMatchObject({ state: "partial", counts: { created: 1, failed: 1 } });
    expect(shop.products).toMatchObject([{ variants: [{ price: "199.00" }] }]);
    const message = `Item ${second} sells the same component in this shop as item ${first}; take one of them out of the shop`;
    expect(await failures()).toEqual([{ code: "duplicate", message }]);
    expect((await push()).counts).not.toHaveProperty("updated");
  });

  it("lists as failed what the shop refuses, and sends it again in the next run", async () => {
    await offer();
    shop.userErrors.set(`lms-${course}`, { code: "INVALID_PRODUCT", field: ["input", "title"], message: "Too long" });
    await push();
    expect(await failures()).toEqual([
      { code: "remote_refused", message: "The shop refused it: INVALID_PRODUCT at input.title: Too long" },
    ]);
    shop.userErrors.clear();
    expect(await push()).toMatchObject({ counts: { created: 1 } });
  });

  it("deletes what was added to a product in the shop, once its offer changes", async () => {
    await offer();
    await push();
    const [product] = shop.products;
    product?.variants.push({ id: shop.nextId(), title: "Extra", sku: null, price: "1.00" });
    await stage.database.execute("UPDATE components SET title = 'New'");
    await push();
    expect(shop.products).toMatchObject([{ title: "New", variants: [{ sku: `LMS-${course}` }] }]);
  });
});
