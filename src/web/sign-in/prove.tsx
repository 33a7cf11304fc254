import { createMiddleware } from "hono/factory";
import { readAdmin } from "../../control/access/admins.ts";
import { noteAccess } from "../access-record.ts";
import { page } from "../admin/parts/layout.tsx";
import type { Environment, PageContext } from "../environment.ts";
import { lastValue, readForm } from "../http/form-post.ts";
import { TextField } from "../page/fields.tsx";
import type { Ports } from "../ports.ts";
import { type English, type Said, say } from "../words/text.ts";
import { checkPassword } from "./check-password.ts";
import { readToken } from "./cookie.ts";
import { carriedDraft, type Draft, draftInputs, readDraft } from "./draft/draft.ts";
import { DraftGaps, DraftInputs, keptForm } from "./draft/draft-page.tsx";
import { problemWords } from "./openid/sign-in-problem.ts";
import { pageOf, returnPath } from "./return-path.ts";
import { startSession } from "./start-session.ts";

/** The page on which an account proves its identity. */
const PROVE = "/admin/prove";

/** Nothing longer is looked at. */
const LONGEST_PASSWORD = 1024;

const isProven = (c: PageContext) => c.var.session.provenUntil > c.var.reader.now;

/** The page that asks for a proof and leads on to a path of ours. */
export function proveAddress(next: string, problem?: string): string {
  const query = new URLSearchParams({ next, ...(problem === undefined ? {} : { problem }) });
  return `${PROVE}?${query}`;
}

/**
 * Lets through who has proved within the last minutes who it is (setting `manager.proofMinutes`; signing in is a proof): an
 * unlocked screen or a stolen session must not be enough to take accounts over or to redirect mail. Others are asked first; a
 * form that was sent waits meanwhile, without its passwords, secrets and files.
 *
 * @param isTheirs whether the page behind is open to this administrator at all; others get its refusal at once
 */
export function proven(ports: Ports, isTheirs: (c: PageContext) => boolean) {
  return createMiddleware<Environment>(async function proven(c, next) {
    if (isProven(c) || !isTheirs(c)) return next();
    if (c.req.method === "GET") return c.redirect(proveAddress(pageOf(c.req.raw)), 303);
    const draft = await readDraft(c.req.raw, c.var.admin.id);
    return c.html(await draw(c, ports, { next: pageOf(c.req.raw), draft }), 401);
  });
}

async function draw(
  c: PageContext,
  ports: Ports,
  asked: { readonly next: string; readonly draft: Draft | null; readonly problem?: English | Said | undefined },
) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const { next, draft, problem } = asked;
  const account = await readAdmin(ports.control, admin.id);
  const openId = account?.oidcIssuer != null && account.oidcIssuer === ports.openId?.issuer ? ports.openId : null;
  const elsewhere = `/sign-in/openid?${new URLSearchParams({ next, prove: "true" })}`;
  return page(c, ports, {
    title: t("Confirm that it is you"),
    section: null,
    hasProblems: problem !== undefined,
    lead: t("Accounts, connectors and API tokens are opened only a few minutes after you have confirmed who you are."),
    children: (
      <>
        {problem === undefined ? null : (
          <div class="notice bad" role="alert">
            <p>{t.said(problem)}</p>
          </div>
        )}
        {draft === null ? null : (
          <div class="notice" role="status">
            <p>{t("Nothing has been done yet. Confirm, and the form comes back as you had filled it in.")}</p>
            <DraftGaps draft={draft} />
          </div>
        )}
        <form class="sheet panel" method="post" action={PROVE} novalidate>
          <input type="hidden" name="next" value={next} />
          {draft === null ? null : <DraftInputs inputs={await draftInputs(ports, draft)} />}
          <input type="hidden" name="username" value={admin.email} autocomplete="username" />
          {account?.hasPassword ? (
            <TextField
              name="password"
              label={t("Your password")}
              type="password"
              value=""
              autocomplete="current-password"
            />
          ) : null}
          <div class="actions">
            {account?.hasPassword ? (
              <button class="button primary" type="submit">
                {t("Confirm")}
              </button>
            ) : null}
            {openId === null ? null : (
              <a
                class={account?.hasPassword ? "button" : "button primary"}
                href={elsewhere}
                target={draft === null ? undefined : "_blank"}
                rel={draft === null ? undefined : "noopener"}
              >
                {t("Confirm with {label}", { label: openId.label })}
                {draft === null ? "" : ` ${t("(in another tab)")}`}
              </a>
            )}
            {openId === null || draft === null ? null : (
              <button class="button" type="submit" name="continue" value="true">
                {t("I have confirmed in another tab: go on")}
              </button>
            )}
            <a class="button plain" href="/admin/now">
              {t("Cancel")}
            </a>
          </div>
          {account?.hasPassword || openId !== null ? null : (
            <p>{t("This account has no password. Sign out, and sign in again.")}</p>
          )}
        </form>
      </>
    ),
  });
}

/** `GET /admin/prove`: asks who it is, again. */
export async function provePage(c: PageContext, ports: Ports) {
  const next = returnPath(c.req.query("next"));
  if (isProven(c)) return c.redirect(next, 303);
  return c.html(await draw(c, ports, { next, draft: null, problem: problemWords(c.req.query("problem")) }));
}

/** `POST /admin/prove`: looks at the password and goes on in a fresh session. */
export async function proveAction(c: PageContext, ports: Ports) {
  const { admin, reader, session } = c.var;
  const { t } = reader;
  const form = await readForm(c.req.raw);
  const next = returnPath(lastValue(form, "next"));
  const draft = await carriedDraft(ports, form);
  const refuse = async (status: 400 | 401 | 429, problem: English | Said) =>
    c.html(await draw(c, ports, { next, draft, problem }), status);
  const goOn = (token: string) =>
    draft === null
      ? c.redirect(next, 303)
      : keptForm(
          c,
          draft,
          { token, adminId: admin.id },
          t("You have confirmed that it is you. Nothing has been done yet with what you had entered."),
        );

  if (form.has("continue"))
    return isProven(c) ? goOn(readToken(c) ?? "") : await refuse(401, "You have not confirmed yet.");
  const password = lastValue(form, "password");
  if (password === "" || password.length > LONGEST_PASSWORD) return await refuse(400, "Enter your password.");
  const verdict = await checkPassword(c, ports, admin.email, password);
  switch (verdict.state) {
    case "blocked": {
      c.header("Retry-After", String(verdict.seconds));
      const time = reader.duration(verdict.seconds * 1000);
      return await refuse(429, say("Too many attempts failed. Try again in {time}.", { time }));
    }
    case "wrong":
      return await refuse(401, "This is not your password. Mind capital letters and try again.");
    case "right":
      await noteAccess(c, ports, { kind: "sign_in", subject: "password again" });
      return goOn(await startSession(c, ports, admin.id, session.method));
  }
}
