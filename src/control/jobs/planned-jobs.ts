import type { Row } from "@libsql/client";
import type { Database, Statement } from "../../store/database.ts";
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

const systemZone =
  "coalesce((SELECT value ->> '$' FROM settings WHERE client_id = 0 AND key = 'systemTimeZone'), 'UTC')";

function toPlanned(row: Row, now: number): PlannedJob {
  const pausedUntil = row.paused_until === null ? null : Number(row.paused_until);
  return {
    jobId: Number(row.id),
    name: String(row.name),
    processor: String(row.processor),
    load: row.load === "heavy" ? "heavy" : "light",
    cron: String(row.cron),
    timeZone: String(row.zone),
    transitions: readPolicies(String(row.policies)).transitions,
    holidays: JSON.parse(String(row.holidays)) as string[],
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
export function neighboursStatement({ clientId, jobId, heavy, processors }: NeighbourFilter): Statement {
  return {
    sql: `SELECT j.id, j.name, j.processor, j.load, j.cron, j.policies, NULL AS paused_until,
        coalesce(j.time_zone, (SELECT time_zone FROM clients WHERE id = ?1), ${systemZone}) AS zone,
        (SELECT json_group_array(day) FROM calendars WHERE client_id = ?1) AS holidays
      FROM jobs j
      WHERE j.client_id IN (0, ?1) AND j.deleted_at IS NULL AND j.active = 1 AND j.cron IS NOT NULL AND j.id <> ?2
        AND ((j.load = 'heavy' AND ?3) OR j.processor IN (SELECT value FROM json_each(?4)))
      ORDER BY j.id LIMIT ?5`,
    args: [clientId, jobId ?? 0, heavy ? 1 : 0, JSON.stringify(processors), PLANNED_AT_MOST],
  };
}

/** Active jobs with a clock that serve the same client, as far as they can be in the way of one that is being saved. */
export async function readNeighbours(control: Database, filter: NeighbourFilter): Promise<PlannedJob[]> {
  const result = await control.execute(neighboursStatement(filter));
  return result.rows.map((row) => toPlanned(row, 0));
}

/** The statements behind {@link readPlan}: a client's triggers by index, one line for each job; those that follow another. */
export function planStatements(clientId: number): readonly Statement[] {
  const serving =
    "FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id WHERE t.client_id = ?1 AND j.deleted_at IS NULL AND j.active = 1";
  return [
    {
      sql: `SELECT j.id, j.name, j.processor, j.load, j.cron, j.policies, min(coalesce(t.paused_until, 0)) AS paused_until,
          t.time_zone AS zone, (SELECT json_group_array(day) FROM calendars WHERE client_id = ?1) AS holidays
        ${serving} AND j.cron IS NOT NULL GROUP BY j.id ORDER BY j.id LIMIT ?2`,
      args: [clientId, PLANNED_AT_MOST + 1],
    },
    {
      sql: `SELECT j.id, j.name, j.after_job_id ${serving} AND j.after_job_id IS NOT NULL GROUP BY j.id ORDER BY j.id LIMIT ?2`,
      args: [clientId, PLANNED_AT_MOST],
    },
  ];
}

/** The active jobs that serve a client (0: the platform), in one batch. `complete`: there are no more than those. */
export async function readPlan(
  control: Database,
  clientId: number,
  now: number,
): Promise<{ jobs: readonly PlannedJob[]; following: readonly FollowingJob[]; complete: boolean }> {
  const [clocks, following] = await control.batch([...planStatements(clientId)], "read");
  const rows = clocks?.rows ?? [];
  return {
    jobs: rows.slice(0, PLANNED_AT_MOST).map((row) => toPlanned(row, now)),
    following: (following?.rows ?? []).map((row) => ({
      jobId: Number(row.id),
      name: String(row.name),
      afterJobId: Number(row.after_job_id),
    })),
    complete: rows.length <= PLANNED_AT_MOST,
  };
}
