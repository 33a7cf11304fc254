import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { among, columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, readEach, statement } from "../../store/statement.ts";
import { jobs } from "../schema.ts";
import { readPolicies } from "./policies.ts";

/** A stored job with its clock in force for one client, as the plan looks at it. Instants in ms. */
export interface PlannedJob {
  readonly jobId: number;
  readonly name: string;
  readonly processor: string;
  readonly load: "light" | "heavy";
  readonly cron: string;
  /** The zone in force. */
  readonly timeZone: string;
  readonly transitions: "safe" | "quartz";
  /** Local days that the client's calendar leaves out, for `C`. */
  readonly holidays: readonly string[];
  /** The clock starts nothing before this instant; null: it is not paused. */
  readonly pausedUntil: number | null;
}

/** A job that follows another one instead of a clock. */
export interface FollowingJob {
  readonly jobId: number;
  readonly name: string;
  readonly afterJobId: number;
}

/** Jobs of a client that one look at its plan takes at most. */
export const PLANNED_AT_MOST = 200;

const systemZone = sql`coalesce((SELECT value ->> '$' FROM settings WHERE client_id = 0 AND key = 'systemTimeZone'), 'UTC')`;

/** Of a job `j`, for {@link toPlanned}. */
const planned = columns(jobs, ["id", "name", "processor", "load", "cron", "policies"], "j");

/** The days that a client's calendar leaves out, JSON. */
const holidaysOf = (clientId: number) =>
  sql`(SELECT json_group_array(day) FROM calendars WHERE client_id = ${clientId})`;

interface PlannedRow extends RowOf<typeof planned> {
  readonly pausedUntil: number | null;
  /** The zone in force. */
  readonly timeZone: string;
  readonly holidays: string;
}

function toPlanned({ id, cron, policies, holidays, pausedUntil, ...row }: PlannedRow, now: number): PlannedJob {
  return {
    ...row,
    jobId: id,
    cron: cron ?? "",
    transitions: readPolicies(policies).transitions,
    holidays: JSON.parse(holidays) as string[],
    pausedUntil: pausedUntil !== null && pausedUntil > now ? pausedUntil : null,
  };
}

/** Which jobs {@link readNeighbours} looks for beside the one that is being saved. */
export interface NeighbourFilter {
  /** 0: those for all clients, and the platform's. */
  readonly clientId: number;
  /** The job itself, which is left out; null for a new one. */
  readonly jobId: number | null;
  /** Heavy jobs are asked for. */
  readonly heavy: boolean;
  /** Jobs of these processors too. */
  readonly processors: readonly string[];
}

/** The statement behind {@link readNeighbours}: jobs by client, at most {@link PLANNED_AT_MOST}. */
export function neighboursStatement(filter: NeighbourFilter): Statement {
  return statement(neighbours(filter));
}

function neighbours({ clientId, jobId, heavy, processors }: NeighbourFilter): SQL {
  return sql`SELECT ${planned}, NULL AS "pausedUntil",
      coalesce(j.time_zone, (SELECT time_zone FROM clients WHERE id = ${clientId}), ${systemZone}) AS "timeZone",
      ${holidaysOf(clientId)} AS holidays
    FROM jobs j
    WHERE j.client_id IN (0, ${clientId}) AND j.deleted_at IS NULL AND j.active = 1 AND j.cron IS NOT NULL AND j.id <> ${jobId ?? 0}
      AND ((j.load = 'heavy' AND ${heavy}) OR j.processor IN ${among(processors)})
    ORDER BY j.id LIMIT ${PLANNED_AT_MOST}`;
}

/** Active jobs with a clock that serve the same client, as far as they can be in the way of one that is being saved. */
export async function readNeighbours(control: Database, filter: NeighbourFilter): Promise<PlannedJob[]> {
  const rows = await read<PlannedRow>(control, neighbours(filter));
  return rows.map((row) => toPlanned(row, 0));
}

/** The statements behind {@link readPlan}: a client's triggers by index, one line for each job; those that follow another. */
export function planStatements(clientId: number): readonly Statement[] {
  return planQueries(clientId).map(statement);
}

function planQueries(clientId: number) {
  const serving = sql`FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
    WHERE t.client_id = ${clientId} AND j.deleted_at IS NULL AND j.active = 1`;
  return [
    sql<PlannedRow>`SELECT ${planned}, min(coalesce(t.paused_until, 0)) AS "pausedUntil", t.time_zone AS "timeZone",
        ${holidaysOf(clientId)} AS holidays
      ${serving} AND j.cron IS NOT NULL GROUP BY j.id ORDER BY j.id LIMIT ${PLANNED_AT_MOST + 1}`,
    sql<FollowingJob>`SELECT j.id AS "jobId", j.name, j.after_job_id AS "afterJobId" ${serving} AND j.after_job_id IS NOT NULL
      GROUP BY j.id ORDER BY j.id LIMIT ${PLANNED_AT_MOST}`,
  ] as const;
}

/** The active jobs that serve a client (0: the platform), in one batch. `complete`: there are no more than those. */
export async function readPlan(
  control: Database,
  clientId: number,
  now: number,
): Promise<{ jobs: readonly PlannedJob[]; following: readonly FollowingJob[]; complete: boolean }> {
  const [clocks, following] = await readEach(control, planQueries(clientId));
  return {
    jobs: clocks.slice(0, PLANNED_AT_MOST).map((row) => toPlanned(row, now)),
    following,
    complete: clocks.length <= PLANNED_AT_MOST,
  };
}
