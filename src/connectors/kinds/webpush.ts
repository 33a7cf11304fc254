import { Buffer } from "node:buffer";
import { z } from "zod";
import { bad, type ConnectorKind, type Finding, good, type TestCall, wrong } from "../kind.ts";
import type { HttpRequest } from "../outbound/http.ts";
import { isLoopback } from "../outbound/ip-address.ts";
import { resolvedRefusal } from "../outbound/target.ts";
import { type ConnectorPorts, httpOut } from "../ports.ts";
import { encryptPush, LONGEST_PLAINTEXT, type SubscriptionKeys, senderKeys } from "../push/encryption.ts";
import { fitNote, jsonBytes } from "../push/note.ts";
import { type PushDevice, type PushResult, type PushTransport, post, pushHealth } from "../push/transport.ts";
import { type Vapid, VapidKeysError, vapid } from "../push/vapid.ts";
import { ConnectorInvalidError, type StoredConnector, validate } from "../stored.ts";

/** Bytes in base64url without padding. */
const bytes = (length: number, what: string) =>
  z.string().refine((text) => /^[\w-]+$/.test(text) && Buffer.from(text, "base64url").length === length, {
    message: `is no ${what}; enter ${length} bytes in base64url`,
  });

/** `connectors.config` of kind `webpush`. */
export const webpushConfig = z.strictObject({
  subject: z
    .string()
    .trim()
    .max(300)
    .refine((text) => /^mailto:[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+$/.test(text) || isPublicHttps(text), {
      message: "is no contact; write mailto: and an address, or an https address that is not on this machine",
    })
    .describe("Whom a push service may contact: mailto: and an address, or an https address"),
});

/** The sealed `connectors.secret_enc` of kind `webpush`: a pair of VAPID keys. Subscriptions are bound to the public one. */
export const webpushSecret = z.strictObject({
  publicKey: bytes(65, "VAPID public key").describe("VAPID public key, base64url"),
  privateKey: bytes(32, "VAPID private key").describe("VAPID private key, base64url"),
});

function isPublicHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" && url.hostname !== "localhost";
}

/** Seconds for which a service keeps a message for a device that is off. */
const TTL_S = 86_400;

/** Messages to browsers (RFC 8030, 8291, 8292; handbook, catalogue: PushNotificationScheduler). */
export const webpush: ConnectorKind<PushTransport> = {
  kind: "webpush",
  call: {
    address: "Endpoint of a subscription for a test message",
    hint: "Without a tick below only the keys and whether a request may go there are looked at.",
    send: "Really send an empty message there, signed with the keys",
  },
  variants: [
    {
      id: "webpush",
      kind: "webpush",
      label: "Web push",
      summary: "Sends push messages to browsers. A subscription is bound to the public key that it was made with",
      config: webpushConfig,
      secret: webpushSecret,
    },
  ],

  async open(connector, ports, { note }) {
    const signer = await checked(connector);
    const out = httpOut("webpush", ports);
    let isDenied = false;
    return {
      hostOf: ({ token }) => URL.parse(token)?.host ?? "",
      async send(device, message) {
        const prepared = prepare(device);
        if ("state" in prepared) return prepared;
        const { url, keys } = prepared;
        const refusal = out.guard.refusal(url) ?? (await resolvedRefusal(out.guard, url).catch(() => null));
        if (refusal !== null) return { state: "unreachable", message: `Its endpoint cannot be used. ${refusal}` };
        const plaintext = JSON.stringify(fitNote(message, jsonBytes, LONGEST_PLAINTEXT));
        const once = { sender: await senderKeys(), salt: new Uint8Array(ports.randomBytes(16)) };
        let body: Uint8Array<ArrayBuffer>;
        try {
          body = await encryptPush(new TextEncoder().encode(plaintext), keys, once);
        } catch {
          return UNREADABLE_KEYS;
        }
        const answer = await post(out.http, out.clock, await pushRequest(signer, url, body, out.clock.now()));
        const result = "state" in answer ? answer : judge(url, answer.status);
        if (result.state === "denied") isDenied = true;
        // One subscription that it takes does not mend the others that it refused in the same run.
        if (isDenied && result.state !== "denied") return result;
        note(pushHealth(result));
        return result;
      },
    };
  },

  async trial(connector, ports, call) {
    const signer = await checked(connector);
    const pair = good("The two keys belong together");
    if (call === null || call.url === "") {
      return {
        ok: true,
        lines: [pair, good("Nothing was sent: give the endpoint of a subscription to try it")],
        health: null,
      };
    }
    return await tryEndpoint(ports, signer, call, pair);
  },
};

