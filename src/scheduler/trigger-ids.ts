import type { SQL } from "drizzle-orm";
import { sql } from "../store/sql.ts";

/** Room for the triggers of one job. Ids of 33 million jobs stay within what a JavaScript number holds exactly. */
const TRIGGERS_OF_A_JOB = 2 ** 28;

/**
 * The greatest id among a job's triggers, or where its ids begin; a new trigger takes one of the next. So they lie together in the
 * table and behind each instant of its indexes, in whatever order clients came: a tick that plans one job for 1,000 clients changes
 * some thirty pages, not one or more for each client.
 *
 * @param job its id
 */
export const lastTriggerId = (job: SQL): SQL =>
  sql`(SELECT coalesce(max(id), ${job} * ${TRIGGERS_OF_A_JOB}) FROM triggers
    WHERE id > ${job} * ${TRIGGERS_OF_A_JOB} AND id < (${job} + 1) * ${TRIGGERS_OF_A_JOB})`;
