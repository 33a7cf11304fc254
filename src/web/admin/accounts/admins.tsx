import { type AdminAccount, listAdmins } from "../../../control/access/admins.ts";
import { readClientNames } from "../../../control/clients/client-records.ts";
import { mayManageAdmins } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { forbidden, require } from "../../page/page-error.ts";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { Time } from "../../reader/time.tsx";
import { page } from "../parts/layout.tsx";
import { roleWords } from "./admin-form.tsx";

const PAGE_SIZE = 50;

/** `GET /admin/admins`: who may use the manager, by id. */
export async function adminsPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t, now } = reader;
  require(mayManageAdmins(admin), forbidden("looking after administrators"));
  const after = readId(c.req.query("after")) ?? 0;
  const found = await listAdmins(ports.control, { after, limit: PAGE_SIZE + 1 });
  const accounts = found.slice(0, PAGE_SIZE);
  const names = await readClientNames(
    ports.control,
    accounts.map(({ clientId }) => clientId),
  );
  const columns: Column<AdminAccount>[] = [
    {
      label: t("Name"),
      head: true,
      cell: ({ id, name, email }) => (
        <>
          <a href={`/admin/admins/${id}`}>{name}</a>
          <small>{email}</small>
        </>
      ),
    },
    { label: t("Role"), cell: ({ role }) => t(roleWords[role]) },
    {
      label: t("Client"),
      cell: ({ clientId }) =>
        clientId === 0 ? t("All clients") : (names.get(clientId) ?? t("client {id}", { id: String(clientId) })),
    },
    {
      label: t("Active"),
      cell: ({ active }) =>
        active ? <span class="state active">{t("yes")}</span> : <span class="state inactive">{t("no")}</span>,
    },
    {
      label: t("Signs in by"),
      cell: ({ hasPassword, mustChangePassword, oidcIssuer }) => (
        <>
          {[hasPassword ? t("password") : null, oidcIssuer === null ? null : new URL(oidcIssuer).host]
            .filter((way) => way !== null)
            .join(", ") || t("nothing yet")}
          {hasPassword && mustChangePassword ? <small>{t("must change it first")}</small> : null}
        </>
      ),
    },
    {
      label: t("Last sign-in"),
      cell: ({ lastSignInAt }) =>
        lastSignInAt === null ? <span class="soft">{t("never")}</span> : <Time at={lastSignInAt} now={now} />,
    },
  ];
  const last = accounts.at(-1);
  return c.html(
    page(c, ports, {
      title: t("Admins"),
      section: "admins",
      aside: (
        <a class="button primary" href="/admin/admins/new">
          {t("New admin")}
        </a>
      ),
      children: (
        <>
          <Table caption={t("Admins")} columns={columns} rows={accounts} />
          <nav class="pages" aria-label={t("Pages")}>
            {after > 0 ? <a href="/admin/admins">{t("First page")}</a> : <span />}
            {found.length > PAGE_SIZE && last ? <a href={`/admin/admins?after=${last.id}`}>{t("Next page")}</a> : null}
          </nav>
        </>
      ),
    }),
  );
}
