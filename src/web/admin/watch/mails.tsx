import { keptRuns } from "../../../control/runs/open-runs.ts";
import {
  type ListedMessage,
  listMessages,
  type MessageChannel,
  type MessageStatus,
  messageChannels,
  messageStatuses,
} from "../../../learning/messages/message-list.ts";
import { onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { ChoiceField } from "../../page/fields.tsx";
import { Identifier } from "../../page/identifier.tsx";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";
import { clientEntry, readClientFrom } from "../clients/client-entry.tsx";
import { page } from "../parts/layout.tsx";
import { reachStore } from "../parts/reach-store.ts";

const PAGE_SIZE = 50;

const statusWords = {
  internal: "within the suite",
  to_forward: "waits to be sent",
  sending: "being sent",
  sent: "sent",
  error: "not sent",
} as const satisfies Record<MessageStatus, English>;

/** The marks of states that say the same. */
const statusMarks = {
  internal: "no_action",
  to_forward: "queued",
  sending: "running",
  sent: "ok",
  error: "failed",
} as const satisfies Record<MessageStatus, string>;

const channelWords = {
  mail: "E-mail",
  internal: "Within the suite",
  push: "Push",
} as const satisfies Record<MessageChannel, English>;

/** `/admin/mail`: whose mails? Leads a client admin to the own client's, and others where they choose. */
export async function mailsEntryPage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  return clientEntry(c, ports, {
    path: "/admin/mail",
    section: "mail",
    title: t("Mail monitor"),
    lead: t("Every message that was, is or will be sent to people of a client."),
    show: t("Show mails"),
  });
}

interface Filter {
  readonly channel: MessageChannel;
  readonly status: MessageStatus | null;
}

/** `/admin/mail/:clientId`: a client's messages, the latest first: the recipient, the subject and the delivery. Never the body. */
export async function mailsPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const client = await readClientFrom(c, ports);
  const filter: Filter = {
    channel: messageChannels.find((one) => one === c.req.query("channel")) ?? "mail",
    status: messageStatuses.find((one) => one === c.req.query("status")) ?? null,
  };
  const [, at, id] = /^(\d{1,15})-([1-9]\d{0,14})$/.exec(c.req.query("before") ?? "") ?? [];
  const after = at === undefined || id === undefined ? undefined : { queuedAt: Number(at), id: Number(id) };
  const path = `/admin/mail/${client.id}`;
  const address = (before?: ListedMessage) => {
    const query = new URLSearchParams({ channel: filter.channel });
    if (filter.status) query.set("status", filter.status);
    if (before) query.set("before", `${before.queuedAt}-${before.id}`);
    return `${path}?${query}`;
  };
  const found = await reachStore(
    ports.storeOf(client).then((store) =>
      listMessages(store, {
        clientId: client.id,
        channel: filter.channel,
        status: filter.status ?? undefined,
        after,
        limit: PAGE_SIZE + 1,
      }),
    ),
  );
  const mails = found.slice(0, PAGE_SIZE);
  const last = mails.at(-1);
  const kept = await keptRuns(
    ports.control,
    mails.map(({ createdRunId }) => createdRunId),
  );
  return c.html(
    page(c, ports, {
      title: t("Mails of {client}", { client: client.name }),
      section: "mail",
      ...(onlyClient(admin) === undefined ? { crumbs: [{ label: t("Mail monitor"), path: "/admin/mail" }] } : {}),
      children: (
        <>
          <form class="filters" method="get" action={path}>
            <ChoiceField
              name="status"
              label={t("State")}
              value={filter.status ?? ""}
              choices={[
                { value: "", label: t("All") },
                ...messageStatuses.map((one) => ({ value: one, label: t(statusWords[one]) })),
              ]}
            />
            <ChoiceField
              name="channel"
              label={t("Channel")}
              value={filter.channel}
              choices={messageChannels.map((one) => ({ value: one, label: t(channelWords[one]) }))}
            />
            <button class="button" type="submit">
              {t("Filter")}
            </button>
          </form>
          {mails.length === 0 ? (
            <div class="empty">
              <p>{after === undefined ? t("No mail matches.") : t("No more mails.")}</p>
            </div>
          ) : (
            <Mails mails={mails} kept={kept} />
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {after === undefined ? <span /> : <a href={address()}>{t("Newest")}</a>}
            {found.length > PAGE_SIZE && last ? <a href={address(last)}>{t("Older")}</a> : null}
          </nav>
        </>
      ),
    }),
  );
}

/** @param props.kept runs that are still there to be looked at */
function Mails(props: { mails: readonly ListedMessage[]; kept: ReadonlySet<number> }) {
  const { t } = useReader();
  return (
    <Table
      caption={t("Mails, newest first")}
      columns={[
        {
          label: t("Subject"),
          head: true,
          cell: (mail) => (
            <>
              {mail.subject || t("(no subject)")}
              <MadeBy runId={mail.createdRunId} isKept={props.kept.has(mail.createdRunId)} />
            </>
          ),
        },
        { label: t("To"), cell: (mail) => (mail.toAddress === null ? null : <Identifier name={mail.toAddress} />) },
        {
          label: t("State"),
          cell: (mail) => (
            <>
              <span class={`state ${statusMarks[mail.status]}`}>{t(statusWords[mail.status])}</span>
              {mail.error ? <small>{mail.error}</small> : null}
            </>
          ),
        },
        { label: t("Queued"), cell: (mail) => <Time at={mail.queuedAt} bare /> },
        { label: t("Sent"), cell: (mail) => (mail.sentAt === null ? null : <Time at={mail.sentAt} bare />) },
      ]}
      rows={props.mails}
    />
  );
}

/** Which run made a message: a link as long as the run is kept, nothing for a message that no run made. */
function MadeBy(props: { runId: number; isKept: boolean }) {
  const { t } = useReader();
  const { runId, isKept } = props;
  if (runId === 0) return null;
  const id = String(runId);
  return (
    <small>
      {isKept ? (
        <>
          {t("by")} <a href={`/admin/runs/${id}`}>{t("Run #{id}", { id })}</a>
        </>
      ) : (
        t("by Run #{id}, which is no longer kept", { id })
      )}
    </small>
  );
}
