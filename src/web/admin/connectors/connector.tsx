import { Buffer } from "node:buffer";
import type { ConnectorVariant, TestCall, TrialReport } from "../../../connectors/kind.ts";
import { connectorVariants, kindOf, variantOf } from "../../../connectors/kinds.ts";
import { ConnectorInvalidError, openStored, readConnectorRow } from "../../../connectors/stored.ts";
import { tryConnector } from "../../../connectors/trial.ts";
import { readClientChoices } from "../../../control/clients/client-records.ts";
import {
  type ConnectorRecord,
  createConnector,
  deleteConnector,
  readConnectorRecord,
  recordTrial,
  updateConnector,
} from "../../../control/clients/connector-records.ts";
import { connectorSecret } from "../../../control/secret.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm, readId } from "../../http/form-post.ts";
import { CheckField, type FieldProblem, HiddenField, TextField } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { notFound } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { page } from "../parts/layout.tsx";
import { ClientChoiceField, namedClient } from "../parts/named-client.tsx";
import { Overtaken } from "../parts/overtaken.tsx";
import {
  ConnectorInputs,
  connectorLabels,
  connectorToForm,
  newConnectorForm,
  type ReadConnector,
  readConnectorForm,
  secretChange,
} from "./connector-form.tsx";
import { ConnectorHealth, connectorChoice, onlyConfigurers } from "./connectors.tsx";
import { readShopFacts, ShopHelp } from "./shop-help.tsx";

const CONNECTORS = "/admin/connectors";

/** What is stored of a secret that was typed for a connector that may have one already. */
async function replacing(ports: Ports, connector: ConnectorRecord, entered: Record<string, unknown>) {
  const kind = kindOf(connector.kind);
  const row = kind?.replaceSecret ? await readConnectorRow(ports.control, connector.id) : null;
  if (!kind?.replaceSecret || !row?.secretEnc) return entered;
  try {
    return kind.replaceSecret(entered, (await openStored(ports.remote.secrets, row)).secret);
  } catch (error) {
    // What cannot be read is not kept: a new secret is what mends it.
    if (error instanceof ConnectorInvalidError) return entered;
    throw error;
  }
}

/** Seals a secret that was typed, for a connector. */
async function sealed(ports: Ports, secret: Record<string, unknown>, connectorId: number): Promise<string> {
  return await ports.remote.secrets.seal(JSON.stringify(secret), ports.randomBytes(12), connectorSecret(connectorId));
}

async function drawNew(
  c: PageContext,
  ports: Ports,
  variant: ConnectorVariant,
  form: URLSearchParams,
  problems: readonly FieldProblem[] = [],
) {
  const { t } = c.var.reader;
  const clients = await readClientChoices(ports.control);
  return page(c, ports, {
    title: t("New connector"),
    section: "connectors",
    crumbs: [{ label: t("Connectors"), path: CONNECTORS }],
    lead: `${t.told(variant.summary)}.`,
    hasProblems: problems.length > 0,
    children: (
      <form class="sheet" method="post" action={`${CONNECTORS}/new`} novalidate>
        <input type="hidden" name="variant" value={variant.id} />
        <div class="panel">
          <ClientChoiceField
            name="client"
            label={t("Client")}
            value={lastValue(form, "client")}
            clients={clients}
            none={t("Platform")}
            problems={problems}
          />
        </div>
        <ConnectorInputs variant={variant} form={form} problems={problems} stored={null} />
        <SheetActions submit={t("Create connector")} back={CONNECTORS} />
      </form>
    ),
  });
}

/** `GET /admin/connectors/new`: chooses a kind, then draws its form. */
export async function newConnectorPage(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const variant = connectorVariants.find(({ id }) => id === c.req.query("variant"));
  if (!variant) return c.html(connectorChoice(c, ports, c.req.query("client") ?? ""));
  const client = await namedClient(ports.control, c.req.query("client"));
  if (client === undefined) throw notFound("client");
  return c.html(await drawNew(c, ports, variant, newConnectorForm(variant, client === 0 ? 0 : client.id)));
}

