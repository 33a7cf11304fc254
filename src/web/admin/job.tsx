import { listClients, systemTimeZone } from "../../control/clients.ts";
import type { Job } from "../../control/jobs.ts";
import { policyWords } from "../../control/policies.ts";
import { listRuns } from "../../control/runs.ts";
import { mayEditJob, mayStartSomewhere, onlyClient } from "../access.ts";
import type { PageContext } from "../environment.ts";
import type { Ports } from "../ports.ts";
import { localTime } from "../time.tsx";
import { clientNames, jobClientWords } from "./client-names.ts";
import { readJobFrom } from "./job-of-address.ts";
import { page } from "./layout.tsx";
import { RunTable } from "./run-table.tsx";
import { expressionWords, ScheduleWords } from "./schedule.tsx";

/** `/admin/jobs/:id`: one job with its schedule, parameters and newest runs. */
export async function jobPage(c: PageContext, ports: Ports) {
  const { admin } = c.var;
  const { job, processor } = await readJobFrom(c, ports);
  const now = ports.now();
  const own = onlyClient(admin);
  const [clients, runs, systemZone] = await Promise.all([
    listClients(ports.control),
    listRuns(ports.control, { jobId: job.id, clientId: own, limit: 10 }),
    systemTimeZone(ports.control),
  ]);
  const clientName = clientNames(clients);
  const path = `/admin/jobs/${job.id}`;
  const subject = { clientId: job.clientId, processor };
  const zoneClient = clients.find(({ id }) => id === (job.clientId || own));
  const forEach = job.clientId === 0 && processor?.scope === "client" && job.timeZone === null;

  return c.html(
    page(c, ports, {
      title: job.name,
      section: "jobs",
      crumbs: [{ label: "Jobs", path: "/admin/jobs" }],
      lead: job.description || processor?.summary,
      aside: (
        <>
          {mayStartSomewhere(admin, subject) ? (
            <a class="button primary" href={`${path}/start`}>
              Start
            </a>
          ) : null}
          {mayEditJob(admin, subject) ? (
            <>
              <a class="button" href={`${path}/edit`}>
                Edit
              </a>
              <a class="button danger" href={`${path}/delete`}>
                Delete
              </a>
            </>
          ) : null}
        </>
      ),
      children: (
        <>
          {processor === null ? (
            <div class="notice bad">
              <p>This release does not know the processor {job.processor}. Its runs wait for a release that does.</p>
            </div>
          ) : null}
          <div class="side">
            <section class="panel">
              <h2>Schedule</h2>
              {job.cron === null ? (
                <p>Started by hand only.</p>
              ) : (
                <>
                  <p>
                    <code>{job.cron}</code>
                    {job.active ? null : <span class="tag">inactive: it does not fire</span>}
                  </p>
                  {expressionWords(job.cron) === null ? (
                    <p>This release cannot read the expression. Edit the job and give it another.</p>
                  ) : (
                    <ScheduleWords
                      now={now}
                      schedule={{
                        cron: job.cron,
                        zone: job.timeZone ?? zoneClient?.timeZone ?? systemZone,
                        transitions: job.policies.transitions,
                      }}
                      zoneNote={forEach && own === undefined ? "each client in its own zone" : undefined}
                    />
                  )}
                </>
              )}
            </section>
            <section class="panel">
              <h2>Details</h2>
              <dl class="facts">
                <dt>Processor</dt>
                <dd>
                  {job.processor}
                  {processor?.load === "heavy" ? <span class="tag">heavy</span> : null}
                </dd>
                <dt>Client</dt>
                <dd>{jobClientWords(job, processor, clientName)}</dd>
                <dt>Policies</dt>
                <dd>{policyWords(job.policies).join(" ")}</dd>
                <dt>Last saved</dt>
                <dd>
                  {localTime(job.updatedAt, "UTC")} UTC{job.updatedBy ? ` by ${job.updatedBy}` : ""}
                </dd>
              </dl>
            </section>
            <section class="panel">
              <h2>Parameters</h2>
              <Parameters job={job} />
            </section>
          </div>
          <h2>Newest runs</h2>
          {runs.length === 0 ? (
            <div class="empty">
              <p>It has not run yet.</p>
            </div>
          ) : (
            <>
              <RunTable
                caption={`Newest runs of ${job.name}`}
                runs={runs}
                now={now}
                clientName={clientName}
                withoutJob
              />
              <p>
                <a href={`/admin/runs?job=${job.id}`}>All runs of this job</a>
              </p>
            </>
          )}
        </>
      ),
    }),
  );
}

function Parameters(props: { job: Job }) {
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
              <span class="soft">none</span>
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
