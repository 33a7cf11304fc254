import type { Database } from "../../store/database.ts";

/** A pause without an end (ms): the last instant of the year 9999. */
export const FOR_EVER = 253_402_300_799_000;

/** A trigger that is paused. Instants in ms. */
export interface Pause {
  readonly jobId: number;
  /** 0: the platform. */
  readonly clientId: number;
  /** '': no particular node. */
  readonly nodeId: string;
  /** null: until somebody resumes it. */
  readonly until: number | null;
  /** Why, in words. */
  readonly note: string;
}

/** The triggers that are paused now: of one job by index, or of all. */
export async function listPauses(control: Database, now: number, jobId?: number): Promise<Pause[]> {
  const result = await control.execute({
    sql: `SELECT job_id, client_id, node_id, paused_until, pause_note FROM triggers
      WHERE paused_until > ? ${jobId === undefined ? "" : "AND job_id = ?"} ORDER BY job_id, client_id, node_id`,
    args: [now, ...(jobId === undefined ? [] : [jobId])],
  });
  return result.rows.map((row) => ({
    jobId: Number(row.job_id),
    clientId: Number(row.client_id),
    nodeId: String(row.node_id),
    until: Number(row.paused_until) >= FOR_EVER ? null : Number(row.paused_until),
    note: row.pause_note === null ? "" : String(row.pause_note),
  }));
}

/** A job that is paused for one of its clients or more. Instants in ms. */
export interface PausedJob {
  readonly jobId: number;
  readonly name: string;
  readonly processor: string;
  /** Whose the job is; 0: all clients', or the platform's. */
  readonly ownerId: number;
  /** Its triggers that are paused. */
  readonly places: number;
  /** The client of one of them; 0: the platform. */
  readonly clientId: number;
  readonly clientName: string | null;
  /** When the first of them goes on; null: when somebody resumes it. */
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
  // The note is the one of the row that holds the minimum (SQLite's rule for bare columns beside one min()).
  const result = await control.execute({
    sql: `SELECT p.*, j.name, j.processor, j.client_id AS owner_id, c.name AS client_name FROM (
        SELECT job_id, client_id, pause_note, min(paused_until) AS until, count(*) AS places
        FROM triggers INDEXED BY triggers_held WHERE paused_until > ? ${clientId === undefined ? "" : "AND client_id = ?"} GROUP BY job_id) p
      CROSS JOIN jobs j ON j.id = p.job_id AND j.deleted_at IS NULL LEFT JOIN clients c ON c.id = p.client_id
      ORDER BY p.until, j.name, p.job_id LIMIT ?`,
    args: [now, ...(clientId === undefined ? [] : [clientId]), limit],
  });
  return result.rows.map((row) => ({
    jobId: Number(row.job_id),
    name: String(row.name),
    processor: String(row.processor),
    ownerId: Number(row.owner_id),
    places: Number(row.places),
    clientId: Number(row.client_id),
    clientName: row.client_name === null ? null : String(row.client_name),
    until: Number(row.until) >= FOR_EVER ? null : Number(row.until),
    note: row.pause_note === null ? "" : String(row.pause_note),
  }));
}
