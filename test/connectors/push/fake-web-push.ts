import { createECDH, createPublicKey, type ECDH, generateKeyPairSync, randomBytes, verify } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import ece from "http_ece";
import { type Fault, fail, parts, serve } from "./server.ts";

/** A subscription as a browser makes it; the service of these tests plays the browser too. */
interface Subscription {
  readonly receiver: ECDH;
  readonly auth: Buffer;
  /** The VAPID key that it was made with. */
  readonly vapidKey: string;
}

/** A message that arrived; null: it was an empty one. */
export interface Arrived {
  readonly name: string;
  readonly text: string | null;
}

/** A pair of VAPID keys. */
export function vapidPair() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "", d = "" } = privateKey.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return { publicKey: point.toString("base64url"), privateKey: d };
}

/**
 * A web push service, with the browsers behind it. It checks what services check (RFC 8030, RFC 8292): TTL, encoding, the signature, that its key is
 * that of the subscription, audience, life and contact, the size; and opens each message by `http_ece`, which shares nothing with the product.
 */
export class FakeWebPush {
  origin = "";
  readonly arrived: Arrived[] = [];
  /** What becomes of messages to a subscription. */
  readonly faults = new Map<string, Fault>();
  readonly next: Fault[] = [];
  /** Every request, also those that were refused. */
  asked = 0;
  readonly #now: () => number;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #salts = new Set<string>();

  private constructor(now: () => number) {
    this.#now = now;
  }

  static async start(now: () => number): Promise<FakeWebPush> {
    const fake = new FakeWebPush(now);
    fake.origin = await serve((request, body, response) => fake.#answer(request, body, response));
    return fake;
  }

  /** Subscribes. Returns what the learning suite keeps of it. */
  subscribe(name: string, vapidKey: string): { token: string; keys: string } {
    const receiver = createECDH("prime256v1");
    const p256dh = receiver.generateKeys().toString("base64url");
    const auth = randomBytes(16);
    this.#subscriptions.set(`/push/${name}`, { receiver, auth, vapidKey });
    return { token: `${this.origin}/push/${name}`, keys: JSON.stringify({ p256dh, auth: auth.toString("base64url") }) };
  }

  unsubscribe(name: string): void {
    this.#subscriptions.delete(`/push/${name}`);
  }

  #answer(request: IncomingMessage, body: Buffer, response: ServerResponse): unknown {
    this.asked += 1;
    const subscription = this.#subscriptions.get(request.url ?? "");
    const name = (request.url ?? "").replace("/push/", "");
    const fault = this.next.shift() ?? this.faults.get(name);
    if (fault) return fail(fault, request, response);
    const status = subscription ? this.#status(request, subscription, body, name) : 410;
    const location = status === 201 ? { location: `${this.origin}/message/${this.arrived.length}` } : {};
    return response.writeHead(status, location).end();
  }

  #status(request: IncomingMessage, subscription: Subscription, body: Buffer, name: string): number {
    const { headers, method } = request;
    if (method !== "POST" || !/^\d+$/.test(String(headers.ttl))) return 400;
    const [, jwt = "", key = ""] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.authorization ?? "") ?? [];
    if (jwt === "") return 401;
    const { header, claims, signed, signature } = parts(jwt);
    const { aud, sub, exp = 0 } = claims as Record<string, never>;
    const now = this.#now() / 1000;
    const point = Buffer.from(key, "base64url");
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString("base64url"));
    const open = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y } as never, format: "jwk" });
    const isSigned = verify("sha256", signed, { key: open, dsaEncoding: "ieee-p1363" }, signature);
    if (header.alg !== "ES256" || signature.length !== 64 || !isSigned) return 401;
    if (aud !== this.origin || exp <= now || exp > now + 86_400) return 401;
    if (!/^(mailto:|https:)/.test(String(sub))) return 401;
    if (key !== subscription.vapidKey) return 403;
    if (body.length > 4096) return 413;
    if (body.length === 0) {
      this.arrived.push({ name, text: null });
      return 201;
    }
    if (headers["content-encoding"] !== "aes128gcm") return 400;
    const salt = body.subarray(0, 16).toString("hex");
    if (this.#salts.has(salt)) return 400;
    this.#salts.add(salt);
    const { receiver, auth } = subscription;
    const text = ece.decrypt(body, { version: "aes128gcm", privateKey: receiver, authSecret: auth }).toString("utf8");
    this.arrived.push({ name, text });
    return 201;
  }
}
