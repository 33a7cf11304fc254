import { readHolidays } from "../../../administration/clients/clients.ts";
import { listBlackouts } from "../../../administration/pauses/blackouts.ts";
import { blackoutsOf } from "../../../administration/pauses/holds.ts";
import { readWarnings } from "../../../administration/plan/plan-warnings.ts";
import { listChanges } from "../../../control/audit-trail.ts";
import { readClient, systemTimeZone } from "../../../control/clients/clients.ts";
import { calendarOf } from "../../../control/jobs/calendar.ts";
import { type ListedJob, readListedJob } from "../../../control/jobs/job-list.ts";
import { type Job, listFollowers, readJob } from "../../../control/jobs/jobs.ts";
import { policyWords } from "../../../control/jobs/policies.ts";
import { readJobLooks, readQuietRanges } from "../../../control/quiet/quiet-ranges.ts";
import { type ListedRun, readRunPage } from "../../../control/runs/run-list.ts";
import { mayAudit, mayEditJob, maySeeJob, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { ParameterFacts } from "../../page/parameter-facts.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { jobClientWords } from "../parts/client-names.ts";
import { Durations } from "../parts/durations.tsx";
import { FateBar } from "../parts/fates.tsx";
import { page } from "../parts/layout.tsx";
import { ProcessorName } from "../parts/processor-name.tsx";
import { JobActions } from "./job-actions.tsx";
import { JobChanges } from "./job-changes.tsx";
import { JobHistory } from "./job-history.tsx";

import { JobLooks } from "./job-looks.tsx";
import { readJobFrom } from "./job-of-address.ts";
import { FireTable, type Idle, type ShownClock } from "./schedule/fire-table.tsx";
import { JobChain } from "./schedule/job-chain.tsx";
import { JobCondition } from "./schedule/job-condition.tsx";
import { PlanWarningNotice } from "./schedule/plan-warnings.tsx";
import { expressionWords } from "./schedule/schedule.tsx";

/** Runs in the history; the chart shows more. */
const HISTORY = 20;
const CHARTED = 50;
const CHANGES = 20;
const LOOKS = 10;

/** Fires to come that are shown. */
const FIRES = 20;

/** `/admin/jobs/:id`: one job with its schedule, how it fares, its newest runs and who changed it. */
export async function jobPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const { job, processor } = await readJobFrom(c, ports);
  const { control } = ports;
  const now = ports.now();
  const own = onlyClient(admin);
  const isOfClients = processor?.scope === "client";
  const zoneClientId = job.clientId || own || 0;
  const isPolling = processor?.quiet !== undefined;
  const [listed, client, systemZone, { runs }, before, followers, changes, holidays, blackouts, looks] =
    await Promise.all([
      readListedJob(control, job.id, own, now),
      zoneClientId === 0 ? null : readClient(control, zoneClientId),
      systemTimeZone(control),
      readRunPage(control, { jobId: job.id, clientId: own, limit: CHARTED }, now),
      job.after === null ? null : readJob(control, job.after.jobId),
      listFollowers(control, job.id),
      mayAudit(admin)
        ? listChanges(control, { of: { entity: "job", entityId: job.id }, clientId: own, limit: CHANGES })
        : [],
      job.cron?.toUpperCase().includes("C") ? readHolidays(ports, zoneClientId) : [],
      listBlackouts(control, now),
      isPolling && own === undefined ? readJobLooks(control, job.id, LOOKS) : [],
    ]);
  const quiet = isPolling && own !== undefined ? await readQuietRanges(control, { clientId: own, jobId: job.id }) : [];
  const forEach = job.clientId === 0 && isOfClients;
  const next = listed?.next ?? null;
  const zoneOfClient = forEach && own === undefined ? next?.timeZone : client?.timeZone;
  const zone = job.timeZone ?? (isOfClients || job.clientId !== 0 ? zoneOfClient : undefined) ?? systemZone;
  const warnings = await readWarnings(ports, job, zone, now);
  const calendar = calendarOf(forEach ? (next?.holidays ?? []) : holidays.map(({ day }) => day));
  const pause = listed?.pause ?? null;
  const idle: Idle | null =
    c.var.stop !== null
      ? "stopped"
      : !job.active
        ? "inactive"
        : client?.status === "inactive" && job.clientId !== 0
          ? "client"
          : pause && pause.until === null && !pause.partly
            ? "paused"
            : null;
  const maySee = (other: Job | null) => other !== null && maySeeJob(admin, other.clientId);
  const clientName = (run: ListedRun) =>
    run.clientId === 0 ? t("Platform") : (run.clientName ?? t("client {id}", { id: String(run.clientId) }));

  return c.html(
    page(c, ports, {
      title: job.name,
      section: "jobs",
      crumbs: [{ label: t("Jobs"), path: "/admin/jobs" }],
      lead: job.description || t.told(processor?.summary ?? ""),
      aside: <JobActions admin={admin} job={job} processor={processor} />,
      children: (
        <>
          {processor === null ? (
            <div class="notice bad">
              <p>
                {t("This release does not know the processor {id}. Its runs wait for a release that does.", {
                  id: job.processor,
                })}
              </p>
            </div>
          ) : null}
          <PlanWarningNotice warnings={warnings} />
          <div class="side">
            <section class="panel">
              <h2>{t("Schedule")}</h2>
              {pause === null ? null : (
                <Paused job={job} pause={pause} mayResume={mayEditJob(admin, { clientId: job.clientId, processor })} />
              )}
              <Schedule
                job={job}
                clock={{
                  zone,
                  first: forEach && own === undefined && job.timeZone === null ? (next?.clientName ?? null) : null,
                  options: { transitions: job.policies.transitions, ...(calendar ? { calendar } : {}) },
                  holds: {
                    pause: next?.pause ?? null,
                    blackouts: blackoutsOf(blackouts, next?.clientId ?? zoneClientId),
                  },
                  idle,
                }}
                now={now}
              />
            </section>
            <div>
              <section class="panel">
                <h2>{t("Details")}</h2>
                <dl class="facts">
                  {listed ? <Health listed={listed} /> : null}
                  <dt>{t("Processor")}</dt>
                  <dd>
                    <ProcessorName id={job.processor} processor={processor} />
                    {processor?.load === "heavy" ? <span class="tag">{t("heavy")}</span> : null}
                  </dd>
                  <dt>{t("Client")}</dt>
                  <dd>
                    {jobClientWords(
                      t,
                      job,
                      processor,
                      () => client?.name ?? t("client {id}", { id: String(job.clientId) }),
                    )}
                  </dd>
                  <dt>{t("Policies")}</dt>
                  <dd>{policyWords(job.policies).map(t.told).join(" ")}</dd>
                  <dt>{t("Last saved")}</dt>
                  <dd>
                    {reader.moment(job.updatedAt)} {reader.zone}
                    {job.updatedBy ? ` ${t("by {name}", { name: job.updatedBy })}` : ""}
                  </dd>
                </dl>
              </section>
              <JobChain job={job} before={maySee(before) ? before : null} followers={followers.filter(maySee)} />
              <section class="panel">
                <h2>{t("Parameters")}</h2>
                <ParameterFacts parameters={job.parameters} />
              </section>
            </div>
          </div>
          <h2>{t("Newest runs")}</h2>
          {runs.length === 0 ? (
            <div class="empty">
              <p>{t("It has not run yet.")}</p>
            </div>
          ) : (
            <>
              <JobHistory jobName={job.name} runs={runs.slice(0, HISTORY)} now={now} clientName={clientName} />
              <p>
                <a href={`/admin/runs?job=${job.id}`}>{t("All runs of this job")}</a>
              </p>
            </>
          )}
          {isPolling ? <JobLooks looks={looks} quiet={quiet.slice(0, LOOKS)} now={now} /> : null}
          <Durations runs={runs} now={now} />
          <JobChanges changes={changes} />
        </>
      ),
    }),
  );
}

