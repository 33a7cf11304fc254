import { type ClientChoice, readClientChoices } from "../../../control/clients/client-records.ts";
import { type ClientFacts, readClient } from "../../../control/clients/clients.ts";
import { maySeeClient, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import type { Section } from "../../navigation.ts";
import { ChoiceField, type FieldProblem, TextField } from "../../page/fields.tsx";
import { notFound } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { page } from "../parts/layout.tsx";
import { namedClient } from "../parts/named-client.tsx";

/**
 * The client that an address names by its id, `:clientId`; never the platform.
 * @throws {PageError} 404 when there is none, or it is not this admin's to see
 */
export async function readClientFrom(c: PageContext, ports: Ports): Promise<ClientFacts> {
  const id = readId(c.req.param("clientId"));
  const client = !id || !maySeeClient(c.var.admin, id) ? null : await readClient(ports.control, id);
  if (!client) throw notFound("client");
  return client;
}

/** A page that exists for each client, as its entry names it. */
export interface ClientEntry {
  /** Address of the entry; a client's page is at `<path>/<id>`. */
  readonly path: string;
  readonly section: Section;
  readonly title: string;
  readonly lead: string;
  /** Words of the button that leads there. */
  readonly show: string;
}

/** Leads to a client's page: a client admin to the own client's, others where they choose, or to that of the only client there is. */
export async function clientEntry(c: PageContext, ports: Ports, entry: ClientEntry) {
  const { t } = c.var.reader;
  const own = onlyClient(c.var.admin);
  if (own !== undefined) return c.redirect(`${entry.path}/${own}`, 303);
  const given = c.req.query("client") ?? "";
  const [named, clients] = await Promise.all([namedClient(ports.control, given), readClientChoices(ports.control)]);
  if (named) return c.redirect(`${entry.path}/${named.id}`, 303);
  const [only] = clients ?? [];
  if (only && clients?.length === 1) return c.redirect(`${entry.path}/${only.id}`, 303);
  const problems =
    named === undefined
      ? [{ field: "client", message: t("There is no client {key}; enter the key of one", { key: given }), said: true }]
      : [];
  return c.html(
    page(c, ports, {
      title: entry.title,
      section: entry.section,
      lead: entry.lead,
      hasProblems: problems.length > 0,
      children:
        clients?.length === 0 ? (
          <div class="empty">{t("There is no client yet.")}</div>
        ) : (
          <ClientChoiceForm entry={entry} clients={clients} given={given} problems={problems} />
        ),
    }),
    problems.length > 0 ? 404 : 200,
  );
}

/** From a list while the clients are few enough, else by key. */
function ClientChoiceForm(props: {
  entry: ClientEntry;
  clients: readonly ClientChoice[] | null;
  given: string;
  problems: readonly FieldProblem[];
}) {
  const { t } = useReader();
  const { entry, clients, given, problems } = props;
  return (
    <form class="filters" method="get" action={entry.path}>
      {clients === null ? (
        <TextField
          name="client"
          label={t("Client")}
          hint={t("Enter the key of a client.")}
          value={given}
          problems={problems}
          spellcheck={false}
        />
      ) : (
        <ChoiceField
          name="client"
          label={t("Client")}
          value={given || String(clients[0]?.id ?? "")}
          choices={clients.map(({ id, name }) => ({ value: String(id), label: name }))}
          problems={problems}
        />
      )}
      <button class="button primary" type="submit">
        {entry.show}
      </button>
    </form>
  );
}
