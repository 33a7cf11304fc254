import { type Blackout, listBlackouts } from "../../../administration/pauses/blackouts.ts";
import {
  COMPARED_AT_MOST,
  type FrequentJob,
  type Plan,
  type PlannedFire,
  planOf,
} from "../../../administration/plan/plan.ts";
import { systemTimeZone } from "../../../control/clients/clients.ts";
import { type FollowingJob, PLANNED_AT_MOST, readPlan } from "../../../control/jobs/planned-jobs.ts";
import { isZoneKnown, zoneFlaws } from "../../../quartz/index.ts";
import { knownZone } from "../../../time/day.ts";
import { maySeeClient, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { Identifier } from "../../page/identifier.tsx";
import { notFound, require } from "../../page/page-error.ts";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Relative } from "../../reader/time.tsx";
import { clockTime, localTime } from "../../reader/time-words.ts";
import { holdWords } from "../jobs/schedule/fire-table.tsx";
import { JobLink, WarningList } from "../jobs/schedule/plan-warnings.tsx";
import { page } from "../parts/layout.tsx";
import { ClientFilter, namedClient, offeredClients } from "../parts/named-client.tsx";
import { ZoneFlaws } from "../parts/zone-flaws.tsx";
import { PlanLine } from "./plan-line.tsx";

/** Lines of the table at most. */
const ROWS = 200;

/**
 * `/admin/plan?client=7`: the next 24 hours of a client's jobs, and what is wrong with their times (handbook, manager: plan and
 * warnings).
 */
export async function planPage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  const now = ports.now();
  const only = onlyClient(c.var.admin);
  const { list } = await offeredClients(ports.control, only ?? 0, new URLSearchParams());
  const active = list?.filter(({ status }) => status === "active") ?? null;
  const asked = c.req.query("client");
  const first = active?.[0] ?? (only === undefined ? 0 : list?.[0]);
  const named = asked === undefined ? first : await namedClient(ports.control, asked);
  const client = typeof named === "object" ? named : null;
  const clientId = client?.id ?? 0;
  require(named !== undefined && maySeeClient(c.var.admin, clientId), notFound("client"));
  const [{ jobs, following, complete }, blackouts, systemZone] = await Promise.all([
    readPlan(ports.control, clientId, now),
    listBlackouts(ports.control, now, clientId),
    systemTimeZone(ports.control),
  ]);
  const inForce = client?.timeZone ?? systemZone;
  const zone = knownZone(inForce);
  const plan = planOf(jobs, ports.catalogue, now);
  const zones = new Set([inForce, ...jobs.map(({ timeZone }) => timeZone)]);
  const flaws = zoneFlaws().filter((flaw) => zones.has(flaw.zone));
  return c.html(
    page(c, ports, {
      title: t("Plan"),
      section: "plan",
      lead: t("The next 24 hours by the clock, and where times are in each other's way. Starts by hand are not in it."),
      children: (
        <>
          {only === undefined ? (
            <ClientFilter
              action="/admin/plan"
              value={list === null ? (client?.key ?? "") : String(clientId)}
              clients={active && client?.status !== "active" ? [...active, ...(client ? [client] : [])] : active}
              none={t("Platform")}
            />
          ) : null}
          {client === null || client.status === "active" ? null : (
            <p class="notice warn">
              {t.rich("{client} is not active: nothing of this runs before it is started.", {
                client: <a href={`/admin/clients/${client.id}`}>{client.name}</a>,
              })}
            </p>
          )}
          {complete ? null : (
            <p class="notice warn">
              {t("This client has more than {count} jobs with a clock; the plan looks at the first {count}.", {
                count: PLANNED_AT_MOST,
              })}
            </p>
          )}
          <ZoneFlaws flaws={flaws} />
          {isZoneKnown(inForce) ? null : (
            <p class="notice warn">
              {t("This host does not know the time zone {zone}; times stand in UTC, and what fires in it waits.", {
                zone: inForce,
              })}
            </p>
          )}
          <Concerns plan={plan} />
          <NextDay plan={plan} now={now} zone={zone} blackouts={blackouts} stopped={c.var.stop !== null} />
          <Followers following={following} names={new Map(jobs.map(({ jobId, name }) => [jobId, name]))} />
        </>
      ),
    }),
  );
}

