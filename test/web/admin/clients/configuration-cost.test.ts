import { expect, it } from "vitest";
import { changeHolidays } from "../../../../src/administration/clients/clients.ts";
import { createBlackout } from "../../../../src/administration/pauses/blackouts.ts";
import { createConnector } from "../../../../src/control/clients/connector-records.ts";
import { countingDatabase } from "../../../../src/store/database.ts";
import { NOON, setStage } from "../../stage/stage.ts";

it("Every page of clients, pauses, connectors and settings costs the same statements however much there is", async () => {
  const stage = await setStage();
  const admin = await stage.signedIn("system_admin");
  const tally = { roundTrips: 0, statements: 0 };
  Object.assign(stage.ports, { control: countingDatabase(stage.database, tally) });
  const { database, berlin, ports } = stage;
  const connector = (name: string) => {
    const input = { clientId: berlin, kind: "http", name, active: true, config: { origins: [] }, seal: null };
    return createConnector(database, input, "ada", NOON);
  };
  await connector("first");
  const pages = [
    "/admin/clients",
    "/admin/clients?find=b",
    `/admin/clients/${berlin}`,
    `/admin/clients/${berlin}/holidays`,
    "/admin/pauses",
    "/admin/connectors",
    `/admin/connectors?client=${berlin}`,
    "/admin/connectors/1",
    "/admin/settings",
    `/admin/settings?client=${berlin}`,
  ];
  const costs = async () => {
    const all: [string, number][] = [];
    for (const page of pages) {
      Object.assign(tally, { roundTrips: 0, statements: 0 });
      expect((await admin.get(page)).status).toBe(200);
      all.push([page, tally.statements]);
    }
    return all;
  };
  const before = await costs();
  expect(Math.max(...before.map(([, statements]) => statements))).toBeLessThanOrEqual(6);

  await database.execute(
    `WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 2000) INSERT INTO clients
      (key, name, time_zone, created_at, updated_at) SELECT 'client-' || n, 'Client ' || n, 'UTC', 0, 0 FROM many`,
  );
  for (let number = 0; number < 60; number += 1) {
    await connector(`erp ${number}`);
    const at = NOON + number * 1000;
    await createBlackout(database, { clientId: berlin, startsAt: at, endsAt: at + 3_600_000 }, "ada", NOON);
  }
  const add = Array.from({ length: 28 }, (_, day) => ({ day: `2026-02-${String(day + 1).padStart(2, "0")}` }));
  await changeHolidays(ports, berlin, { add }, "ada", NOON);
  expect(await costs()).toEqual(before);
  const { body, text } = await admin.get("/admin/pauses");
  expect(text).toContain("Enter the key of a client. Empty: All clients and the platform.");
  expect(body.length).toBeLessThan(100 * 1024);
  expect((await admin.get("/admin/clients")).body.length).toBeLessThan(100 * 1024);
  expect((await admin.get("/admin/settings?client=client-7")).text).toContain("Settings of Client 7");
});
