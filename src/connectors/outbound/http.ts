import { ANSWER_TIMEOUT_MS, type Clock, TimeoutError, Wake } from "../clock.ts";
import { AnswerTooLargeError, RemoteUnavailableError } from "./remote-error.ts";
import { wholeBody } from "./whole-body.ts";

/** One request to a remote service. */
export interface HttpRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /**
   * May be sent again when it is not known whether it arrived. Default: what RFC 9110 9.2.2 calls idempotent (GET, HEAD, PUT,
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

/** The beginning of an answer, whatever its status. */
export interface HttpStart extends HttpAnswer {
  /** There was more of the body, or it broke off. */
  readonly cut: boolean;
}

/** The one way out for HTTP. */
export interface HttpClient {
  /**
   * Sends a request and reads its answer. An answer of 5xx or 429, a broken connection and a timeout are tried again after
   * 1, 4 and 16 s, or what `Retry-After` says, at most 60 s (handbook, rules: remote services). A request that is not repeatable
   * is tried again
   * after 429 only.
   *
   * @throws {RemoteUnavailableError} when that did not help.
   * @throws {AnswerTooLargeError}
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Sends a request once. Any status is an answer; of its body the first `largestAnswer` bytes are read and the rest is not,
   * and a body that breaks off or does not end in time is kept as far as it came.
   *
   * @throws {RemoteUnavailableError} when there was no answer at all.
   */
  attempt(request: HttpRequest): Promise<HttpStart>;
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
  const wait = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
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
        await clock.sleepUntil(clock.now() + wait);
      }
    },

    async attempt(request) {
      ports.spend(1);
      const { host } = new URL(request.url);
      const outcome = await exchange(ports, request, host, async (response) => {
        const { status, headers } = response;
        return { status, headers, ...(await readStart(response, request.largestAnswer ?? LARGEST_ANSWER)) };
      });
      if (outcome instanceof RemoteUnavailableError) throw outcome;
      return outcome;
    },
  };
}

/** One try: an answer, or why there is none worth having. */
function once(
  ports: HttpPorts,
  request: HttpRequest & { readonly method: string },
  host: string,
): Promise<HttpAnswer | RemoteUnavailableError> {
  return exchange(ports, request, host, async (response) => {
    if (response.status >= 500 || response.status === 429) {
      await response.body?.cancel();
      const retryAfterMs = retryAfter(response.headers, ports.clock.now());
      return new RemoteUnavailableError(`${host} answered ${response.status}`, {
        status: response.status,
        retryAfterMs,
      });
    }
    const body = await readBody(response, request.largestAnswer ?? LARGEST_ANSWER, host);
    return { status: response.status, headers: response.headers, body };
  });
}

/** Sends a request and takes what is wanted of its answer, all within its time. */
async function exchange<T>(
  { fetch, clock }: HttpPorts,
  request: HttpRequest,
  host: string,
  take: (response: Response) => Promise<T>,
): Promise<T | RemoteUnavailableError> {
  const timeoutMs = request.timeoutMs ?? ANSWER_TIMEOUT_MS;
  const call = new AbortController();
  const answered = new Wake();
  const late = clock.sleepUntil(clock.now() + timeoutMs, answered).then(() => {
    if (!answered.called) call.abort(new TimeoutError(timeoutMs));
  });
  try {
    const response = await fetch(
      new Request(request.url, {
        method: request.method ?? "GET",
        ...(request.headers ? { headers: request.headers } : {}),
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: "manual",
        signal: call.signal,
      }),
    );
    return await take(response);
  } catch (error) {
    if (error instanceof AnswerTooLargeError) throw error;
    const reason = call.signal.aborted ? `no answer within ${timeoutMs / 1000} s` : "the connection failed";
    return new RemoteUnavailableError(`${host} does not answer: ${reason}`);
  } finally {
    answered.call();
    await late;
  }
}

async function readStart(response: Response, limit: number): Promise<Pick<HttpStart, "body" | "cut">> {
  const body = new Uint8Array(limit);
  let size = 0;
  let cut = false;
  try {
    for await (const chunk of response.body ?? []) {
      const piece = chunk.subarray(0, limit - size);
      body.set(piece, size);
      size += piece.byteLength;
      cut = piece.byteLength < chunk.byteLength;
      // Leaving the loop cancels the stream.
      if (cut) break;
    }
  } catch {
    cut = true;
  }
  return { body: body.subarray(0, size), cut };
}

async function readBody(response: Response, limit: number, host: string): Promise<Uint8Array<ArrayBuffer>> {
  const body = await wholeBody(response.body, limit);
  if (body === null) throw new AnswerTooLargeError(host, limit);
  return body;
}
