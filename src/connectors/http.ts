import { ANSWER_TIMEOUT_MS, type Clock, TimeoutError } from "./clock.ts";

/** One request to a remote service. */
export interface HttpRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /**
   * May be sent again when nobody knows whether it arrived. Default: what RFC 9110 9.2.2 calls idempotent (GET, HEAD, PUT,
   * DELETE, OPTIONS). Say true for a POST that carries an idempotency key.
   */
  readonly repeatable?: boolean;
  /** For head and body of one answer, ms. Default {@link ANSWER_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
  /** Default 10 MiB. */
  readonly largestAnswer?: number;
}

/** A complete answer, whatever its status below 500 (and not 429). Redirects are not followed: they are answers too. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The one way out for HTTP. */
export interface HttpClient {
  /**
   * Sends a request and reads its answer. An answer of 5xx or 429, a broken connection and a timeout are tried again after
   * 1, 4 and 16 s, or what `Retry-After` says, at most 60 s (spec 0.4). A request that is not repeatable is tried again
   * after 429 only.
   *
   * @throws {RemoteUnavailableError} when that did not help.
   * @throws {AnswerTooLargeError}
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

/** A remote service did not give a usable answer. Names its host only: paths and queries can hold secrets. */
export class RemoteUnavailableError extends Error {
  readonly code = "remote_unavailable";
  readonly host: string;
  /** Of the last answer; null when there was none. */
  readonly status: number | null;
  /** What the last answer's `Retry-After` asked for, ms. */
  readonly retryAfterMs: number | undefined;
  constructor(host: string, status: number | null, reason: string, retryAfterMs?: number) {
    super(status === null ? `${host} does not answer: ${reason}` : `${host} answered ${status}`);
    this.host = host;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** An answer was larger than the request allowed. */
export class AnswerTooLargeError extends Error {
  readonly code = "answer_too_large";
  readonly host: string;
  readonly limit: number;
  constructor(host: string, limit: number) {
    super(`The answer of ${host} is larger than ${limit} bytes`);
    this.host = host;
    this.limit = limit;
  }
}

export interface HttpPorts {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly clock: Clock;
  /** Takes calls from the run's budget, one for each try. */
  readonly spend: (calls: number) => void;
}

const DELAYS_MS = [1_000, 4_000, 16_000];
const LONGEST_DELAY_MS = 60_000;
const LARGEST_ANSWER = 10 * 1024 * 1024;
const IDEMPOTENT = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]);

/** `Retry-After` in seconds or as a date (RFC 9110 10.2.3), as ms from `now`; undefined when absent or unreadable. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (!text) return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** Makes the outbound HTTP client of one run. */
export function httpClient(ports: HttpPorts): HttpClient {
  const { clock } = ports;
  return {
    async send(request) {
      const method = (request.method ?? "GET").toUpperCase();
      const repeatable = request.repeatable ?? IDEMPOTENT.has(method);
      const host = new URL(request.url).host;
      for (let tried = 0; ; tried += 1) {
        ports.spend(1);
        const outcome = await once(ports, { ...request, method }, host);
        if ("body" in outcome) return outcome;
        const delay = DELAYS_MS[tried];
        const again = repeatable || outcome.status === 429;
        if (!again || delay === undefined) throw outcome;
        const wait = Math.min(outcome.retryAfterMs ?? delay, LONGEST_DELAY_MS);
        await clock.sleepUntil(clock.now() + wait, new AbortController().signal);
      }
    },
  };
}

/** One try: an answer, or why there is none worth having. */
async function once(
  { fetch, clock }: HttpPorts,
  request: HttpRequest & { readonly method: string },
  host: string,
): Promise<HttpAnswer | RemoteUnavailableError> {
  const timeoutMs = request.timeoutMs ?? ANSWER_TIMEOUT_MS;
  const call = new AbortController();
  const timer = new AbortController();
  const late = clock.sleepUntil(clock.now() + timeoutMs, timer.signal).then(() => {
    if (!timer.signal.aborted) call.abort(new TimeoutError(timeoutMs));
  });
  try {
    const response = await fetch(
      new Request(request.url, {
        method: request.method,
        ...(request.headers ? { headers: request.headers } : {}),
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: "manual",
        signal: call.signal,
      }),
    );
    if (response.status >= 500 || response.status === 429) {
      await response.body?.cancel();
      return new RemoteUnavailableError(host, response.status, "", retryAfter(response.headers, clock.now()));
    }
    const body = await readBody(response, request.largestAnswer ?? LARGEST_ANSWER, host);
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    if (error instanceof AnswerTooLargeError) throw error;
    const reason = call.signal.aborted ? `no answer within ${timeoutMs / 1000} s` : "the connection failed";
    return new RemoteUnavailableError(host, null, reason);
  } finally {
    timer.abort();
    await late;
  }
}

async function readBody(response: Response, limit: number, host: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > limit) throw new AnswerTooLargeError(host, limit);
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}