/** `POST /admin/connectors/new`: adds a connector. */
export async function createConnectorAction(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const { t } = c.var.reader;
  const form = await readForm(c.req.raw);
  const variant = connectorVariants.find(({ id }) => id === lastValue(form, "variant"));
  if (!variant) throw notFound("kind of connector");
  const client = await namedClient(ports.control, lastValue(form, "client"));
  const read = readConnectorForm(form, variant);
  const problems: FieldProblem[] = [...(read.problems ?? [])];
  if (client === undefined) problems.push({ field: "client", message: t("There is no such client here.") });
  if (read.problems !== null || client === undefined) {
    return c.html(await drawNew(c, ports, variant, form, problems), 422);
  }
  const { name, active, config, secret } = read;
  const result = await createConnector(
    ports.control,
    {
      clientId: client === 0 ? 0 : client.id,
      kind: variant.kind,
      name,
      active,
      config,
      seal: secret === null ? null : (id) => sealed(ports, secret, id),
    },
    c.var.admin.email,
    ports.now(),
  );
  if (result.state === "saved") {
    return c.redirect(withNotice(`${CONNECTORS}/${result.connectorId}`, "connector-saved"), 303);
  }
  return c.html(await drawNew(c, ports, variant, form, [{ field: "name", message: t(TAKEN) }]), 409);
}

const TAKEN = "The client has another connector of this kind and name; choose another name";

/** The connector that the address names. */
async function connectorOf(c: PageContext, ports: Ports): Promise<ConnectorRecord> {
  onlyConfigurers(c);
  const id = readId(c.req.param("id"));
  const connector = id === null ? null : await readConnectorRecord(ports.control, id);
  if (!connector) throw notFound("connector");
  return connector;
}

interface Shown {
  readonly form?: URLSearchParams;
  readonly problems?: readonly FieldProblem[];
  readonly overtaken?: boolean;
  readonly report?: TrialReport;
  /** What the test was asked with. */
  readonly call?: TestCall | null;
}

async function draw(c: PageContext, ports: Ports, connector: ConnectorRecord, shown: Shown = {}) {
  const { t } = c.var.reader;
  const variant = variantOf(connector.kind, connector.config);
  const path = `${CONNECTORS}/${connector.id}`;
  const shop = await readShopFacts(c, ports, connector);
  const { problems = [], overtaken, report, call = null } = shown;
  const form = shown.form ?? (variant ? connectorToForm(connector, variant) : new URLSearchParams());
  const client =
    connector.clientId === 0
      ? t("Platform")
      : (connector.clientName ?? t("client {id}", { id: String(connector.clientId) }));
  return page(c, ports, {
    title: connector.name,
    section: "connectors",
    crumbs: [
      { label: t("Connectors"), path: CONNECTORS },
      ...(connector.clientId === 0 ? [] : [{ label: client, path: `${CONNECTORS}?client=${connector.clientId}` }]),
    ],
    hasProblems: problems.length > 0 || overtaken === true,
    children: (
      <>
        {report ? <Report report={report} /> : null}
        {overtaken && variant ? (
          <Overtaken labels={connectorLabels(variant, t)} stored={connectorToForm(connector, variant)} sent={form}>
            {t.rich(
              "Another administrator saved this connector after you opened it. {link}, then come back: saving again replaces it by what stands below.",
              { link: <a href={path}>{t("Look at the connector as it is now")}</a> },
            )}
          </Overtaken>
        ) : null}
        <div class="side">
          {variant ? (
            <form class="sheet" method="post" action={path} novalidate>
              <HiddenField name="updatedAt" value={lastValue(form, "updatedAt")} />
              <ConnectorInputs variant={variant} form={form} problems={problems} stored={connector} />
              <SheetActions submit={t("Save")} back={CONNECTORS} />
            </form>
          ) : (
            <div class="notice warn">
              <p>{t("This release does not know connectors of kind {kind}.", { kind: connector.kind })}</p>
            </div>
          )}
          <div>
            <section class="panel">
              <h2>{t("State")}</h2>
              <div class="field">
                <ConnectorHealth connector={connector} />
              </div>
              <TestForm path={path} connector={connector} call={call} />
            </section>
            {shop ? <ShopHelp facts={shop} /> : null}
            <section class="panel">
              <h2>{t("Delete")}</h2>
              <p>
                {t(
                  "The connector goes with its secret. Jobs that need it find nothing to do, or say that it is missing.",
                )}
              </p>
              <form method="post" action={`${path}/delete`}>
                <button class="button danger" type="submit">
                  {t("Delete connector")}
                </button>
              </form>
            </section>
          </div>
        </div>
      </>
    ),
  });
}

