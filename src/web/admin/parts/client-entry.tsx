import { readClientChoices } from "../../../control/clients/client-records.ts";
import { type ClientFacts, readClient } from "../../../control/clients/clients.ts";
import { maySeeClient, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import type { Section } from "../../navigation.ts";
import { ChoiceField } from "../../page/fields.tsx";
import { notFound, require } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { page } from "./layout.tsx";
import { ClientChoiceField, namedClient } from "./named-client.tsx";

/** What the page that asks for a client says, in the reader's language. */
interface Entry {
  readonly title: string;
  readonly section: Section;
  readonly lead: string;
  /** On the button. */
  readonly show: string;
}

/**
 * Whose? The page in front of one client's pages: it leads a client admin to the own client's, and others where they choose.
 *
 * @param path of this page; a client's is `<path>/<id>`
 */
export async function clientEntry(c: PageContext, ports: Ports, path: string, entry: Entry) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const own = onlyClient(admin);
  if (own !== undefined) return c.redirect(`${path}/${own}`, 303);
  const asked = c.req.query("client");
  if (asked !== undefined) {
    const named = await namedClient(ports.control, asked);
    if (typeof named !== "object") throw notFound("client");
    return c.redirect(`${path}/${named.id}`, 303);
  }
  const clients = await readClientChoices(ports.control);
  const { title, section, lead, show } = entry;
  const children =
    clients?.length === 0 ? (
      <div class="empty">
        <p>{t("There is no client yet.")}</p>
      </div>
    ) : (
      <form class="filters" method="get" action={path}>
        {clients === null ? (
          <ClientChoiceField name="client" label={t("Client")} value="" clients={null} none={t("none")} />
        ) : (
          <ChoiceField
            name="client"
            label={t("Client")}
            value={String(clients[0]?.id)}
            choices={clients.map(({ id, name }) => ({ value: String(id), label: name }))}
          />
        )}
        <button class="button primary" type="submit">
          {show}
        </button>
      </form>
    );
  return c.html(page(c, ports, { title, section, lead, children }));
}

/** The client that the address names, never the platform. Ends the request of those who may not see it. */
export async function clientInAddress(c: PageContext, ports: Ports): Promise<ClientFacts> {
  const clientId = readId(c.req.param("clientId"));
  require(clientId !== null && maySeeClient(c.var.admin, clientId), notFound("client"));
  const client = await readClient(ports.control, clientId ?? 0);
  if (!client || client.id === 0) throw notFound("client");
  return client;
}
