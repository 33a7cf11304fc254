import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { httpClient } from "../../../src/connectors/outbound/http.ts";
import { RemoteUnavailableError, TargetRefusedError } from "../../../src/connectors/outbound/remote-error.ts";
import { targetGuard } from "../../../src/connectors/outbound/target.ts";
import { webhookTransport } from "../../../src/connectors/webhook/transport.ts";
import { VirtualClock } from "../../harness/clock.ts";

/** The edge runtime's own fetch and signatures, against the one real server that is at hand: sqld. */
function send(allowed: string, path: string, method = "GET", body: string | null = null) {
  const clock = new VirtualClock(1_614_265_330_000);
  const sent: Headers[] = [];
  const out = (request: Request) => {
    sent.push(request.headers);
    return fetch(request);
  };
  const connector = {
    name: "erp",
    config: { origins: [] },
    secret: { signing: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], headers: {} },
  };
  const ports = { http: httpClient({ fetch: out, clock, spend: () => undefined }), guard: targetGuard(allowed), clock };
  const request = { method, body, headers: {}, timeoutMs: 20_000, expects: (status: number) => status === 200 };
  const url = new URL(path, env.LIBSQL_URL);
  const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  return { sent, result: webhookTransport(ports, connector).send({ id, idempotencyKey: "1", url, ...request }) };
}

it("a request leaves the edge runtime, signed as Standard Webhooks publishes it, and its answer is kept", async () => {
  const { sent, result } = send("*", "/v2/pipeline", "POST", '{"test": 2432232314}');
  expect(await result).toMatchObject({ status: 400, excerpt: expect.stringMatching(/requests/) });
  expect(sent[0]?.get("webhook-signature")).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

it("a connection that the edge runtime is refused is unavailable", async () => {
  await expect(send("*", "http://127.0.0.1:9/").result).rejects.toBeInstanceOf(RemoteUnavailableError);
});

it("a private target is refused before anything leaves", async () => {
  const { sent, result } = send("", "/health");
  await expect(result).rejects.toBeInstanceOf(TargetRefusedError);
  expect(sent).toEqual([]);
});
