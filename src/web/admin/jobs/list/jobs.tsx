import { type Blackout, listBlackouts } from "../../../../administration/pauses/blackouts.ts";
import type { Admin } from "../../../../control/access/access.ts";
import { readClientChoices } from "../../../../control/clients/client-records.ts";
import { type ListedJob, listJobs } from "../../../../control/jobs/job-list.ts";
import { keptRuns } from "../../../../control/runs/open-runs.ts";
import { mayEditJob, maySeeClient, mayStartSomewhere, onlyClient } from "../../../access.ts";
import type { PageContext } from "../../../environment.ts";
import { type Column, Table } from "../../../page/table.tsx";
import type { Ports } from "../../../ports.ts";
import { useReader } from "../../../reader/reader.ts";
import { jobClientWords } from "../../parts/client-names.ts";
import { FateBar } from "../../parts/fates.tsx";
import { page } from "../../parts/layout.tsx";
import { namedClient } from "../../parts/named-client.tsx";
import { ProcessorName } from "../../parts/processor-name.tsx";
import { stateWords } from "../../parts/run-state.tsx";
import { JobCondition } from "../schedule/job-condition.tsx";
import { expressionWords, NextFire } from "../schedule/schedule.tsx";
import { JobFilterForm, type JobQuery, jobsAddress, processorsOf, readJobQuery } from "./job-filter.tsx";

const PAGE_SIZE = 100;

/** `/admin/jobs`: the jobs that this admin may see, with their clocks and how they fare (handbook, manager: jobs). */
export async function jobsPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const now = ports.now();
  const own = onlyClient(admin);
  const query = readJobQuery(c);
  const [clients, named] =
    own === undefined
      ? await Promise.all([readClientChoices(ports.control), namedClient(ports.control, query.client)])
      : [undefined, 0 as const];
  const clientId = own ?? (named || undefined)?.id;
  const blackouts = await listBlackouts(ports.control, now, clientId);
  const found =
    named === undefined
      ? { jobs: [], next: null, lookedAt: null }
      : await listJobs(
          ports.control,
          {
            clientId,
            text: query.text,
            processors: processorsOf(query, ports.catalogue),
            condition: query.condition || undefined,
            order: query.order,
            after: query.after ?? undefined,
            limit: PAGE_SIZE,
          },
          now,
        );
  const { jobs } = found;
  // Figures outlive the run that they name.
  const kept = await keptRuns(
    ports.control,
    jobs.flatMap(({ figures }) => figures?.last?.runId ?? []),
  );
  const choosable = jobs.filter((job) => mayChoose(admin, job, ports));
  const table = <Table caption={t("Jobs")} columns={columnsFor(c, ports, now, kept, blackouts)} rows={jobs} lean />;

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
          <JobFilterForm
            query={query}
            catalogue={ports.catalogue}
            clients={clients}
            problems={named === undefined ? [{ field: "client", message: "There is no client with this key" }] : []}
          />
          {jobs.length === 0 ? (
            <Nothing query={query} more={found.next !== null} />
          ) : choosable.length === 0 ? (
            table
          ) : (
            <form method="get" action="/admin/jobs/bulk">
              <input type="hidden" name="back" value={reader.here} />
              {table}
              <BulkButtons mayPause={choosable.some((job) => mayEditJob(admin, subjectOf(job, ports)))} />
            </form>
          )}
          {found.lookedAt === null ? null : (
            <p class="soft">
              {t("{count} jobs were looked at for this page; there may be more behind them.", {
                count: found.lookedAt,
              })}
            </p>
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {query.after ? <a href={jobsAddress(query)}>{t("First page")}</a> : <span />}
            {found.next ? (
              <a href={jobsAddress(query, found.next)}>{found.lookedAt === null ? t("Next page") : t("Search on")}</a>
            ) : null}
          </nav>
        </>
      ),
    }),
  );
}

function subjectOf(job: ListedJob, ports: Ports) {
  return { clientId: job.clientId, processor: ports.catalogue.find(job.processor) };
}

/** Whether there is anything that this admin could do with a job. */
function mayChoose(admin: Admin, job: ListedJob, ports: Ports): boolean {
  const subject = subjectOf(job, ports);
  return mayStartSomewhere(admin, subject) || mayEditJob(admin, subject);
}

