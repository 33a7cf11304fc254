import { z } from "zod";
import { inputWords } from "../../../administration/input-words.ts";
import type { ConnectorVariant } from "../../../connectors/kind.ts";
import type { ConnectorRecord, SecretChange } from "../../../control/clients/connector-records.ts";
import { lastValue } from "../../http/form-post.ts";
import { CheckField, type FieldProblem, LinesField, ProblemSummary, TextField } from "../../page/fields.tsx";
import { type FormField, formFields, ParameterFields, readParameters, writeParameters } from "../../page/form.tsx";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";
import { type Translate, translators } from "../../words/translate.ts";

/** What fields are called, by their path; a field that is not here is called by its own name. */
const labels: Readonly<Record<string, English>> = {
  host: "Server",
  port: "Port",
  secure: "Encryption",
  "from.address": "Sender's address",
  "from.name": "Sender's name",
  redirectTo: "Redirect every mail to",
  origins: "Allowed origins",
  user: "User",
  password: "Password",
  signing: "Signing secrets",
  headers: "Headers",
  shop: "Shop",
  apiVersion: "API version",
  acceptTest: "Test orders",
  baseUrl: "Address of a simulator",
  mode: "Mode",
  webhookId: "Webhook ID",
  webhookCheck: "Check of signatures",
  clientId: "Client ID",
  clientSecret: "Client secret",
  accessToken: "Access token",
};

/** The fields of a schema with those of its parts, by path (`from.address`). Literals are left out: they are not chosen. */
function flat(schema: z.ZodObject, prefix = ""): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, part]) => {
      if (part instanceof z.ZodLiteral) return [];
      if (part instanceof z.ZodObject) return Object.entries(flat(part, `${prefix}${key}.`));
      return [[`${prefix}${key}`, part]];
    }),
  );
}

/** What only one value fits. */
function literals(schema: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, part]) =>
      part instanceof z.ZodLiteral ? [[key, part.value]] : [],
    ),
  );
}

function fieldsOf(schema: z.ZodObject, prefix: "config" | "secret", t: Translate): FormField[] {
  return formFields(z.object(flat(schema)), prefix, t).map((field) => {
    const label = labels[field.key];
    return label === undefined ? field : { ...field, label: t.said(label) };
  });
}

/** The inputs of a variant's configuration. */
export function configFields(variant: ConnectorVariant, t: Translate = translators.en): FormField[] {
  return fieldsOf(variant.config, "config", t);
}

function secretFields(variant: ConnectorVariant, t: Translate = translators.en): FormField[] {
  return variant.secret === null ? [] : fieldsOf(variant.secret, "secret", t);
}

/** `{ "from.address": "a" }` as `{ from: { address: "a" } }`. */
function nested(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const [first = "", second] = path.split(".");
    if (second === undefined) result[first] = value;
    else result[first] = { ...(result[first] as Record<string, unknown> | undefined), [second]: value };
  }
  return result;
}

/** The other way round, for the fields of a form. */
function unnested(value: unknown, fields: readonly FormField[]): Record<string, unknown> {
  const at = (path: string): unknown =>
    path
      .split(".")
      .reduce<unknown>(
        (part, key) => (typeof part === "object" && part !== null ? (part as Record<string, unknown>)[key] : undefined),
        value,
      );
  return Object.fromEntries(
    fields.map(({ key }) => [key, at(key)] as const).filter(([, found]) => found !== undefined),
  );
}

/** The form of a new connector. */
export function newConnectorForm(variant: ConnectorVariant, clientId: number): URLSearchParams {
  const form = new URLSearchParams({ client: String(clientId), variant: variant.id, name: variant.id, active: "true" });
  writeParameters(configFields(variant), {}, form);
  return form;
}

/** The form of a stored connector; its secret is never in it. */
export function connectorToForm(connector: ConnectorRecord, variant: ConnectorVariant): URLSearchParams {
  const form = new URLSearchParams({
    updatedAt: String(connector.updatedAt),
    name: connector.name,
    active: String(connector.active),
  });
  const fields = configFields(variant);
  writeParameters(fields, unnested(connector.config, fields), form);
  return form;
}

/** What a form says about a connector, or what to mend. */
export type ReadConnector =
  | { readonly problems: readonly FieldProblem[] }
  | {
      readonly problems: null;
      readonly name: string;
      readonly active: boolean;
      readonly config: Record<string, unknown>;
      /** Null: none was typed. */
      readonly secret: Record<string, unknown> | null;
      readonly removeSecret: boolean;
    };

const nameRules = z.string().trim().min(1, "Give the connector a name").max(100);

function problems(error: z.ZodError, prefix: string): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ field: `${prefix}.${key}`, message: "There is no such field; remove it" }));
    }
    return [{ field: [prefix, ...issue.path].filter((part) => part !== "").join("."), message: issue.message }];
  });
}

