import { type ClientRecord, listClientRecords } from "../../../control/clients/client-records.ts";
import { mayConfigure, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { TextField } from "../../page/fields.tsx";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { clockTime } from "../../reader/time-words.ts";
import { page } from "../parts/layout.tsx";

const PAGE_SIZE = 50;

/** Where a client's learning data lies, in two words. */
function ClientDatabase(props: { client: ClientRecord }) {
  const { t } = useReader();
  const { databaseUrl, move } = props.client;
  return (
    <>
      {databaseUrl === null ? t("shared") : t("its own")}
      {move ? <small>{t("is being moved")}</small> : null}
    </>
  );
}

/** Whether a client is active. */
export function ClientState(props: { status: ClientRecord["status"] }) {
  const { t } = useReader();
  return props.status === "active" ? (
    <span class="state active">{t("active")}</span>
  ) : (
    <span class="state inactive">{t("inactive")}</span>
  );
}

/** `GET /admin/clients`: the clients that this admin may see, by name. */
export async function clientsPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t, now } = reader;
  const only = onlyClient(admin);
  const find = (c.req.query("find") ?? "").trim().slice(0, 200);
  const after = readId(c.req.query("after")) ?? undefined;
  const found = await listClientRecords(ports.control, { id: only, find, after, limit: PAGE_SIZE + 1 });
  const clients = found.slice(0, PAGE_SIZE);
  const last = clients.at(-1);
  const columns: Column<ClientRecord>[] = [
    {
      label: t("Client"),
      head: true,
      cell: ({ id, name, key }) => (
        <>
          <a href={`/admin/clients/${id}`}>{name}</a>
          <small>{key}</small>
        </>
      ),
    },
    { label: t("State"), cell: ({ status }) => <ClientState status={status} /> },
    {
      label: t("Time zone"),
      cell: ({ timeZone }) => (
        <>
          {timeZone}
          <small>{t("now {time}", { time: clockTime(now, timeZone).slice(0, 5) })}</small>
        </>
      ),
    },
    { label: t("Language"), cell: ({ defaultLocale }) => defaultLocale },
    { label: t("Database"), cell: (client) => <ClientDatabase client={client} /> },
  ];
  return c.html(
    page(c, ports, {
      title: t("Clients"),
      section: "clients",
      aside: mayConfigure(admin) ? (
        <a class="button primary" href="/admin/clients/new">
          {t("New client")}
        </a>
      ) : null,
      children: (
        <>
          {only === undefined ? (
            <form class="filters" method="get" action="/admin/clients">
              <TextField
                name="find"
                label={t("Find")}
                hint={t("The beginning of a name, or a key.")}
                value={find}
                spellcheck={false}
              />
              <button class="button" type="submit">
                {t("Show")}
              </button>
            </form>
          ) : null}
          {clients.length === 0 ? (
            <div class="empty">
              <p>
                {find === "" && after === undefined ? t("There is no client yet.") : t("There is no such client here.")}
              </p>
            </div>
          ) : (
            <Table caption={t("Clients")} columns={columns} rows={clients} />
          )}
          {find !== "" && found.length > PAGE_SIZE ? (
            <p class="soft">{t("These are the first {count}; type more of the name.", { count: PAGE_SIZE })}</p>
          ) : null}
          <nav class="pages" aria-label={t("Pages")}>
            {after !== undefined || find !== "" ? <a href="/admin/clients">{t("First page")}</a> : <span />}
            {find === "" && found.length > PAGE_SIZE && last ? (
              <a href={`/admin/clients?after=${last.id}`}>{t("Next page")}</a>
            ) : null}
          </nav>
        </>
      ),
    }),
  );
}
