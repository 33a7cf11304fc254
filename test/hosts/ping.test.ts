import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ping } from "../../src/hosts/ping.ts";

let server: Server;
let address: string;
const seen: string[] = [];
const reports: string[] = [];
const send = (path: string, limitMs?: number) =>
  ping(fetch, `${address}${path}`, (message) => reports.push(message), limitMs);

beforeEach(async () => {
  seen.length = 0;
  reports.length = 0;
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (request.url === "/hang") return;
    response.writeHead(request.url === "/gone" ? 410 : 200).end("OK");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe("the ping after a tick", () => {
  it("is one GET, and says nothing when all is well", async () => {
    await send("/3f1c-secret");
    expect([seen, reports]).toEqual([["GET /3f1c-secret"], []]);
  });

  it("is not sent where no address is set", async () => {
    await ping(fetch, undefined, (message) => reports.push(message));
    await ping(fetch, "", (message) => reports.push(message));
    expect([seen, reports]).toEqual([[], []]);
  });

  it.each([
    ["is refused", "/gone", /127\.0\.0\.1:\d+ answered 410/],
    ["is not answered within the limit", "/hang", /did not reach 127\.0\.0\.1:\d+: TimeoutError/],
  ])("that %s is reported once, without its path, and never throws", async (_case, path, words) => {
    await send(path, 200);
    expect(seen).toEqual([`GET ${path}`]);
    expect(reports).toEqual([expect.stringMatching(words)]);
    expect(reports[0]).not.toContain(path);
  });

  it("to a host that is not there, or to no address at all, is reported too", async () => {
    server.close();
    server.closeAllConnections();
    await send("/secret");
    await ping(fetch, "no address: secret", (message) => reports.push(message));
    expect(reports).toEqual([
      expect.stringMatching(/did not reach 127\.0\.0\.1:\d+: TypeError/),
      expect.stringMatching(/PING_URL is no address/),
    ]);
    expect(reports.join()).not.toContain("secret");
  });
});
