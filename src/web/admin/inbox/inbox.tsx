import { attentionStates, type DeliveryState, deliveryStates } from "../../../learning/webhooks/delivery.ts";
import { inboxProviders, type ListedDelivery, listDeliveries } from "../../../learning/webhooks/list.ts";
import { onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { ChoiceField, TextField } from "../../page/fields.tsx";
import { Identifier } from "../../page/identifier.tsx";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { clientEntry, readClientFrom } from "../clients/client-entry.tsx";
import { page } from "../parts/layout.tsx";
import { reachStore } from "../parts/reach-store.ts";
import { providerNames, stateMarks, stateWords } from "./delivery-words.ts";

export const INBOX = "/admin/inbox";
const PAGE_SIZE = 50;

/** `/admin/inbox`: whose deliveries? Leads a client admin to the own client's, and others where they choose. */
export async function inboxEntryPage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  return clientEntry(c, ports, {
    path: INBOX,
    section: "inbox",
    title: t("Inbox of shops"),
    lead: t("What the shops of a client sent, and what has come of it."),
    show: t("Show inbox"),
  });
}

/** In the filter by state: what an administrator should look at. */
const ATTENTION = "attention";

interface Filter {
  readonly provider: (typeof inboxProviders)[number] | null;
  readonly state: DeliveryState | typeof ATTENTION | null;
  readonly topic: string;
  readonly search: string;
}

/** `/admin/inbox/:clientId`: a client's deliveries, the latest first, without what they say. */
export async function inboxPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const client = await readClientFrom(c, ports);
  const filter: Filter = {
    provider: inboxProviders.find((one) => one === c.req.query("provider")) ?? null,
    state: ([...deliveryStates, ATTENTION] as const).find((one) => one === c.req.query("state")) ?? null,
    topic: (c.req.query("topic") ?? "").trim(),
    search: (c.req.query("search") ?? "").trim(),
  };
  const before = readId(c.req.query("before")) ?? undefined;
  const path = `${INBOX}/${client.id}`;
  const address = (last?: number) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...filter, before: last })) if (value) query.set(name, String(value));
    const text = query.toString();
    return text === "" ? path : `${path}?${text}`;
  };
  const found = await reachStore(
    ports.storeOf(client).then((store) =>
      listDeliveries(store, {
        clientId: client.id,
        provider: filter.provider ?? undefined,
        states: filter.state === null ? undefined : filter.state === ATTENTION ? attentionStates : [filter.state],
        topic: filter.topic || undefined,
        search: filter.search || undefined,
        before,
        limit: PAGE_SIZE + 1,
      }),
    ),
  );
  const deliveries = found.slice(0, PAGE_SIZE);
  const last = deliveries.at(-1);
  return c.html(
    page(c, ports, {
      title: t("Inbox of {client}", { client: client.name }),
      section: "inbox",
      ...(onlyClient(admin) === undefined ? { crumbs: [{ label: t("Inbox of shops"), path: INBOX }] } : {}),
      lead: t(
        "Deliveries with a good signature, and orders that a job found by itself and that need someone. Deliveries without a good signature are refused and written nowhere.",
      ),
      children: (
        <>
          <Filters path={path} filter={filter} />
          {deliveries.length === 0 ? (
            <div class="empty">
              <p>{before === undefined ? t("No delivery matches.") : t("No more deliveries.")}</p>
            </div>
          ) : (
            <Deliveries path={path} deliveries={deliveries} />
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {before === undefined ? <span /> : <a href={address()}>{t("Newest")}</a>}
            {found.length > PAGE_SIZE && last ? <a href={address(last.id)}>{t("Older")}</a> : null}
          </nav>
        </>
      ),
    }),
  );
}

function Filters(props: { path: string; filter: Filter }) {
  const { t } = useReader();
  const { provider, state, topic, search } = props.filter;
  const all = { value: "", label: t("All") };
  return (
    <form class="filters" method="get" action={props.path}>
      <ChoiceField
        name="provider"
        label={t("Shop")}
        value={provider ?? ""}
        choices={[all, ...inboxProviders.map((one) => ({ value: one, label: providerNames[one] }))]}
      />
      <ChoiceField
        name="state"
        label={t("State")}
        value={state ?? ""}
        choices={[
          all,
          { value: ATTENTION, label: t("needs attention") },
          ...deliveryStates.map((one) => ({ value: one, label: t(stateWords[one]) })),
        ]}
      />
      <TextField name="topic" label={t("Topic")} value={topic} spellcheck={false} />
      <TextField name="search" label={t("Delivery or order")} value={search} spellcheck={false} />
      <button class="button" type="submit">
        {t("Filter")}
      </button>
    </form>
  );
}

function Deliveries(props: { path: string; deliveries: readonly ListedDelivery[] }) {
  const { t } = useReader();
  const { path, deliveries } = props;
  return (
    <Table
      caption={t("Deliveries, newest first")}
      columns={[
        {
          label: t("Delivery"),
          head: true,
          cell: ({ id, topic, provider, duplicateOf }) => (
            <>
              <a href={`${path}/${id}`}>
                <Identifier name={topic} /> #{id}
              </a>
              <small>
                {providerNames[provider]}
                {duplicateOf === null ? null : <> · {t("same event as #{id}", { id: String(duplicateOf) })}</>}
              </small>
            </>
          ),
        },
        { label: t("About"), cell: ({ subject }) => (subject === null ? null : <Identifier name={subject} />) },
        {
          label: t("State"),
          cell: ({ state, error }) => (
            <>
              <span class={`state ${stateMarks[state]}`}>{t(stateWords[state])}</span>
              {error === null ? null : (
                <small>
                  <Identifier name={error} />
                </small>
              )}
            </>
          ),
        },
        { label: t("Failed attempts"), right: true, cell: ({ attempts }) => attempts },
        { label: t("Received"), cell: ({ receivedAt }) => <Time at={receivedAt} bare /> },
      ]}
      rows={deliveries}
    />
  );
}
