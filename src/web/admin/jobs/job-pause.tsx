import { type PauseResult, pauseJobs, resumeJobs } from "../../../administration/pauses/pause.ts";
import { type ClientChoice, readClientNames } from "../../../control/clients/client-records.ts";
import type { Job } from "../../../control/jobs/jobs.ts";
import { listPauses, type Pause } from "../../../control/jobs/pauses.ts";
import { mayEditJob, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm } from "../../http/form-post.ts";
import { type Choice, type FieldProblem, ProblemSummary } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, PageError, require } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { localInstant } from "../../reader/local-instant.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { clientNames } from "../parts/client-names.ts";
import { page } from "../parts/layout.tsx";
import { ClientIdField, offeredClients, readClientId } from "../parts/named-client.tsx";
import { beneathJob, jobPath, readJobFrom } from "./job-of-address.ts";
import { PauseFields } from "./pause-fields.tsx";
import { jobZone } from "./schedule/job-zone.ts";

/** Pauses of a job for all clients that the page lists; "resume all" is for the rest. */
const LISTED = 50;

async function pausable(c: PageContext, ports: Ports) {
  const { job, processor } = await readJobFrom(c, ports);
  require(mayEditJob(c.var.admin, { clientId: job.clientId, processor }), forbidden("pausing this job"));
  return { job, processor };
}

async function draw(c: PageContext, ports: Ports, form: URLSearchParams, problems: readonly FieldProblem[]) {
  const { t } = c.var.reader;
  const { job, processor } = await pausable(c, ports);
  const now = ports.now();
  const [offered, pauses] = await Promise.all([
    offeredClients(ports.control, job.clientId, form),
    listPauses(ports.control, now, job.id),
  ]);
  const names = await readClientNames(
    ports.control,
    pauses.slice(0, LISTED).map(({ clientId }) => clientId),
  );
  const path = jobPath(job);
  const forAll = job.clientId === 0 && processor?.scope === "client";
  const choices = (list: readonly ClientChoice[]): Choice[] => [
    { value: "", label: t("All clients") },
    ...list.filter(({ status }) => status === "active").map(({ id, name }) => ({ value: String(id), label: name })),
  ];
  const zone = await jobZone(ports, job, null);
  return page(c, ports, {
    title: t("Pause {job}", { job: job.name }),
    ...beneathJob(t, job),
    lead: t(
      "The clock starts nothing until the pause ends; what comes due is recorded as skipped. Runs at work go on.",
    ),
    hasProblems: problems.length > 0,
    children: (
      <>
        {pauses.length === 0 ? null : (
          <Paused
            job={job}
            pauses={pauses}
            clientName={clientNames(
              t,
              [...names].map(([id, name]) => ({ id, name })),
            )}
            now={now}
          />
        )}
        <form class="sheet" method="post" action={`${path}/pause`} novalidate>
          <ProblemSummary
            problems={problems}
            labels={
              new Map([
                ["clientId", t("Client")],
                ["until", t("Until")],
                ["note", t("Note")],
              ])
            }
          />
          <div class="panel">
            {forAll ? (
              <ClientIdField
                form={form}
                offered={offered}
                none={t("All clients")}
                choices={choices}
                problems={problems}
              />
            ) : null}
            <PauseFields form={form} problems={problems} zone={zone} />
          </div>
          <SheetActions submit={pauses.length === 0 ? t("Pause") : t("Change the pause")} back={path} />
        </form>
      </>
    ),
  });
}

