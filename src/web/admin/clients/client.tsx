import type { Child } from "hono/jsx";
import { createClient, updateClient } from "../../../administration/clients/client-fields.ts";
import { readHolidays, setClientActive } from "../../../administration/clients/clients.ts";
import { type ClientRecord, readClientRecord } from "../../../control/clients/client-records.ts";
import { listConnectors } from "../../../control/clients/connector-records.ts";
import type { MovePhase } from "../../../control/clients/moves.ts";
import { knownZone, localDay } from "../../../time/day.ts";
import { mayConfigure, maySeeClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm, readId } from "../../http/form-post.ts";
import type { FieldProblem } from "../../page/fields.tsx";
import { HiddenField } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, PageError, require } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";
import { page } from "../parts/layout.tsx";
import { Overtaken } from "../parts/overtaken.tsx";
import {
  ClientInputs,
  clientLabels,
  clientToForm,
  deactivationWords,
  deletionWords,
  emptyForm,
  formToClient,
} from "./client-form.tsx";
import { ClientState } from "./clients.tsx";

const CLIENTS = "/admin/clients";

function onlyConfigurers(c: PageContext): void {
  require(mayConfigure(c.var.admin), forbidden("changing clients"));
}

/**
 * The client that the address names.
 * @throws {PageError} 404 when there is none, or it is not this admin's to see
 */
export async function clientOfAddress(c: PageContext, ports: Ports): Promise<ClientRecord> {
  const id = readId(c.req.param("clientId"));
  const client = id === null ? null : await readClientRecord(ports.control, id);
  if (!client || !maySeeClient(c.var.admin, client.id)) throw notFound("client");
  return client;
}

/** Others were at work on the client for as long as it was tried. */
export function changedMeanwhile(): PageError {
  return new PageError(409, "Not saved", "This client was changed by others again and again meanwhile. Try again.");
}

/** The same, for a change. @throws {PageError} 403 where it may be seen and not changed */
export async function clientToChange(c: PageContext, ports: Ports): Promise<ClientRecord> {
  const client = await clientOfAddress(c, ports);
  onlyConfigurers(c);
  return client;
}

function drawNew(c: PageContext, ports: Ports, form: URLSearchParams, problems: readonly FieldProblem[] = []) {
  const { t } = c.var.reader;
  return page(c, ports, {
    title: t("New client"),
    section: "clients",
    crumbs: [{ label: t("Clients"), path: CLIENTS }],
    lead: t("It is not active at first: give it holidays, connectors and settings, then start it."),
    hasProblems: problems.length > 0,
    children: (
      <form class="sheet" method="post" action={`${CLIENTS}/new`} novalidate>
        <ClientInputs form={form} problems={problems} />
        <SheetActions submit={t("Create client")} back={CLIENTS} />
      </form>
    ),
  });
}

/** `GET /admin/clients/new`. */
export function newClientPage(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  return c.html(drawNew(c, ports, emptyForm()));
}

/** `POST /admin/clients/new`: adds a client that is not active yet. */
export async function createClientAction(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const form = await readForm(c.req.raw);
  const result = await createClient(ports, formToClient(form), c.var.admin.email, ports.now());
  if (result.state === "invalid") return c.html(drawNew(c, ports, form, result.problems), 422);
  if (result.state !== "saved") throw new Error(`A new client ended as ${result.state}`);
  return c.redirect(withNotice(`${CLIENTS}/${result.clientId}`, "client-created"), 303);
}

const phaseWords = {
  holding: "waits until the runs at work have set themselves aside; no new run starts",
  copying: "is copied; no run starts",
  comparing: "is compared with the copy; no run starts",
  switching: "is about to be worked on in its new database; no run starts",
  clearing: "has moved and runs go on; the old copy is being removed",
  releasing: "stays where it was: the move is being given up",
  abandoning: "stays where it was: the copy is being removed",
} as const satisfies Record<MovePhase, English>;

function Fact(props: { label: string; children: Child }) {
  return (
    <>
      <dt>{props.label}</dt>
      <dd>{props.children}</dd>
    </>
  );
}

