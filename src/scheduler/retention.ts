import { anyMoving } from "../control/clients/moves.ts";
import { settings } from "../control/clients/setting-definitions.ts";
import { runs } from "../control/schema.ts";
import { emptyPayloads } from "../learning/webhooks/progress.ts";
import type { Database, Statement } from "../store/database.ts";
import { among, columns, type RowOf } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { read, readEach, statement } from "../store/statement.ts";
import { forgetFences } from "../store/writer/fence.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Runs of a job that stay whatever their age. */
export const NEWEST_KEPT = 20;

/** Days for which ticks are kept. */
const TICK_DAYS = 7;

/** Rows looked at in one call, so that a large clean-up is spread over many. */
const AT_MOST = 500;

/** How many days runs are kept unless setting `runRetentionDays` says otherwise. */
export const RETENTION_DAYS = 90;

/** Days after which payloads of deliveries are emptied unless setting `webhookPayloadDays` says otherwise. */
const PAYLOAD_DAYS = settings.webhookPayloadDays.fallback;

/** Rows of the oldest entries of `index_changes`, and of ticks, looked at in one call. */
const ROWS_AT_MOST = 5000;

/** Databases of clients' own that one call visits. Each costs two calls or three, and an invocation has 50 on the free plan. */
const STORES_AT_MOST = 5;

/**
 * Days for which `index_changes` are kept (handbook, data: content): by then every index has passed them, or is so far behind
 * that it needs a
 * full build.
 */
const INDEX_CHANGE_DAYS = 90;

const outdatedColumns = columns(runs, ["id", "clientId"], "r");

/**
 * Runs that may go: ended, older than the retention, and not among the newest of their job. Walks the jobs by index and looks
 * at old rows only, so that neither the runs that stay nor those that are young cost anything.
 */
export function outdatedRuns(cutoff: number) {
  return sql<RowOf<typeof outdatedColumns> & { readonly own: 0 | 1 }>`WITH RECURSIVE job(id) AS (
        SELECT min(job_id) FROM runs
        UNION ALL SELECT (SELECT min(r.job_id) FROM runs r WHERE r.job_id > job.id) FROM job WHERE job.id IS NOT NULL)
      SELECT ${outdatedColumns}, c.database_url IS NOT NULL AS own FROM job
      CROSS JOIN runs r ON r.job_id = job.id
        AND r.id < (SELECT n.id FROM runs n WHERE n.job_id = job.id ORDER BY n.id DESC LIMIT 1 OFFSET ${NEWEST_KEPT - 1})
        AND r.id < coalesce((SELECT f.id FROM runs f WHERE f.created_at >= ${cutoff} ORDER BY f.id LIMIT 1), 9223372036854775807)
      LEFT JOIN clients c ON c.id = r.client_id
      WHERE r.created_at < ${cutoff} AND +r.state NOT IN ('planned', 'queued', 'waiting', 'running')
      LIMIT ${AT_MOST}`;
}

/** Clients with a database of their own, a few at a time by turns. */
function someStores(turn: number) {
  return sql<{
    id: number;
  }>`WITH own AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS number
        FROM clients WHERE database_url IS NOT NULL)
      SELECT id FROM own WHERE (place - ${turn} * ${STORES_AT_MOST} % number + number) % number < ${STORES_AT_MOST} ORDER BY id`;
}

/** Old entries of a store's `index_changes`; only the oldest rows are looked at. */
function trimIndexChanges(now: number): Statement {
  return statement(sql`DELETE FROM index_changes WHERE id IN (
      SELECT id FROM (SELECT id, at FROM index_changes ORDER BY id LIMIT ${ROWS_AT_MOST}) WHERE at < ${now - INDEX_CHANGE_DAYS * DAY_MS})`);
}

/**
 * Removes what retention lets go (handbook, manager: runs): runs older than `runRetentionDays` but for the newest 20 of each job, with
 * their logs, checkpoints, effects and failures; what was looked at by then without a run; entries of `index_changes` older than 90 days; payloads of deliveries that came to rest `webhookPayloadDays` ago; ticks older than a week; fences older than a day;
 * rows of the access log that are older than `runRetentionDays`, API tokens that have expired for as long; sign-in throttling, nonces and sessions that are over. First the stores, then the control rows, so that a crash between the two
 * leaves a run that the next call removes. While a client's data is being moved to another database nothing goes: what is copied
 * must stay as it is. The work of one call is bounded: 500 runs, 5 databases of clients' own.
 *
 * @param storeOf the store of a client's runs; null when the client or its database is gone. Asked for clients with a database of
 *   their own only
 * @param now ms
 * @returns how many runs were removed; more than 0 means that there may be more
 */
