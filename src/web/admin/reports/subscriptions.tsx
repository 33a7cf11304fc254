import type { ClientFacts } from "../../../control/clients/clients.ts";
import type { ReportKey } from "../../../learning/reports/report.ts";
import {
  type ListedSubscription,
  listSubscriptions,
  type OfferedReport,
} from "../../../learning/reports/subscription-list.ts";
import { mayCallReports, mayChangeSubscriptions, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { ChoiceField } from "../../page/fields.tsx";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { clientEntry, readClientFrom } from "../clients/client-entry.tsx";
import { page } from "../parts/layout.tsx";
import { reachStore } from "../parts/reach-store.ts";
import { audienceWords, daysInWords, reportKinds } from "./subscription-words.ts";

export const REPORTS = "/admin/reports";
/** The page of tokens with which other systems call reports. */
export const CALLS = "/admin/report-calls";

const PAGE_SIZE = 50;
const audiences = ["person", "group", "client"] as const satisfies readonly ListedSubscription["audience"][];

/** `/admin/reports`: whose subscriptions? Leads a client admin to the own client's, and others where they choose. */
export function reportsEntryPage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  return clientEntry(c, ports, {
    path: REPORTS,
    title: t("Reports"),
    section: "reports",
    lead: t("Who of a client gets which report and when, and which other systems may call one."),
    show: t("Show reports"),
  });
}

/** The pages above one of a client's reports. */
export function aboveReports(c: PageContext, { id, name }: ClientFacts) {
  const { t } = c.var.reader;
  const own = { label: t("Reports of {client}", { client: name }), path: `${REPORTS}/${id}` };
  return onlyClient(c.var.admin) === undefined ? [{ label: t("Reports"), path: REPORTS }, own] : [own];
}

interface Filter {
  readonly report: number | null;
  readonly audience: ListedSubscription["audience"] | null;
  readonly state: "active" | "off" | null;
}

/** `/admin/reports/:clientId`: who gets which report and when, the latest subscription first. */
export async function subscriptionsPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const client = await readClientFrom(c, ports);
  const filter: Filter = {
    report: readId(c.req.query("report")),
    audience: audiences.find((one) => one === c.req.query("audience")) ?? null,
    state: (["active", "off"] as const).find((one) => one === c.req.query("state")) ?? null,
  };
  const before = readId(c.req.query("before")) ?? undefined;
  const path = `${REPORTS}/${client.id}`;
  const address = (last?: number) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...filter, before: last })) if (value) query.set(name, String(value));
    return query.size === 0 ? path : `${path}?${query}`;
  };
  const { subscriptions: found, reports } = await reachStore(
    ports.storeOf(client).then((store) =>
      listSubscriptions(store, {
        clientId: client.id,
        reportId: filter.report ?? undefined,
        audience: filter.audience ?? undefined,
        active: filter.state === null ? undefined : filter.state === "active",
        before,
        limit: PAGE_SIZE + 1,
      }),
    ),
  );
  const subscriptions = found.slice(0, PAGE_SIZE);
  const last = subscriptions.at(-1);
  return c.html(
    page(c, ports, {
      title: t("Reports of {client}", { client: client.name }),
      section: "reports",
      ...(onlyClient(admin) === undefined ? { crumbs: [{ label: t("Reports"), path: REPORTS }] } : {}),
      lead: t("Who gets which report and when. People change their own subscriptions in the suite."),
      aside: (
        <>
          {mayCallReports(admin, client.id) ? (
            <a class="button" href={`${CALLS}/${client.id}`}>
              {t("Report calls")}
            </a>
          ) : null}
          {mayChangeSubscriptions(admin, client.id) ? (
            <a class="button primary" href={`${path}/new`}>
              {t("New subscription")}
            </a>
          ) : null}
        </>
      ),
      children: (
        <>
          <Filters path={path} filter={filter} reports={reports} />
          {subscriptions.length === 0 ? (
            <div class="empty">
              <p>{before === undefined ? t("No subscription matches.") : t("No more subscriptions.")}</p>
            </div>
          ) : (
            <Subscriptions path={path} subscriptions={subscriptions} />
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

function Filters(props: { path: string; filter: Filter; reports: readonly OfferedReport[] }) {
  const { t } = useReader();
  const { report, audience, state } = props.filter;
  const all = { value: "", label: t("All") };
  return (
    <form class="filters" method="get" action={props.path}>
      <ChoiceField
        name="report"
        label={t("Report")}
        value={report === null ? "" : String(report)}
        choices={[all, ...props.reports.map(({ id, name }) => ({ value: String(id), label: name }))]}
      />
      <ChoiceField
        name="audience"
        label={t("Recipients")}
        value={audience ?? ""}
        choices={[all, ...audiences.map((one) => ({ value: one, label: t(audienceWords[one]) }))]}
      />
      <ChoiceField
        name="state"
        label={t("State")}
        value={state ?? ""}
        choices={[all, { value: "active", label: t("active") }, { value: "off", label: t("switched off") }]}
      />
      <button class="button" type="submit">
        {t("Filter")}
      </button>
    </form>
  );
}

/** Who gets it, by name as far as that is known. */
export function Recipients(props: { subscription: ListedSubscription }) {
  const { t } = useReader();
  const { audience, groupName, groupId, personName, personId } = props.subscription;
  if (audience === "client") return <>{t("everybody")}</>;
  const [name, id] = audience === "group" ? [groupName, groupId] : [personName, personId];
  return (
    <>
      {name ?? t("no longer there")}
      <small>
        {t(audienceWords[audience])} · #{id ?? "–"}
      </small>
    </>
  );
}

/** The report of a subscription and its kind. */
export function ReportName(props: { subscription: ListedSubscription }) {
  const { t } = useReader();
  const { reportName, reportKey } = props.subscription;
  if (reportName === null) return <>{t("The report was deleted")}</>;
  const kind = reportKinds[reportKey as ReportKey];
  return <>{kind === undefined || t(kind) === reportName ? reportName : `${reportName} (${t(kind)})`}</>;
}

function Subscriptions(props: { path: string; subscriptions: readonly ListedSubscription[] }) {
  const reader = useReader();
  const { t } = reader;
  return (
    <Table
      caption={t("Subscriptions, the latest first")}
      columns={[
        {
          label: t("Report"),
          head: true,
          cell: (subscription) => (
            <a href={`${props.path}/${subscription.id}`}>
              <ReportName subscription={subscription} />
              <span class="unseen"> #{subscription.id}</span>
            </a>
          ),
        },
        { label: t("Recipients"), cell: (subscription) => <Recipients subscription={subscription} /> },
        { label: t("Days"), cell: (subscription) => daysInWords(reader, subscription) },
        { label: t("Format"), cell: ({ format }) => format.toUpperCase() },
        {
          label: t("Filters"),
          cell: ({ filters }) => (filters === null ? t("each recipient's own") : t("the same for all")),
        },
        { label: t("State"), cell: ({ active }) => (active === 1 ? t("active") : t("switched off")) },
      ]}
      rows={props.subscriptions}
    />
  );
}
