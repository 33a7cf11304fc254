import {
  changeSubscription,
  createSubscription,
  endSubscription,
  type SubscriptionPorts,
  type SubscriptionResult,
} from "../../../administration/reports/subscriptions.ts";
import type { ClientFacts } from "../../../control/clients/clients.ts";
import {
  type ListedSubscription,
  listSubscriptionFiles,
  readSubscription,
  readSubscriptionChoices,
  type SubscriptionFile,
} from "../../../learning/reports/subscription-list.ts";
import { mayChangeSubscriptions } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm, readId } from "../../http/form-post.ts";
import { bytes } from "../../http/size.ts";
import { type FieldProblem, HiddenField } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, PageError, require } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { readClientFrom } from "../clients/client-entry.tsx";
import { page } from "../parts/layout.tsx";
import { reachStore } from "../parts/reach-store.ts";
import {
  formOfSubscription,
  newSubscriptionForm,
  readSubscriptionForm,
  SubscriptionFields,
} from "./subscription-form.tsx";
import { daysInWords } from "./subscription-words.ts";
import { aboveReports, REPORTS, Recipients, ReportName } from "./subscriptions.tsx";

/** Files of a subscription that its page shows. */
const FILES_SHOWN = 20;

/** What a form was sent with. */
interface Sent {
  readonly form: URLSearchParams;
  readonly problems: readonly FieldProblem[];
}

/** The client that the address names, for those who may change its subscriptions. */
async function clientToChange(c: PageContext, ports: Ports): Promise<ClientFacts> {
  const client = await readClientFrom(c, ports);
  require(mayChangeSubscriptions(c.var.admin, client.id), forbidden("changing report subscriptions"));
  return client;
}

const portsFor = async (c: PageContext, ports: Ports, { id: clientId, ...client }: ClientFacts) => ({
  control: ports.control,
  store: await ports.storeOf({ id: clientId, ...client }),
  clientId,
  actor: c.var.admin.email,
  now: ports.now(),
});

/** The subscription that the address names. */
async function subscriptionOf(c: PageContext, ports: Ports, client: ClientFacts): Promise<ListedSubscription> {
  const id = readId(c.req.param("id"));
  const store = await reachStore(ports.storeOf(client));
  const found = id === null ? null : await reachStore(readSubscription(store, client.id, id));
  if (!found) throw notFound("subscription");
  return found;
}

/** Draws the form of a new subscription. */
async function drawNew(c: PageContext, ports: Ports, client: ClientFacts, { form, problems }: Sent) {
  const { t } = c.var.reader;
  const choices = await reachStore(ports.storeOf(client).then((store) => readSubscriptionChoices(store, client.id)));
  const path = `${REPORTS}/${client.id}`;
  return page(c, ports, {
    title: t("New subscription"),
    section: "reports",
    crumbs: aboveReports(c, client),
    hasProblems: problems.length > 0,
    children:
      choices.reports.length === 0 ? (
        <div class="empty">
          <p>{t("This client has no report yet.")}</p>
        </div>
      ) : (
        <form class="sheet panel" method="post" action={`${path}/new`} novalidate>
          <SubscriptionFields form={form} choices={choices} problems={problems} />
          <SheetActions submit={t("Create subscription")} back={path} />
        </form>
      ),
  });
}

/** Draws a subscription: its form for those who may change it, else what it says. */
async function draw(
  c: PageContext,
  ports: Ports,
  client: ClientFacts,
  subscription: ListedSubscription,
  { form, problems }: Sent = { form: formOfSubscription(subscription), problems: [] },
) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const path = `${REPORTS}/${client.id}`;
  const isOwn = subscription.audience === "person";
  const mayChange = mayChangeSubscriptions(admin, client.id);
  const [choices, files] = await reachStore(
    ports
      .storeOf(client)
      .then((store) =>
        Promise.all([
          mayChange && !isOwn ? readSubscriptionChoices(store, client.id) : null,
          listSubscriptionFiles(store, client.id, subscription.id, FILES_SHOWN),
        ]),
      ),
  );
  return page(c, ports, {
    title: t("Subscription {id}", { id: `#${subscription.id}` }),
    section: "reports",
    crumbs: aboveReports(c, client),
    hasProblems: problems.length > 0,
    ...(isOwn
      ? { lead: t("A person's own: it is changed in the suite, by that person. It can be deleted here.") }
      : {}),
    children: (
      <>
        {choices === null ? (
          <Facts subscription={subscription} />
        ) : (
          <form class="sheet panel" method="post" action={`${path}/${subscription.id}`} novalidate>
            <SubscriptionFields form={form} choices={choices} problems={problems} />
            <HiddenField name="updatedAt" value={lastValue(form, "updatedAt")} />
            <SheetActions submit={t("Save")} back={path} />
          </form>
        )}
        <Files files={files} />
        {mayChange ? (
          <section class="sheet panel">
            <h2>{t("Delete")}</h2>
            <p>{t("No more reports are made for it. Files that were made stay until they are cleaned up.")}</p>
            <form method="post" action={`${path}/${subscription.id}/delete`}>
              <button class="button danger" type="submit">
                {t("Delete subscription")}
              </button>
            </form>
          </section>
        ) : null}
      </>
    ),
  });
}

