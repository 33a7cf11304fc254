import { z } from "zod";
import { saveSettings } from "../../../administration/clients/settings.ts";
import { type ClientChoice, readClientChoices } from "../../../control/clients/client-records.ts";
import type { SettingDefinition } from "../../../control/clients/setting.ts";
import { settingsFor, settingsSchema } from "../../../control/clients/setting-definitions.ts";
import { readSettings, type SettingsOfClient } from "../../../control/clients/settings.ts";
import { mayConfigure } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm } from "../../http/form-post.ts";
import { ChoiceField, type FieldProblem, HiddenField, LinesField, ProblemSummary } from "../../page/fields.tsx";
import { type FormField, formFields, ParameterFields, readParameters } from "../../page/form.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, require } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { type Translate, translators } from "../../words/translate.ts";
import { page } from "../parts/layout.tsx";
import { ClientFilter, namedClient } from "../parts/named-client.tsx";

const SETTINGS = "/admin/settings";

function onlyConfigurers(c: PageContext): void {
  require(mayConfigure(c.var.admin), forbidden("seeing and changing settings"));
}

/** The client that a form or an address names. @throws {PageError} 404 when there is none */
async function clientOf(ports: Ports, text: string | undefined): Promise<ClientChoice | 0> {
  const client = await namedClient(ports.control, text);
  if (client === undefined) throw notFound("client");
  return client;
}

const idOf = (client: ClientChoice | 0) => (client === 0 ? 0 : client.id);
const pathOf = (client: ClientChoice | 0) => (client === 0 ? SETTINGS : `${SETTINGS}?client=${client.id}`);

function fieldsOf(clientId: number, t: Translate = translators.en): FormField[] {
  const schema = settingsSchema(clientId);
  return formFields(z.object(schema.shape), "settings", t);
}

/** A stored value, the way its field shows it. */
function written(field: FormField, json: string): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return json;
  }
  return field.control.kind === "json" ? JSON.stringify(value, null, 2) : String(value);
}

/** The form of what is stored, with what is seen there now beside each value: see {@link saveSettings}. */
function storedForm(clientId: number, settings: SettingsOfClient): URLSearchParams {
  const form = new URLSearchParams();
  for (const field of fieldsOf(clientId)) {
    const json = settings.own.get(field.key);
    form.set(field.name, json === undefined ? "" : written(field, json));
    form.set(`seen.${field.key}`, json ?? "");
  }
  return form;
}

/** What holds while nothing is given, in words. */
function otherwise(t: Translate, definition: SettingDefinition, clientId: number, settings: SettingsOfClient): string {
  const all = clientId === 0 ? undefined : settings.all.get(definition.key);
  const value = all ?? (definition.fallback === undefined ? undefined : JSON.stringify(definition.fallback));
  if (value === undefined) return t("Default: not set.");
  const words = value === "true" ? t("yes") : value === "false" ? t("no") : value.replace(/^"(.*)"$/, "$1");
  return all === undefined
    ? t("Default: {value}.", { value: words })
    : t("For all clients: {value}.", { value: words });
}

interface Sheet {
  readonly client: ClientChoice | 0;
  readonly settings: SettingsOfClient;
  readonly form: URLSearchParams;
  readonly problems?: readonly FieldProblem[];
  /** Labels of settings that another administrator changed meanwhile. */
  readonly overtaken?: readonly string[];
}

async function draw(c: PageContext, ports: Ports, sheet: Sheet) {
  const { t } = c.var.reader;
  const { client, settings, form, problems = [], overtaken = [] } = sheet;
  const clients = await readClientChoices(ports.control);
  const clientId = idOf(client);
  const fields = new Map(fieldsOf(clientId, t).map((field) => [field.key, field]));
  const definitions = settingsFor(clientId);
  const labels = new Map(definitions.map(({ key, label }) => [`settings.${key}`, t.told(label)]));
  return page(c, ports, {
    title: client === 0 ? t("Settings for all clients") : t("Settings of {client}", { client: client.name }),
    section: "settings",
    crumbs: client === 0 ? [] : [{ label: client.name, path: `/admin/clients/${client.id}` }],
    lead: t("An empty field means that the default holds."),
    hasProblems: problems.length > 0 || overtaken.length > 0,
    children: (
      <>
        <ClientFilter
          action={SETTINGS}
          value={client === 0 ? "0" : clients === null ? client.key : String(client.id)}
          clients={clients}
          none={t("All clients and the platform")}
        />
        {overtaken.length > 0 ? (
          <div class="notice warn" role="alert">
            <p>
              {t(
                "Another administrator changed this meanwhile: {settings}. Nothing was saved; what stands there now is shown beside it. Saving again replaces it by what stands below.",
                {
                  settings: overtaken.join(", "),
                },
              )}
            </p>
          </div>
        ) : null}
        <form class="sheet" method="post" action={SETTINGS} novalidate>
          <ProblemSummary problems={problems} labels={labels} />
          <input type="hidden" name="client" value={String(clientId)} />
          <div class="panel">
            {definitions.map((definition) => {
              const field = fields.get(definition.key);
              return field ? (
                <SettingField
                  definition={definition}
                  field={field}
                  form={form}
                  problems={problems}
                  isKnown={(processor) => ports.catalogue.find(processor) !== null}
                  otherwise={otherwise(t, definition, clientId, settings)}
                  stored={overtaken.includes(t.told(definition.label)) ? settings.own.get(definition.key) : undefined}
                  isSet={settings.own.has(definition.key)}
                />
              ) : null;
            })}
          </div>
          <SheetActions submit={t("Save settings")} back={pathOf(client)} />
        </form>
        <form id="reset" method="post" action={`${SETTINGS}/reset`}>
          <input type="hidden" name="client" value={String(clientId)} />
        </form>
      </>
    ),
  });
}

