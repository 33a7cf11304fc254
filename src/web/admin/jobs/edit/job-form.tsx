import type { Admin } from "../../../../control/access/access.ts";
import type { ClientChoice } from "../../../../control/clients/client-records.ts";
import type { Job, JobChoice } from "../../../../control/jobs/jobs.ts";
import { jobPolicies } from "../../../../control/jobs/policies.ts";
import type { Processor } from "../../../../processors/contract.ts";
import { parameterSchema } from "../../../../processors/parameters.ts";
import { mayEditJob } from "../../../access.ts";
import { lastValue } from "../../../http/form-post.ts";
import {
  CheckField,
  type Choice,
  ChoiceField,
  type FieldProblem,
  HiddenField,
  LinesField,
  ProblemSummary,
  TextField,
} from "../../../page/fields.tsx";
import { type FormField, formFields, ParameterFields, readParameters, writeParameters } from "../../../page/form.tsx";
import { useReader } from "../../../reader/reader.ts";
import type { Translate } from "../../../words/translate.ts";
import { ClientIdField, type Offered } from "../../parts/named-client.tsx";
import { PREVIEW_ID, type SchedulePlan, SchedulePreview } from "../schedule/schedule-preview.tsx";

/** Names that steer the form and are no part of the job; the processor is the one that the address or the stored job names. */
const STEERING: ReadonlySet<string> = new Set(["intent", "revision", "processor", "after", "afterCondition"]);

/** What an administrator may decide beyond the clock, drawn from the schema that validates it. */
export const policyFields = formFields(jobPolicies, "policies");

/** The form of a new job: what its processor suggests. */
export function suggestedForm(processor: Processor, fields: readonly FormField[], clientId: number): URLSearchParams {
  const form = new URLSearchParams({
    name: processor.id,
    description: "",
    clientId: String(clientId),
    cron: processor.suggestedCron ?? "",
    after: "",
    afterCondition: "ok",
    timeZone: "",
    active: "true",
    executeOnEachNode: processor.eachNode ? "true" : "false",
  });
  writeParameters(policyFields, { misfire: processor.misfire ?? "once" }, form);
  writeParameters(fields, {}, form);
  return form;
}

/** The form of a stored job. */
export function jobToForm(job: Job, fields: readonly FormField[]): URLSearchParams {
  const form = new URLSearchParams({
    revision: String(job.revision),
    name: job.name,
    description: job.description,
    clientId: String(job.clientId),
    cron: job.cron ?? "",
    after: job.after === null ? "" : String(job.after.jobId),
    afterCondition: job.after?.condition ?? "ok",
    timeZone: job.timeZone ?? "",
    active: String(job.active),
    executeOnEachNode: String(job.executeOnEachNode),
  });
  writeParameters(policyFields, job.policies, form);
  writeParameters(fields, job.parameters, form);
  return form;
}

const wholeNumber = (text: string) => (/^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text);
const yesOrNo = (text: string) => (text === "true" ? true : text === "false" ? false : text);

/**
 * A posted form as input for the scheduler, which judges it. Fields that were not posted are left out, so that their default
 * holds; names that nothing knows are passed on, so that they are refused.
 */
export function formToInput(form: URLSearchParams, processor: Processor, fields: readonly FormField[]) {
  const input: Record<string, unknown> = {
    processor: processor.id,
    parameters: readParameters(fields, form),
    policies: readParameters(policyFields, form, "policies"),
  };
  const after = lastValue(form, "after").trim();
  if (after !== "") input.after = { jobId: wholeNumber(after), condition: lastValue(form, "afterCondition") || "ok" };
  for (const name of new Set(form.keys())) {
    if (STEERING.has(name) || name.startsWith("parameters.") || name.startsWith("policies.")) continue;
    const text = lastValue(form, name);
    if (name === "clientId") {
      if (text.trim() !== "") input[name] = wholeNumber(text);
    } else if (name === "active" || name === "executeOnEachNode") {
      input[name] = yesOrNo(text);
    } else if (name === "cron" || name === "timeZone") {
      input[name] = text.trim() === "" ? null : text;
    } else if (text !== "" || name === "name" || name === "description") {
      input[name] = text;
    }
  }
  return input;
}

/**
 * Puts what the catalogue suggests into a form: expression and parameters. Parameters without a suggestion keep their value, and
 * so does everything else.
 */
export function resetToSuggestion(form: URLSearchParams, processor: Processor, fields: readonly FormField[]): void {
  form.set("cron", processor.suggestedCron ?? "");
  form.set("after", "");
  const suggested = fields.filter(({ required }) => !required);
  for (const { name } of suggested) form.delete(name);
  writeParameters(suggested, {}, form);
}

/** Labels of the inputs in the order of the form, for the summary of problems and for what another administrator changed. */
export function labels(t: Translate, fields: readonly FormField[]): Map<string, string> {
  return new Map([
    ["name", t("Name")],
    ["description", t("Description")],
    ["clientId", t("Client")],
    ["active", t("Active")],
    ["executeOnEachNode", t("Execute on each node")],
    ["cron", t("Quartz expression")],
    ["timeZone", t("Time zone")],
    ["after", t("After another job")],
    ["afterCondition", t("When that one has ended")],
    ...fields.map(({ name, label }) => [name, label] as const),
  ]);
}

