import { expect, it } from "vitest";
import { acceptDeliveries } from "../../../../src/learning/webhooks/accept.ts";
import { setStage } from "../../stage/stage.ts";
import { SECRET, SHOP } from "../../webhooks/shopify-headers.ts";
import { addConnector } from "../../webhooks/shops.ts";

const DAY_MS = 86_400_000;

it("The page of a shop's connector says what to enter where, and warns when nothing came for longer than silenceDays", async () => {
  const stage = await setStage();
  const id = await addConnector(stage, {
    clientId: stage.berlin,
    kind: "shopify",
    config: { shop: SHOP },
    secret: { clientId: "client-of-berlin", clientSecret: SECRET },
  });
  const look = async () => {
    const ada = await stage.signedIn("system_admin");
    return await ada.get(`/admin/connectors/${id}`);
  };
  const fresh = await look();
  expect(fresh.text).toContain("http://localhost/webhooks/shopify/berlin");
  for (const topic of ["orders/paid", "orders/cancelled", "refunds/create"]) expect(fresh.text).toContain(topic);
  expect(fresh.text).toContain("None has come yet.");
  expect(fresh.text).not.toContain("No delivery came for");
  expect(fresh.body).not.toContain(SECRET);

  stage.now += 14 * DAY_MS;
  expect((await look()).text).not.toContain("No delivery came for");
  stage.now += 1;
  expect((await look()).text).toContain("No delivery came for 14 days.");

  const delivery = { provider: "shopify", deliveryId: "d", eventId: null, topic: "orders/paid", source: "" } as const;
  await acceptDeliveries(stage.database, stage.berlin, [{ ...delivery, payload: "{}", subject: null }], stage.now);
  expect((await look()).text).not.toContain("No delivery came for");
  stage.now += 3 * DAY_MS + 1;
  await stage.addJob({ processor: "PlainJob", name: "Shop", clientId: stage.berlin });
  await stage.database.execute(
    `UPDATE jobs SET processor = 'ShopifyProcessWebhookJob', parameters = '{"silenceDays":3}'`,
  );
  expect((await look()).text).toContain("No delivery came for 3 days.");
});
