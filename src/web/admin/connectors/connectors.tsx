import { connectorVariants, variantOf } from "../../../connectors/kinds.ts";
import { readClientChoices } from "../../../control/clients/client-records.ts";
import { type ConnectorRecord, listConnectors } from "../../../control/clients/connector-records.ts";
import { mayConfigure } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { forbidden, notFound, require } from "../../page/page-error.ts";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Relative } from "../../reader/time.tsx";
import { page } from "../parts/layout.tsx";
import { ClientFilter, namedClient } from "../parts/named-client.tsx";

const CONNECTORS = "/admin/connectors";
const PAGE_SIZE = 50;

/** Ends the request of an administrator who may not see connectors. */
export function onlyConfigurers(c: PageContext): void {
  require(mayConfigure(c.var.admin), forbidden("seeing and changing connectors"));
}

/** How a connector fares, by what its last use or test said. */
export function ConnectorHealth(props: { connector: ConnectorRecord }) {
  const { t, now } = useReader();
  const { active, state, lastOkAt, lastError } = props.connector;
  if (!active || state === "disabled") return <span class="state inactive">{t("switched off")}</span>;
  return (
    <>
      {state === "reauth_required" ? (
        <span class="state failed">{t("needs a new secret")}</span>
      ) : lastError !== null ? (
        <span class="state partial">{t("failed last")}</span>
      ) : lastOkAt === null ? (
        <span class="state planned">{t("not used yet")}</span>
      ) : (
        <span class="state ok">{t("works")}</span>
      )}
      {lastOkAt === null ? null : (
        <div class="small soft">
          {t("worked")} <Relative at={lastOkAt} now={now} />
        </div>
      )}
      {lastError === null ? null : <div class="small soft">{lastError}</div>}
    </>
  );
}

/** `GET /admin/connectors`: the connectors of all, or of one client. */
export async function connectorsPage(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const { t } = c.var.reader;
  const named = c.req.query("client");
  const client = await namedClient(ports.control, named);
  if (client === undefined) throw notFound("client");
  const after = readId(c.req.query("after")) ?? 0;
  const [found, clients] = await Promise.all([
    listConnectors(ports.control, {
      clientId: client === 0 ? undefined : client.id,
      after,
      limit: PAGE_SIZE + 1,
    }),
    readClientChoices(ports.control),
  ]);
  const connectors = found.slice(0, PAGE_SIZE);
  const last = connectors.at(-1);
  const columns: Column<ConnectorRecord>[] = [
    {
      label: t("Connector"),
      head: true,
      cell: ({ id, name, kind, config }) => (
        <>
          <a href={`${CONNECTORS}/${id}`}>{name}</a>
          <small>{t.told(variantOf(kind, config)?.label ?? kind)}</small>
        </>
      ),
    },
    {
      label: t("Client"),
      cell: ({ clientId, clientName }) =>
        clientId === 0 ? t("Platform") : (clientName ?? t("client {id}", { id: String(clientId) })),
    },
    { label: t("Secret"), cell: ({ hasSecret }) => (hasSecret ? t("set") : <span class="soft">{t("none")}</span>) },
    { label: t("State"), cell: (connector) => <ConnectorHealth connector={connector} /> },
  ];
  const query = client === 0 ? "" : `client=${client.id}`;
  return c.html(
    page(c, ports, {
      title: client === 0 ? t("Connectors") : t("Connectors of {client}", { client: client.name }),
      section: "connectors",
      crumbs: client === 0 ? [] : [{ label: client.name, path: `/admin/clients/${client.id}` }],
      aside: (
        <a class="button primary" href={`${CONNECTORS}/new${query === "" ? "" : `?${query}`}`}>
          {t("New connector")}
        </a>
      ),
      children: (
        <>
          <ClientFilter
            action={CONNECTORS}
            value={client === 0 ? "0" : clients === null ? client.key : String(client.id)}
            clients={clients}
            none={t("All clients and the platform")}
          />
          {connectors.length === 0 ? (
            <div class="empty">
              <p>{t("There is no connector here. Mails wait until their client has one.")}</p>
            </div>
          ) : (
            <Table caption={t("Connectors")} columns={columns} rows={connectors} />
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {after > 0 ? <a href={CONNECTORS}>{t("First page")}</a> : <span />}
            {client === 0 && found.length > PAGE_SIZE && last ? (
              <a href={`${CONNECTORS}?after=${last.id}`}>{t("Next page")}</a>
            ) : null}
          </nav>
        </>
      ),
    }),
  );
}

/** `GET /admin/connectors/new` without a kind: which one. */
export function connectorChoice(c: PageContext, ports: Ports, client: string) {
  const { t } = c.var.reader;
  return page(c, ports, {
    title: t("New connector"),
    section: "connectors",
    crumbs: [{ label: t("Connectors"), path: CONNECTORS }],
    children: (
      <ul class="choices">
        {connectorVariants.map(({ id, label, summary }) => (
          <li>
            <a href={`${CONNECTORS}/new?variant=${id}${client === "" ? "" : `&client=${encodeURIComponent(client)}`}`}>
              {t.told(label)}
            </a>
            <p class="soft">{t.told(summary)}.</p>
          </li>
        ))}
      </ul>
    ),
  });
}
