import { createJob, updateJob } from "../../../../administration/jobs/jobs.ts";
import { type Job, readJob, readJobChoices } from "../../../../control/jobs/jobs.ts";
import { jobPolicies } from "../../../../control/jobs/policies.ts";
import type { Processor } from "../../../../processors/contract.ts";
import { parameterSchema } from "../../../../processors/parameters.ts";
import { readSitesOf, type Sites } from "../../../../scheduler/align.ts";
import { mayCreateJob, mayEditJob, maySeeJob, onlyClient } from "../../../access.ts";
import type { PageContext } from "../../../environment.ts";
import { lastValue, readForm, readId } from "../../../http/form-post.ts";
import { fragment } from "../../../page/document.tsx";
import type { FieldProblem } from "../../../page/fields.tsx";
import { type FormField, formFields } from "../../../page/form.tsx";
import { withNotice } from "../../../page/notice.tsx";
import { forbidden, notFound, require } from "../../../page/page-error.ts";
import type { Ports } from "../../../ports.ts";
import { useReader } from "../../../reader/reader.ts";
import { say } from "../../../words/text.ts";
import type { Locale } from "../../../words/translate.ts";
import { page } from "../../parts/layout.tsx";
import { offeredClients, readClientId } from "../../parts/named-client.tsx";
import { ProcessorName } from "../../parts/processor-name.tsx";
import { readJobFrom } from "../job-of-address.ts";
import { syntaxProblem } from "../schedule/schedule.tsx";
import { checkedPlan, ExpressionProblem, planOfClock } from "../schedule/schedule-check.tsx";
import { type SchedulePlan, SchedulePreview } from "../schedule/schedule-preview.tsx";
import { type Change, ChangeTable, jobAtRevision, mergeForm } from "./job-conflict.tsx";
import {
  clientChoices,
  formToInput,
  JobForm,
  jobToForm,
  labels,
  policyFields,
  resetToSuggestion,
  suggestedForm,
} from "./job-form.tsx";

interface Sheet {
  readonly job: Job | null;
  readonly processor: Processor;
  readonly fields: readonly FormField[];
  readonly form: URLSearchParams;
  readonly problems: readonly FieldProblem[];
  readonly preview: SchedulePlan | null;
  /** Another administrator saved the job since the form was opened. */
  readonly overtakenBy?: { readonly job: Job; readonly changes: readonly Change[] };
  /** The form was put back to what the catalogue suggests. */
  readonly wasReset?: boolean;
  /** The form holds a copy of this job. */
  readonly copyOf?: Job;
}

async function draw(c: PageContext, ports: Ports, sheet: Sheet) {
  const { reader } = c.var;
  const { t } = reader;
  const { job, processor, overtakenBy } = sheet;
  const only = onlyClient(c.var.admin);
  const [offered, jobs] = await Promise.all([
    processor.scope === "client" ? offeredClients(ports.control, only ?? 0, sheet.form) : { list: [], chosen: null },
    readJobChoices(ports.control, only),
  ]);
  const path = job ? `/admin/jobs/${job.id}` : "/admin/jobs/new";
  return page(c, ports, {
    title: job ? t("Edit {job}", { job: job.name }) : t("New job: {processor}", { processor: t.told(processor.title) }),
    section: "jobs",
    crumbs: [
      { label: t("Jobs"), path: "/admin/jobs" },
      job ? { label: job.name, path } : { label: t("New job"), path },
    ],
    lead: (
      <>
        <ProcessorName id={processor.id} processor={processor} />: {t.told(processor.summary)}
      </>
    ),
    hasProblems: sheet.problems.length > 0 || overtakenBy !== undefined,
    children: (
      <>
        {overtakenBy ? <Overtaken path={path} {...overtakenBy} /> : null}
        {sheet.wasReset ? (
          <div class="notice" role="status">
            <p>{t("Expression and parameters are those of the catalogue now. Nothing is saved yet.")}</p>
          </div>
        ) : null}
        {sheet.copyOf ? (
          <div class="notice">
            <p>
              {t.rich("This is a copy of {job}. Nothing is saved yet.", {
                job: <a href={`/admin/jobs/${sheet.copyOf.id}`}>{sheet.copyOf.name}</a>,
              })}
            </p>
          </div>
        ) : null}
        <JobForm
          action={job ? `${path}/edit` : `${path}/${processor.id}`}
          processor={processor}
          form={sheet.form}
          problems={inWords(sheet.problems, lastValue(sheet.form, "cron"), reader.locale)}
          offered={offered}
          clients={(list) => clientChoices(t, c.var.admin, processor, list)}
          others={jobs.filter(({ id }) => id !== job?.id)}
          preview={sheet.preview}
          stored={job !== null}
          now={ports.now()}
          cancelPath={path}
        />
      </>
    ),
  });
}

