import type { Database } from "../../store/database.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { triggers } from "../schema.ts";

/** A pause without an end (ms): the last instant of the year 9999. */
export const FOR_EVER = 253_402_300_799_000;

/** A trigger that is paused. Instants in ms. */
export interface Pause {
  readonly jobId: number;
  /** 0: the platform. */
  readonly clientId: number;
  /** '': no particular node. */
  readonly nodeId: string;
  /** null: until an administrator resumes it. */
  readonly until: number | null;
  /** Why, in words. */
  readonly note: string;
}

/** The triggers that are paused now: of one job by index, or of all. */
export async function listPauses(control: Database, now: number, jobId?: number): Promise<Pause[]> {
  const own = jobId === undefined ? sql`` : sql`AND job_id = ${jobId}`;
  const rows = await read(
    control,
    select(
      triggers,
      ["jobId", "clientId", "nodeId", "pausedUntil", "pauseNote"],
      sql`WHERE paused_until > ${now} ${own} ORDER BY job_id, client_id, node_id`,
    ),
  );
  return rows.map(({ pausedUntil, pauseNote, ...site }) => ({
    ...site,
    until: endOf(pausedUntil),
    note: pauseNote ?? "",
  }));
}

/** The end of a pause as it is stored; null: until an administrator resumes it. */
const endOf = (pausedUntil: number | null) => (pausedUntil === null || pausedUntil >= FOR_EVER ? null : pausedUntil);

/** A job that is paused for one of its clients or more. Instants in ms. */
export interface PausedJob {
  readonly jobId: number;
  readonly name: string;
  readonly processor: string;
  /** Whose the job is; 0: all clients', or the platform's. */
  readonly ownerId: number;
  /** Its triggers that are paused. */
  readonly sites: number;
  /** The client of one of them; 0: the platform. */
  readonly clientId: number;
  readonly clientName: string | null;
  /** When the first of them goes on; null: when an administrator resumes it. */
  readonly until: number | null;
  readonly note: string;
}

/**
 * The jobs that are paused now, those that go on first at the head.
 *
 * @param clientId those that are paused for this client; undefined: all
 */
export async function listPausedJobs(
  control: Database,
  now: number,
  clientId: number | undefined,
  limit: number,
): Promise<PausedJob[]> {
  const own = clientId === undefined ? sql`` : sql`AND client_id = ${clientId}`;
  // The note is the one of the row that holds the minimum (SQLite's rule for bare columns beside one min()).
  const rows = await read<Omit<PausedJob, "until" | "note"> & { until: number; note: string | null }>(
    control,
    sql`SELECT p.*, j.name, j.processor, j.client_id AS "ownerId", c.name AS "clientName" FROM (
        SELECT job_id AS "jobId", client_id AS "clientId", pause_note AS note, min(paused_until) AS until, count(*) AS sites
        FROM triggers INDEXED BY triggers_held WHERE paused_until > ${now} ${own} GROUP BY job_id) p
      CROSS JOIN jobs j ON j.id = p."jobId" AND j.deleted_at IS NULL LEFT JOIN clients c ON c.id = p."clientId"
      ORDER BY p.until, j.name, p."jobId" LIMIT ${limit}`,
  );
  return rows.map((row) => ({ ...row, until: endOf(row.until), note: row.note ?? "" }));
}
