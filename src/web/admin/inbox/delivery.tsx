import { parseJson } from "../../../connectors/answer-json.ts";
import { recordChanges } from "../../../control/audit-trail.ts";
import type { ClientFacts } from "../../../control/clients/clients.ts";
import { inboxProviders, type ReadDelivery, readDelivery } from "../../../learning/webhooks/list.ts";
import {
  canGive,
  maySettle as canSettle,
  giveOrder,
  type Settling,
  settleDelivery,
} from "../../../learning/webhooks/settle.ts";
import type { Database } from "../../../store/database.ts";
import { maySettle, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm, readId } from "../../http/form-post.ts";
import { type FieldProblem, HiddenField, ProblemSummary, TextField } from "../../page/fields.tsx";
import { Identifier } from "../../page/identifier.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, PageError, require } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { startProcessor } from "../../webhooks/receive.ts";
import type { English } from "../../words/text.ts";
import { readClientFrom } from "../clients/client-entry.tsx";
import { page } from "../parts/layout.tsx";
import { reachStore } from "../parts/reach-store.ts";
import { meaningOf, proofWords, providerNames, stateMarks, stateWords } from "./delivery-words.ts";
import { INBOX } from "./inbox.tsx";

/** Characters of a payload that are shown. */
const LONGEST_SHOWN = 200_000;

const settlings = {
  replay: "Process once more",
  park: "Put aside",
  close: "Close as done",
} as const satisfies Record<Settling, English>;

interface Found {
  readonly client: ClientFacts;
  readonly store: Database;
  readonly delivery: ReadDelivery;
}

/** The delivery that the address names. */
async function deliveryOf(c: PageContext, ports: Ports): Promise<Found> {
  const client = await readClientFrom(c, ports);
  const id = readId(c.req.param("id"));
  const store = await reachStore(ports.storeOf(client));
  const delivery = id === null ? null : await reachStore(readDelivery(store, client.id, id));
  if (!delivery) throw notFound("delivery");
  return { client, store, delivery };
}

function draw(
  c: PageContext,
  ports: Ports,
  { client, delivery }: Found,
  shown: { readonly problems?: readonly FieldProblem[]; readonly person?: string } = {},
) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const { problems = [], person = "" } = shown;
  const path = `${INBOX}/${client.id}`;
  const mayAct = maySettle(admin, client.id);
  return page(c, ports, {
    title: t("Delivery #{id}", { id: String(delivery.id) }),
    section: "inbox",
    crumbs: [
      ...(onlyClient(admin) === undefined ? [{ label: t("Inbox of shops"), path: INBOX }] : []),
      { label: t("Inbox of {client}", { client: client.name }), path },
    ],
    hasProblems: problems.length > 0,
    children: (
      <>
        <ProblemSummary problems={problems} labels={new Map([["person", t("Person's number")]])} />
        <div class="side">
          <div>
            <Facts path={path} delivery={delivery} />
            {mayAct ? <Payload payload={delivery.payload} /> : null}
          </div>
          {mayAct ? (
            <div>
              <Deeds path={`${path}/${delivery.id}`} delivery={delivery} />
              {canGive(delivery) ? (
                <Giving path={`${path}/${delivery.id}`} problems={problems} person={person} />
              ) : null}
            </div>
          ) : null}
        </div>
      </>
    ),
  });
}

function Facts(props: { path: string; delivery: ReadDelivery }) {
  const { t } = useReader();
  const { path, delivery } = props;
  const { provider, topic, source, deliveryId, eventId, subject, state, error, attempts, proof } = delivery;
  const none = <span class="soft">{t("none")}</span>;
  return (
    <section class="panel">
      <dl class="facts">
        <dt>{t("State")}</dt>
        <dd>
          <span class={`state ${stateMarks[state]}`}>{t(stateWords[state])}</span>
        </dd>
        <dt>{t("Signature")}</dt>
        <dd>{t(proof === null ? "proved before it was stored" : proofWords[proof])}</dd>
        <dt>{t("Shop")}</dt>
        <dd>
          {providerNames[provider]} {source === "" ? null : <span class="soft">{source}</span>}
        </dd>
        <dt>{t("Topic")}</dt>
        <dd>
          <Identifier name={topic} />
        </dd>
        <dt>{t("About")}</dt>
        <dd>{subject === null ? none : <a href={`${path}?search=${encodeURIComponent(subject)}`}>{subject}</a>}</dd>
        <dt>{t("Delivery")}</dt>
        <dd>
          <Identifier name={deliveryId} />
        </dd>
        <dt>{t("Event")}</dt>
        <dd>
          {eventId === null ? none : <Identifier name={eventId} />}
          {delivery.duplicateOf === null ? null : (
            <>
              {" "}
              <a href={`${path}/${delivery.duplicateOf}`}>
                {t("same event as #{id}", { id: String(delivery.duplicateOf) })}
              </a>
            </>
          )}
        </dd>
        <dt>{t("Received")}</dt>
        <dd>
          <Time at={delivery.receivedAt} />
        </dd>
        <dt>{t("Processed")}</dt>
        <dd>{delivery.processedAt === null ? none : <Time at={delivery.processedAt} />}</dd>
        <dt>{t("Failed attempts")}</dt>
        <dd>{attempts}</dd>
        <dt>{t("Person")}</dt>
        <dd>
          {delivery.orderPersonId === null && delivery.personId === null
            ? none
            : `#${delivery.orderPersonId ?? delivery.personId}`}
        </dd>
      </dl>
      {error === null ? null : <Codes error={error} />}
    </section>
  );
}