/** Who is paused until when, each with a way to go on. */
function Paused(props: { job: Job; pauses: readonly Pause[]; clientName: (id: number) => string; now: number }) {
  const { t } = useReader();
  const { job, pauses, clientName, now } = props;
  const action = `/admin/jobs/${job.id}/resume`;
  const columns: readonly Column<Pause>[] = [
    { label: t("Client"), head: true, cell: ({ clientId, nodeId }) => nodeId || clientName(clientId) },
    {
      label: t("Until"),
      cell: ({ until }) => (until === null ? t("until an administrator resumes it") : <Time at={until} now={now} />),
    },
    { label: t("Note"), cell: ({ note }) => note },
    {
      label: t("Resume"),
      unseenLabel: true,
      right: true,
      cell: ({ clientId }) => (
        <form method="post" action={action}>
          <input type="hidden" name="clientId" value={String(clientId)} />
          <button class="button" type="submit">
            {t("Resume")}
            <span class="unseen"> {clientName(clientId)}</span>
          </button>
        </form>
      ),
    },
  ];
  return (
    <section>
      <h2>{t("Paused now")}</h2>
      <Table caption={t("Paused now")} columns={columns} rows={pauses.slice(0, LISTED)} />
      {pauses.length > 1 ? (
        <form method="post" action={action}>
          <p>
            <button class="button" type="submit">
              {t("Resume all {count}", { count: pauses.length })}
            </button>
          </p>
        </form>
      ) : null}
    </section>
  );
}

/** `GET /admin/jobs/:id/pause`: until when and why, and what is paused already. */
export async function pauseJobPage(c: PageContext, ports: Ports) {
  return c.html(await draw(c, ports, new URLSearchParams(), []));
}

const idIn = (form: URLSearchParams) => {
  const text = lastValue(form, "clientId").trim();
  return text === "" ? null : /^\d{1,15}$/.test(text) ? Number(text) : text;
};

/** The changed page, or the form with what is wrong. */
async function answer(
  c: PageContext,
  ports: Ports,
  job: Job,
  form: URLSearchParams,
  result: PauseResult,
  notice: "job-paused" | "job-resumed",
) {
  switch (result.state) {
    case "saved":
      return c.redirect(withNotice(`/admin/jobs/${job.id}`, notice), 303);
    case "invalid":
      return c.html(await draw(c, ports, form, result.problems), 422);
    case "conflict":
      throw new PageError(409, "Changed meanwhile", "The job was changed again and again meanwhile. Try once more.");
  }
}

/** `POST /admin/jobs/:id/pause`: pauses the job, for all its clients or for one, with a note. */
export async function pauseJobAction(c: PageContext, ports: Ports) {
  const { job } = await pausable(c, ports);
  const form = await readForm(c.req.raw);
  const unnamed = await readClientId(ports.control, form, "", onlyClient(c.var.admin));
  if (unnamed) return c.html(await draw(c, ports, form, [unnamed]), 422);
  const clientId = idIn(form);
  const text = lastValue(form, "until").trim();
  const zone = await jobZone(ports, job, null);
  const until = text === "" ? null : localInstant(text, zone);
  if (text !== "" && until === null) {
    const problem = { field: "until", message: "Enter day and time as YYYY-MM-DDTHH:MM, such as 2026-11-23T18:00" };
    return c.html(await draw(c, ports, form, [problem]), 422);
  }
  const input = { jobIds: [job.id], clientId, until, note: lastValue(form, "note") };
  const result = await pauseJobs(ports.control, input, c.var.admin.email, ports.now());
  return answer(c, ports, job, form, result, "job-paused");
}

/** `POST /admin/jobs/:id/resume`: lets it go on from now, for all its clients or for one. */
export async function resumeJobAction(c: PageContext, ports: Ports) {
  const { job } = await pausable(c, ports);
  const form = await readForm(c.req.raw);
  const input = { jobIds: [job.id], clientId: idIn(form) };
  const result = await resumeJobs(ports.control, input, c.var.admin.email, ports.now());
  if (result.state === "saved") await wakeServed(ports, job, input.clientId);
  return answer(c, ports, job, form, result, "job-resumed");
}

/** The runner of the one client concerned looks at once; for many the next tick does. */
async function wakeServed(ports: Ports, job: Job, clientId: unknown): Promise<void> {
  const one = typeof clientId === "number" ? clientId : job.clientId;
  if (one !== 0) await ports.wakeRunner(one);
}
