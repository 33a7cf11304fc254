import type { ClientRecord } from "../../../control/clients/client-records.ts";
import { lastValue } from "../../http/form-post.ts";
import { ChoiceField, type FieldProblem, ProblemSummary, TextField } from "../../page/fields.tsx";
import { useReader } from "../../reader/reader.ts";
import type { English } from "../../words/text.ts";
import type { Translate } from "../../words/translate.ts";

/** What becomes of people who are to be deleted. */
export const deletionWords = {
  anonymise: "Anonymise: names and addresses go, figures stay",
  remove: "Remove: everything of the person goes",
} as const satisfies Record<ClientRecord["deletionMode"], English>;

/** When people become passive by themselves. */
export const deactivationWords = {
  0: "Never",
  1: "A number of days after they were enrolled",
  2: "A number of days after they last signed in",
} as const satisfies Record<ClientRecord["deactivationMode"], English>;

/** The form of a new client. */
export function emptyForm(): URLSearchParams {
  return new URLSearchParams({
    timeZone: "UTC",
    defaultLocale: "en",
    deletionMode: "anonymise",
    deletionDelayMonths: "0",
    deactivationMode: "0",
  });
}

/** The form of a stored client. */
export function clientToForm(client: ClientRecord): URLSearchParams {
  const text = (value: string | number | boolean | null) => (value === null ? "" : String(value));
  return new URLSearchParams({
    updatedAt: String(client.updatedAt),
    key: client.key,
    name: client.name,
    timeZone: client.timeZone,
    defaultLocale: client.defaultLocale,
    host: text(client.host),
    sitemapEnabled: text(client.sitemapEnabled),
    licenseAlertEmail: text(client.licenseAlertEmail),
    deletionDelayMonths: String(client.deletionDelayMonths),
    deletionMode: client.deletionMode,
    deactivationMode: String(client.deactivationMode),
    deactivationDays: text(client.deactivationDays),
  });
}

const STEERING: ReadonlySet<string> = new Set(["updatedAt"]);
const NULLABLE: ReadonlySet<string> = new Set(["host", "sitemapEnabled", "licenseAlertEmail", "deactivationDays"]);
const NUMBERS: ReadonlySet<string> = new Set(["deletionDelayMonths", "deactivationMode", "deactivationDays"]);

/** A posted form as input for the scheduler, which judges it. Names that nothing knows are passed on, so that they are refused. */
export function formToClient(form: URLSearchParams): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    if (STEERING.has(name)) continue;
    const text = lastValue(form, name).trim();
    if (text === "" && NULLABLE.has(name)) input[name] = null;
    else if (NUMBERS.has(name)) input[name] = /^-?\d{1,9}$/.test(text) ? Number(text) : text;
    else if (name === "sitemapEnabled") input[name] = text === "true" ? true : text === "false" ? false : text;
    else input[name] = text;
  }
  return input;
}

/** What the fields are called, in their order. */
export const clientLabels = (t: Translate) =>
  new Map([
    ["name", t("Name")],
    ["key", t("Key")],
    ["timeZone", t("Time zone")],
    ["defaultLocale", t("Language")],
    ["host", t("Host name")],
    ["sitemapEnabled", t("Site map")],
    ["licenseAlertEmail", t("Licence alerts to")],
    ["deletionMode", t("Deleting a person")],
    ["deletionDelayMonths", t("Months until a person is deleted")],
    ["deactivationMode", t("People become passive")],
    ["deactivationDays", t("After days")],
  ]);

/** The inputs of a client. */
export function ClientInputs(props: { form: URLSearchParams; problems: readonly FieldProblem[] }) {
  const { t } = useReader();
  const { form, problems } = props;
  const labels = clientLabels(t);
  const field = (name: string) => ({ name, label: labels.get(name) ?? name, value: lastValue(form, name), problems });
  return (
    <>
      <ProblemSummary problems={problems} labels={labels} />
      <fieldset class="panel">
        <legend>{t("Client")}</legend>
        <TextField {...field("name")} />
        <TextField
          {...field("key")}
          hint={t("Short and lasting: commands and addresses use it. Small letters, digits, - and _.")}
          spellcheck={false}
        />
        <TextField
          {...field("timeZone")}
          hint={t("A name such as Europe/Berlin. Jobs without a zone of their own run at its local time.")}
          list={Intl.supportedValuesOf("timeZone")}
          spellcheck={false}
        />
        <TextField
          {...field("defaultLocale")}
          hint={t("For people whose language has no wording, such as de or en-GB.")}
          class="short"
          spellcheck={false}
        />
        <TextField
          {...field("host")}
          hint={t("Under which people reach the learning suite, such as learn.example.com. Links in mails need it.")}
          spellcheck={false}
          optional
        />
        <ChoiceField
          {...field("sitemapEnabled")}
          choices={[
            { value: "", label: t("As the setting says") },
            { value: "true", label: t("yes") },
            { value: "false", label: t("no") },
          ]}
        />
        <TextField
          {...field("licenseAlertEmail")}
          type="email"
          hint={t("Told when more people use the suite than the licence allows.")}
          optional
        />
      </fieldset>
      <fieldset class="panel">
        <legend>{t("People who leave")}</legend>
        <ChoiceField
          {...field("deletionMode")}
          choices={Object.entries(deletionWords).map(([value, label]) => ({ value, label: t.said(label) }))}
        />
        <TextField
          {...field("deletionDelayMonths")}
          hint={t("From the request to the deletion; 0 for at once.")}
          inputmode="numeric"
          class="short"
        />
        <ChoiceField
          {...field("deactivationMode")}
          choices={Object.entries(deactivationWords).map(([value, label]) => ({ value, label: t.said(label) }))}
        />
        <TextField {...field("deactivationDays")} inputmode="numeric" class="short" optional />
      </fieldset>
    </>
  );
}
