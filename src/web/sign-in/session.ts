import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { toStop } from "../../administration/pauses/stop.ts";
import { type Admin, keepSession, ownerOfSession, readSession } from "../../control/access/access.ts";
import type { Environment } from "../environment.ts";
import { readNavigation } from "../navigation.ts";
import type { Ports } from "../ports.ts";
import { readReader } from "../reader/reader-choice.ts";
import { readToken } from "./cookie.ts";
import { readDraft } from "./draft/draft.ts";
import { pageOf, signInPath } from "./return-path.ts";
import { signInPage } from "./sign-in-page.tsx";
import { storedHash } from "./token.ts";

/** The only page for an account whose password another person knows. */
const ACCOUNT = "/admin/account";

/** Who asks in a session that is still valid, as the account is now; null: the session is over. For answers that take long. */
export async function stillSignedIn(c: Context, ports: Pick<Ports, "control" | "now">): Promise<Admin | null> {
  const token = readToken(c);
  if (token === null) return null;
  return (await readSession(ports.control, await storedHash(token), ports.now()))?.admin ?? null;
}

/**
 * Whether a person at the keyboard asks. A page that comes back by itself (a refresh, a stream of events) would keep a session alive
 * whose owner has long left the screen; browsers tell navigations that a person began by `Sec-Fetch-User`.
 */
function isByHand(request: Request): boolean {
  const { headers } = request;
  if (/\/live$/.test(new URL(request.url).pathname)) return false;
  const isNavigation = request.method === "GET" && headers.get("sec-fetch-mode") === "navigate";
  return !isNavigation || headers.get("sec-fetch-site") !== "same-origin" || headers.get("sec-fetch-user") === "?1";
}

/**
 * Lets only signed-in administrators pass and puts who it is into `c.var.admin`; all others go to the sign-in page and come back.
 * A form that comes with a session that has expired, or that the browser has forgotten, waits in the sign-in page.
 */
export function signedIn(ports: Pick<Ports, "control" | "now" | "openId" | "isDemo" | "devices">) {
  return createMiddleware<Environment>(async function signedIn(c, next) {
    const token = readToken(c);
    const hash = token === null ? null : await storedHash(token);
    const now = ports.now();
    const session = hash === null ? null : await readSession(ports.control, hash, now);
    if (hash === null || session === null) {
      const draft = c.req.method === "POST" ? await readDraft(c.req.raw, await ownerOf(ports, hash)) : null;
      if (draft === null) return c.redirect(signInPath(c.req.raw), 303);
      return c.html(await signInPage(c, ports, { email: "", next: pageOf(c.req.raw), draft }), 401);
    }
    if (isByHand(c.req.raw)) await keepSession(ports.control, hash, session, now);
    c.set("admin", session.admin);
    c.set("session", session);
    c.set("reader", readReader(c, ports, session.timeZone ?? "UTC"));
    c.set("navigation", readNavigation(session.navigation));
    c.set("stop", session.stopped === null ? null : toStop(session.stopped));
    const isBound = session.mustChangePassword && session.method === "password";
    if (isBound && c.req.path !== ACCOUNT) return c.redirect(ACCOUNT, 303);
    return next();
  });
}

const ownerOf = async ({ control }: Pick<Ports, "control">, hash: string | null) =>
  (hash === null ? null : await ownerOfSession(control, hash)) ?? 0;
