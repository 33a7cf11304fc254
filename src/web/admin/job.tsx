import { listClients, systemTimeZone } from "../../control/clients.ts";
import type { Job } from "../../control/jobs.ts";
import { policyWords } from "../../control/policies.ts";
import { listRuns } from "../../control/runs.ts";
import { mayEditJob, mayStartSomewhere, onlyClient } from "../access.ts";
import type { PageContext } from "../environment.ts";
import type { Ports } from "../ports.ts";
import { useReader } from "../reader.ts";
import { clientNames, jobClientWords } from "./client-names.ts";
import { readJobFrom } from "./job-of-address.ts";
import { page } from "./layout.tsx";
import { RunTable } from "./run-table.tsx";
import { expressionWords, ScheduleWords } from "./schedule.tsx";

/** `/admin/jobs/:id`: one job with its schedule, parameters and newest runs. */
export async function jobPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t, locale } = reader;
  const { job, processor } = await readJobFrom(c, ports);
  const now = ports.now();
  const own = onlyClient(admin);
  const [clients, runs, systemZone] = await Promise.all([
    listClients(ports.control),
    listRuns(ports.control, { jobId: job.id, clientId: own, limit: 10 }),
    systemTimeZone(ports.control),
  ]);
  const clientName = clientNames(t, clients);
  const path = `/admin/jobs/${job.id}`;
  const subject = { clientId: job.clientId, processor };
  const zoneClient = clients.find(({ id }) => id === (job.clientId || own));
  const forEach = job.clientId === 0 && processor?.scope === "client" && job.timeZone === null;

  return c.html(
    page(c, ports, {
      title: job.name,
      section: "jobs",
      crumbs: [{ label: t("Jobs"), path: "/admin/jobs" }],
      lead: job.description || t.told(processor?.summary ?? ""),
      aside: (
        <>
          {mayStartSomewhere(admin, subject) ? (
            <a class="button primary" href={`${path}/start`}>
              {t("Start")}
            </a>
          ) : null}
          {mayEditJob(admin, subject) ? (
            <>
              <a class="button" href={`${path}/edit`}>
                {t("Edit")}
              </a>
              <a class="button danger" href={`${path}/delete`}>
                {t("Delete")}
              </a>
            </>
          ) : null}
        </>
      ),
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
          <div class="side">
            <section class="panel">
              <h2>{t("Schedule")}</h2>
              {job.cron === null ? (
                <p>{t("Started by hand only.")}</p>
              ) : (
                <>
                  <p>
                    <code>{job.cron}</code>
                    {job.active ? null : <span class="tag">{t("inactive: it does not fire")}</span>}
                  </p>
                  {expressionWords(job.cron, locale) === null ? (
                    <p>{t("This release cannot read the expression. Edit the job and give it another.")}</p>
                  ) : (
                    <ScheduleWords
                      now={now}
                      schedule={{
                        cron: job.cron,
                        zone: job.timeZone ?? zoneClient?.timeZone ?? systemZone,
                        transitions: job.policies.transitions,
                      }}
                      zoneNote={forEach && own === undefined ? t("each client in its own zone") : undefined}
                    />
                  )}
                </>
              )}
            </section>
            <section class="panel">
              <h2>{t("Details")}</h2>
              <dl class="facts">
                <dt>{t("Processor")}</dt>
                <dd>
                  {job.processor}
                  {processor?.load === "heavy" ? <span class="tag">{t("heavy")}</span> : null}
                </dd>
                <dt>{t("Client")}</dt>
                <dd>{jobClientWords(t, job, processor, clientName)}</dd>
                <dt>{t("Policies")}</dt>
                <dd>{policyWords(job.policies).map(t.told).join(" ")}</dd>
                <dt>{t("Last saved")}</dt>
                <dd>
                  {reader.moment(job.updatedAt)} {reader.zone}
                  {job.updatedBy ? ` ${t("by {name}", { name: job.updatedBy })}` : ""}
                </dd>
              </dl>
            </section>
            <section class="panel">
              <h2>{t("Parameters")}</h2>
              <Parameters job={job} />
            </section>
          </div>
          <h2>{t("Newest runs")}</h2>
          {runs.length === 0 ? (
            <div class="empty">
              <p>{t("It has not run yet.")}</p>
            </div>
          ) : (
            <>
              <RunTable
                caption={t("Newest runs of {job}", { job: job.name })}
                runs={runs}
                now={now}
                clientName={clientName}
                withoutJob
              />
              <p>
                <a href={`/admin/runs?job=${job.id}`}>{t("All runs of this job")}</a>
              </p>
            </>
          )}
        </>
      ),
    }),
  );
}

function Parameters(props: { job: Job }) {
  const { t } = useReader();
  const entries = Object.entries(props.job.parameters);
  return (
    <dl class="facts">
      {entries.map(([name, value]) => (
        <>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            {value === null ? (
              <span class="soft">{t("none")}</span>
            ) : typeof value === "string" ? (
              value
            ) : (
              JSON.stringify(value)
            )}
          </dd>
        </>
      ))}
    </dl>
  );
}
