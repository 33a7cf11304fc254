import { type ClientFacts, listClients } from "../../control/clients.ts";
import { type Job, readJob } from "../../control/jobs.ts";
import type { Processor } from "../../processors/contract.ts";
import { parameterSchema } from "../../processors/parameters.ts";
import { type Places, readPlaces } from "../../scheduler/align.ts";
import { checkJob } from "../../scheduler/job-input.ts";
import { createJob, minimumPeriod, updateJob } from "../../scheduler/jobs.ts";
import { mayCreateJob, mayEditJob, onlyClient } from "../access.ts";
import type { PageContext } from "../environment.ts";
import type { FieldProblem } from "../fields.tsx";
import { type FormField, formFields } from "../form.tsx";
import { lastValue, readForm } from "../form-post.ts";
import { withNotice } from "../notice.tsx";
import { forbidden, notFound, require } from "../page-error.ts";
import type { Ports } from "../ports.ts";
import { say } from "../words/text.ts";
import type { Locale, Translate } from "../words/translate.ts";
import { clientChoices, formToInput, JobForm, jobToForm, suggestedForm } from "./job-form.tsx";
import { readJobFrom } from "./job-of-address.ts";
import { page } from "./layout.tsx";
import { type Schedule, syntaxProblem } from "./schedule.tsx";

interface Sheet {
  readonly job: Job | null;
  readonly processor: Processor;
  readonly fields: readonly FormField[];
  readonly form: URLSearchParams;
  readonly problems: readonly FieldProblem[];
  readonly preview: { readonly schedule: Schedule; readonly zoneNote: string | undefined } | null;
  /** Somebody else saved the job since the form was opened. */
  readonly overtakenBy?: Job;
}

async function draw(c: PageContext, ports: Ports, sheet: Sheet) {
  const { reader } = c.var;
  const { t } = reader;
  const { job, processor, overtakenBy } = sheet;
  const clients: ClientFacts[] = processor.scope === "client" ? await listClients(ports.control) : [];
  const path = job ? `/admin/jobs/${job.id}` : "/admin/jobs/new";
  return page(c, ports, {
    title: job ? t("Edit {job}", { job: job.name }) : t("New job: {processor}", { processor: processor.id }),
    section: "jobs",
    crumbs: [
      { label: t("Jobs"), path: "/admin/jobs" },
      job ? { label: job.name, path } : { label: t("New job"), path },
    ],
    lead: t.told(processor.summary),
    hasProblems: sheet.problems.length > 0 || overtakenBy !== undefined,
    children: (
      <>
        {overtakenBy ? (
          <div class="notice warn" role="alert">
            <p>
              {t.rich(
                "{name} saved this job on {time} {zone}, after you opened it. {link}, then come back: saving again replaces it by what stands below.",
                {
                  name: overtakenBy.updatedBy || t("Somebody"),
                  time: reader.moment(overtakenBy.updatedAt),
                  zone: reader.zone,
                  link: <a href={path}>{t("Look at the job as it is now")}</a>,
                },
              )}
            </p>
          </div>
        ) : null}
        <JobForm
          action={job ? `${path}/edit` : `${path}/${processor.id}`}
          processor={processor}
          form={sheet.form}
          problems={inWords(sheet.problems, lastValue(sheet.form, "cron"), reader.locale)}
          clients={clientChoices(t, c.var.admin, processor, clients)}
          preview={sheet.preview}
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

/** What an input that may be saved would do; null when nothing fires. */
function previewOf(
  t: Translate,
  input: {
    cron: string | null;
    timeZone: string | null;
    clientId: number;
    policies: { transitions: "safe" | "quartz" };
  },
  places: Places,
) {
  if (input.cron === null) return null;
  const client = places.clients.find(({ id }) => id === input.clientId);
  return {
    schedule: {
      cron: input.cron,
      zone: input.timeZone ?? client?.timeZone ?? places.systemTimeZone,
      transitions: input.policies.transitions,
    },
    zoneNote:
      input.timeZone === null && !client && places.clients.length > 0 ? t("each client in its own zone") : undefined,
  };
}

async function previewed(c: PageContext, ports: Ports, sheet: Omit<Sheet, "problems" | "preview">, input: unknown) {
  const places = await readPlaces(ports.control);
  const check = checkJob(input, ports.catalogue, places, await minimumPeriod(ports.control), ports.now());
  if (check.ok)
    return c.html(
      await draw(c, ports, { ...sheet, problems: [], preview: previewOf(c.var.reader.t, check.job, places) }),
    );
  return c.html(await draw(c, ports, { ...sheet, problems: check.problems, preview: null }), 422);
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

/** `GET /admin/jobs/new/:processor`: the form, filled with what the processor suggests. */
export async function newJobPage(c: PageContext, ports: Ports) {
  const processor = processorOfAddress(c, ports);
  const fields = formFields(parameterSchema(processor));
  const form = suggestedForm(processor, fields, onlyClient(c.var.admin) ?? 0);
  return c.html(await draw(c, ports, { job: null, processor, fields, form, problems: [], preview: null }));
}

/** `POST /admin/jobs/new/:processor`: saves a new job, or shows what its expression means. */
export async function createJobAction(c: PageContext, ports: Ports) {
  const processor = processorOfAddress(c, ports);
  const fields = formFields(parameterSchema(processor));
  const form = await readForm(c.req.raw);
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
  return c.html(
    await draw(c, ports, { job, processor, fields, form: jobToForm(job, fields), problems: [], preview: null }),
  );
}

/** `POST /admin/jobs/:id/edit`: saves the job unless somebody else did meanwhile, or shows what its expression means. */
export async function updateJobAction(c: PageContext, ports: Ports) {
  const { job, processor, fields } = await editable(c, ports);
  const form = await readForm(c.req.raw);
  const input = formToInput(form, processor, fields);
  require(mayEditJob(c.var.admin, { clientId: clientOf(input), processor }), forbidden(
    "giving the job to that client",
  ));
  const sheet = { job, processor, fields, form };
  if (lastValue(form, "intent") === "preview") return previewed(c, ports, sheet, input);
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
      form.set("revision", String(current.revision));
      return c.html(await draw(c, ports, { ...sheet, problems: [], preview: null, overtakenBy: current }), 409);
    }
    case "missing":
    case "running":
      throw notFound("job");
  }
}
