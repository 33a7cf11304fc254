import { readAdmin, setPassword } from "../../../control/access/admins.ts";
import { type PasswordProblem, passwordLength, passwordProblem } from "../../../control/access/password-rules.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm } from "../../http/form-post.ts";
import { type FieldProblem, ProblemSummary, TextField } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { notFound } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { checkPassword } from "../../sign-in/check-password.ts";
import { startSession } from "../../sign-in/start-session.ts";
import { type English, type Said, say } from "../../words/text.ts";
import { page } from "../parts/layout.tsx";

const { shortest, longest } = passwordLength;

const passwordWords: Readonly<Record<PasswordProblem, English | Said>> = {
  short: say("Use at least {count} characters", { count: shortest }),
  long: say("Use at most {count} characters", { count: longest }),
  email: "Use another one than your e-mail address",
  same: "Use another one than before",
  common: "This one is among the first that are guessed; use several words that do not belong together",
  own: "Use more than your name, your e-mail address or the name of this program",
};

async function draw(c: PageContext, ports: Ports, problems: readonly FieldProblem[] = []) {
  const { admin, session, reader } = c.var;
  const { t } = reader;
  const account = await readAdmin(ports.control, admin.id);
  if (!account) throw notFound("account");
  const labels = new Map([
    ["oldPassword", t("Present password")],
    ["newPassword", t("New password")],
    ["repeated", t("New password, once more")],
  ]);
  const field = (name: string, autocomplete: string, hint?: string) => (
    <TextField
      name={name}
      label={labels.get(name) ?? name}
      type="password"
      value=""
      autocomplete={autocomplete}
      problems={problems}
      {...(hint ? { hint } : {})}
    />
  );
  return page(c, ports, {
    title: t("Your account"),
    section: null,
    lead: admin.email,
    aside: (
      <a class="button" href="/admin/sessions">
        {t("Your sessions")}
      </a>
    ),
    hasProblems: problems.length > 0,
    children: (
      <>
        {session.mustChangePassword ? (
          <div class="notice" role="status">
            <p>{t("Another person knows your password. Choose one of your own; until then nothing else is open.")}</p>
          </div>
        ) : null}
        {account.oidcIssuer === null ? null : (
          <p>{t("This account is tied to {issuer}.", { issuer: account.oidcIssuer })}</p>
        )}
        {account.hasPassword ? (
          <form class="sheet panel" method="post" action="/admin/account" novalidate>
            <h2>{t("Change password")}</h2>
            <ProblemSummary problems={problems} labels={labels} />
            <input type="hidden" name="username" value={admin.email} autocomplete="username" />
            {field("oldPassword", "current-password")}
            {field(
              "newPassword",
              "new-password",
              t("From {shortest} to {longest} characters of any kind; several words are easy to keep in mind.", {
                shortest,
                longest,
              }),
            )}
            {field("repeated", "new-password")}
            <p class="soft">{t("All your other sessions end with it.")}</p>
            <div class="actions">
              <button class="button primary" type="submit">
                {t("Change password")}
              </button>
            </div>
          </form>
        ) : (
          <p>{t("This account has no password. A system administrator can give it one.")}</p>
        )}
      </>
    ),
  });
}

/** `GET /admin/account`: the reader's own account. */
export async function accountPage(c: PageContext, ports: Ports) {
  return c.html(await draw(c, ports));
}

/** `POST /admin/account`: changes the reader's password, ends all sessions and goes on in a fresh one. */
export async function changePasswordAction(c: PageContext, ports: Ports) {
  const { admin, reader, session } = c.var;
  const { t } = reader;
  const form = await readForm(c.req.raw);
  const [old, wanted, repeated] = ["oldPassword", "newPassword", "repeated"].map((name) => lastValue(form, name));
  const problems: FieldProblem[] = [];
  const add = (name: string, message: string) => problems.push({ field: name, message });
  const weak = await passwordProblem(wanted ?? "", admin, old);
  if (!old) add("oldPassword", t("Enter your present password"));
  if (weak !== null) add("newPassword", t.said(passwordWords[weak]));
  else if (wanted !== repeated) add("repeated", t("This differs from the new password; enter it again"));
  if (problems.length > 0 || !wanted) return c.html(await draw(c, ports, problems), 422);

  const verdict = await checkPassword(c, ports, admin.email, (old ?? "").slice(0, 1024));
  if (verdict.state === "blocked") {
    c.header("Retry-After", String(verdict.seconds));
    const time = reader.duration(verdict.seconds * 1000);
    add("oldPassword", t("Too many attempts failed. Try again in {time}.", { time }));
    return c.html(await draw(c, ports, problems), 429);
  }
  if (verdict.state === "wrong") {
    add("oldPassword", t("This is not your present password"));
    return c.html(await draw(c, ports, problems), 422);
  }
  const hash = await ports.hashPassword(wanted, ports.randomBytes(16));
  await setPassword(ports.control, admin, { hash, mustChange: false }, admin.email, ports.now());
  await startSession(c, ports, admin.id, session.method);
  return c.redirect(withNotice("/admin/account", "password-changed"), 303);
}