/** What a test found. */
function Report(props: { report: TrialReport }) {
  const { t } = useReader();
  const { ok, lines } = props.report;
  return (
    <div class={ok ? "notice good" : "notice bad"} role={ok ? "status" : "alert"}>
      <h2>{ok ? t("The test went well") : t("The test failed")}</h2>
      <ul>
        {lines.map(({ ok: fine, words }) => (
          <li>
            {fine ? t("Fine:") : t("Failed:")} {t.told(words)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function TestForm(props: { path: string; connector: ConnectorRecord; call: TestCall | null }) {
  const { t } = useReader();
  const { path, connector, call } = props;
  const kind = kindOf(connector.kind);
  return (
    <form method="post" action={`${path}/test`} novalidate>
      {kind?.call ? (
        <>
          <TextField
            name="url"
            label={t.told(kind.call.address)}
            hint={t.told(kind.call.hint)}
            type="url"
            value={call?.url ?? ""}
            spellcheck={false}
            optional
          />
          <CheckField name="send" label={t.told(kind.call.send)} checked={false} />
        </>
      ) : (
        <p class="hint">
          {kind?.trialHint === undefined
            ? t("Connects and logs in with what is saved. No mail is sent.")
            : t.told(kind.trialHint)}
        </p>
      )}
      <button class="button" type="submit">
        {t("Test")}
      </button>
    </form>
  );
}

/** `GET /admin/connectors/:id`. */
export async function connectorPage(c: PageContext, ports: Ports) {
  return c.html(await draw(c, ports, await connectorOf(c, ports)));
}

/** `POST /admin/connectors/:id`: saves it unless another administrator did meanwhile; a secret is replaced only by one that was typed. */
export async function updateConnectorAction(c: PageContext, ports: Ports) {
  const connector = await connectorOf(c, ports);
  const { t } = c.var.reader;
  const variant = variantOf(connector.kind, connector.config);
  if (!variant) throw notFound("kind of connector");
  const form = await readForm(c.req.raw);
  const read: ReadConnector = readConnectorForm(form, variant);
  if (read.problems !== null) return c.html(await draw(c, ports, connector, { form, problems: read.problems }), 422);
  const result = await updateConnector(
    ports.control,
    connector.id,
    Number(lastValue(form, "updatedAt")),
    read,
    secretChange(
      read,
      read.secret === null ? null : await sealed(ports, await replacing(ports, connector, read.secret), connector.id),
    ),
    c.var.admin.email,
    ports.now(),
  );
  switch (result.state) {
    case "saved":
      return c.redirect(withNotice(`${CONNECTORS}/${connector.id}`, "connector-saved"), 303);
    case "taken":
      return c.html(await draw(c, ports, connector, { form, problems: [{ field: "name", message: t(TAKEN) }] }), 409);
    case "conflict": {
      const current = await connectorOf(c, ports);
      form.set("updatedAt", String(current.updatedAt));
      return c.html(await draw(c, ports, current, { form, overtaken: true }), 409);
    }
    case "missing":
      throw notFound("connector");
  }
}

/** `POST /admin/connectors/:id/test`: tries it as it is saved, and says in words what came of it. */
export async function testConnectorAction(c: PageContext, ports: Ports) {
  const connector = await connectorOf(c, ports);
  const form = await readForm(c.req.raw);
  const url = lastValue(form, "url").trim();
  const id = `test_${Buffer.from(ports.randomBytes(12)).toString("base64url")}`;
  const call = kindOf(connector.kind)?.call ? { url, send: lastValue(form, "send") === "true", id } : null;
  const report = await tryConnector({ ...ports.remote, control: ports.control }, connector.id, call);
  if (!report) throw notFound("connector");
  const sentTo = call?.send && URL.canParse(url) ? new URL(url).origin : null;
  await recordTrial(ports.control, connector, { ok: report.ok, sentTo }, c.var.admin.email, ports.now());
  return c.html(await draw(c, ports, await connectorOf(c, ports), { report, call }));
}

/** `POST /admin/connectors/:id/delete`: deletes it with its secret. */
export async function deleteConnectorAction(c: PageContext, ports: Ports) {
  const connector = await connectorOf(c, ports);
  await deleteConnector(ports.control, connector.id, c.var.admin.email, ports.now());
  return c.redirect(withNotice(CONNECTORS, "connector-deleted"), 303);
}