/** Where the learning data lies, and how far a move is; the address is for those who look after the platform. */
function DatabasePanel(props: { client: ClientRecord; withAddress: boolean }) {
  const { t, now } = useReader();
  const { client, withAddress } = props;
  const { databaseUrl, move, key } = client;
  const databaseOf = (url: string | null) =>
    url === null ? (
      t("in the database that all share")
    ) : withAddress ? (
      <code>{url}</code>
    ) : (
      t("in a database of its own")
    );
  const command = (rest: string) => <pre>{`npm run client:move -- --client ${key}${rest}`}</pre>;
  return (
    <section class="panel">
      <h2>{t("Database")}</h2>
      <dl class="facts">
        <Fact label={t("Learning data")}>{databaseOf(databaseUrl)}</Fact>
        {move ? (
          <>
            <Fact label={t("Move to")}>{databaseOf(move.targetUrl)}</Fact>
            <Fact label={t("State")}>
              {t("The data {state}.", { state: t.said(phaseWords[move.phase]) })}
              <br />
              <small class="soft">
                {t("Last came on:")} <Time at={move.movedAt} now={now} />
              </small>
            </Fact>
          </>
        ) : null}
      </dl>
      {withAddress ? (
        <>
          <p class="hint">
            {move
              ? t("The move is done by a command. It goes on, or is given up, with:")
              : t("Data is moved by a command, while the other clients go on:")}
          </p>
          {move ? (
            <>
              {command("")}
              {command(" --abandon")}
            </>
          ) : (
            command(databaseUrl === null ? " --to URL --token-from VARIABLE" : " --back")
          )}
        </>
      ) : null}
    </section>
  );
}

/** What hangs together with the client and is changed elsewhere. */
async function readSurroundings(c: PageContext, ports: Ports, client: ClientRecord) {
  const [connectors, holidays] = await Promise.all([
    listConnectors(ports.control, { clientId: client.id, limit: 100 }),
    readHolidays(ports, client.id),
  ]);
  const today = localDay(c.var.reader.now, knownZone(client.timeZone));
  return { connectors, next: holidays.find(({ day }) => day >= today) ?? null, holidays: holidays.length };
}

type Surroundings = Awaited<ReturnType<typeof readSurroundings>>;

const redirectOf = (config: unknown): string | null => {
  const to = typeof config === "object" && config !== null && "redirectTo" in config ? config.redirectTo : null;
  return typeof to === "string" ? to : null;
};

function Around(props: { client: ClientRecord; around: Surroundings; mayChange: boolean }) {
  const { t } = useReader();
  const { client, around, mayChange } = props;
  const mail = around.connectors.find(({ kind, active, state }) => kind === "mail" && active && state !== "disabled");
  const redirect = mail ? redirectOf(mail.config) : null;
  const mails = !mail
    ? t("There is no active mail connector: mails wait.")
    : redirect === null
      ? t("Mails go to their recipients.")
      : t("Every mail goes to {address} instead of its recipient.", { address: redirect });
  return (
    <section class="panel">
      <h2>{t("Around the client")}</h2>
      <dl class="facts">
        <Fact label={t("Mails")}>
          {mails}{" "}
          {mayChange ? (
            <a href={mail ? `/admin/connectors/${mail.id}` : `/admin/connectors?client=${client.id}`}>
              {mail ? t("Change the redirect") : t("Connectors")}
            </a>
          ) : null}
        </Fact>
        <Fact label={t("Holidays")}>
          <a href={`${CLIENTS}/${client.id}/holidays`}>{t.count(around.holidays, "{count} day", "{count} days")}</a>
          {around.next ? <> · {t("next {day}", { day: `${around.next.day} ${around.next.name}`.trim() })}</> : null}
        </Fact>
        {mayChange ? (
          <>
            <Fact label={t("Connectors")}>
              <a href={`/admin/connectors?client=${client.id}`}>
                {t.count(around.connectors.length, "{count} connector", "{count} connectors")}
              </a>
            </Fact>
            <Fact label={t("Settings")}>
              <a href={`/admin/settings?client=${client.id}`}>{t("Settings of this client")}</a>
            </Fact>
            <Fact label={t("Heavy runs")}>
              {t("One at a time for a client.")}{" "}
              <a href="/admin/settings">{t("How many at once on one database is a setting")}</a>
            </Fact>
          </>
        ) : null}
        <Fact label={t("See also")}>
          <a href={`/admin/jobs?client=${client.id}`}>{t("Jobs")}</a>,{" "}
          <a href={`/admin/runs?client=${client.id}`}>{t("Runs")}</a>,{" "}
          <a href={`/admin/files/${client.id}`}>{t("Files")}</a>
        </Fact>
      </dl>
    </section>
  );
}

/** The client's fields for those who may not change them. */
function Facts(props: { client: ClientRecord }) {
  const { t } = useReader();
  const { client } = props;
  const { sitemapEnabled, deactivationMode, deactivationDays } = client;
  return (
    <section class="panel">
      <h2>{t("Client")}</h2>
      <dl class="facts">
        <Fact label={t("Key")}>{client.key}</Fact>
        <Fact label={t("Time zone")}>{client.timeZone}</Fact>
        <Fact label={t("Language")}>{client.defaultLocale}</Fact>
        <Fact label={t("Host name")}>{client.host ?? t("none")}</Fact>
        <Fact label={t("Site map")}>
          {sitemapEnabled === null ? t("As the setting says") : sitemapEnabled ? t("yes") : t("no")}
        </Fact>
        <Fact label={t("Licence alerts to")}>{client.licenseAlertEmail ?? t("none")}</Fact>
        <Fact label={t("Deleting a person")}>{t.said(deletionWords[client.deletionMode])}</Fact>
        <Fact label={t("Months until a person is deleted")}>{String(client.deletionDelayMonths)}</Fact>
        <Fact label={t("People become passive")}>
          {t.said(deactivationWords[deactivationMode])}
          {deactivationMode === 0 || deactivationDays === null ? "" : `: ${deactivationDays}`}
        </Fact>
      </dl>
    </section>
  );
}

