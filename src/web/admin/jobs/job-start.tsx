import { Buffer } from "node:buffer";
import { startJob } from "../../../administration/starts/start.ts";
import type { Job } from "../../../control/jobs/jobs.ts";
import type { Processor } from "../../../processors/contract.ts";
import { parameterSchema } from "../../../processors/parameters.ts";
import { mayStartJob, mayStartSomewhere, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm } from "../../http/form-post.ts";
import { type FieldProblem, HiddenField, ProblemSummary, TextField } from "../../page/fields.tsx";
import { type FormField, formFields, ParameterFields, readParameters, writeParameters } from "../../page/form.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, require } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import type { Ports } from "../../ports.ts";
import { say } from "../../words/text.ts";
import type { Translate } from "../../words/translate.ts";
import { page } from "../parts/layout.tsx";
import { ClientIdField, readClientId } from "../parts/named-client.tsx";
import { sameValue } from "./edit/job-conflict.tsx";
import { beneathJob, jobPath, readJobFrom } from "./job-of-address.ts";
import { ConfirmField, choicesFor, DryRunField, offeredTo, unconfirmed } from "./start-fields.tsx";

const labels = (t: Translate, fields: readonly FormField[]) =>
  new Map([
    ["clientId", t("Client")],
    ["dryRun", t("Dry run")],
    ["asOf", t("Work on the day")],
    ["confirmed", t("Confirmation")],
    ...fields.map(({ name, label }) => [name, label] as const),
  ]);

async function startable(c: PageContext, ports: Ports): Promise<{ job: Job; processor: Processor }> {
  const { job, processor } = await readJobFrom(c, ports);
  require(mayStartSomewhere(c.var.admin, { clientId: job.clientId, processor }), forbidden("starting this job"));
  if (!processor)
    throw notFound(say("processor as {id} in this release, so the job cannot be started", { id: job.processor }));
  return { job, processor };
}

/** The form's parameters as the job has them. */
function storedParameters(job: Job, fields: readonly FormField[]): URLSearchParams {
  const stored = new URLSearchParams();
  writeParameters(fields, job.parameters, stored);
  return stored;
}

async function draw(c: PageContext, ports: Ports, form: URLSearchParams, problems: readonly FieldProblem[]) {
  const { t } = c.var.reader;
  const { job, processor } = await startable(c, ports);
  const fields = formFields(parameterSchema(processor), "parameters", t);
  const stored = storedParameters(job, fields);
  const filled = new URLSearchParams(form);
  for (const [name, value] of stored) if (!form.has(name)) filled.append(name, value);
  const differs = fields.some(({ name }) => !sameValue(filled, stored, name, fields));
  const offered = await offeredTo(c, ports, job, processor, form);
  const choices = choicesFor(c, job, processor, offered.list ?? []);
  const path = jobPath(job);
  const only = choices.length === 1 ? choices[0]?.value : undefined;
  return page(c, ports, {
    title: t("Start {job}", { job: job.name }),
    ...beneathJob(t, job),
    lead: t("It starts within seconds. The schedule stays as it is."),
    hasProblems: problems.length > 0,
    children: (
      <form class="sheet" method="post" action={`${path}/start`} novalidate>
        <ProblemSummary
          problems={problems}
          labels={labels(t, fields)}
          title={t("Nothing was started yet. Please mend this:")}
        />
        <HiddenField name="key" value={lastValue(form, "key") || startKey(ports)} />
        <div class="panel">
          {processor.scope === "client" ? (
            <ClientIdField
              form={form}
              offered={offered}
              hint={t("Only this client's run is started.")}
              value={only ?? ""}
              choices={() => choices}
              problems={problems}
            />
          ) : (
            <input type="hidden" name="clientId" value="0" />
          )}
          <DryRunField processor={processor} form={form} problems={problems} />
          <TextField
            name="asOf"
            label={t("Work on the day")}
            hint={t("The run takes this day for today. Empty: the client's day of the start. Never in the future.")}
            type="date"
            class="short"
            value={lastValue(form, "asOf")}
            problems={problems}
            optional
          />
          <ConfirmField processor={processor} form={form} problems={problems} />
        </div>
        <details class="panel" id="start-parameters" open={differs}>
          <summary>{t("Other parameters for this run only")}</summary>
          <p class="hint">{t("The job keeps its own. What you leave as it is runs as the job has it.")}</p>
          <ParameterFields fields={fields} form={filled} problems={problems} />
        </details>
        <SheetActions submit={t("Start")} back={path} />
      </form>
    ),
  });
}

/** Names one filled-in form, so that it starts once however often it is sent. */
const startKey = (ports: Ports) => Buffer.from(ports.randomBytes(12)).toString("hex");

/** `GET /admin/jobs/:id/start`: asks for whom, and how. */
export async function startJobPage(c: PageContext, ports: Ports) {
  const own = onlyClient(c.var.admin);
  return c.html(await draw(c, ports, new URLSearchParams(own === undefined ? {} : { clientId: String(own) }), []));
}

function toInput(form: URLSearchParams, job: Job, processor: Processor): Record<string, unknown> {
  const fields = formFields(parameterSchema(processor));
  const stored = storedParameters(job, fields);
  const changed = new URLSearchParams([...form].filter(([name]) => !sameValue(form, stored, name, fields)));
  const input: Record<string, unknown> = { parameters: readParameters(fields, changed) };
  for (const name of new Set(form.keys())) {
    if (name.startsWith("parameters.")) continue;
    const text = lastValue(form, name).trim();
    if (name === "clientId") input.clientId = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
    else if (name === "dryRun") input.dryRun = text === "true" ? true : text === "false" ? false : text;
    else if (name === "asOf") input.asOf = text === "" ? null : text;
    else if (name !== "confirmed") input[name] = text;
  }
  return input;
}

/** `POST /admin/jobs/:id/start`: queues the run and shows it (handbook, manager: starting by hand). */
export async function startJobAction(c: PageContext, ports: Ports) {
  const { admin } = c.var;
  const { job, processor } = await startable(c, ports);
  const form = await readForm(c.req.raw);
  const unnamed = await readClientId(ports.control, form, "", onlyClient(c.var.admin));
  if (unnamed) return c.html(await draw(c, ports, form, [unnamed]), 422);
  const input = toInput(form, job, processor);
  if (typeof input.clientId === "number") {
    const allowed = mayStartJob(admin, { clientId: job.clientId, processor }, input.clientId);
    require(allowed, forbidden("starting this job for that client"));
  }
  const problem = unconfirmed(processor, form, input.dryRun === true);
  if (problem) return c.html(await draw(c, ports, form, [problem]), 422);
  const result = await startJob(ports, job.id, input, admin.email, ports.now());
  switch (result.state) {
    case "queued": {
      await ports.wakeRunner(result.clientId);
      const [first, ...others] = result.runIds;
      const path = others.length === 0 ? `/admin/runs/${first}?watch=on` : `/admin/runs?job=${job.id}`;
      return c.redirect(withNotice(path, "run-queued"), 303);
    }
    case "queued_before": {
      const [first, ...others] = result.runIds;
      const isOne = first !== undefined && others.length === 0;
      const path = isOne ? `/admin/runs/${first}?watch=on` : `/admin/runs?job=${job.id}`;
      return c.redirect(withNotice(path, "run-exists"), 303);
    }
    case "invalid":
      return c.html(await draw(c, ports, form, result.problems), 422);
    case "missing":
      throw notFound("job");
  }
}
