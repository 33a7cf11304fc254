import { createMiddleware } from "hono/factory";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a request may change something, judged by where it comes from. */
export function isOwnOrigin(request: Request): boolean {
  if (SAFE_METHODS.has(request.method)) return true;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === new URL(request.url).host;
}

/**
 * Refuses changes that another site's page asks the browser for (cross-site request forgery), by `Sec-Fetch-Site` and, where
 * that is missing, by `Origin`. A request with neither comes from no browser and carries no one else's cookie. The rules are
 * those of Go's `http.CrossOriginProtection`; the session cookie is `SameSite=Lax` besides.
 */
export const ownOrigin = createMiddleware(async function ownOrigin(c, next) {
  if (isOwnOrigin(c.req.raw)) return next();
  return c.text("Refused: this request was sent by another site's page. Open Minutehand itself and try again.", 403);
});