/** How a job fares: its state, and the fates of its newest runs. */
function Health(props: { listed: ListedJob }) {
  const { t } = useReader();
  const { listed } = props;
  return (
    <>
      <dt>{t("State")}</dt>
      <dd>
        <JobCondition job={listed} />
      </dd>
      {listed.figures === null ? null : (
        <>
          <dt>{t("Newest runs")}</dt>
          <dd>
            <FateBar fates={listed.figures.fates} />
          </dd>
        </>
      )}
    </>
  );
}

/** Until when the job is paused and why, with the way to let it go on. */
function Paused(props: { job: Job; pause: NonNullable<ListedJob["pause"]>; mayResume: boolean }) {
  const { t, moment, zone } = useReader();
  const { job, pause, mayResume } = props;
  const until =
    pause.until === null
      ? t("Paused until an administrator resumes it")
      : t("Paused until {time} {zone}", { time: moment(pause.until), zone });
  return (
    <div class="notice warn">
      <p>
        {pause.partly ? `${t("For some clients:")} ` : ""}
        {until}
        {pause.note === "" ? "" : `: ${pause.note}`}
      </p>
      {!mayResume ? null : pause.partly ? (
        <p>
          <a href={`/admin/jobs/${job.id}/pause`}>{t("Which clients, and resume")}</a>
        </p>
      ) : (
        <form method="post" action={`/admin/jobs/${job.id}/resume`}>
          <button class="button" type="submit">
            {t("Resume")}
          </button>
        </form>
      )}
    </div>
  );
}

function Schedule(props: { job: Job; clock: Omit<ShownClock, "cron">; now: number }) {
  const { t, locale } = useReader();
  const { job, clock, now } = props;
  if (job.cron === null) {
    return <p>{job.after === null ? t("Started by hand only.") : t("Started by the end of another job.")}</p>;
  }
  return (
    <>
      <p>
        <code>{job.cron}</code>
        {job.active ? null : <span class="tag">{t("inactive: it does not fire")}</span>}
      </p>
      {expressionWords(job.cron, locale) === null ? (
        <p>{t("This release cannot read the expression. Edit the job and give it another.")}</p>
      ) : (
        <FireTable shown={{ ...clock, cron: job.cron }} count={FIRES} now={now} />
      )}
    </>
  );
}
