import { generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Fault, fail, parts, serve } from "./server.ts";

const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
const MESSAGE_FIELDS = new Set(["token", "fid", "topic", "condition", "notification", "data"]);

/** A message that was taken. */
export interface Taken {
  readonly to: string;
  readonly notification: { readonly title: string; readonly body: string };
  readonly data: Readonly<Record<string, string>> | undefined;
  readonly bytes: number;
}

const detail = (type: string, more: object) => ({ "@type": `type.googleapis.com/${type}`, ...more });

/** An error as FCM answers it. @param code of its own detail; null: it has none */
export const fcmError = (status: number, name: string, code: string | null, more: readonly object[] = []) => ({
  status,
  body: {
    error: {
      code: status,
      message: "Something is wrong",
      status: name,
      details: [...(code === null ? [] : [detail("google.firebase.fcm.v1.FcmError", { errorCode: code })]), ...more],
    },
  },
});

/** What FCM says of a message that is not well made. */
export const violations = detail("google.rpc.BadRequest", { fieldViolations: [{ field: "message.data" }] });

/**
 * FCM HTTP v1 and Google's token endpoint. It checks what Google checks: the assertion's signature, audience, life and scope; the bearer; the
 * project; that there is one target, that data are texts, and the size.
 */
export class FakeFcm {
  origin = "";
  readonly taken: Taken[] = [];
  /** How often a token was asked for, and how often a message was only to be checked. */
  grants = 0;
  checked = 0;
  /** What becomes of messages to a target. */
  readonly faults = new Map<string, Fault>();
  /** What becomes of the next messages, whatever their target. */
  readonly next: Fault[] = [];
  /** Tokens are given, and refused all the same. */
  isClosed = false;
  readonly #now: () => number;
  readonly #tokens = new Map<string, number>();
  readonly #key: KeyObject;
  readonly serviceAccount: Record<string, unknown>;

  private constructor(now: () => number) {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.#now = now;
    this.#key = publicKey;
    this.serviceAccount = {
      type: "service_account",
      project_id: "suite-1234",
      private_key_id: "key-1",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      client_email: "push@suite-1234.iam.gserviceaccount.com",
    };
  }

  static async start(now: () => number): Promise<FakeFcm> {
    const fake = new FakeFcm(now);
    fake.origin = await serve((request, body, response) => fake.#answer(request, body, response));
    fake.serviceAccount.token_uri = `${fake.origin}/token`;
    return fake;
  }

  /** Tokens given so far are no longer good. */
  forgetTokens(): void {
    this.#tokens.clear();
  }

  #answer(request: IncomingMessage, body: Buffer, response: ServerResponse): unknown {
    const send = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (request.url === "/token") {
      this.grants += 1;
      const problem = this.#assertionProblem(request, new URLSearchParams(body.toString()));
      if (problem) return send(400, { error: "invalid_grant", error_description: problem });
      const token = `t0ken-${this.grants}`;
      this.#tokens.set(token, this.#now() + 3_599_000);
      return send(200, { access_token: token, expires_in: 3599, token_type: "Bearer" });
    }
    const refuse = (fault: ReturnType<typeof fcmError>) => send(fault.status, fault.body);
    const until = this.#tokens.get((request.headers.authorization ?? "").replace("Bearer ", ""));
    if (this.isClosed || until === undefined || until <= this.#now())
      return refuse(fcmError(401, "UNAUTHENTICATED", null));
    if (request.url !== "/v1/projects/suite-1234/messages:send") return refuse(fcmError(404, "NOT_FOUND", null));
    const { message = {}, validate_only, ...unknown } = JSON.parse(body.toString()) as Record<string, unknown>;
    const { token, fid, topic, condition, notification, data, ...other } = message as Record<string, string>;
    const targets = [token, fid, topic, condition].filter((one) => one !== undefined);
    const texts = Object.values((data ?? {}) as unknown as object).every((one) => typeof one === "string");
    const bytes = Buffer.byteLength(JSON.stringify({ notification, data }));
    const isKnown = Object.keys(message as object).every((name) => MESSAGE_FIELDS.has(name));
    if (
      request.method !== "POST" ||
      request.headers["content-type"] !== "application/json" ||
      targets.length !== 1 ||
      !texts ||
      !isKnown ||
      bytes > 4096 ||
      Object.keys({ ...unknown, ...other }).length > 0
    )
      return refuse(fcmError(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", [violations]));
    const to = targets[0] ?? "";
    const fault = this.next.shift() ?? this.faults.get(to);
    if (fault) return fail(fault, request, response);
    if (validate_only === true) this.checked += 1;
    else this.taken.push({ to, notification, data, bytes } as unknown as Taken);
    return send(200, { name: `projects/suite-1234/messages/${this.taken.length}` });
  }

  /** What is wrong with a request for a token; null: nothing. */
  #assertionProblem(request: IncomingMessage, form: URLSearchParams): string | null {
    const { header, claims, signed, signature } = parts(form.get("assertion") ?? "");
    const now = this.#now() / 1000;
    const { iss, aud, scope, iat = 0, exp = 0 } = claims as Record<string, never>;
    if (request.headers["content-type"] !== "application/x-www-form-urlencoded") return "Not a form.";
    if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") return "Another grant.";
    if (header.alg !== "RS256" || !verify("sha256", signed, this.#key, signature)) return "Invalid JWT Signature.";
    if (iss !== this.serviceAccount.client_email || aud !== this.serviceAccount.token_uri)
      return "Invalid issuer or audience.";
    if (scope !== SCOPE) return "Invalid scope.";
    if (exp - iat > 3600 || exp <= now || iat > now + 1) return "Invalid life.";
    return null;
  }
}
