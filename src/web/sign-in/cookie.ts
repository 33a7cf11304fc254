import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

const NAME = "minutehand";

/** True for a name that always means this very machine (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3). */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

/** How the session cookie travels: `Secure` with the `__Host-` prefix; over plain HTTP only on this very machine; else not at all. */
export type Transport = "secure" | "loopback" | "unsafe";

/**
 * How a request came. Not every browser takes a `Secure` cookie from `http://localhost`, so there the cookie has neither that
 * mark nor the prefix. A host behind a proxy that ends TLS passes requests with the address that the browser used.
 */
export function transportOf(request: Request): Transport {
  const { protocol, hostname } = new URL(request.url);
  if (protocol === "https:") return "secure";
  return isLoopback(hostname) ? "loopback" : "unsafe";
}

/** The session's token as the browser sent it; null when it sent none. */
export function readToken(c: Context): string | null {
  const transport = transportOf(c.req.raw);
  if (transport === "unsafe") return null;
  return (transport === "secure" ? getCookie(c, NAME, "host") : getCookie(c, NAME)) || null;
}

/** Gives the browser a session's token until it is closed. */
export function writeToken(c: Context, token: string): void {
  const options = { httpOnly: true, sameSite: "Lax", path: "/" } as const;
  if (transportOf(c.req.raw) === "secure") setCookie(c, NAME, token, { ...options, secure: true, prefix: "host" });
  else setCookie(c, NAME, token, options);
}

/** Makes the browser forget the token. */
export function forgetToken(c: Context): void {
  const options = { httpOnly: true, sameSite: "Lax", path: "/" } as const;
  if (transportOf(c.req.raw) === "secure") deleteCookie(c, NAME, { ...options, secure: true, prefix: "host" });
  else deleteCookie(c, NAME, options);
}

/** The cookies of a request as a header, with another session's token among them. */
export function cookiesWith(c: Context, token: string): string {
  const name = transportOf(c.req.raw) === "secure" ? `__Host-${NAME}` : NAME;
  return Object.entries({ ...getCookie(c), [name]: token })
    .map(([one, value]) => `${one}=${encodeURIComponent(value)}`)
    .join("; ");
}
