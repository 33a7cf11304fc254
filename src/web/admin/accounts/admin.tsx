import {
  type AdminAccount,
  type AdminResult,
  createAdmin,
  readAdmin,
  setPassword,
  switchAdmin,
  untieAdmin,
  updateAdmin,
} from "../../../control/access/admins.ts";
import { madePassword } from "../../../control/access/password-rules.ts";
import { mayManageAdmins } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm, readId } from "../../http/form-post.ts";
import type { FieldProblem } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, PageError, require } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import type { Ports } from "../../ports.ts";
import { page } from "../parts/layout.tsx";
import { offeredClients } from "../parts/named-client.tsx";
import { AdminFields, readAdminForm } from "./admin-form.tsx";

const ADMINS = "/admin/admins";

function onlyManagers(c: PageContext): void {
  require(mayManageAdmins(c.var.admin), forbidden("looking after administrators"));
}

/** The account that the address names. */
async function accountOf(c: PageContext, ports: Ports): Promise<AdminAccount> {
  onlyManagers(c);
  const id = readId(c.req.param("id"));
  const account = id === null ? null : await readAdmin(ports.control, id);
  if (!account) throw notFound("account");
  return account;
}

/** Another address than any account has; or the last active system admin would be gone. */
function refused(result: AdminResult, t: PageContext["var"]["reader"]["t"]): FieldProblem | null {
  if (result.state === "taken") return { field: "email", message: t("Another account has this address already") };
  if (result.state === "last") {
    return { field: "role", message: t("This is the last active system admin. Give another account the role first") };
  }
  if (result.state === "missing") throw notFound("account");
  return null;
}

async function drawNew(c: PageContext, ports: Ports, form: URLSearchParams, problems: readonly FieldProblem[] = []) {
  const { t } = c.var.reader;
  const offered = await offeredClients(ports.control, 0, form);
  return page(c, ports, {
    title: t("New admin"),
    section: "admins",
    crumbs: [{ label: t("Admins"), path: ADMINS }],
    hasProblems: problems.length > 0,
    children: (
      <form class="sheet panel" method="post" action={`${ADMINS}/new`} novalidate>
        <AdminFields form={form} offered={offered} problems={problems} />
        <p class="soft">{t("A password is made and shown once. It must be changed at the first sign-in.")}</p>
        <SheetActions submit={t("Create admin")} back={ADMINS} />
      </form>
    ),
  });
}

/** `GET /admin/admins/new`. */
export async function newAdminPage(c: PageContext, ports: Ports) {
  onlyManagers(c);
  return c.html(await drawNew(c, ports, new URLSearchParams({ role: "client_admin", clientId: "" })));
}

/** `POST /admin/admins/new`: adds an account and shows its password, once. */
export async function createAdminAction(c: PageContext, ports: Ports) {
  onlyManagers(c);
  const { t } = c.var.reader;
  const form = await readForm(c.req.raw);
  const read = await readAdminForm(form, ports, t);
  if ("problems" in read) return c.html(await drawNew(c, ports, form, read.problems), 422);
  const password = madePassword(ports.randomBytes(20));
  const passwordHash = await ports.hashPassword(password, ports.randomBytes(16));
  const result = await createAdmin(ports.control, { ...read.input, passwordHash }, c.var.admin.email, ports.now());
  const problem = refused(result, t);
  if (problem) return c.html(await drawNew(c, ports, form, [problem]), 409);
  return c.html(passwordPage(c, ports, read.input, password));
}

/** Shows a password that was just made. It is stored nowhere, so this is the only page that can. */
function passwordPage(c: PageContext, ports: Ports, account: { name: string; email: string }, password: string) {
  const { t } = c.var.reader;
  return page(c, ports, {
    title: t("Password of {name}", { name: account.name }),
    section: "admins",
    crumbs: [{ label: t("Admins"), path: ADMINS }],
    children: (
      <div class="sheet panel">
        <dl class="facts">
          <dt>{t("E-mail")}</dt>
          <dd>{account.email}</dd>
          <dt>{t("Password")}</dt>
          <dd>
            <code>{password}</code>
          </dd>
        </dl>
        <p>{t("It is shown this once. Hand it over by a safe way; it must be changed at the first sign-in.")}</p>
        <a class="button primary" href={ADMINS}>
          {t("Done")}
        </a>
      </div>
    ),
  });
}

