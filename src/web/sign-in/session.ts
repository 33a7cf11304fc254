import { createMiddleware } from "hono/factory";
import { keepSession, readSession } from "../../control/access.ts";
import type { Environment } from "../environment.ts";
import type { Ports } from "../ports.ts";
import { readToken } from "./cookie.ts";
import { signInPath } from "./return-path.ts";
import { storedHash } from "./token.ts";

/** Lets only signed-in administrators pass and puts who it is into `c.var.admin`; all others go to the sign-in page and come back. */
export function signedIn(ports: Pick<Ports, "control" | "now">) {
  return createMiddleware<Environment>(async function signedIn(c, next) {
    const token = readToken(c);
    const hash = token === null ? null : await storedHash(token);
    const now = ports.now();
    const session = hash === null ? null : await readSession(ports.control, hash, now);
    if (hash === null || session === null) return c.redirect(signInPath(c.req.raw), 303);
    await keepSession(ports.control, hash, session, now);
    c.set("admin", session.admin);
    return next();
  });
}