/** Heavy jobs that meet, orders that are contradicted, surprises of the next changes of clocks. */
function Concerns(props: { plan: Plan }) {
  const { t, locale } = useReader();
  const { plan } = props;
  const none = plan.meetings.length + plan.contradictions.length + plan.surprises.length + plan.unreadable.length === 0;
  return (
    <section>
      <h2>{t("What to look at")}</h2>
      {none ? (
        <p class="notice good">
          {t("No heavy jobs meet, the order holds, and no change of clocks within four weeks concerns a job.")}
        </p>
      ) : null}
      {plan.contradictions.length > 0 ? (
        <div class="notice warn">
          <h3>{t("Order of jobs")}</h3>
          <WarningList meetings={[]} contradictions={plan.contradictions} />
        </div>
      ) : null}
      {plan.meetings.length > 0 ? (
        <div class="notice warn">
          <h3>{t("Heavy jobs within 15 minutes")}</h3>
          <WarningList meetings={plan.meetings} contradictions={[]} />
        </div>
      ) : null}
      {plan.surprises.length > 0 ? (
        <div class="notice">
          <h3>{t("Changes of clocks within four weeks")}</h3>
          <ul>
            {plan.surprises.slice(0, 20).map(({ job, messages }) => (
              <li>
                <JobLink job={job} />: {messages[locale]}.
              </li>
            ))}
            {plan.surprises.length > 20 ? (
              <li>{t("and {count} more", { count: plan.surprises.length - 20 })}</li>
            ) : null}
          </ul>
        </div>
      ) : null}
      {plan.unreadable.length > 0 ? (
        <div class="notice bad">
          <p>{t("This release cannot read the expression of these jobs, so they are not in the plan:")}</p>
          <ul>
            {plan.unreadable.map((job) => (
              <li>
                <JobLink job={job} />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {plan.comparedAll ? null : (
        <p class="soft small">
          {t("These are many jobs: only the first {count} heavy ones, and not every order, were looked at.", {
            count: COMPARED_AT_MOST,
          })}
        </p>
      )}
    </section>
  );
}

function NextDay(props: { plan: Plan; now: number; zone: string; blackouts: readonly Blackout[]; stopped: boolean }) {
  const { t, locale } = useReader();
  const { plan, now, zone, blackouts, stopped } = props;
  if (plan.fires.length + plan.frequent.length === 0) {
    return (
      <div class="empty">
        <p>{t("Nothing is planned for the next 24 hours.")}</p>
      </div>
    );
  }
  const columns: readonly Column<PlannedFire>[] = [
    {
      label: t("Time in {zone}", { zone }),
      cell: ({ at }) => (
        <>
          <time datetime={new Date(at).toISOString()} title={new Date(at).toISOString()} class="number">
            {localTime(at, zone, locale)}
          </time>
          <small>
            <Relative at={at} now={now} />
          </small>
        </>
      ),
    },
    {
      label: t("Job"),
      head: true,
      cell: ({ job }) => (
        <>
          <JobLink job={job} />
          <small>
            <Identifier name={job.processor} />
          </small>
        </>
      ),
    },
    { label: t("Load"), cell: ({ job }) => (job.load === "heavy" ? t("heavy") : t("light")) },
    { label: t("Note"), cell: (fire) => <Marks fire={fire} plan={plan} blackouts={blackouts} stopped={stopped} /> },
  ];
  return (
    <section>
      <h2>{t("The next 24 hours")}</h2>
      <PlanLine plan={plan} now={now} zone={zone} blackouts={blackouts} stopped={stopped} />
      {plan.fires.length === 0 ? null : (
        <Table caption={t("The next 24 hours")} columns={columns} rows={plan.fires.slice(0, ROWS)} />
      )}
      {plan.fires.length > ROWS ? (
        <p>{t("The table shows the first {count} of {all} fires.", { count: ROWS, all: plan.fires.length })}</p>
      ) : null}
      <Frequent frequent={plan.frequent} zone={zone} stopped={stopped} />
    </section>
  );
}

/** What is special about one fire. */
function Marks(props: { fire: PlannedFire; plan: Plan; blackouts: readonly Blackout[]; stopped: boolean }) {
  const { t } = useReader();
  const { fire, plan, blackouts } = props;
  const { job, at } = fire;
  const pause = job.pausedUntil === null ? null : { until: job.pausedUntil, note: "" };
  const held = holdWords(t, { pause, blackouts }, at);
  const met = plan.meetings.flatMap(({ one, other, oneAt, otherAt }) =>
    one === job && oneAt === at ? [other.name] : other === job && otherAt === at ? [one.name] : [],
  );
  const needs = plan.contradictions
    .filter(({ later, laterAt }) => later === job && laterAt === at)
    .map(({ earlier }) => earlier.name);
  const marks = [
    ...(props.stopped ? [t("would fire: everything is stopped")] : []),
    ...(held === "" ? [] : [held]),
    ...(met.length > 0 ? [t("meets {names}", { names: met.join(", ") })] : []),
    ...(needs.length > 0 ? [t("ahead of {names}", { names: needs.join(", ") })] : []),
  ];
  return <>{marks.join("; ")}</>;
}

/** Jobs that fire too often for a line each. */
function Frequent(props: { frequent: readonly FrequentJob[]; zone: string; stopped: boolean }) {
  const { t } = useReader();
  const { frequent, zone } = props;
  if (frequent.length === 0) return null;
  return (
    <>
      <h3>{t("Often within the day")}</h3>
      <ul>
        {frequent.map(({ job, first, last, count }) => (
          <li>
            <JobLink job={job} />:{" "}
            {t("{count} times, from {first} to {last}", {
              count,
              first: clockTime(first, zone),
              last: clockTime(last, zone),
            })}
            {job.load === "heavy" ? <span class="tag">{t("heavy")}</span> : null}
            {props.stopped ? <span class="tag">{t("would fire: everything is stopped")}</span> : null}
            {job.pausedUntil === null ? null : <span class="tag">{t("paused")}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Jobs that follow another one instead of a clock. */
function Followers(props: { following: readonly FollowingJob[]; names: ReadonlyMap<number, string> }) {
  const { t } = useReader();
  const { following, names } = props;
  if (following.length === 0) return null;
  return (
    <section>
      <h2>{t("After another job")}</h2>
      <ul>
        {following.map(({ jobId, name, afterJobId }) => (
          <li>
            {t.rich("{job} starts when {other} has ended.", {
              job: <a href={`/admin/jobs/${jobId}`}>{name}</a>,
              other: (
                <a href={`/admin/jobs/${afterJobId}`}>
                  {names.get(afterJobId) ?? t("job {id}", { id: String(afterJobId) })}
                </a>
              ),
            })}
          </li>
        ))}
      </ul>
    </section>
  );
}
