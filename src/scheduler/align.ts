import type { SQL } from "drizzle-orm";
import { systemTimeZone } from "../control/clients/clients.ts";
import { calendarOf } from "../control/jobs/calendar.ts";
import type { JobPolicies } from "../control/jobs/policies.ts";
import { skipUnstarted } from "../control/runs/transitions.ts";
import { clients, jobs, nodes } from "../control/schema.ts";
import type { Catalogue } from "../processors/catalogue.ts";
import type { Processor } from "../processors/contract.ts";
import { type Calendar, isZoneKnown, QuartzExpression } from "../quartz/index.ts";
import type { Database, Statement } from "../store/database.ts";
import { columns, type RowOf, select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { readEach, statement } from "../store/statement.ts";
import { withdrawOrphans } from "./edit.ts";
import { nextFire } from "./next-fire.ts";
import { lastTriggerId } from "./trigger-ids.ts";

/** What triggers depend on: of a job as it is, or as it is about to be saved. */
export interface TriggerSource {
  readonly jobId: number;
  readonly processor: string;
  readonly clientId: number;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly policies: Pick<JobPolicies, "transitions">;
  readonly active: boolean;
  readonly executeOnEachNode: boolean;
}

/** Where a job runs: a client in its zone, or a node, or the platform. */
interface Site {
  readonly clientId: number;
  readonly nodeId: string;
  readonly timeZone: string;
  readonly calendar?: Calendar | undefined;
}

/** The sites that exist now. */
export interface Sites {
  readonly clients: readonly {
    readonly id: number;
    readonly timeZone: string;
    readonly active: boolean;
    /** Local days that its calendar leaves out, for `C` in expressions. Default none. */
    readonly holidays?: readonly string[];
  }[];
  readonly nodes: readonly string[];
  readonly systemTimeZone: string;
  /** Every job that is not deleted, and the job that it follows, if any. */
  readonly chains: ReadonlyMap<number, number | null>;
}

const chainColumns = columns(jobs, ["id", "afterJobId"], "j");

const siteColumns = columns(clients, ["id", "timeZone", "status"]);

type SiteRow = RowOf<typeof siteColumns> & { readonly holidays: string };

/** Clients as sites, with the local days that the calendar of each leaves out. */
const clientSites = (rest: SQL) =>
  sql<SiteRow>`SELECT ${siteColumns}, (SELECT json_group_array(day) FROM calendars WHERE client_id = clients.id) AS holidays FROM clients ${rest}`;

interface SitesRead {
  readonly clients: readonly SiteRow[];
  readonly nodes: readonly { readonly id: string }[];
  readonly jobs: readonly RowOf<typeof chainColumns>[];
}

function toSites(read: SitesRead, systemZone: string): Sites {
  return {
    clients: read.clients.map(({ id, timeZone, status, holidays }) => ({
      id,
      timeZone,
      active: status === "active",
      holidays: JSON.parse(holidays) as string[],
    })),
    nodes: read.nodes.map(({ id }) => id),
    systemTimeZone: systemZone,
    chains: new Map(read.jobs.map(({ id, afterJobId }) => [id, afterJobId])),
  };
}

/**
 * What a form's check asks of the sites, without reading those it does not name: the client, and the jobs that stand before the one
 * that it follows. Enough for `checkJob`, not for {@link alignTriggers}.
 */
export async function readSitesOf(
  control: Database,
  named: { readonly clientId: number; readonly afterJobId: number | null },
): Promise<Sites> {
  const [foundClients, foundNodes, foundJobs] = await readEach(control, [
    clientSites(sql`WHERE id = ${named.clientId}`),
    select(nodes, ["id"], sql`ORDER BY id`),
    // UNION leaves out what is there already, so a circle ends.
    sql<
      RowOf<typeof chainColumns>
    >`WITH RECURSIVE chain(id) AS (SELECT ${named.afterJobId} UNION SELECT j.after_job_id FROM chain JOIN jobs j ON j.id = chain.id)
      SELECT ${chainColumns} FROM chain CROSS JOIN jobs j ON j.id = chain.id WHERE j.deleted_at IS NULL`,
  ]);
  return toSites({ clients: foundClients, nodes: foundNodes, jobs: foundJobs }, await systemTimeZone(control));
}

/** Reads all clients and nodes: an administrator's act, not the tick's. */
export async function readSites(control: Database): Promise<Sites> {
  const [foundClients, foundNodes, foundJobs] = await readEach(control, [
    clientSites(sql`ORDER BY id`),
    select(nodes, ["id"], sql`ORDER BY id`),
    select(jobs, ["id", "afterJobId"], sql`WHERE deleted_at IS NULL`),
  ]);
  return toSites({ clients: foundClients, nodes: foundNodes, jobs: foundJobs }, await systemTimeZone(control));
}

/** True in SQL of a row of `jobs` without a trigger of client 0, which every job but those for clients keeps until it is deleted, or one on each node. */
export const hasNoPlatformTrigger: SQL = sql`execute_on_each_node = 0
  AND NOT EXISTS (SELECT 1 FROM triggers WHERE triggers.job_id = jobs.id AND triggers.client_id = 0)`;

/**
 * Whether a job runs for clients: as its processor says, or, where this release lacks that, as its triggers do.
 *
 * @param byTriggers jobs for which {@link hasNoPlatformTrigger} is true
 */
export function runsForClients(
  job: { readonly id: number; readonly processor: string },
  catalogue: Catalogue,
  byTriggers: readonly { readonly id: number }[],
): boolean {
  const processor = catalogue.find(job.processor);
  return processor ? processor.scope === "client" : byTriggers.some(({ id }) => id === job.id);
}

/** Where a job of this processor has triggers. @param processor null: this release lacks it, and the job is none for clients */
export function sitesOf(source: TriggerSource, processor: Processor | null, sites: Sites): Site[] {
  if (processor?.scope === "client") {
    return sites.clients
      .filter((client) => client.active && (source.clientId === 0 || client.id === source.clientId))
      .map(({ id, timeZone, holidays }) => ({
        clientId: id,
        nodeId: "",
        timeZone: source.timeZone ?? timeZone,
        calendar: calendarOf(holidays ?? null),
      }));
  }
  const timeZone = source.timeZone ?? sites.systemTimeZone;
  if (processor?.scope !== "global" && source.executeOnEachNode) {
    return sites.nodes.map((nodeId) => ({ clientId: 0, nodeId, timeZone }));
  }
  return [{ clientId: 0, nodeId: "", timeZone }];
}

/** A job as {@link alignClient} needs it. */
export type ClientJob = Omit<TriggerSource, "clientId">;

/**
 * The statements that bring one client's triggers of several jobs in step with the client, and leaves other clients' alone: each
 * goes on from now. What lies ahead is withdrawn before ({@link ./edit.ts}).
 *
 * @param client as it is about to be; it is served by each of the jobs
 * @param now ms
 */
export function alignClient(
  client: { readonly id: number; readonly timeZone: string; readonly holidays: readonly string[] },
  jobs: readonly ClientJob[],
  now: number,
): Statement[] {
  const json = JSON.stringify(
    jobs.map((job) => {
      const timeZone = job.timeZone ?? client.timeZone;
      return { jobId: job.jobId, timeZone, next: nextFire({ ...job, timeZone, holidays: client.holidays }, now) };
    }),
  );
  const insert =
    statement(sql`INSERT INTO triggers (id, job_id, client_id, node_id, revision, time_zone, next_fire_at, last_fated_at, created_at, updated_at)
      SELECT ${lastTriggerId(sql`(value ->> 'jobId')`)} + 1, value ->> 'jobId', ${client.id}, '', 1, value ->> 'timeZone', value ->> 'next', ${now}, ${now}, ${now} FROM json_each(${json}) WHERE true
      ${goOn}`);
  const sites = jobs.map(({ jobId }) => ({ jobId, clientId: client.id, nodeId: "" }));
  return [...withdrawOrphans(sites, now), insert];
}

/** A trigger that is there already goes on from now. */
const goOn = sql`ON CONFLICT (job_id, client_id, node_id) DO UPDATE SET revision = revision + 1, time_zone = excluded.time_zone,
  next_fire_at = excluded.next_fire_at, last_fated_at = excluded.last_fated_at, skipping_from = NULL, skipping_reason = NULL,
  quiet_group_id = NULL, quiet_from = NULL, updated_at = excluded.updated_at`;

/**
 * The statements that bring a job's triggers in step with the job, the clients and the nodes: `revision` is raised, `next_fire_at`
 * is set from now; triggers without a site go, and what had come due there and not started is skipped. What lies ahead is
 * withdrawn before ({@link ./edit.ts}). One batch with whatever changed the job. `job` stands for the id of one that the same batch inserts.
 *
 * @param now ms
 */
export function alignTriggers(
  source: TriggerSource,
  catalogue: Catalogue,
  sites: Sites,
  now: number,
  job?: SQL,
): Statement[] {
  const expression = source.cron === null || !source.active ? null : QuartzExpression.parse(source.cron);
  const nextByZone = new Map<string, number | null>();
  const next = ({ timeZone, calendar }: Site) => {
    const options = { transitions: source.policies.transitions };
    // As nextFire has it: the trigger of a zone that this host does not know stays due.
    if (expression !== null && !isZoneKnown(timeZone)) return now;
    if (calendar) return expression?.next(now, timeZone, { ...options, calendar }) ?? null;
    let found = nextByZone.get(timeZone);
    if (found === undefined) {
      found = expression?.next(now, timeZone, options) ?? null;
      nextByZone.set(timeZone, found);
    }
    return found;
  };
  const wanted = sitesOf(source, catalogue.find(source.processor), sites).map((site) => ({
    clientId: site.clientId,
    nodeId: site.nodeId,
    timeZone: site.timeZone,
    next: next(site),
  }));
  const json = JSON.stringify(wanted);
  const elsewhere = (table: SQL) => sql`NOT EXISTS (SELECT 1 FROM json_each(${json})
    WHERE value ->> 'clientId' = ${table}.client_id AND value ->> 'nodeId' = ${table}.node_id)`;
  const id = job ?? sql`${source.jobId}`;
  const insert =
    statement(sql`INSERT INTO triggers (id, job_id, client_id, node_id, revision, time_zone, next_fire_at, last_fated_at, created_at, updated_at)
      SELECT ${lastTriggerId(id)} + row_number() OVER (), ${id}, value ->> 'clientId', value ->> 'nodeId', 1, value ->> 'timeZone', value ->> 'next', ${now}, ${now}, ${now}
      FROM json_each(${json}) WHERE true
      ${goOn}`);
  if (job) return [insert];
  return [
    skipUnstarted(
      sql`job_id = ${source.jobId} AND ${elsewhere(sql`runs`)}`,
      { reason: "not_served", message: "The job no longer serves this client or node" },
      now,
    ),
    statement(sql`DELETE FROM triggers WHERE job_id = ${source.jobId} AND ${elsewhere(sql`triggers`)}`),
    ...withdrawOrphans(
      wanted.map(({ clientId, nodeId }) => ({ jobId: source.jobId, clientId, nodeId })),
      now,
    ),
    insert,
  ];
}
