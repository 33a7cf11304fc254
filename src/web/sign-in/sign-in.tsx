import { Hono } from "hono";
import { type Admin, closeSession, readSession } from "../../control/access/access.ts";
import { noteAccess } from "../access-record.ts";
import type { Environment } from "../environment.ts";
import { lastValue, readForm } from "../http/form-post.ts";
import type { Ports } from "../ports.ts";
import { type English, type Said, say } from "../words/text.ts";
import { checkPassword } from "./check-password.ts";
import { forgetToken, readToken, transportOf } from "./cookie.ts";
import { carriedDraft } from "./draft/draft.ts";
import { keptForm } from "./draft/draft-page.tsx";
import { openIdRoutes } from "./openid/openid.ts";
import { problemWords } from "./openid/sign-in-problem.ts";
import { returnPath } from "./return-path.ts";
import { signInPage } from "./sign-in-page.tsx";
import { startSession } from "./start-session.ts";
import { storedHash } from "./token.ts";

const whoseAccount = ({ email, clientId }: Admin) => ({ actor: email, clientId });

/** Nothing longer is looked at. */
const LONGEST = { email: 254, password: 1024 } as const;

/** `/sign-in`, `/sign-in/openid` and `/sign-out`. */
export function signInRoutes(ports: Ports): Hono<Environment> {
  const routes = new Hono<Environment>();
  routes.route("/", openIdRoutes(ports));

  routes.get("/sign-in", async (c) => {
    const next = returnPath(c.req.query("next"));
    const problem =
      transportOf(c.req.raw) === "unsafe"
        ? "Signing in needs https, or the address of this very machine (http://127.0.0.1): over plain http others could read your password."
        : problemWords(c.req.query("problem"));
    return c.html(await signInPage(c, ports, { email: "", next, problem, notice: c.req.query("notice"), draft: null }));
  });

  routes.post("/sign-in", async (c) => {
    const form = await readForm(c.req.raw);
    const email = lastValue(form, "email").trim();
    const password = lastValue(form, "password");
    const next = returnPath(lastValue(form, "next"));
    const draft = await carriedDraft(ports, form);
    const refuse = async (status: 400 | 401 | 429, problem: English | Said) =>
      c.html(await signInPage(c, ports, { email, next, problem, draft }), status);

    if (transportOf(c.req.raw) === "unsafe") return refuse(400, "Signing in needs https; nothing was looked at.");
    if (draft && form.has("continue")) {
      const token = readToken(c);
      const session = token && (await readSession(ports.control, await storedHash(token), ports.now()));
      if (!token || !session) return refuse(401, "You are not signed in yet.");
      return keptForm(c, draft, { token, adminId: session.admin.id });
    }
    if (email === "" || password === "") return refuse(400, "Enter your e-mail address and your password.");
    if (email.length > LONGEST.email || password.length > LONGEST.password) {
      return refuse(400, "This e-mail address or password is too long to be yours.");
    }
    const verdict = await checkPassword(c, ports, email, password);
    switch (verdict.state) {
      case "blocked": {
        c.header("Retry-After", String(verdict.seconds));
        const time = c.var.reader.duration(verdict.seconds * 1000);
        return refuse(429, say("Too many attempts failed. Try again in {time}.", { time }));
      }
      case "wrong":
        return refuse(401, "E-mail address or password is wrong. Mind capital letters and try again.");
      case "right": {
        const token = await startSession(c, ports, verdict.account.id, "password");
        await noteAccess(c, ports, { ...whoseAccount(verdict.account), kind: "sign_in", subject: "password" });
        return draft ? keptForm(c, draft, { token, adminId: verdict.account.id }) : c.redirect(next, 303);
      }
    }
  });

  routes.post("/sign-out", async (c) => {
    const token = readToken(c);
    const hash = token === null ? null : await storedHash(token);
    if (hash !== null) {
      const session = await readSession(ports.control, hash, ports.now());
      await closeSession(ports.control, hash);
      if (session) await noteAccess(c, ports, { ...whoseAccount(session.admin), kind: "sign_out" });
    }
    forgetToken(c);
    return c.redirect("/sign-in?notice=signed-out", 303);
  });

  return routes;
}