async function draw(
  c: PageContext,
  ports: Ports,
  account: AdminAccount,
  form: URLSearchParams,
  problems: readonly FieldProblem[] = [],
) {
  const { t } = c.var.reader;
  const offered = await offeredClients(ports.control, 0, form);
  const path = `${ADMINS}/${account.id}`;
  const isOwn = account.id === c.var.admin.id;
  return page(c, ports, {
    title: account.name,
    section: "admins",
    crumbs: [{ label: t("Admins"), path: ADMINS }],
    lead: account.active ? account.email : `${account.email} · ${t("switched off")}`,
    hasProblems: problems.length > 0,
    children: (
      <>
        <form class="sheet panel" method="post" action={path} novalidate>
          <AdminFields form={form} offered={offered} problems={problems} />
          <SheetActions submit={t("Save")} back={ADMINS} />
        </form>
        <section class="sheet panel">
          <h2>{t("Sign-in")}</h2>
          {isOwn ? null : (
            <p>
              {account.active
                ? t("Switching the account off ends its sessions. Nothing else of it is lost.")
                : t("The account is switched off: it cannot be used to sign in.")}
            </p>
          )}
          {account.oidcIssuer === null ? null : (
            <p>{t("This account is tied to {issuer}.", { issuer: account.oidcIssuer })}</p>
          )}
          <div class="actions">
            <form method="post" action={`${path}/password`}>
              <button class="button" type="submit">
                {t("Make a new password")}
              </button>
            </form>
            {account.oidcIssuer === null ? null : (
              <form method="post" action={`${path}/untie`}>
                <button class="button" type="submit">
                  {t("Untie from the sign-in service")}
                </button>
              </form>
            )}
            {isOwn ? null : (
              <form method="post" action={`${path}/switch`}>
                <input type="hidden" name="active" value={account.active ? "false" : "true"} />
                <button class={account.active ? "button danger" : "button"} type="submit">
                  {account.active ? t("Switch off") : t("Switch on")}
                </button>
              </form>
            )}
          </div>
        </section>
      </>
    ),
  });
}

const formOf = ({ name, email, role, clientId }: AdminAccount) =>
  new URLSearchParams({ name, email, role, clientId: String(clientId) });

/** `GET /admin/admins/:id`. */
export async function adminPage(c: PageContext, ports: Ports) {
  const account = await accountOf(c, ports);
  return c.html(await draw(c, ports, account, formOf(account)));
}

/** `POST /admin/admins/:id`: changes name, address, role or client. */
export async function updateAdminAction(c: PageContext, ports: Ports) {
  const account = await accountOf(c, ports);
  const { t } = c.var.reader;
  const form = await readForm(c.req.raw);
  const read = await readAdminForm(form, ports, t);
  if ("problems" in read) return c.html(await draw(c, ports, account, form, read.problems), 422);
  const result = await updateAdmin(ports.control, account.id, read.input, c.var.admin.email, ports.now());
  const problem = refused(result, t);
  if (problem) return c.html(await draw(c, ports, account, form, [problem]), 409);
  return c.redirect(withNotice(ADMINS, "admin-saved"), 303);
}

/** `POST /admin/admins/:id/switch`: switches an account on or off; the own one cannot be switched off. */
export async function switchAdminAction(c: PageContext, ports: Ports) {
  const account = await accountOf(c, ports);
  const active = lastValue(await readForm(c.req.raw), "active") === "true";
  if (!active && account.id === c.var.admin.id) {
    throw new PageError(
      409,
      "Not switched off",
      "You cannot switch off your own account. Ask another system administrator.",
    );
  }
  const result = await switchAdmin(ports.control, account.id, active, c.var.admin.email, ports.now());
  if (result.state === "last") {
    throw new PageError(
      409,
      "Not switched off",
      "This is the last active system admin. Give another account the role first",
    );
  }
  if (result.state !== "saved") throw notFound("account");
  return c.redirect(withNotice(ADMINS, active ? "admin-on" : "admin-off"), 303);
}

/** `POST /admin/admins/:id/password`: makes a new password, shows it once and ends the account's sessions. */
export async function renewPasswordAction(c: PageContext, ports: Ports) {
  const account = await accountOf(c, ports);
  const password = madePassword(ports.randomBytes(20));
  const hash = await ports.hashPassword(password, ports.randomBytes(16));
  await setPassword(ports.control, account, { hash, mustChange: true }, c.var.admin.email, ports.now());
  return c.html(passwordPage(c, ports, account, password));
}

/** `POST /admin/admins/:id/untie`: unties an account from the OpenID provider. */
export async function untieAdminAction(c: PageContext, ports: Ports) {
  const account = await accountOf(c, ports);
  if (account.oidcIssuer !== null) await untieAdmin(ports.control, account, c.var.admin.email, ports.now());
  return c.redirect(withNotice(ADMINS, "admin-untied"), 303);
}
