import type { Clock } from "../clock.ts";
import { answerExcerpt, bytesToRead } from "../outbound/answer-excerpt.ts";
import { type HttpClient, type HttpStart, retryAfter } from "../outbound/http.ts";
import { TargetRefusedError } from "../outbound/remote-error.ts";
import { resolvedRefusal, type TargetGuard } from "../outbound/target.ts";
import { signingKey, webhookSignature } from "./signature.ts";

/** A request to a client's own system. */
export interface WebhookRequest {
  /** `webhook-id`: the same at each attempt. */
  readonly id: string;
  readonly idempotencyKey: string;
  readonly method: string;
  readonly url: URL;
  /** Beyond those that the connector and the signature add. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null: none; what is signed is then empty. */
  readonly body: string | null;
  /** For everything together, redirects too; ms. */
  readonly timeoutMs: number;
  /** Statuses that the caller waits for: a redirect among them is an answer and not followed. */
  readonly expects: (status: number) => boolean;
}

/** What was answered to a request. */
export interface WebhookAnswer {
  readonly status: number;
  /** ms from the request to the part of the answer that is kept. */
  readonly tookMs: number;
  /** The answer's first 2 KB without secrets. */
  readonly excerpt: string;
  /** What its `Retry-After` asks for. */
  readonly retryAfterMs: number | undefined;
}

/** What requests are signed with, and where they may go: a connector of kind `http`. */
export interface WebhookSigner {
  readonly name: string;
  readonly config: { readonly origins: readonly string[] };
  readonly secret: { readonly signing: readonly string[]; readonly headers: Readonly<Record<string, string>> };
}

/** Sends requests to a client's own systems: guarded, and signed after Standard Webhooks where a connector has a secret. */
export interface WebhookTransport {
  /** Why a request may not go to this address, as far as its writing tells; null: it may. */
  refusal(url: URL): string | null;
  /**
   * Sends it once; any status is an answer.
   *
   * @throws {TargetRefusedError} when it may not go there; it did not
   * @throws {RemoteUnavailableError} when there was no answer
   */
  send(request: WebhookRequest): Promise<WebhookAnswer>;
}

/** What a {@link webhookTransport} is made of. */
export interface WebhookPorts {
  readonly http: HttpClient;
  readonly guard: TargetGuard;
  readonly clock: Clock;
}

const MOST_REDIRECTS = 3;

/**
 * Standard Webhooks (standardwebhooks.com, 1.0): `webhook-id`, `webhook-timestamp` (seconds, of this attempt) and
 * `webhook-signature`. A redirect is followed where it stays with its host, never from https to http, and method and body stay as
 * they are (307 and 308; 301, 302 and 303 of GET and HEAD); each target is checked. Any other redirect is an answer.
 *
 * @param connector null: requests are not signed
 */
export function webhookTransport(
  { http, guard, clock }: WebhookPorts,
  connector: WebhookSigner | null,
): WebhookTransport {
  const origins = connector?.config.origins ?? [];
  const secretHeaders = connector?.secret.headers ?? {};
  const signing = connector?.secret.signing ?? [];
  const keys = signing.flatMap((secret) => signingKey(secret) ?? []);
  const secrets = [...signing, ...Object.values(secretHeaders)];

  const refusal = (url: URL): string | null => {
    if (connector && origins.length > 0 && !origins.includes(url.origin)) {
      return `The HTTP connector ${connector.name} is for ${origins.join(", ")} only, not for ${url.origin}`;
    }
    return guard.refusal(url);
  };

  const attempt = async (request: WebhookRequest, url: URL, timeoutMs: number): Promise<HttpStart> => {
    const timestamp = Math.floor(clock.now() / 1000);
    const body = request.body ?? "";
    const headers: Record<string, string> = {
      "user-agent": "Minutehand",
      ...lowerCased(request.headers),
      ...lowerCased(secretHeaders),
      "idempotency-key": request.idempotencyKey,
      "webhook-id": request.id,
      "webhook-timestamp": String(timestamp),
    };
    if (keys.length > 0)
      headers["webhook-signature"] = await webhookSignature({ id: request.id, timestamp, body }, keys);
    return http.attempt({
      url: url.href,
      method: request.method,
      headers,
      ...(request.body === null ? {} : { body: request.body }),
      timeoutMs,
      largestAnswer: bytesToRead(secrets),
    });
  };

  return {
    refusal,
    async send(request) {
      const startedAt = clock.now();
      let { url } = request;
      for (let hops = 0; ; hops += 1) {
        const message = refusal(url) ?? (await resolvedRefusal(guard, url));
        if (message !== null) throw new TargetRefusedError(message);
        const answer = await attempt(request, url, Math.max(1, startedAt + request.timeoutMs - clock.now()));
        const next =
          hops < MOST_REDIRECTS && !request.expects(answer.status) ? follow(request.method, url, answer) : null;
        if (next && refusal(next) === null) {
          url = next;
          continue;
        }
        return {
          status: answer.status,
          tookMs: clock.now() - startedAt,
          excerpt: answerExcerpt(answer.body, answer.cut, answer.headers.get("content-type"), secrets),
          retryAfterMs: retryAfter(answer.headers, clock.now()),
        };
      }
    },
  };
}

/** So that of two writings of one name the later counts, rather than both. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Where a redirect leads, if it is one to follow; else null. */
function follow(method: string, from: URL, { status, headers }: HttpStart): URL | null {
  const same = status === 307 || status === 308;
  const reading = (method === "GET" || method === "HEAD") && [301, 302, 303].includes(status);
  const location = headers.get("location");
  if (!(same || reading) || location === null || !URL.canParse(location, from)) return null;
  const to = new URL(location, from);
  const safe = to.protocol === from.protocol || to.protocol === "https:";
  return to.host === from.host && safe ? to : null;
}