function SettingField(props: {
  definition: SettingDefinition;
  field: FormField;
  form: URLSearchParams;
  problems: readonly FieldProblem[];
  otherwise: string;
  /** What another administrator has given meanwhile, JSON. */
  stored: string | undefined;
  isSet: boolean;
  isKnown: (processor: string) => boolean;
}) {
  const { t } = useReader();
  const { definition, field, form, problems, isSet, isKnown } = props;
  const { key, label, meaning, readBy } = definition;
  // What the field takes is said by its own hint; numbers need that, the others say it in their meaning.
  const takes = field.control.kind === "whole" ? field.hint : "";
  const readers = readBy.map((id) => (isKnown(id) ? id : t("{processor} (not in this release)", { processor: id })));
  const hint = [
    `${t.told(meaning)}.`,
    takes,
    props.otherwise,
    readers.length > 0 ? t("Read by {processors}.", { processors: readers.join(", ") }) : "",
    t("Key: {key}.", { key }),
    props.stored === undefined ? "" : t("Now: {value}.", { value: props.stored }),
  ]
    .filter(Boolean)
    .join(" ");
  const shared = { name: field.name, label: t.told(label), hint, problems };
  const value = lastValue(form, field.name);
  return (
    <div class="field">
      <HiddenField name={`seen.${key}`} value={lastValue(form, `seen.${key}`)} />
      {field.control.kind === "check" ? (
        <ChoiceField
          {...shared}
          value={value}
          choices={[
            { value: "", label: t("Default") },
            { value: "true", label: t("yes") },
            { value: "false", label: t("no") },
          ]}
        />
      ) : field.control.kind === "json" ? (
        <LinesField {...shared} value={value} rows={value === "" ? 2 : 8} />
      ) : (
        <ParameterFields
          fields={[{ ...field, label: shared.label, hint, nullable: false }]}
          form={form}
          problems={problems}
        />
      )}
      {isSet ? (
        <button class="button plain" type="submit" form="reset" name="key" value={key}>
          {t("Reset to the default")}
          <span class="unseen">: {t.told(label)}</span>
        </button>
      ) : null}
    </div>
  );
}

/** `GET /admin/settings`, `?client=` for one client. */
export async function settingsPage(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const client = await clientOf(ports, c.req.query("client"));
  const settings = await read(ports, idOf(client));
  return c.html(await draw(c, ports, { client, settings, form: storedForm(idOf(client), settings) }));
}

const read = (ports: Ports, clientId: number) =>
  readSettings(
    ports.control,
    clientId,
    settingsFor(clientId).map(({ key }) => key),
  );

/** What the form was drawn from. */
function seenBy(form: URLSearchParams): Map<string, string> {
  const seen = new Map<string, string>();
  for (const [name, value] of form) {
    if (name.startsWith("seen.") && value !== "") seen.set(name.slice("seen.".length), value);
  }
  return seen;
}

/** A yes or no that is not chosen is not given. */
function readInput(form: URLSearchParams, clientId: number): Record<string, unknown> {
  const input = readParameters(fieldsOf(clientId), form, "settings");
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, value === "" ? null : value]));
}

/** `POST /admin/settings`: saves what was changed, unless another administrator changed the same meanwhile. */
export async function saveSettingsAction(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const { t } = c.var.reader;
  const form = await readForm(c.req.raw);
  const client = await clientOf(ports, lastValue(form, "client"));
  const clientId = idOf(client);
  const input = readInput(form, clientId);
  const result = await saveSettings(ports, clientId, input, seenBy(form), c.var.admin.email, ports.now());
  switch (result.state) {
    case "saved":
      return c.redirect(withNotice(pathOf(client), "settings-saved"), 303);
    case "invalid": {
      const problems = result.problems.map(({ field, message }) => ({ field: `settings.${field}`, message }));
      return c.html(await draw(c, ports, { client, settings: await read(ports, clientId), form, problems }), 422);
    }
    case "conflict": {
      const settings = await read(ports, clientId);
      for (const key of result.keys) form.set(`seen.${key}`, settings.own.get(key) ?? "");
      const overtaken = settingsFor(clientId)
        .filter(({ key }) => result.keys.includes(key))
        .map(({ label }) => t.told(label));
      return c.html(await draw(c, ports, { client, settings, form, overtaken }), 409);
    }
    case "missing":
      throw notFound("client");
  }
}

/** `POST /admin/settings/reset`: one setting goes back to its default, whatever stands there. */
export async function resetSettingAction(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const form = await readForm(c.req.raw);
  const client = await clientOf(ports, lastValue(form, "client"));
  const clientId = idOf(client);
  const key = lastValue(form, "key");
  if (!settingsFor(clientId).some((one) => one.key === key)) throw notFound("setting");
  const { own } = await read(ports, clientId);
  const result = await saveSettings(ports, clientId, { [key]: null }, own, c.var.admin.email, ports.now());
  if (result.state === "missing") throw notFound("client");
  return c.redirect(withNotice(pathOf(client), "setting-reset"), 303);
}