/** The clients that this admin may give a job of this processor to. */
export function clientChoices(
  t: Translate,
  admin: Admin,
  processor: Processor,
  clients: readonly ClientChoice[],
): Choice[] {
  const all = mayEditJob(admin, { clientId: 0, processor }) ? [{ value: "0", label: t("All clients") }] : [];
  const own = clients.filter((client) => mayEditJob(admin, { clientId: client.id, processor }));
  return [
    ...all,
    ...own.map(({ id, name, status }) => ({
      value: String(id),
      label: status === "active" ? name : t("{name} (inactive)", { name }),
    })),
  ];
}

/** The form of a job, new or stored, with everything that was entered and what is wrong with it. */
export function JobForm(props: {
  action: string;
  processor: Processor;
  form: URLSearchParams;
  problems: readonly FieldProblem[];
  offered: Offered;
  clients: (list: readonly ClientChoice[]) => readonly Choice[];
  /** The jobs that this one could follow; none where they are too many to be offered. */
  others: readonly JobChoice[];
  /** What was checked and may be saved, in words. */
  preview: SchedulePlan | null;
  /** The job is stored already, so that it can be put back to what the catalogue suggests. */
  stored: boolean;
  now: number;
  cancelPath: string;
}) {
  const { t } = useReader();
  const { form, problems, processor } = props;
  const fields = formFields(parameterSchema(processor), "parameters", t);
  const policies = formFields(jobPolicies, "policies", t);
  const value = (name: string) => lastValue(form, name);
  const revision = value("revision");
  return (
    <form
      class="sheet"
      method="post"
      action={props.action}
      novalidate
      data-preview={props.action}
      data-preview-target={PREVIEW_ID}
      data-preview-intent="preview"
    >
      <ProblemSummary problems={problems} labels={labels(t, [...policies, ...fields])} />
      {revision === "" ? null : <HiddenField name="revision" value={revision} />}
      <fieldset class="panel">
        <legend>{t("Job")}</legend>
        <TextField name="name" label={t("Name")} value={value("name")} problems={problems} />
        <LinesField
          name="description"
          label={t("Description")}
          value={value("description")}
          problems={problems}
          rows={2}
          optional
        />
        {processor.scope === "client" ? (
          <ClientIdField
            form={form}
            offered={props.offered}
            none={t("All clients")}
            hint={t("A job for all clients runs for each of them, at that client's local time.")}
            choices={props.clients}
            problems={problems}
          />
        ) : null}
        {processor.scope === "node" ? (
          <CheckField
            name="executeOnEachNode"
            label={t("Execute on each node")}
            checked={value("executeOnEachNode") === "true"}
            problems={problems}
          />
        ) : null}
        <CheckField
          name="active"
          label={t("Active")}
          hint={t("An inactive job does not fire; it can still be started by hand.")}
          checked={value("active") === "true"}
          problems={problems}
        />
      </fieldset>

      <fieldset class="panel">
        <legend>{t("Schedule")}</legend>
        <TextField
          name="cron"
          label={t("Quartz expression")}
          hint={
            <>
              {t.rich(
                "Seconds, minutes, hours, day of month, month (1–12), day of week, and a year if you like, such as {example}. Empty: started by hand only.",
                { example: <code>0 15 10 ? * 6L</code> },
              )}
              {processor.suggestedCron === null ? null : (
                <> {t.rich("Suggested: {cron}", { cron: <code>{processor.suggestedCron}</code> })}</>
              )}
            </>
          }
          value={value("cron")}
          problems={problems}
          class="code"
          spellcheck={false}
        />
        <div id={PREVIEW_ID} class="field" role="status">
          {props.preview ? <SchedulePreview plan={props.preview} now={props.now} /> : null}
        </div>
        <TextField
          name="timeZone"
          label={t("Time zone")}
          hint={
            processor.scope === "client"
              ? t("A name such as Europe/Berlin. Empty: the zone of each client.")
              : t("A name such as Europe/Berlin. Empty: the system's zone.")
          }
          value={value("timeZone")}
          list={Intl.supportedValuesOf("timeZone")}
          problems={problems}
          spellcheck={false}
          optional
        />
        <TextField
          name="after"
          label={t("After another job")}
          hint={t(
            "The number of a job, as its page's address has it; the field finds it by name, too, where there are not too many. This one then starts for each client when that one has ended, and has no expression.",
          )}
          value={value("after")}
          list={props.others.map(({ id, name }) => ({ value: String(id), label: name }))}
          problems={problems}
          class="short"
          optional
        />
        <ChoiceField
          name="afterCondition"
          label={t("When that one has ended")}
          value={value("afterCondition") || "ok"}
          choices={[
            { value: "ok", label: t("well: done, nothing to do, or done in part") },
            { value: "ended", label: t("in any way, unless it was cancelled") },
          ]}
          problems={problems}
        />
      </fieldset>

      <fieldset class="panel">
        <legend>{t("Policies: late, overlapping and failing runs")}</legend>
        <ParameterFields fields={policies} form={form} problems={problems} />
      </fieldset>

      <fieldset class="panel">
        <legend>{t("Parameters")}</legend>
        <ParameterFields fields={fields} form={form} problems={problems} />
      </fieldset>

      <div class="actions">
        <button class="button primary" type="submit" name="intent" value="save">
          {t("Save job")}
        </button>
        <button class="button" type="submit" name="intent" value="preview">
          {t("Preview schedule")}
        </button>
        {props.stored ? (
          <button class="button" type="submit" name="intent" value="reset">
            {t("Reset to the suggestion")}
          </button>
        ) : null}
        <a class="button plain" href={props.cancelPath}>
          {t("Cancel")}
        </a>
      </div>
    </form>
  );
}
