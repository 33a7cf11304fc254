import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, inject, it, onTestFinished } from "vitest";
import { openServerDatabase } from "../../src/hosts/server-database.ts";

/** The run's server behind a proxy that counts the requests with statements. */
async function scene() {
  const counted = { requests: 0 };
  // Of a host name with dots sqld takes the first label for a namespace.
  const server = inject("sqld").url.replace("127.0.0.1", "localhost");
  const proxy = createServer(async (request, response) => {
    if (request.method === "POST") counted.requests += 1;
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part);
    const body = request.method === "POST" ? Buffer.concat(parts) : null;
    const answer = await fetch(new URL(request.url ?? "/", server), {
      method: request.method ?? "GET",
      headers: { "content-type": request.headers["content-type"] ?? "" },
      body,
    });
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  const { port } = proxy.address() as AddressInfo;
  const database = openServerDatabase(`http://127.0.0.1:${port}`, null);
  onTestFinished(() => {
    database.close();
    proxy.closeAllConnections();
    proxy.close();
  });
  return { database, counted };
}

const numbers = Array.from({ length: 200 }, (_, n) => n);

it("200 reads of one moment travel in four requests, and each gets its own rows", async () => {
  const { database, counted } = await scene();
  const results = await Promise.all(
    numbers.map((n) => database.execute({ sql: "SELECT ? AS n, ? AS text", args: [n, `row ${n}`] })),
  );
  expect(results.map(({ rows }) => rows[0])).toEqual(numbers.map((n) => ({ n, text: `row ${n}` })));
  expect(counted.requests).toBe(4);
});

it("one that the server refuses says what is wrong, and its neighbours are answered", async () => {
  const { database } = await scene();
  const refused = database.execute("SELECT * FROM nowhere");
  const answered = numbers.map((n) =>
    database.batch([{ sql: "SELECT ? AS n", args: [n] }, "SELECT 'second' AS text"], "read"),
  );
  await expect(refused).rejects.toThrow("no such table: nowhere");
  const results = await Promise.all(answered);
  expect(results.map(([first]) => first?.rows[0])).toEqual(numbers.map((n) => ({ n })));
  expect(results.every(([, second]) => second?.rows[0]?.text === "second")).toBe(true);
});

it("a read of a server that does not answer fails", async () => {
  const database = openServerDatabase("http://127.0.0.1:9", null);
  onTestFinished(() => database.close());
  await expect(database.execute("SELECT 1")).rejects.toThrow();
});