/** What can be done with the jobs that were ticked; the next page asks for the rest. */
function BulkButtons(props: { mayPause: boolean }) {
  const { t } = useReader();
  return (
    <p class="actions">
      <span class="soft">{t("With the jobs that are ticked:")}</span>
      <button class="button" name="do" value="start" type="submit">
        {t("Start")}
      </button>
      {props.mayPause ? (
        <>
          <button class="button" name="do" value="pause" type="submit">
            {t("Pause")}
          </button>
          <button class="button" name="do" value="resume" type="submit">
            {t("Resume")}
          </button>
        </>
      ) : null}
    </p>
  );
}

function Nothing(props: { query: JobQuery; more: boolean }) {
  const { t } = useReader();
  const { query, more } = props;
  const filtered = jobsAddress(query) !== "/admin/jobs";
  const words = more
    ? t("No job matches so far.")
    : filtered
      ? t("No job matches.")
      : query.after
        ? t("No more jobs.")
        : t("There is no job yet.");
  return (
    <div class="empty">
      <p>{words}</p>
    </div>
  );
}

function columnsFor(
  c: PageContext,
  ports: Ports,
  now: number,
  kept: ReadonlySet<number>,
  blackouts: readonly Blackout[],
): Column<ListedJob>[] {
  const { admin, reader } = c.var;
  const { t } = reader;
  const choice: Column<ListedJob> = {
    label: t("Choose"),
    unseenLabel: true,
    bare: true,
    cell: (job) =>
      mayChoose(admin, job, ports) ? (
        <input type="checkbox" name="job" value={String(job.id)} aria-labelledby={`j${job.id}`} />
      ) : null,
  };
  return [
    ...(admin.role === "read_only" ? [] : [choice]),
    {
      label: t("Job"),
      head: true,
      cell: (job) => (
        <>
          <a id={`j${job.id}`} href={`/admin/jobs/${job.id}`}>
            {job.name}
          </a>
          <small>
            <ProcessorName id={job.processor} processor={ports.catalogue.find(job.processor)} /> ·{" "}
            {jobClientWords(t, job, ports.catalogue.find(job.processor), () => job.clientName ?? `#${job.clientId}`)}
          </small>
        </>
      ),
    },
    { label: t("Schedule"), bare: true, cell: (job) => <Clock job={job} /> },
    {
      label: t("Next"),
      bare: true,
      cell: (job) => (
        <NextFire
          job={job}
          blackouts={blackouts}
          stopped={c.var.stop !== null}
          whose={onlyClient(admin) === undefined}
          now={now}
        />
      ),
    },
    {
      label: t("Newest runs"),
      bare: true,
      cell: (job) => (
        <Runs
          job={job}
          kept={kept}
          mayOpen={ports.catalogue.find(job.processor)?.scope === "client" || maySeeClient(admin, job.clientId)}
        />
      ),
    },
    {
      label: t("State"),
      bare: true,
      cell: (job) => <JobCondition job={job} />,
    },
  ];
}

function Clock(props: { job: ListedJob }) {
  const { t, locale, duration } = useReader();
  const { cron, timeZone, after, policies } = props.job;
  const retry =
    policies.attempts === 1
      ? t("no retry")
      : t("retry after {time}", { time: duration(policies.retryDelaySeconds * 1000) });
  if (cron === null) {
    return (
      <>
        {after ? (
          <a href={`/admin/jobs/${after.jobId}`}>{t("after another job")}</a>
        ) : (
          <span class="soft">{t("manual")}</span>
        )}
        <small>{retry}</small>
      </>
    );
  }
  const facts = [expressionWords(cron, locale), timeZone, retry];
  return (
    <>
      <code>{cron}</code>
      <small>{facts.filter((fact) => fact !== null).join(", ")}</small>
    </>
  );
}

/** The last 20 fates, the last run, and how long runs take. */
function Runs(props: { job: ListedJob; mayOpen: boolean; kept: ReadonlySet<number> }) {
  const { t, duration, relative } = useReader();
  const { figures } = props.job;
  if (!figures) return <span class="soft">{t("never")}</span>;
  const { last, fates, median, p95 } = figures;
  return (
    <>
      <FateBar fates={fates} />
      {last === null || median === null || p95 === null ? null : (
        <small>
          {props.mayOpen && props.kept.has(last.runId) ? (
            <a href={`/admin/runs/${last.runId}`}>{t(stateWords(last.state))}</a>
          ) : (
            t(stateWords(last.state))
          )}{" "}
          {relative(last.endedAt)}, {duration(last.took)};{" "}
          {t("median {median}, p95 {p95}", { median: duration(median), p95: duration(p95) })}
        </small>
      )}
    </>
  );
}
