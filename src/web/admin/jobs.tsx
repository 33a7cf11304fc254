import { listClients } from "../../control/clients.ts";
import { type JobSummary, listJobs } from "../../control/jobs.ts";
import type { RunState } from "../../control/run-state.ts";
import { maySeeClient, mayStartSomewhere, onlyClient } from "../access.ts";
import type { PageContext } from "../environment.ts";
import { readId } from "../form-post.ts";
import type { Ports } from "../ports.ts";
import { useReader } from "../reader.ts";
import { type Column, Table } from "../table.tsx";
import { Relative } from "../time.tsx";
import { clientNames, jobClientWords } from "./client-names.ts";
import { page } from "./layout.tsx";
import { State } from "./run-state.tsx";
import { expressionWords, NextFire } from "./schedule.tsx";

const PAGE_SIZE = 50;

/** `/admin/jobs`: every job that this admin may see, by id. */
export async function jobsPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t, locale } = reader;
  const now = ports.now();
  const after = readId(c.req.query("after")) ?? 0;
  const [found, clients] = await Promise.all([
    listJobs(ports.control, { clientId: onlyClient(admin), after, limit: PAGE_SIZE + 1 }),
    listClients(ports.control),
  ]);
  const jobs = found.slice(0, PAGE_SIZE);
  const clientName = clientNames(t, clients);
  const last = jobs.at(-1);

  const columns: Column<JobSummary>[] = [
    {
      label: t("Job"),
      head: true,
      cell: (job) => (
        <>
          <a href={`/admin/jobs/${job.id}`}>{job.name}</a>
          <small>{job.processor}</small>
        </>
      ),
    },
    {
      label: t("Client"),
      cell: (job) => jobClientWords(t, job, ports.catalogue.find(job.processor), clientName),
    },
    {
      label: t("Expression"),
      cell: (job) => (
        <>
          {job.cron === null ? <span class="soft">{t("manual")}</span> : <code>{job.cron}</code>}
          {job.cron === null ? null : (
            <small>
              {[expressionWords(job.cron, locale), job.timeZone].filter((part) => part !== null).join(", ")}
            </small>
          )}
        </>
      ),
    },
    {
      label: t("Active"),
      cell: (job) =>
        job.active ? <span class="state active">{t("yes")}</span> : <span class="state inactive">{t("no")}</span>,
    },
    {
      label: t("Last run"),
      cell: (job) => (
        <LastRun
          job={job}
          now={now}
          mayOpen={ports.catalogue.find(job.processor)?.scope === "client" || maySeeClient(admin, job.clientId)}
        />
      ),
    },
    { label: t("Next"), cell: (job) => <NextFire job={job} now={now} /> },
    {
      label: t("Start"),
      unseenLabel: true,
      right: true,
      cell: (job) =>
        mayStartSomewhere(admin, { clientId: job.clientId, processor: ports.catalogue.find(job.processor) }) ? (
          <a class="button" href={`/admin/jobs/${job.id}/start`}>
            {t("Start")}
            <span class="unseen"> {job.name}</span>
          </a>
        ) : null,
    },
  ];

  return c.html(
    page(c, ports, {
      title: t("Jobs"),
      section: "jobs",
      aside:
        admin.role === "read_only" ? null : (
          <a class="button primary" href="/admin/jobs/new">
            {t("New job")}
          </a>
        ),
      children: (
        <>
          {jobs.length === 0 ? (
            <div class="empty">
              <p>{after === 0 ? t("There is no job yet.") : t("No more jobs.")}</p>
            </div>
          ) : (
            <Table caption={t("Jobs")} columns={columns} rows={jobs} />
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {after > 0 ? <a href="/admin/jobs">{t("First page")}</a> : <span />}
            {found.length > PAGE_SIZE && last ? <a href={`/admin/jobs?after=${last.id}`}>{t("Next page")}</a> : null}
          </nav>
        </>
      ),
    }),
  );
}

function LastRun(props: { job: JobSummary; now: number; mayOpen: boolean }) {
  const { t, duration } = useReader();
  const { last } = props.job;
  if (!last) return <span class="soft">{t("never")}</span>;
  const took = last.startedAt !== null && last.endedAt !== null ? duration(last.endedAt - last.startedAt) : null;
  return (
    <>
      {props.mayOpen ? (
        <a href={`/admin/runs/${last.runId}`}>
          <State state={last.state as RunState} />
        </a>
      ) : (
        <State state={last.state as RunState} />
      )}
      <small>
        {last.startedAt === null ? t("not started") : <Relative at={last.startedAt} now={props.now} />}
        {took === null ? "" : ` · ${t("took {time}", { time: took })}`}
      </small>
    </>
  );
}
