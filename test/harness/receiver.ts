import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** A request as the receiver got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers one request; `time` counts them from 1. */
export type Answering = (response: ServerResponse, request: Received, time: number) => void;

/** A receiver's clock may differ by this much (s), as Standard Webhooks advises. */
const TOLERANCE_SECONDS = 300;

/**
 * Judges a request as a receiver after Standard Webhooks does, in code of its own: the signature by any of its secrets, in
 * constant time; the time, within five minutes; the id, not seen before.
 *
 * @param now the receiver's clock, ms
 */
export class Verifier {
  readonly #keys: readonly Buffer[];
  readonly #now: () => number;
  readonly #seen = new Set<string>();

  constructor(secrets: readonly string[], now: () => number) {
    this.#keys = secrets.map((secret) => Buffer.from(secret.slice("whsec_".length), "base64"));
    this.#now = now;
  }

  judge({ headers, body }: Received): "fresh" | "repeated" | "forged" | "old" {
    const id = String(headers["webhook-id"]);
    const timestamp = String(headers["webhook-timestamp"]);
    const given = String(headers["webhook-signature"] ?? "").split(" ");
    const good = this.#keys.some((key) => {
      const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
      return given.some((one) => {
        const [version, encoded = ""] = one.split(",");
        const bytes = Buffer.from(encoded, "base64");
        return version === "v1" && bytes.length === expected.length && timingSafeEqual(bytes, expected);
      });
    });
    if (!good) return "forged";
    if (Math.abs(this.#now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return "old";
    if (this.#seen.has(id)) return "repeated";
    this.#seen.add(id);
    return "fresh";
  }
}

/** A real HTTP server on the loopback interface that keeps what it got; it stops when the test has finished. */
export async function startReceiver(answer: Answering = (response) => response.end("ok")) {
  const received: Received[] = [];
  let arrived = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const one = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
    received.push(one);
    answer(response, one, received.length);
    arrived.resolve();
    arrived = Promise.withResolvers<void>();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    // No client connects any more, so none is left.
    server.closeAllConnections();
    await closed;
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    received,
    port,
    url: `http://127.0.0.1:${port}`,
    /** The next request is in, and its answer begun. */
    next: () => arrived.promise,
  };
}