/** What was made lately, and for whom. */
function Files(props: { files: readonly SubscriptionFile[] }) {
  const { t, locale } = useReader();
  return (
    <>
      <h2>{t("Latest files")}</h2>
      {props.files.length === 0 ? (
        <div class="empty">
          <p>{t("No file was made for it yet, or all of them were cleaned up.")}</p>
        </div>
      ) : (
        <Table
          caption={t("Latest files")}
          columns={[
            {
              label: t("Recipient"),
              head: true,
              cell: ({ personId, personName }) => (
                <>
                  {personName ?? t("no longer there")}
                  <small>#{personId}</small>
                </>
              ),
            },
            { label: t("Made"), cell: ({ storedAt }) => <Time at={storedAt} /> },
            { label: t("Size"), cell: ({ size }) => bytes(size, locale) },
            { label: t("State"), cell: ({ state }) => (state === "ready" ? t("stored") : t("deleted")) },
          ]}
          rows={props.files}
        />
      )}
    </>
  );
}

function Facts(props: { subscription: ListedSubscription }) {
  const reader = useReader();
  const { t } = reader;
  const { subscription } = props;
  const { format, filters, skipWhenEmpty, locale, active } = subscription;
  return (
    <dl class="facts">
      <dt>{t("Report")}</dt>
      <dd>
        <ReportName subscription={subscription} />
      </dd>
      <dt>{t("Recipients")}</dt>
      <dd>
        <Recipients subscription={subscription} />
      </dd>
      <dt>{t("Days")}</dt>
      <dd>{daysInWords(reader, subscription)}</dd>
      <dt>{t("Format")}</dt>
      <dd>{format.toUpperCase()}</dd>
      <dt>{t("Filters")}</dt>
      <dd>{filters === null ? t("each recipient's own") : <code>{filters}</code>}</dd>
      <dt>{t("Nothing is sent when the report has no rows")}</dt>
      <dd>{skipWhenEmpty === 1 ? t("yes") : t("no")}</dd>
      <dt>{t("Language of the report and its mail")}</dt>
      <dd>{locale}</dd>
      <dt>{t("State")}</dt>
      <dd>{active === 1 ? t("active") : t("switched off")}</dd>
    </dl>
  );
}

/** `GET /admin/reports/:clientId/new`. */
export async function newSubscriptionPage(c: PageContext, ports: Ports) {
  const client = await clientToChange(c, ports);
  return c.html(await drawNew(c, ports, client, { form: newSubscriptionForm(client.defaultLocale), problems: [] }));
}

/** What ends the request whatever form it came from. */
function refuse(state: Exclude<SubscriptionResult["state"], "saved" | "invalid">): never {
  switch (state) {
    case "missing":
      throw notFound("subscription");
    case "own":
      throw forbidden("changing a person's own subscription");
    case "conflict":
      throw new PageError(
        409,
        "The subscription was changed meanwhile",
        "Another administrator saved or deleted it after this page was drawn. Look at it as it is now, and change it again.",
      );
    case "moving":
      throw new PageError(
        409,
        "The client is being moved",
        "Its data is on the way to another database. Try again when that is done.",
      );
  }
}

/** `POST /admin/reports/:clientId/new`: adds a subscription for a group or the client. */
export async function createSubscriptionAction(c: PageContext, ports: Ports) {
  const client = await clientToChange(c, ports);
  const form = await readForm(c.req.raw);
  const own: SubscriptionPorts = await reachStore(portsFor(c, ports, client));
  const result = await reachStore(createSubscription(own, readSubscriptionForm(form)));
  if (result.state === "invalid") {
    return c.html(await drawNew(c, ports, client, { form, problems: result.problems }), 422);
  }
  if (result.state !== "saved") return refuse(result.state);
  return c.redirect(withNotice(`${REPORTS}/${client.id}`, "subscription-saved"), 303);
}

/** `GET /admin/reports/:clientId/:id`. */
export async function subscriptionPage(c: PageContext, ports: Ports) {
  const client = await readClientFrom(c, ports);
  return c.html(await draw(c, ports, client, await subscriptionOf(c, ports, client)));
}

/** `POST /admin/reports/:clientId/:id`: changes a subscription for a group or the client. */
export async function updateSubscriptionAction(c: PageContext, ports: Ports) {
  const client = await clientToChange(c, ports);
  const subscription = await subscriptionOf(c, ports, client);
  const form = await readForm(c.req.raw);
  const own: SubscriptionPorts = await reachStore(portsFor(c, ports, client));
  const seen = Number(lastValue(form, "updatedAt"));
  const result = await reachStore(changeSubscription(own, subscription.id, seen, readSubscriptionForm(form)));
  if (result.state === "invalid") {
    return c.html(await draw(c, ports, client, subscription, { form, problems: result.problems }), 422);
  }
  if (result.state !== "saved") return refuse(result.state);
  return c.redirect(withNotice(`${REPORTS}/${client.id}`, "subscription-saved"), 303);
}

/** `POST /admin/reports/:clientId/:id/delete`: ends a subscription for good, also a person's own. */
export async function deleteSubscriptionAction(c: PageContext, ports: Ports) {
  const client = await clientToChange(c, ports);
  const subscription = await subscriptionOf(c, ports, client);
  const own: SubscriptionPorts = await reachStore(portsFor(c, ports, client));
  const result = await reachStore(endSubscription(own, subscription.id));
  if (result.state !== "saved" && result.state !== "invalid") return refuse(result.state);
  return c.redirect(withNotice(`${REPORTS}/${client.id}`, "subscription-deleted"), 303);
}
