import { createMiddleware } from "hono/factory";
import { addressKind, noteAccess } from "../access-record.ts";
import type { Ports } from "../ports.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a request may change something, judged by where it comes from. */
export function isOwnOrigin(request: Request): boolean {
  if (SAFE_METHODS.has(request.method)) return true;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  // The scheme too: a person who can change http pages of this host's name must not reach the https ones.
  return origin === new URL(request.url).origin;
}

/**
 * Refuses changes that another site's page asks the browser for (cross-site request forgery), by `Sec-Fetch-Site` and, where
 * that is missing, by `Origin`: scheme, host and port must be our own, and `null` (a sandboxed page, a local file) is not. A request
 * with neither comes from no browser and carries no one else's cookie. The rules are those of Go's
 * `http.CrossOriginProtection`, but for the scheme; the session cookie is `SameSite=Lax` besides.
 */
export function ownOrigin(ports: Ports) {
  return createMiddleware(async function ownOrigin(c, next) {
    if (isOwnOrigin(c.req.raw)) return next();
    await noteAccess(c, ports, { kind: "refused", subject: `another site: ${addressKind(c)}` });
    return c.text("Refused: this request was sent by another site's page. Open Minutehand itself and try again.", 403);
  });
}
