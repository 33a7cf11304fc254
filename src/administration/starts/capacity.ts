import type { Database } from "../../store/database.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { type Invalid, invalid } from "../problems.ts";

/** Runs of a client (0: the platform) that have not ended, at most; starts and backfills beyond are refused. */
export const OPEN_RUNS_PER_CLIENT = 2_000;

/** Jobs of one client, at most; jobs for all clients and the platform together have the same limit. */
export const JOBS_PER_CLIENT = 1_000;

/**
 * Whether the queues have room for further runs; null: they have. What the clock plans is not counted against a client: it is
 * bounded by the jobs and their policies. Two starts at the same moment may both find the last room, so the limit is about.
 *
 * @param field the input that is named when they have not
 * @param wanted the client of each further run
 */
export async function queueProblem(
  control: Database,
  field: string,
  wanted: readonly { readonly clientId: number }[],
): Promise<Invalid | null> {
  const further = new Map<number, number>();
  for (const { clientId } of wanted) further.set(clientId, (further.get(clientId) ?? 0) + 1);
  const open = await countOpen(control, further.keys());
  for (const [clientId, count] of further) {
    const there = open.get(clientId) ?? 0;
    if (there + count <= OPEN_RUNS_PER_CLIENT) continue;
    const whose = clientId === 0 ? "The platform" : `Client ${clientId}`;
    return invalid(
      field,
      `${whose} has ${there} runs that have not ended, and at most ${OPEN_RUNS_PER_CLIENT} are taken; wait, or cancel some`,
    );
  }
  return null;
}

/** Whether another job may be made for a client (0: for all, or the platform); null: it may. */
export async function jobsProblem(control: Database, clientId: number): Promise<Invalid | null> {
  const jobs = await countJobs(control, clientId);
  if (jobs < JOBS_PER_CLIENT) return null;
  return invalid(
    "clientId",
    `There are ${jobs} jobs here already, and at most ${JOBS_PER_CLIENT} are taken; delete some first`,
  );
}

/** Runs of some clients that have not ended, by client. */
async function countOpen(control: Database, clientIds: Iterable<number>): Promise<Map<number, number>> {
  const rows = await read<{ clientId: number; open: number }>(
    control,
    // Ends in the index of open runs.
    sql`SELECT client_id AS "clientId", count(*) AS open FROM runs
      WHERE state IN ('planned', 'queued', 'waiting', 'running') AND client_id IN ${among(clientIds)} GROUP BY client_id`,
  );
  return new Map(rows.map(({ clientId, open }) => [clientId, open]));
}

async function countJobs(control: Database, clientId: number): Promise<number> {
  const [found] = await read<{ jobs: number }>(
    control,
    sql`SELECT count(*) AS jobs FROM jobs WHERE client_id = ${clientId} AND deleted_at IS NULL`,
  );
  return found?.jobs ?? 0;
}
