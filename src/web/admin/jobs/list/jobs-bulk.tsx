import type { Problem } from "../../../../administration/jobs/job-input.ts";
import { JOBS_AT_ONCE, pauseJobs, resumeJobs } from "../../../../administration/pauses/pause.ts";
import { START_CAP, startJobs } from "../../../../administration/starts/bulk-start.ts";
import { type ClientChoice, readClientChoices } from "../../../../control/clients/client-records.ts";
import { type Job, listJobsById } from "../../../../control/jobs/jobs.ts";
import type { Processor } from "../../../../processors/contract.ts";
import { mayEditJob, maySeeJob, mayStartJob, mayStartSomewhere, onlyClient } from "../../../access.ts";
import type { PageContext } from "../../../environment.ts";
import { lastValue, readForm, readId } from "../../../http/form-post.ts";
import { CheckField, type FieldProblem, ProblemSummary } from "../../../page/fields.tsx";
import { type NoticeKey, withNotice } from "../../../page/notice.tsx";
import { forbidden, notFound, PageError, require } from "../../../page/page-error.ts";
import type { Ports } from "../../../ports.ts";
import { localInstant } from "../../../reader/local-instant.ts";
import { useReader } from "../../../reader/reader.ts";
import { returnPath } from "../../../sign-in/return-path.ts";
import type { English } from "../../../words/text.ts";
import { page } from "../../parts/layout.tsx";
import { ClientChoiceField, namedClient } from "../../parts/named-client.tsx";
import { ProcessorName } from "../../parts/processor-name.tsx";
import { PauseFields } from "../pause-fields.tsx";

const deeds = ["start", "pause", "resume"] as const;
type Deed = (typeof deeds)[number];

const titles = {
  start: ["Start {count} job", "Start {count} jobs"],
  pause: ["Pause {count} job", "Pause {count} jobs"],
  resume: ["Resume {count} job", "Resume {count} jobs"],
} as const satisfies Record<Deed, readonly [English, English]>;

const leads = {
  start: "Each starts within seconds, for every client that it serves or for one. The schedules stay as they are.",
  pause: "The clock starts nothing until the pause ends; what comes due is recorded as skipped. Runs at work go on.",
  resume: "The jobs go on from now, for all their clients.",
} as const satisfies Record<Deed, English>;

const buttons = { start: "Start", pause: "Pause", resume: "Resume" } as const satisfies Record<Deed, English>;

interface Chosen {
  readonly job: Job;
  readonly processor: Processor | null;
}

/** What was asked for: a deed, and the jobs that were ticked. */
interface Request {
  readonly deed: Deed;
  readonly allowed: readonly Chosen[];
  /** Ticked, and not this admin's to do that with. */
  readonly refused: readonly Chosen[];
  /** How many of those that were ticked are gone meanwhile. */
  readonly gone: number;
  /** The list that it was asked for from. */
  readonly back: string;
}

/** @throws {PageError} 403 for read-only accounts, 422 when nothing or too much was ticked, 404 for another deed */
async function readRequest(c: PageContext, ports: Ports, said: URLSearchParams): Promise<Request> {
  const { admin } = c.var;
  const deed = deeds.find((one) => one === lastValue(said, "do"));
  require(admin.role !== "read_only", forbidden("starting, pausing and resuming jobs"));
  const ids = [...new Set(said.getAll("job").flatMap((text) => readId(text) ?? []))];
  if (ids.length === 0) {
    throw new PageError(422, "No job was ticked", "Go back and tick the jobs that you mean.");
  }
  if (ids.length > JOBS_AT_ONCE) {
    throw new PageError(422, "Too many jobs", "At most 200 jobs are started, paused or resumed at once.");
  }
  if (!deed) throw notFound("page");
  const jobs = (await listJobsById(ports.control, ids)).filter((job) => maySeeJob(admin, job.clientId));
  const chosen = jobs.map((job) => ({ job, processor: ports.catalogue.find(job.processor) }));
  const may = ({ job, processor }: Chosen) => {
    const subject = { clientId: job.clientId, processor };
    return deed === "start" ? processor !== null && mayStartSomewhere(admin, subject) : mayEditJob(admin, subject);
  };
  return {
    deed,
    allowed: chosen.filter(may),
    refused: chosen.filter((one) => !may(one)),
    gone: ids.length - jobs.length,
    back: returnPath(lastValue(said, "back") || "/admin/jobs"),
  };
}

