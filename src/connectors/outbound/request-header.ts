import { credentialIn, isSecretName } from "./secret-names.ts";

/** What the connection, the signature or the run says by itself. */
const OURS = new Set([
  "connection",
  "content-length",
  "date",
  "expect",
  "host",
  "http2-settings",
  "idempotency-key",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
]);
const OUR_BEGINNINGS = ["webhook-", "proxy-", "sec-"];

/**
 * What is wrong with a header that is to be sent; null: nothing. What carries a secret, by its name or by the look of its
 * value, is refused unless it comes from a connector. Names are tokens (RFC 9110 5.6.2), values printable
 * ASCII, so no value can begin a further line.
 *
 * @param options.secret it comes from a connector's secret, so it may carry a login
 */
export function headerProblem(name: string, value: string, options: { secret?: boolean } = {}): string | null {
  const lower = name.toLowerCase();
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) return `"${name}" is no header name; use letters, digits and hyphens`;
  if (!/^[\t\x20-\x7e]*$/.test(value))
    return `${name} has a value with other than printable ASCII characters; encode them`;
  if (lower === "proxy-authorization") {
    return `${name} is a secret, and no request goes through a proxy; remove it, and put what the receiver asks for into an HTTP connector`;
  }
  if (OURS.has(lower) || OUR_BEGINNINGS.some((beginning) => lower.startsWith(beginning))) {
    return `${name} is set by the request itself; remove it`;
  }
  if (options.secret) return null;
  if (isSecretName(lower)) return `${name} is a secret; remove it here and put it into an HTTP connector`;
  const credential = credentialIn(value);
  return credential === null
    ? null
    : `${name} has ${credential}; remove it here and put it into an HTTP connector as a header`;
}
