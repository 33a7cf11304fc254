import { createMiddleware } from "hono/factory";

/** Only our own script file runs, and nothing is loaded from elsewhere; pages may not be framed, and forms go to ourselves only. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Adds the headers that every answer carries. An answer that sets its own (an asset's `Cache-Control`) keeps it. */
export const protectiveHeaders = createMiddleware(async function protectiveHeaders(c, next) {
  await next();
  const headers: Record<string, string> = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
  };
  if (new URL(c.req.url).protocol === "https:") headers["Strict-Transport-Security"] = "max-age=31536000";
  for (const [name, value] of Object.entries(headers)) if (!c.res.headers.has(name)) c.header(name, value);
});