async function draw(
  c: PageContext,
  ports: Ports,
  request: Request,
  form: URLSearchParams,
  problems: readonly FieldProblem[],
) {
  const { t } = c.var.reader;
  const { deed, allowed, refused, gone, back } = request;
  const [one, many] = titles[deed];
  const clients =
    deed === "start" && onlyClient(c.var.admin) === undefined ? await readClientChoices(ports.control) : undefined;
  return page(c, ports, {
    title: t.count(allowed.length, one, many),
    section: "jobs",
    crumbs: [{ label: t("Jobs"), path: back }],
    lead: t(leads[deed]),
    hasProblems: problems.length > 0,
    children: (
      <form class="sheet" method="post" action="/admin/jobs/bulk" novalidate>
        <ProblemSummary
          problems={problems}
          labels={
            new Map([
              ["client", t("Client")],
              ["dryRun", t("Dry run")],
              ["confirmed", t("Confirmation")],
              ["until", t("Until")],
              ["note", t("Note")],
            ])
          }
          title={t("Nothing was done yet. Please mend this:")}
        />
        <input type="hidden" name="do" value={deed} />
        <input type="hidden" name="back" value={back} />
        {allowed.map(({ job }) => (
          <input type="hidden" name="job" value={String(job.id)} />
        ))}
        <div class="panel">
          <ul>
            {allowed.map(({ job, processor }) => (
              <li>
                <a href={`/admin/jobs/${job.id}`}>{job.name}</a>:{" "}
                <ProcessorName id={job.processor} processor={processor} />
              </li>
            ))}
          </ul>
          {refused.length === 0 ? null : (
            <p>
              {t("Left out, since your role does not include it: {names}.", {
                names: refused.map(({ job }) => job.name).join(", "),
              })}
            </p>
          )}
          {gone === 0 ? null : (
            <p>{t.count(gone, "{count} job is gone meanwhile.", "{count} jobs are gone meanwhile.")}</p>
          )}
        </div>
        {deed === "resume" || allowed.length === 0 ? null : (
          <div class="panel">
            {deed === "start" ? (
              <StartFields form={form} problems={problems} clients={clients} chosen={allowed} />
            ) : (
              <PauseFields form={form} problems={problems} />
            )}
          </div>
        )}
        <div class="actions">
          {allowed.length === 0 ? null : (
            <button class="button primary" type="submit">
              {t(buttons[deed])}
            </button>
          )}
          <a class="button plain" href={back}>
            {t("Cancel")}
          </a>
        </div>
      </form>
    ),
  });
}

interface Fields {
  readonly form: URLSearchParams;
  readonly problems: readonly FieldProblem[];
}

function StartFields(
  props: Fields & { clients: readonly ClientChoice[] | null | undefined; chosen: readonly Chosen[] },
) {
  const { t } = useReader();
  const { form, problems, clients, chosen } = props;
  const grave = chosen.filter(({ processor }) => processor?.confirm !== undefined);
  return (
    <>
      {clients === undefined ? null : (
        <ClientChoiceField
          name="client"
          label={t("Client")}
          value={lastValue(form, "client")}
          clients={clients}
          none={t("each client that a job serves")}
          hint={t("At most {count} runs start at once.", { count: START_CAP })}
          problems={problems}
        />
      )}
      <CheckField
        name="dryRun"
        label={t("Dry run")}
        hint={t("Everything is done, counted and undone. No mail leaves, no other system is told.")}
        checked={lastValue(form, "dryRun") === "true"}
        problems={problems}
      />
      {grave.length === 0 ? null : (
        <CheckField
          name="confirmed"
          label={t("Some of these delete or change things for good, or are expensive: {names}. I want to start them.", {
            names: grave.map(({ job }) => job.name).join(", "),
          })}
          checked={lastValue(form, "confirmed") === "true"}
          problems={problems}
        />
      )}
    </>
  );
}

/** `GET /admin/jobs/bulk?do=start&job=1&job=2`: what would be done to which jobs, and asks for the rest. Changes nothing. */
export async function bulkJobsPage(c: PageContext, ports: Ports) {
  const said = new URL(c.req.url).searchParams;
  return c.html(await draw(c, ports, await readRequest(c, ports, said), said, []));
}

/** `POST /admin/jobs/bulk`: does it, all or nothing, and goes back to the list. */
export async function bulkJobsAction(c: PageContext, ports: Ports) {
  const form = await readForm(c.req.raw);
  const request = await readRequest(c, ports, form);
  require(request.refused.length === 0, forbidden("starting, pausing and resuming jobs"));
  require(request.allowed.length > 0, notFound("job"));
  const jobIds = request.allowed.map(({ job }) => job.id);
  const { email } = c.var.admin;
  const now = ports.now();
  const refuse = async (problems: readonly Problem[]) => c.html(await draw(c, ports, request, form, problems), 422);
  const done = (notice: NoticeKey) => c.redirect(withNotice(request.back, notice), 303);

  if (request.deed === "start") {
    const named = onlyClient(c.var.admin) ?? (await namedClient(ports.control, lastValue(form, "client")));
    if (named === undefined) return refuse([{ field: "client", message: "There is no client with this key" }]);
    const client = typeof named === "number" ? named || null : named.id;
    requireStart(c, request, client);
    const said = (name: string) => lastValue(form, name) === "true";
    const input = { jobIds, clientId: client, dryRun: said("dryRun"), confirmed: said("confirmed") };
    const result = await startJobs(ports, input, email, now);
    if (result.state === "invalid") return refuse(result.problems);
    for (const clientId of result.clientIds) await ports.wakeRunner(clientId);
    return done("jobs-started");
  }
  let until: number | null = null;
  if (request.deed === "pause" && lastValue(form, "until").trim() !== "") {
    until = localInstant(lastValue(form, "until").trim(), c.var.reader.zone);
    if (until === null) {
      const message = "Enter day and time as YYYY-MM-DDTHH:MM, such as 2026-11-23T18:00";
      return refuse([{ field: "until", message }]);
    }
  }
  const result =
    request.deed === "pause"
      ? await pauseJobs(ports.control, { jobIds, until, note: lastValue(form, "note") }, email, now)
      : await resumeJobs(ports.control, { jobIds }, email, now);
  switch (result.state) {
    case "saved":
      return done(request.deed === "pause" ? "jobs-paused" : "jobs-resumed");
    case "invalid":
      return refuse(result.problems);
    case "conflict":
      throw new PageError(409, "Changed meanwhile", "The job was changed again and again meanwhile. Try once more.");
  }
}

function requireStart(c: PageContext, { allowed }: Request, clientId: number | null): void {
  if (clientId === null) return;
  for (const { job, processor } of allowed) {
    const subject = { clientId: job.clientId, processor };
    require(mayStartJob(c.var.admin, subject, clientId), forbidden("starting this job for that client"));
  }
}