/** What is wrong with an expression is said by the expression itself, which speaks both languages. */
function inWords(problems: readonly FieldProblem[], cron: string, locale: Locale): readonly FieldProblem[] {
  const said = locale === "en" ? null : syntaxProblem(cron, locale);
  return said === null ? problems : problems.map((one) => (one.field === "cron" ? { ...one, message: said } : one));
}

/** What was changed meanwhile, field by field. */
function Overtaken(props: { path: string; job: Job; changes: readonly Change[] }) {
  const reader = useReader();
  const { t } = reader;
  const { job, path, changes } = props;
  const name = job.updatedBy || t("An administrator");
  return (
    <div class="notice warn" role="alert">
      <p>
        {t.rich(
          "{name} saved this job on {time} {zone}, after you opened it. What you entered is kept. Look at what was changed, then save again, or {link}.",
          {
            name,
            time: reader.moment(job.updatedAt),
            zone: reader.zone,
            link: <a href={path}>{t("leave the job as it is now")}</a>,
          },
        )}
      </p>
      {changes.length === 0 ? null : <ChangeTable changes={changes} by={name} />}
    </div>
  );
}

/** Shows what the form means: as a part of the page for the script, which asks while the reader types, else as the whole page. */
async function previewed(
  c: PageContext,
  ports: Ports,
  sheet: Omit<Sheet, "problems" | "preview">,
  input: Record<string, unknown>,
) {
  const { reader } = c.var;
  const sites = await sitesFor(ports, input);
  const id = sheet.job?.id ?? null;
  if (c.req.header("x-preview")) {
    const found = await planOfClock(ports, input, sheet.processor, sites, id, {
      t: reader.t,
      stopped: c.var.stop !== null,
    });
    const wrong = "problem" in found ? found.problem : null;
    const cron = lastValue(sheet.form, "cron");
    return c.html(
      fragment(
        reader,
        "problem" in found ? (
          <ExpressionProblem message={syntaxProblem(cron, reader.locale) ?? reader.t.told(wrong ?? "")} />
        ) : (
          <SchedulePreview plan={found} now={ports.now()} />
        ),
      ),
    );
  }
  const check = await checkedPlan(ports, input, sheet.processor, sites, id, {
    t: reader.t,
    stopped: c.var.stop !== null,
  });
  if (check.ok) return c.html(await draw(c, ports, { ...sheet, problems: [], preview: check.plan }));
  return c.html(await draw(c, ports, { ...sheet, problems: check.problems, preview: null }), 422);
}

/** The sites that a form names. */
function sitesFor(ports: Ports, input: Record<string, unknown>): Promise<Sites> {
  const { jobId } = (input.after ?? {}) as { readonly jobId?: unknown };
  return readSitesOf(ports.control, {
    clientId: clientOf(input),
    afterJobId: typeof jobId === "number" && Number.isSafeInteger(jobId) ? jobId : null,
  });
}

const clientOf = (input: Record<string, unknown>) => (typeof input.clientId === "number" ? input.clientId : 0);

function processorOfAddress(c: PageContext, ports: Ports): Processor {
  const processor = ports.catalogue.find(c.req.param("processor") ?? "");
  if (!processor) throw notFound("processor");
  require(mayCreateJob(c.var.admin, processor), forbidden(
    say("creating jobs of {processor}", { processor: processor.id }),
  ));
  return processor;
}

/** What the clock of a form that is just being opened does; null where it cannot be read any more. */
async function opened(
  c: PageContext,
  ports: Ports,
  form: URLSearchParams,
  processor: Processor,
  fields: readonly FormField[],
  id: number | null,
): Promise<SchedulePlan | null> {
  const input = formToInput(form, processor, fields);
  const sites = await sitesFor(ports, input);
  const plan = await planOfClock(ports, input, processor, sites, id, {
    t: c.var.reader.t,
    stopped: c.var.stop !== null,
  });
  return "problem" in plan ? null : plan;
}

/** The job that a new one is to be a copy of (`?copy=7`); null: none, or it is another processor's, or not this admin's to see. */
async function copied(c: PageContext, ports: Ports, processor: Processor): Promise<Job | null> {
  const id = readId(c.req.query("copy"));
  const job = id === null ? null : await readJob(ports.control, id);
  if (!job || !maySeeJob(c.var.admin, job.clientId)) return null;
  return ports.catalogue.find(job.processor) === processor ? job : null;
}

/** `GET /admin/jobs/new/:processor`: the form, filled with what the processor suggests, or with a copy of another job. */
export async function newJobPage(c: PageContext, ports: Ports) {
  const processor = processorOfAddress(c, ports);
  const fields = formFields(parameterSchema(processor));
  const copyOf = await copied(c, ports, processor);
  const own = onlyClient(c.var.admin);
  const form = copyOf ? jobToForm(copyOf, fields) : suggestedForm(processor, fields, own ?? 0);
  if (copyOf) {
    form.delete("revision");
    form.set("name", c.var.reader.t("Copy of {name}", { name: copyOf.name }).slice(0, 200));
    if (own !== undefined) form.set("clientId", String(own));
  }
  const preview = await opened(c, ports, form, processor, fields, null);
  const sheet = { job: null, processor, fields, form, problems: [], preview };
  return c.html(await draw(c, ports, copyOf ? { ...sheet, copyOf } : sheet));
}

