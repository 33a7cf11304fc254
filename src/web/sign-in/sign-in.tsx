import { Hono } from "hono";
import {
  accountName,
  closeSession,
  countSignIn,
  forgiveAttempt,
  openSession,
  readAccount,
} from "../../control/access.ts";
import { Brand, htmlDocument } from "../document.tsx";
import { TextField } from "../fields.tsx";
import { lastValue, readForm } from "../form-post.ts";
import { Notice } from "../notice.tsx";
import type { Ports } from "../ports.ts";
import { duration } from "../time.tsx";
import { addressGroup } from "./address-group.ts";
import { forgetToken, readToken, transportOf, writeToken } from "./cookie.ts";
import { returnPath } from "./return-path.ts";
import { sessionToken, storedHash } from "./token.ts";

/** A well-formed hash that belongs to no password: an unknown account costs the same time as a known one. */
const NOBODY = "scrypt$15$8$3$Zm9yIG5vYm9keSBhdCBhbA$q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA";

/** Nothing longer is looked at. */
const LONGEST = { email: 254, password: 1024 } as const;

interface SignInPage {
  readonly email: string;
  readonly next: string;
  readonly notice?: string | undefined;
  readonly problem?: string | undefined;
}

function signInPage(props: SignInPage) {
  return htmlDocument({
    title: props.problem ? "Please mend: Sign in" : "Sign in",
    children: (
      <main>
        <div class="narrow">
          <Brand unlinked />
          <h1>Sign in</h1>
          <p class="soft">Scheduled jobs of the learning suite</p>
          <Notice notice={props.notice} />
          {props.problem ? (
            <div class="notice bad" role="alert">
              <p>{props.problem}</p>
            </div>
          ) : null}
          <form class="panel" method="post" action="/sign-in" novalidate>
            <input type="hidden" name="next" value={props.next} />
            <TextField name="email" label="E-mail" type="email" value={props.email} autocomplete="username" />
            <TextField name="password" label="Password" type="password" value="" autocomplete="current-password" />
            <button class="button primary" type="submit">
              Sign in
            </button>
          </form>
        </div>
      </main>
    ),
  });
}

/** `/sign-in` and `/sign-out`. */
export function signInRoutes(ports: Ports): Hono {
  const routes = new Hono();

  routes.get("/sign-in", (c) => {
    const next = returnPath(c.req.query("next"));
    const problem =
      transportOf(c.req.raw) === "unsafe"
        ? "Signing in needs https, or the address of this very machine (http://127.0.0.1): over plain http others could read your password."
        : undefined;
    return c.html(signInPage({ email: "", next, problem, notice: c.req.query("notice") }));
  });

  routes.post("/sign-in", async (c) => {
    const form = await readForm(c.req.raw);
    const email = lastValue(form, "email").trim();
    const password = lastValue(form, "password");
    const next = returnPath(lastValue(form, "next"));
    const refuse = (status: 400 | 401 | 429, problem: string) => c.html(signInPage({ email, next, problem }), status);

    if (transportOf(c.req.raw) === "unsafe") return refuse(400, "Signing in needs https; nothing was looked at.");
    if (email === "" || password === "") return refuse(400, "Enter your e-mail address and your password.");
    if (email.length > LONGEST.email || password.length > LONGEST.password) {
      return refuse(400, "This e-mail address or password is too long to be yours.");
    }

    const now = ports.now();
    const keys = {
      account: await storedHash(`account ${accountName(email)}`),
      // Where the host knows no address, all would share one; then the account alone is counted.
      address: await storedHash(`address ${addressGroup(ports.clientAddress(c.req.raw)) || accountName(email)}`),
    };
    const verdict = await countSignIn(ports.control, keys, now);
    if (!verdict.allowed) {
      const seconds = Math.max(1, Math.ceil((verdict.until - now) / 1000));
      c.header("Retry-After", String(seconds));
      return refuse(429, `Too many attempts failed. Try again in ${duration(seconds * 1000)}.`);
    }
    const account = await readAccount(ports.control, email);
    const right = await ports.verifyPassword(password, account?.passwordHash ?? NOBODY);
    if (!right || !account?.active || account.passwordHash === null) {
      return refuse(401, "E-mail address or password is wrong. Mind capital letters and try again.");
    }
    await forgiveAttempt(ports.control, keys);

    const earlier = readToken(c);
    const token = sessionToken(ports.randomBytes(32));
    await openSession(
      ports.control,
      {
        adminId: account.id,
        tokenHash: await storedHash(token),
        replacesHash: earlier === null ? null : await storedHash(earlier),
        userAgent: c.req.header("user-agent") ?? "",
      },
      now,
    );
    writeToken(c, token);
    return c.redirect(next, 303);
  });

  routes.post("/sign-out", async (c) => {
    const token = readToken(c);
    if (token !== null) await closeSession(ports.control, await storedHash(token));
    forgetToken(c);
    return c.redirect("/sign-in?notice=signed-out", 303);
  });

  return routes;
}