/** Reads a connector's form by the variant's own schemas. */
export function readConnectorForm(form: URLSearchParams, variant: ConnectorVariant): ReadConnector {
  const name = nameRules.safeParse(lastValue(form, "name"), { error: inputWords });
  const given = { ...nested(readParameters(configFields(variant), form, "config")), ...literals(variant.config) };
  const config = variant.config.safeParse(given, { error: inputWords });
  const typed = Object.fromEntries(
    Object.entries(readParameters(secretFields(variant), form, "secret")).filter(
      ([, value]) => !(Array.isArray(value) && value.length === 0),
    ),
  );
  const secret = Object.keys(typed).length === 0 ? null : variant.secret?.safeParse(typed, { error: inputWords });
  const found = [
    ...(name.success ? [] : problems(name.error, "name")),
    ...(config.success ? [] : problems(config.error, "config")),
    ...(secret && !secret.success ? problems(secret.error, "secret") : []),
  ];
  const removeSecret = lastValue(form, "removeSecret") === "true";
  if (removeSecret && secret) {
    found.push({ field: "removeSecret", message: "Type a new secret or remove the old one, not both" });
  }
  const needsOrigins = secret?.success && Object.keys(Object(secret.data.headers)).length > 0;
  if (needsOrigins && config.success && Array.isArray(config.data.origins) && config.data.origins.length === 0) {
    found.push({ field: "config.origins", message: "Name the origins that the secret headers may go to" });
  }
  if (!name.success || !config.success || found.length > 0) return { problems: found };
  return {
    problems: null,
    name: name.data,
    active: lastValue(form, "active") !== "false",
    config: config.data,
    secret: secret?.success ? secret.data : null,
    removeSecret,
  };
}

/** Labels of the fields that every administrator who configures may see: all but the secret's. */
export function connectorLabels(variant: ConnectorVariant, t: Translate): Map<string, string> {
  const fields = configFields(variant, t).map(({ name, label }) => [name, label] as const);
  return new Map([["name", t("Name")], ["active", t("Active")], ...fields]);
}

/** What becomes of the secret, once a new one has been sealed. */
export function secretChange(read: { readonly removeSecret: boolean }, sealed: string | null): SecretChange {
  if (sealed !== null) return { sealed };
  return read.removeSecret ? "remove" : "keep";
}

/** The inputs of a secret. What was typed is never shown again, so a form that is sent back asks for it once more. */
function SecretFields(props: {
  variant: ConnectorVariant;
  stored: Pick<ConnectorRecord, "hasSecret" | "secretSetAt"> | null;
  problems: readonly FieldProblem[];
  typedBefore: boolean;
}) {
  const { t } = useReader();
  const { variant, stored, problems, typedBefore } = props;
  if (variant.secret === null) return null;
  return (
    <fieldset class="panel">
      <legend>{t("Secret")}</legend>
      <p>
        {!stored?.hasSecret ? (
          t("No secret is set.")
        ) : stored.secretSetAt === null ? (
          t("A secret is set.")
        ) : (
          <>
            {t("A secret was set on")} <Time at={stored.secretSetAt} bare />
          </>
        )}{" "}
        {stored?.hasSecret ? t("It is never shown. Leave these fields empty to keep it.") : null}
      </p>
      {typedBefore ? <p class="problem">{t("Type the secret again: it is not sent back to the page.")}</p> : null}
      {secretFields(variant, t).map(({ name, label, hint, control }) => {
        const shared = { name, label, hint, problems, value: "" };
        return control.kind === "lines" || control.kind === "json" || control.kind === "long" ? (
          <LinesField {...shared} />
        ) : (
          <TextField
            {...shared}
            type={name === "secret.user" ? "text" : "password"}
            autocomplete={name === "secret.user" ? "off" : "new-password"}
            spellcheck={false}
          />
        );
      })}
      {stored?.hasSecret ? (
        <CheckField name="removeSecret" label={t("Remove the secret")} checked={false} problems={problems} />
      ) : null}
    </fieldset>
  );
}

/** The form of a connector, new or stored. */
export function ConnectorInputs(props: {
  variant: ConnectorVariant;
  form: URLSearchParams;
  problems: readonly FieldProblem[];
  stored: Pick<ConnectorRecord, "hasSecret" | "secretSetAt"> | null;
}) {
  const { t } = useReader();
  const { variant, form, problems, stored } = props;
  const fields = configFields(variant, t);
  const typedBefore = secretFields(variant).some(({ name }) => lastValue(form, name).trim() !== "");
  return (
    <>
      <ProblemSummary
        problems={problems}
        labels={
          new Map([
            ...connectorLabels(variant, t),
            ...secretFields(variant, t).map(({ name, label }) => [name, label] as const),
            ["removeSecret", t("Remove the secret")],
          ])
        }
      />
      <fieldset class="panel">
        <legend>{t.told(variant.label)}</legend>
        <TextField
          name="name"
          label={t("Name")}
          hint={t("Jobs that name a connector use it.")}
          value={lastValue(form, "name")}
          problems={problems}
        />
        <CheckField
          name="active"
          label={t("Active")}
          hint={t("Of several active ones of a kind the oldest counts, unless a job names another.")}
          checked={lastValue(form, "active") === "true"}
          problems={problems}
        />
        <ParameterFields fields={fields} form={form} problems={problems} />
      </fieldset>
      <SecretFields variant={variant} stored={stored} problems={problems} typedBefore={typedBefore} />
    </>
  );
}