/** The codes of what is left, each with what it means. */
function Codes(props: { error: string }) {
  const { t } = useReader();
  return (
    <>
      <h2>{t("What is left")}</h2>
      <ul>
        {props.error.split(/\s+/).map((code) => {
          const meaning = meaningOf(code);
          return (
            <li>
              <code>
                <Identifier name={code} />
              </code>
              {meaning === null ? null : <> {t.said(meaning)}</>}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** What was sent, folded: it holds names and addresses. */
function Payload(props: { payload: string }) {
  const { t } = useReader();
  if (props.payload === "{}") {
    return <p class="soft">{t("What was sent is no longer kept.")}</p>;
  }
  const text = pretty(props.payload);
  return (
    <details class="panel">
      <summary>{t("What was sent, with personal data")}</summary>
      <pre tabindex={0}>{text.slice(0, LONGEST_SHOWN)}</pre>
      {text.length > LONGEST_SHOWN ? <p class="soft">{t("The rest is left out here.")}</p> : null}
    </details>
  );
}

function pretty(json: string): string {
  try {
    return JSON.stringify(parseJson(json), null, 2);
  } catch {
    return json;
  }
}

function Deeds(props: { path: string; delivery: ReadDelivery }) {
  const { t } = useReader();
  const possible = (Object.keys(settlings) as Settling[]).filter((one) => canSettle(one, props.delivery));
  if (possible.length === 0) return null;
  return (
    <section class="panel">
      <h2>{t("Settle")}</h2>
      <p>{t("What was booked before stays, and is not booked twice.")}</p>
      <div class="actions">
        {possible.map((one) => (
          <form method="post" action={`${props.path}/settle`}>
            <HiddenField name="settling" value={one} />
            <button class="button" type="submit">
              {t(settlings[one])}
            </button>
          </form>
        ))}
      </div>
    </section>
  );
}

function Giving(props: { path: string; problems: readonly FieldProblem[]; person: string }) {
  const { t } = useReader();
  return (
    <section class="panel">
      <h2>{t("Give the order to a person")}</h2>
      <form method="post" action={`${props.path}/give`} novalidate>
        <TextField
          name="person"
          label={t("Person's number")}
          hint={t("Of an active person of this client. From then on the order is that person's, whatever its address.")}
          value={props.person}
          problems={props.problems}
          inputmode="numeric"
        />
        <button class="button" type="submit">
          {t("Give")}
        </button>
      </form>
    </section>
  );
}

/** `GET /admin/inbox/:clientId/:id`: one delivery. What was sent is shown to those who may settle it. */
export async function deliveryPage(c: PageContext, ports: Ports) {
  return c.html(draw(c, ports, await deliveryOf(c, ports)));
}

const overtaken = () =>
  new PageError(
    409,
    "The delivery went on",
    "It is no longer in the state that the page showed. Look at it as it is now, and decide anew.",
  );

async function record(
  c: PageContext,
  ports: Ports,
  { client, delivery }: Found,
  action: string,
  after: Record<string, unknown>,
) {
  const change = {
    clientId: client.id,
    actor: c.var.admin.email,
    entity: "delivery" as const,
    entityId: delivery.id,
    action,
    before: { state: delivery.state },
    after: { provider: delivery.provider, ...after },
  };
  await ports.control.execute(recordChanges([change], ports.now()));
}

/** What waits again is worked on at once, if the client has a job for it. */
async function start(ports: Ports, { client, delivery }: Found): Promise<void> {
  const provider = inboxProviders.find((one) => one === delivery.provider);
  if (provider) await startProcessor(ports, provider, client.id);
}

/** `POST /admin/inbox/:clientId/:id/settle`: has a delivery processed once more, puts it aside, or closes it. */
export async function settleDeliveryAction(c: PageContext, ports: Ports) {
  const found = await deliveryOf(c, ports);
  require(maySettle(c.var.admin, found.client.id), forbidden("settling deliveries of shops"));
  const form = await readForm(c.req.raw);
  const settling = (Object.keys(settlings) as Settling[]).find((one) => one === lastValue(form, "settling"));
  if (!settling)
    throw new PageError(400, "Nothing to do", "The form does not say what to do. Go back and choose a button.");
  const { client, store, delivery } = found;
  const settled = await reachStore(settleDelivery(store, client.id, delivery.id, settling, ports.now()));
  if (settled.state !== "settled") throw settled.state === "missing" ? notFound("delivery") : overtaken();
  await record(c, ports, found, settling, {});
  if (settling === "replay") await start(ports, found);
  return c.redirect(withNotice(`${INBOX}/${client.id}/${delivery.id}`, `delivery-${settling}`), 303);
}

/** `POST /admin/inbox/:clientId/:id/give`: gives the order of a parked delivery to a person. */
export async function giveOrderAction(c: PageContext, ports: Ports) {
  const found = await deliveryOf(c, ports);
  const { client, store, delivery } = found;
  require(maySettle(c.var.admin, client.id), forbidden("settling deliveries of shops"));
  const person = lastValue(await readForm(c.req.raw), "person").trim();
  const personId = readId(person.replace(/^#/, ""));
  const given =
    personId === null
      ? ({ state: "no_person" } as const)
      : await reachStore(giveOrder(store, client.id, delivery.id, personId, ports.now()));
  switch (given.state) {
    case "given":
      await record(c, ports, found, "give", { personId, orderId: given.orderId });
      await start(ports, found);
      return c.redirect(withNotice(`${INBOX}/${client.id}/${delivery.id}`, "order-given"), 303);
    case "no_person": {
      const message = c.var.reader.t("There is no active person of this number here.");
      return c.html(draw(c, ports, found, { problems: [{ field: "person", message }], person }), 422);
    }
    case "missing":
      throw notFound("delivery");
    case "no_order":
    case "conflict":
      throw overtaken();
  }
}
