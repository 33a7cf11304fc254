import { Hono } from "hono";
import { DatabaseOutageError } from "../store/outage.ts";
import { addressKind, noteAccess } from "./access-record.ts";
import { adminApp, handbookApp } from "./admin/routes.ts";
import { apiRoutes } from "./api/report-calls.ts";
import type { Environment } from "./environment.ts";
import { healthRoutes } from "./health.ts";
import { protectiveHeaders } from "./http/headers.ts";
import { requestLimits } from "./http/limits.ts";
import { ownOrigin } from "./http/origin.ts";
import { Rate } from "./http/rate.ts";
import { Tally } from "./http/tally.ts";
import { assetRoutes } from "./page/assets.ts";
import { errorPage } from "./page/error-page.tsx";
import { notFound, PageError } from "./page/page-error.ts";
import type { Ports } from "./ports.ts";
import { languageRoutes } from "./reader/language.tsx";
import { withReader } from "./reader/reader-choice.ts";
import { reportLinkRoutes } from "./report-link.tsx";
import { searchRoutes } from "./search/search-page.tsx";
import { signInRoutes } from "./sign-in/sign-in.tsx";
import { sitemapRoutes } from "./sitemap.ts";
import { verificationRoutes } from "./verification.tsx";
import { webhookRoutes } from "./webhooks/routes.ts";

/** What a fault of ours looks like: nothing of its own words, which may hold what is not for readers. */
const fault = new PageError(
  500,
  "Something went wrong",
  "This is a fault of Minutehand and was recorded. Look whether your change is there; if it is not, try again.",
);

const outage = new PageError(
  503,
  "The database does not answer",
  "Minutehand waited for it and got nothing. Try again in a minute. If you saved something, look first whether it is there.",
);

/**
 * The web application: sign-in and manager. It knows no platform: a host hands it {@link Ports} and its requests.
 *
 * @example
 * const app = createApp(ports);
 * Deno.serve((request) => app.fetch(request));
 */
export function createApp(given: Ports): Hono<Environment> {
  const ports = { liveStreams: new Tally(), downloads: new Tally(), lookups: new Rate(), ...given };
  const app = new Hono<Environment>();
  app.use(protectiveHeaders);
  app.use(requestLimits(ports));
  // Before what is for browsers: a delivery or a call has no language, no cookie and no origin.
  app.route("/", webhookRoutes(ports));
  app.route("/", apiRoutes(ports));
  app.use(withReader(ports));
  app.use(ownOrigin(ports));
  app.use(async function ownPages(c, next) {
    c.set("ownPage", (path, cookie, kept) => {
      const headers = new Headers({ cookie });
      for (const name of ["accept-language", "user-agent"]) headers.set(name, c.req.header(name) ?? "");
      return app.fetch(new Request(new URL(path, c.req.url), { headers }), { kept });
    });
    return next();
  });
  app.get("/", (c) => c.redirect("/admin/now", 303));
  app.route("/", healthRoutes(ports));
  app.route("/", assetRoutes());
  app.route("/", languageRoutes());
  app.route("/", reportLinkRoutes(ports));
  app.route("/", verificationRoutes(ports));
  app.route("/", sitemapRoutes(ports));
  app.route("/", searchRoutes(ports));
  app.route("/", signInRoutes(ports));
  app.route("/admin", adminApp(ports));
  app.route("/handbook", handbookApp(ports));
  app.notFound((c) => c.html(errorPage(c, ports, notFound("page")), 404));
  app.onError(async (error, c) => {
    if (error instanceof PageError && error.status === 403) {
      await noteAccess(c, ports, { kind: "refused", subject: addressKind(c) });
    }
    if (error instanceof PageError) return c.html(errorPage(c, ports, error), error.status);
    (ports.reportError ?? console.error)(error);
    const known = error instanceof DatabaseOutageError ? outage : fault;
    if (known === outage) c.header("Retry-After", "10");
    return c.html(errorPage(c, ports, known), known.status);
  });
  return app;
}