/** Checks what is stored. @throws {ConnectorInvalidError} */
async function checked({ config, secret }: StoredConnector): Promise<Vapid> {
  const { subject } = validate("webpush", "config", webpushConfig, config);
  const keys = validate("webpush", "secret", webpushSecret, secret ?? {});
  try {
    return await vapid(keys, subject);
  } catch (error) {
    if (!(error instanceof VapidKeysError)) throw error;
    throw new ConnectorInvalidError("webpush", `The webpush connector cannot be used. secret: ${error.message}`);
  }
}

const UNREADABLE_KEYS: PushResult = {
  state: "unreachable",
  message: "The keys of its subscription cannot be read; the browser has to subscribe again",
};

/** Where a message for a subscription goes, and its keys; a result where that cannot be read. */
function prepare({ token, keys }: PushDevice): { readonly url: URL; readonly keys: SubscriptionKeys } | PushResult {
  const url = URL.parse(token);
  if (!url || !(url.protocol === "https:" || isLoopback(url.hostname)))
    return { state: "unreachable", message: "Its endpoint is no https address; the browser has to subscribe again" };
  try {
    const { p256dh, auth } = subscriptionKeys.parse(JSON.parse(keys));
    return { url, keys: { p256dh: decoded(p256dh), auth: decoded(auth) } };
  } catch {
    return UNREADABLE_KEYS;
  }
}

const subscriptionKeys = z.object({ p256dh: bytes(65, "key"), auth: bytes(16, "key") });
const decoded = (text: string) => new Uint8Array(Buffer.from(text, "base64url"));

/** A signed request. @param body encrypted; null: an empty message. @param now ms */
async function pushRequest(
  signer: Vapid,
  url: URL,
  body: Uint8Array<ArrayBuffer> | null,
  now: number,
): Promise<HttpRequest> {
  const content = { "content-encoding": "aes128gcm", "content-type": "application/octet-stream" };
  const authorization = await signer.authorization(url, now);
  return {
    url: url.href,
    method: "POST",
    headers: { ttl: String(TTL_S), urgency: "normal", authorization, ...(body === null ? {} : content) },
    ...(body === null ? {} : { body }),
  };
}

/** What a service's answer means. */
function judge({ host }: URL, status: number): PushResult {
  const message = `${host} answered ${status}`;
  // The address in `Location` can take the message back, so it is not kept.
  if (status >= 200 && status < 300) return { state: "taken", providerMessageId: null };
  if (status === 404 || status === 410) return { state: "gone", message };
  if (status === 401 || status === 403) return { state: "denied", message: `${message}: it refused the VAPID keys` };
  return { state: "refused", message };
}

async function tryEndpoint(
  ports: ConnectorPorts,
  signer: Vapid,
  call: TestCall,
  pair: ReturnType<typeof good>,
): Promise<Finding> {
  const url = URL.parse(call.url);
  if (!url || !/^https?:$/.test(url.protocol)) return bad("The endpoint is no address; copy it from a subscription");
  const { http, guard, clock } = httpOut("webpush", ports);
  const refusal = guard.refusal(url) ?? (await resolvedRefusal(guard, url).catch(() => "its name has no address"));
  if (refusal !== null) {
    return { ok: false, lines: [pair, wrong(`Requests may not go to ${url.origin}: ${refusal}`)], health: null };
  }
  const may = good(`Requests may go to ${url.origin}`);
  if (!call.send) return { ok: true, lines: [pair, may, good("Nothing was sent")], health: null };
  const answer = await post(http, clock, await pushRequest(signer, url, null, clock.now()));
  const result = "state" in answer ? answer : judge(url, answer.status);
  const sent = good("An empty message was sent, signed with the keys");
  if (result.state === "taken") {
    return { ok: true, lines: [pair, may, sent, good(`${url.host} took it`)], health: pushHealth(result) };
  }
  return {
    ok: false,
    lines: [pair, may, sent, wrong(result.message)],
    health: result.state === "gone" ? null : pushHealth(result),
  };
}