/** `POST /admin/jobs/new/:processor`: saves a new job, or shows what its expression means. */
export async function createJobAction(c: PageContext, ports: Ports) {
  const processor = processorOfAddress(c, ports);
  const fields = formFields(parameterSchema(processor));
  const form = await readForm(c.req.raw);
  const unnamed = await readClientId(ports.control, form, "0", onlyClient(c.var.admin));
  if (unnamed)
    return c.html(
      await draw(c, ports, { job: null, processor, fields, form, problems: [unnamed], preview: null }),
      422,
    );
  const input = formToInput(form, processor, fields);
  require(mayEditJob(c.var.admin, { clientId: clientOf(input), processor }), forbidden(
    "creating a job for that client",
  ));
  const sheet = { job: null, processor, fields, form };
  if (lastValue(form, "intent") === "preview") return previewed(c, ports, sheet, input);
  const result = await createJob(ports, input, c.var.admin.email, ports.now());
  if (result.state === "saved") return c.redirect(withNotice(`/admin/jobs/${result.jobId}`, "job-created"), 303);
  if (result.state !== "invalid") throw new Error(`A new job ended as ${result.state}`);
  return c.html(await draw(c, ports, { ...sheet, problems: result.problems, preview: null }), 422);
}

async function editable(
  c: PageContext,
  ports: Ports,
): Promise<{ job: Job; processor: Processor; fields: FormField[] }> {
  const { job, processor } = await readJobFrom(c, ports);
  require(mayEditJob(c.var.admin, { clientId: job.clientId, processor }), forbidden("changing this job"));
  if (!processor)
    throw notFound(
      say("processor as {id} in this release; its jobs can be deleted, not changed, so this page", {
        id: job.processor,
      }),
    );
  return { job, processor, fields: formFields(parameterSchema(processor)) };
}

/** `GET /admin/jobs/:id/edit`: the form, filled with the stored job. */
export async function editJobPage(c: PageContext, ports: Ports) {
  const { job, processor, fields } = await editable(c, ports);
  const form = jobToForm(job, fields);
  const preview = await opened(c, ports, form, processor, fields, job.id);
  return c.html(await draw(c, ports, { job, processor, fields, form, problems: [], preview }));
}

/** `POST /admin/jobs/:id/edit`: saves the job unless another administrator did meanwhile, or shows what its expression means. */
export async function updateJobAction(c: PageContext, ports: Ports) {
  const { job, processor, fields } = await editable(c, ports);
  const form = await readForm(c.req.raw);
  const unnamed = await readClientId(ports.control, form, "0", onlyClient(c.var.admin));
  if (unnamed)
    return c.html(await draw(c, ports, { job, processor, fields, form, problems: [unnamed], preview: null }), 422);
  const input = formToInput(form, processor, fields);
  require(mayEditJob(c.var.admin, { clientId: clientOf(input), processor }), forbidden(
    "giving the job to that client",
  ));
  const sheet = { job, processor, fields, form };
  if (lastValue(form, "intent") === "preview") return previewed(c, ports, sheet, input);
  if (lastValue(form, "intent") === "reset") {
    resetToSuggestion(form, processor, fields);
    return c.html(await draw(c, ports, { ...sheet, problems: [], preview: null, wasReset: true }));
  }
  const revision = Number(lastValue(form, "revision"));
  const result = await updateJob(ports, job.id, revision, input, c.var.admin.email, ports.now());
  switch (result.state) {
    case "saved":
      return c.redirect(withNotice(`/admin/jobs/${job.id}`, "job-saved"), 303);
    case "invalid":
      return c.html(await draw(c, ports, { ...sheet, problems: result.problems, preview: null }), 422);
    case "conflict": {
      const current = await readJob(ports.control, job.id);
      if (!current) throw notFound("job");
      const base = await jobAtRevision(ports.control, current, revision);
      const all = [...policyFields, ...fields];
      const { t } = c.var.reader;
      const named = [
        ...formFields(jobPolicies, "policies", t),
        ...formFields(parameterSchema(processor), "parameters", t),
      ];
      const changes = mergeForm(
        form,
        base && jobToForm(base, fields),
        jobToForm(current, fields),
        all,
        labels(t, named),
      );
      form.set("revision", String(current.revision));
      const overtakenBy = { job: current, changes };
      return c.html(await draw(c, ports, { ...sheet, problems: [], preview: null, overtakenBy }), 409);
    }
    case "missing":
    case "running":
      throw notFound("job");
  }
}
