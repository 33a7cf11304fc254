import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { httpClient, retryAfter } from "../../../src/connectors/outbound/http.ts";
import { AnswerTooLargeError, RemoteUnavailableError } from "../../../src/connectors/outbound/remote-error.ts";
import { VirtualClock } from "../../harness/clock.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, time: number) => void;

/** A real HTTP server, and a client whose clock jumps to whatever it waits for, noting how long (ms). */
async function scene(handler: Handler, jump = true) {
  const requests: { method: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  const server = createServer(async (request, response) => {
    requests.push({ method: request.method ?? "", headers: request.headers, body: await text(request) });
    handler(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const clock = new VirtualClock(Date.parse("2026-01-01T00:00:00Z"));
  const waits: number[] = [];
  let calls = 0;
  const client = httpClient({
    fetch,
    clock: {
      now: clock.now,
      sleepUntil: (instant, wake) => {
        // The timeout of a try: it passes only when the test says so.
        if (instant - clock.now() === 20_000 || !jump) return clock.sleepUntil(instant, wake);
        waits.push(instant - clock.now());
        return Promise.resolve();
      },
    },
    spend: (count) => {
      calls += count;
    },
  });
  return {
    client,
    url: `http://127.0.0.1:${port}/secret-path?token=t0ken`,
    requests,
    waits,
    clock,
    calls: () => calls,
  };
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe("the outbound HTTP client", () => {
  it("gives back status, headers and body, and passes method, headers and body on", async () => {
    const { client, url, requests, calls } = await scene((_, response) =>
      response.writeHead(201, { "x-kind": "made" }).end("done"),
    );
    const answer = await client.send({ url, method: "POST", headers: { "x-key": "1" }, body: "hello" });
    expect([answer.status, answer.headers.get("x-kind"), new TextDecoder().decode(answer.body)]).toEqual([
      201,
      "made",
      "done",
    ]);
    expect(requests).toMatchObject([{ method: "POST", headers: { "x-key": "1" }, body: "hello" }]);
    expect(calls()).toBe(1);
  });

  it.each([500, 502, 503, 429])("tries again after 1, 4 and 16 seconds when the answer is %i", async (status) => {
    const { client, url, waits, calls } = await scene((_, response) => response.writeHead(status).end());
    const error = await failure(client.send({ url }));
    expect(error).toBeInstanceOf(RemoteUnavailableError);
    expect(error).toMatchObject({ status, code: "remote_unavailable" });
    expect(waits).toEqual([1000, 4000, 16_000]);
    expect(calls()).toBe(4);
  });

  it("is content with the first answer that is one", async () => {
    const { client, url, waits } = await scene((_, response, time) => response.writeHead(time < 3 ? 503 : 200).end());
    expect((await client.send({ url })).status).toBe(200);
    expect(waits).toEqual([1000, 4000]);
  });

  it.each([
    ["7", 7000],
    ["600", 60_000],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["soon", 1000],
  ])("waits as Retry-After %j says, at most 60 seconds", async (header, wait) => {
    const { client, url, waits } = await scene((_, response, time) =>
      response.writeHead(time === 1 ? 429 : 200, { "retry-after": header }).end(),
    );
    await client.send({ url });
    expect(waits).toEqual([wait]);
  });

  it.each([
    ["POST", undefined, 503, 1],
    ["PATCH", undefined, 503, 1],
    ["POST", undefined, 429, 4],
    ["POST", true, 503, 4],
    ["PUT", undefined, 503, 4],
    ["GET", false, 503, 1],
  ])("sends a %s (repeatable: %s) that is answered %i %i times", async (method, repeatable, status, times) => {
    const { client, url, requests } = await scene((_, response) => response.writeHead(status).end());
    await failure(client.send({ url, method, ...(repeatable === undefined ? {} : { repeatable }) }));
    expect(requests).toHaveLength(times);
  });

  it.each([400, 401, 403, 404, 409])("takes %i for an answer", async (status) => {
    const { client, url, calls } = await scene((_, response) => response.writeHead(status).end());
    expect((await client.send({ url })).status).toBe(status);
    expect(calls()).toBe(1);
  });

  it("does not follow redirects", async () => {
    const { client, url, requests } = await scene((_, response) =>
      response.writeHead(302, { location: "/other" }).end(),
    );
    expect((await client.send({ url })).status).toBe(302);
    expect(requests).toHaveLength(1);
  });

  it("tries again when the connection breaks, and names nothing but the host in the end", async () => {
    const { client, url, waits } = await scene((request) => request.socket.destroy());
    const error = await failure(client.send({ url }));
    expect(error).toMatchObject({ code: "remote_unavailable", status: null });
    expect(String(error)).toContain("127.0.0.1");
    expect(String(error)).not.toMatch(/secret-path|t0ken/);
    expect(waits).toHaveLength(3);
  });

  it("gives up on an answer after 20 seconds, in the middle of it too", async () => {
    let arrived: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { client, url, clock } = await scene((_, response) => {
      response.write("half");
      arrived();
    }, false);
    const sending = failure(client.send({ url, method: "POST" }));
    await begun;
    await clock.advance(20_000);
    expect(await sending).toMatchObject({ code: "remote_unavailable", message: expect.stringContaining("20 s") });
  });

  it("refuses an answer that is larger than allowed, once", async () => {
    const { client, url, calls } = await scene((_, response) => response.end("x".repeat(5000)));
    expect(await failure(client.send({ url, largestAnswer: 4999 }))).toBeInstanceOf(AnswerTooLargeError);
    expect((await client.send({ url, largestAnswer: 5000 })).body).toHaveLength(5000);
    expect(calls()).toBe(2);
  });
});

it.each([
  [{}, undefined],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "2.0" }, 2000],
  [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 0],
])("reads Retry-After %j as %s", (headers, expected) => {
  expect(retryAfter(new Headers(headers as Record<string, string>), 1000)).toBe(expected);
});