export async function sweepRetention(
  control: Database,
  storeOf: (clientId: number) => Promise<Database | null>,
  now: number,
): Promise<number> {
  const [setting] = await read<{ days: number | null; payloadDays: number | null; moving: 0 | 1 }>(
    control,
    sql`SELECT (SELECT CAST(value AS INTEGER) FROM settings WHERE client_id = 0 AND key = 'runRetentionDays') AS days,
      (SELECT CAST(value AS INTEGER) FROM settings WHERE client_id = 0 AND key = ${settings.webhookPayloadDays.key}) AS payloadDays,
      ${anyMoving} AS moving`,
  );
  if (setting?.moving === 1) return 0;
  const days = setting?.days ?? RETENTION_DAYS;
  const ofStore = [
    trimIndexChanges(now),
    statement(emptyPayloads(now - (setting?.payloadDays ?? PAYLOAD_DAYS) * DAY_MS, AT_MOST)),
    forgetFences(now - DAY_MS),
  ];
  const [found, turn] = await readEach(control, [
    outdatedRuns(now - days * DAY_MS),
    someStores(Math.floor(now / HOUR_MS)),
  ]);
  const ids: number[] = [];
  const own = new Map<number, number[]>();
  for (const { id, clientId, own: isOwn } of found) {
    if (isOwn === 1) {
      const known = own.get(clientId);
      // Those of further databases go with a later call.
      if (!known && own.size === STORES_AT_MOST) continue;
      own.set(clientId, [...(known ?? []), id]);
    }
    ids.push(id);
  }
  for (const [clientId, runIds] of own) await (await storeOf(clientId))?.batch(removeTraces(runIds), "write");
  // A database with outdated runs has had its visit; the others get theirs when there are none.
  if (own.size === 0) {
    for (const { id } of turn) {
      await (await storeOf(id))?.batch(ofStore, "write");
    }
  }
  await control.batch(
    [
      ...removeTraces(ids),
      remove("run_logs", "run_id", ids),
      remove("heavy_permits", "run_id", ids),
      remove("runs", "id", ids),
      ...ofStore,
      statement(
        sql`DELETE FROM ticks WHERE id IN (SELECT id FROM ticks WHERE at < ${now - TICK_DAYS * DAY_MS} ORDER BY at LIMIT ${ROWS_AT_MOST})`,
      ),
      statement(sql`DELETE FROM admin_sessions WHERE expires_at < ${now}`),
      statement(sql`DELETE FROM api_tokens WHERE expires_at < ${now - days * DAY_MS}`),
      statement(sql`DELETE FROM access_log WHERE minute < ${now - days * DAY_MS}`),
      statement(sql`DELETE FROM oidc_nonces WHERE client_id = 0 AND expires_at < ${now - DAY_MS}`),
      statement(sql`DELETE FROM sign_in_attempts WHERE last_at < ${now - DAY_MS} AND blocked_until < ${now}`),
      ...outdatedLooks(now - days * DAY_MS),
      statement(sql`DELETE FROM blackouts WHERE ends_at < ${now - days * DAY_MS}`),
    ],
    "write",
  );
  return ids.length;
}

/** What was looked at goes with the runs of its time, the oldest first; a group goes when it is closed and nothing of it is left. */
function outdatedLooks(cutoff: number): Statement[] {
  const oldest = sql`SELECT id, group_id FROM quiet_looks WHERE first_at < ${cutoff} AND last_at < ${cutoff} ORDER BY first_at LIMIT ${ROWS_AT_MOST}`;
  return [
    statement(sql`DELETE FROM quiet_memberships WHERE id IN (
      SELECT id FROM quiet_memberships WHERE until_at < ${cutoff} ORDER BY until_at LIMIT ${ROWS_AT_MOST})`),
    // Without a look there is nothing to show; a group whose looks have gone stood still for as long as runs are kept.
    statement(sql`DELETE FROM quiet_groups WHERE id IN (SELECT group_id FROM (${oldest})) AND next_fire_at IS NULL AND last_fated_at < ${cutoff}
      AND NOT EXISTS (SELECT 1 FROM triggers t WHERE t.quiet_group_id = quiet_groups.id)`),
    statement(sql`DELETE FROM quiet_looks WHERE id IN (SELECT id FROM (${oldest}))`),
  ];
}

/** What a store knows of runs. */
function removeTraces(ids: readonly number[]): Statement[] {
  return ["checkpoints", "effects", "failures"].map((table) => remove(table, "run_id", ids));
}

function remove(table: string, column: string, ids: readonly number[]): Statement {
  return statement(sql`DELETE FROM ${sql.identifier(table)} WHERE ${sql.identifier(column)} IN ${among(ids)}`);
}
