import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** One field of a request that was refused, and how to mend it. */
export interface RefusedField {
  /** Its path in the body: `filters.status.0`; '' is the body itself. */
  readonly field: string;
  readonly message: string;
}

/** What the answer to a request that was refused says (RFC 9457, "problem details"). */
export interface Refusal {
  readonly status: ContentfulStatusCode;
  /** For programs; it does not change. */
  readonly code: string;
  /** For people: what is wrong and what to do, in English. */
  readonly detail: string;
  readonly problems?: readonly RefusedField[];
  /** Seconds after which the same request may be sent again. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request of another system with what is wrong with it. It repeats nothing that was sent. */
export function refuse(c: Context, refusal: Refusal): Response {
  const { status, code, detail, problems, retryAfter, headers } = refusal;
  const body = { type: "about:blank", status, code, detail, ...(problems ? { problems } : {}) };
  return c.body(JSON.stringify(body), status, {
    "Content-Type": "application/problem+json",
    ...(retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) }),
    ...headers,
  });
}
