import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openConnectors } from "../../src/connectors/connectors.ts";
import { componentId } from "../../src/demo/night/world/components.ts";
import { startDemoShop } from "../../src/demo/shop/server.ts";
import { withBearer } from "../../src/hosts/bearer.ts";
import { systemClock } from "../../src/hosts/system-clock.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { ShopifyProcessWebhookJob } from "../../src/processors/commerce/ShopifyProcessWebhookJob.ts";
import { Runner } from "../../src/runner/runner.ts";
import { type ShopWindow, shopAt } from "../../src/web/demo-shop.ts";
import { startBrowser } from "../harness/browser.ts";
import { VirtualClock } from "../harness/clock.ts";
import { runnerPorts } from "../harness/runner/runner.ts";
import { Suite } from "../processors/enrolment/suite.ts";
import { testRemote } from "../web/stage/remote.ts";
import { setScene } from "./scene.ts";

it("In the demo's shop one buys a course, sends that twice and refunds it: one registration, then cancelled, and one delivery for both", async () => {
  const working: Promise<unknown>[] = [];
  let shop: ShopWindow | null = null;
  const open = () => shop as unknown as ShopWindow;
  const { stage, url, signIn } = await setScene({
    catalogue: createCatalogue([ShopifyProcessWebhookJob]),
    demoShop: { look: () => open().look(), act: (deed) => open().act(deed) },
    wakeRunner: async (clientId) => {
      const { database } = stage;
      const connectorsFor = (client: { readonly id: number }, spend: (calls: number) => void) =>
        openConnectors(client.id, { ...testRemote(), control: database, spend });
      const ports = runnerPorts(database, [ShopifyProcessWebhookJob], new VirtualClock(0), {
        clock: systemClock,
        connectorsFor,
      });
      working.push(new Runner(ports, clientId).work());
    },
  });
  const { database, berlin } = stage;
  await database.execute(`UPDATE clients SET key = 'north', name = 'North Academy' WHERE id = ${berlin}`);
  const suite = new Suite(database, berlin);
  await suite.course({ id: componentId(berlin, "basics"), title: "Basics of selling" });
  await suite.person({ email: "ada@north.example" });
  await stage.addJob({ processor: "ShopifyProcessWebhookJob", name: "Shop", clientId: berlin });
  const folder = await mkdtemp(join(tmpdir(), "minutehand-shop-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const secretsKey = Buffer.alloc(32, 7).toString("base64");
  const file = join(folder, "shop.json");
  const server = await startDemoShop({ database, secretsKey, file, target: () => url, now: Date.now });
  if (!server) throw new Error("The shop was not opened");
  onTestFinished(() => server.stop());
  shop = shopAt(server.url, withBearer(server.token));

  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(page);
  await page.goto(`${url}/admin/shop`);
  const told = async (button: string) => {
    await page.getByRole("button", { name: button }).click();
    await page.getByRole("status").filter({ hasText: "The demo shop has told of it." }).waitFor();
    await Promise.all(working.splice(0));
    await page.getByRole("link", { name: "Reload" }).click();
    return (await page.getByRole("row", { name: "Basics of selling" }).innerText()).replace(/\s+/g, " ");
  };
  await page.getByLabel("Buyer's e-mail").fill("nobody");
  await page.getByRole("button", { name: "Buy" }).click();
  await page.getByRole("alert").filter({ hasText: "Enter an e-mail address" }).waitFor();
  await page.getByLabel("Buyer's e-mail").fill("ada@north.example");
  expect(await told("Buy")).toMatch(/ paid orders\/paid 200 stored In the inbox enrolled/);
  expect(await told("Send twice")).toMatch(/200 stored orders\/paid 200 stored before .*enrolled/);
  expect(await told("Refund")).toMatch(/ refunded .*refunds\/create 200 stored .*enrolment cancelled/);
  expect(await page.getByRole("button", { name: "Refund" }).count()).toBe(0);

  await page.getByRole("link", { name: "In the inbox" }).click();
  const rows = await page.getByRole("row").filter({ hasText: "done" }).allInnerTexts();
  expect(rows.map((row) => /(?:orders|refunds)\/\w+/.exec(row)?.[0])).toEqual(["refunds/create", "orders/paid"]);
  const { rows: registrations } = await database.execute("SELECT status, cancel_reason FROM registrations");
  expect(registrations.map((row) => ({ ...row }))).toEqual([{ status: "cancelled", cancel_reason: "refunded" }]);
});
