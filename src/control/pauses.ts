import type { Database } from "../store/database.ts";

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
