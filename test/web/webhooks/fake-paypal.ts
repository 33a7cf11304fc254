import { sign } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Ports } from "../../../src/web/ports.ts";
import * as certificates from "../../harness/certificates/paypal.ts";
import { testRemote } from "../stage/remote.ts";

/** The authority of these tests; its certificates are good from June 2026 to June 2027. */
export const { root } = certificates;
export const CERTIFICATES = "https://api.paypal.com/v1/notifications/certs/";
export const WEBHOOK_ID = "WH-CONF";
export const BODY =
  '{"id":"WH-TEST-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"CAP1","amount":{"currency_code":"EUR","value":"10.00"}}}';

const keys = { delivery: certificates.deliveryKey, other: certificates.otherKey };

/** Headers of a delivery, signed. @param how.key whose; default: that of a certificate for deliveries */
export function payPalHeaders(
  body: string,
  how: { certificateUrl?: string; webhookId?: string; key?: "delivery" | "other"; message?: string } = {},
): Record<string, string> {
  const { certificateUrl = `${CERTIFICATES}good`, webhookId = WEBHOOK_ID, key = "delivery" } = how;
  const message = how.message ?? `t-1|2026-11-23T12:00:00Z|${webhookId}|${crc32(body)}`;
  return {
    "content-type": "application/json",
    "paypal-transmission-id": "t-1",
    "paypal-transmission-time": "2026-11-23T12:00:00Z",
    "paypal-transmission-sig": sign("sha256", Buffer.from(message), keys[key]).toString("base64"),
    "paypal-cert-url": certificateUrl,
    "paypal-auth-algo": "SHA256withRSA",
  };
}

/** PayPal as the endpoint meets it: certificates, tokens and the check of a signature by a call. */
export class FakePayPal {
  /** `METHOD address` of each request. */
  readonly asked: string[] = [];
  /** What it says of signatures; null: it does not answer. */
  verdict: "SUCCESS" | "FAILURE" | null = "FAILURE";
  /** The texts of the events that it was asked about. */
  readonly events: string[] = [];
  /** What it found wrong with requests. */
  readonly violations: string[] = [];

  readonly remote: Ports["remote"] = {
    ...testRemote(),
    http: { fetch: (request) => this.#answer(request) },
  };

  async #answer(request: Request): Promise<Response> {
    const { url, method, headers } = request;
    this.asked.push(`${method} ${url}`);
    if (request.redirect !== "manual") this.violations.push(`${url} would be followed`);
    const certificate = url.startsWith(CERTIFICATES) ? url.slice(CERTIFICATES.length) : null;
    if (certificate === "good") return new Response(certificates.delivery);
    if (certificate === "other") return new Response(certificates.other);
    if (certificate === "leaf-alone")
      return new Response(certificates.delivery.split(/(?<=END CERTIFICATE-----\n)/)[0]);
    if (certificate === "moved") return Response.redirect(`${CERTIFICATES}good`, 302);
    if (certificate === "broken") throw new TypeError("connection lost");
    if (certificate !== null) return new Response("not found", { status: 404 });
    if (url === "https://api-m.paypal.com/v1/oauth2/token") {
      const login = Buffer.from("client-of-berlin:secret-of-berlin").toString("base64");
      if (headers.get("authorization") !== `Basic ${login}`) this.violations.push("the token's login");
      return Response.json({ access_token: "token-1", token_type: "Bearer", expires_in: 32400 });
    }
    if (url === "https://api-m.paypal.com/v1/notifications/verify-webhook-signature") {
      if (headers.get("authorization") !== "Bearer token-1") this.violations.push("the bearer");
      if (this.verdict === null) return new Response("", { status: 503 });
      const text = await request.text();
      const asked = JSON.parse(text) as Record<string, unknown>;
      for (const field of ["auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time"]) {
        if (typeof asked[field] !== "string") this.violations.push(`${field} is missing`);
      }
      if (asked.webhook_id !== WEBHOOK_ID) this.violations.push("the webhook's id");
      this.events.push(text.slice(text.indexOf('"webhook_event":') + '"webhook_event":'.length, -1));
      return Response.json({ verification_status: this.verdict });
    }
    this.violations.push(`${method} ${url}`);
    return new Response("", { status: 404 });
  }
}
