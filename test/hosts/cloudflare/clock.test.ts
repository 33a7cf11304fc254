import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { edgeSystem } from "../../harness/edge/edge.ts";

it("the Clock ticks, pings the outside switch without waiting for it, and health names the tick", async () => {
  const pings: string[] = [];
  let pinged: (response: ServerResponse) => void;
  const held = new Promise<ServerResponse>((resolve) => {
    pinged = resolve;
  });
  const server = createServer((request, response) => {
    pings.push(`${request.method} ${request.url}`);
    pinged(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const system = await edgeSystem();
  await system.start({
    PING_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/3f1c`,
    CALLS_PER_INVOCATION: "50",
    HEALTH_TOKEN: "seen",
  });
  await system.tick();
  const ticks = await system.database.execute("SELECT source FROM ticks");
  expect(ticks.rows.map((row) => row.source)).toEqual(["cron"]);
  const after = await fetch(`${system.url}/health`, { headers: { authorization: "Bearer seen" } });
  expect([after.status, await after.json()]).toMatchObject([200, { ok: true, lastTick: { source: "cron" } }]);
  // The tick is over; its ping is still being answered.
  (await held).end("OK");
  expect(pings).toEqual(["GET /3f1c"]);
});