async function draw(
  c: PageContext,
  ports: Ports,
  client: ClientRecord,
  sent: { form: URLSearchParams; problems?: readonly FieldProblem[]; overtaken?: boolean } | null = null,
) {
  const { t } = c.var.reader;
  const mayChange = mayConfigure(c.var.admin);
  const around = await readSurroundings(c, ports, client);
  const path = `${CLIENTS}/${client.id}`;
  const problems = sent?.problems ?? [];
  const form = sent?.form ?? clientToForm(client);
  return page(c, ports, {
    title: client.name,
    section: "clients",
    crumbs: [{ label: t("Clients"), path: CLIENTS }],
    lead: <ClientState status={client.status} />,
    hasProblems: problems.length > 0 || sent?.overtaken === true,
    aside: mayChange ? <Switch client={client} /> : null,
    children: (
      <>
        {sent?.overtaken ? (
          <Overtaken labels={clientLabels(t)} stored={clientToForm(client)} sent={form}>
            {t.rich(
              "Another administrator saved this client after you opened it. {link}, then come back: saving again replaces it by what stands below.",
              { link: <a href={path}>{t("Look at the client as it is now")}</a> },
            )}
          </Overtaken>
        ) : null}
        <div class="side">
          {mayChange ? (
            <form class="sheet" method="post" action={path} novalidate>
              <HiddenField name="updatedAt" value={lastValue(form, "updatedAt")} />
              <ClientInputs form={form} problems={problems} />
              <SheetActions submit={t("Save")} back={CLIENTS} />
              <p class="hint">{t("With another time zone, planned runs are planned anew from now.")}</p>
            </form>
          ) : (
            <Facts client={client} />
          )}
          <div>
            <Around client={client} around={around} mayChange={mayChange} />
            <DatabasePanel client={client} withAddress={mayChange} />
          </div>
        </div>
      </>
    ),
  });
}

function Switch(props: { client: ClientRecord }) {
  const { t } = useReader();
  const { id, status } = props.client;
  const active = status === "active";
  return (
    <form method="post" action={`${CLIENTS}/${id}/switch`}>
      <input type="hidden" name="active" value={active ? "false" : "true"} />
      <button
        class={active ? "button danger" : "button primary"}
        type="submit"
        title={
          active
            ? t("What is planned is withdrawn; runs at work go on to their end.")
            : t("Its jobs go on from now; what it missed is not made up for.")
        }
      >
        {active ? t("Stop client") : t("Start client")}
      </button>
    </form>
  );
}

/** `GET /admin/clients/:clientId`. */
export async function clientPage(c: PageContext, ports: Ports) {
  return c.html(await draw(c, ports, await clientOfAddress(c, ports)));
}

/** `POST /admin/clients/:clientId`: saves the client's fields unless another administrator did meanwhile. */
export async function updateClientAction(c: PageContext, ports: Ports) {
  const client = await clientToChange(c, ports);
  const form = await readForm(c.req.raw);
  const seen = Number(lastValue(form, "updatedAt"));
  const result = await updateClient(ports, client.id, seen, formToClient(form), c.var.admin.email, ports.now());
  switch (result.state) {
    case "saved":
      await ports.wakeRunner(client.id);
      return c.redirect(withNotice(`${CLIENTS}/${client.id}`, "client-saved"), 303);
    case "invalid":
      return c.html(await draw(c, ports, client, { form, problems: result.problems }), 422);
    case "conflict": {
      const current = await clientOfAddress(c, ports);
      form.set("updatedAt", String(current.updatedAt));
      return c.html(await draw(c, ports, current, { form, overtaken: true }), 409);
    }
    case "missing":
      throw notFound("client");
  }
}

/** `POST /admin/clients/:clientId/switch`: starts or stops a client. */
export async function switchClientAction(c: PageContext, ports: Ports) {
  const client = await clientToChange(c, ports);
  const active = lastValue(await readForm(c.req.raw), "active") === "true";
  const result = await setClientActive(ports, client.id, active, c.var.admin.email, ports.now());
  if (result.state === "conflict") throw changedMeanwhile();
  if (result.state !== "saved") throw notFound("client");
  await ports.wakeRunner(client.id);
  return c.redirect(withNotice(`${CLIENTS}/${client.id}`, active ? "client-started" : "client-stopped"), 303);
}
