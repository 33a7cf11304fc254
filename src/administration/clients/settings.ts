import type { SQL } from "drizzle-orm";
import { recordChanges } from "../../control/audit-trail.ts";
import { readClient } from "../../control/clients/clients.ts";
import { settings, settingsSchema } from "../../control/clients/setting-definitions.ts";
import { readSettings, type StoredSettings } from "../../control/clients/settings.ts";
import { countRevisions, sameRevisions, selectJobs, toJob } from "../../control/jobs/jobs.ts";
import { jobs as jobRows, nodes } from "../../control/schema.ts";
import { alignTriggers, hasNoPlatformTrigger, runsForClients, type TriggerSource } from "../../scheduler/align.ts";
import { readAhead } from "../../scheduler/edit.ts";
import type { Statement } from "../../store/database.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { readEach, statement } from "../../store/statement.ts";
import { both, guardedBatch } from "../../store/step/guard.ts";
import type { JobPorts } from "../jobs/jobs.ts";
import { type Invalid, readFields } from "../problems.ts";

/** The result of a change of settings. */
export type SettingsResult =
  | { readonly state: "saved"; readonly changed: readonly string[] }
  | Invalid
  /** Another administrator changed these meanwhile; nothing was saved. */
  | { readonly state: "conflict"; readonly keys: readonly string[] }
  | { readonly state: "missing" };

/** Attempts of a batch that is refused, each with what has changed of jobs meanwhile. */
const TRIES = 5;

/** JSON as this release writes it, so that white space is no difference; null: nothing is stored. */
function canonical(json: string | undefined): string | null {
  if (json === undefined) return null;
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

const parsed = (json: string | null): unknown => {
  if (json === null) return null;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
};

const values = (side: Readonly<Record<string, string | null>>) =>
  Object.fromEntries(Object.entries(side).map(([key, json]) => [key, parsed(json)]));

/**
 * Saves settings of a client (0: of all) in one batch, as far as they differ from what the administrator saw; a setting given as
 * null goes back to its default. With `systemTimeZone` the platform's jobs are planned anew in it, from now.
 *
 * @param input values by key; a key that is left out stays
 * @param seen what stood there when the form was drawn, JSON by key: a change meanwhile is a conflict
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function saveSettings(
  ports: JobPorts,
  clientId: number,
  input: unknown,
  seen: StoredSettings,
  by: string,
  now: number,
): Promise<SettingsResult> {
  const read = readFields(settingsSchema(clientId), input, "The form");
  if (read.state === "invalid") return read;
  const wanted = new Map(
    Object.entries(read.fields).map(([key, value]) => [key, value == null ? null : JSON.stringify(value)]),
  );
  const changed = [...wanted].filter(([key, to]) => canonical(seen.get(key)) !== to).map(([key]) => key);
  if (changed.length === 0) return { state: "saved", changed };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { own } = await readSettings(ports.control, clientId, changed);
    // What stands there already needs nothing: the form was sent twice, or two gave the same.
    const left = changed.filter((key) => canonical(own.get(key)) !== wanted.get(key));
    if (left.length === 0) return { state: "saved", changed };
    const overtaken = left.filter((key) => canonical(own.get(key)) !== canonical(seen.get(key)));
    if (overtaken.length > 0) return { state: "conflict", keys: overtaken };
    const from = Object.fromEntries(left.map((key) => [key, own.get(key) ?? null]));
    const to = Object.fromEntries(left.map((key) => [key, wanted.get(key) ?? null]));
    const zone =
      "systemTimeZone" in to ? String(parsed(to.systemTimeZone ?? null) ?? settings.systemTimeZone.fallback) : null;
    const platform = zone === null ? null : await alignPlatform(ports, zone, now);
    const unchanged = settingsUnchanged(clientId, from);
    const results = await guardedBatch(ports.control, platform ? both(unchanged, platform.unchanged) : unchanged, [
      ...storeSettings(clientId, to, now),
      ...(platform?.statements ?? []),
      recordChanges(
        [
          {
            clientId,
            actor: by,
            entity: "setting",
            entityId: 0,
            action: "update",
            before: values(from),
            after: values(to),
          },
        ],
        now,
      ),
    ]);
    if (results) return { state: "saved", changed };
    if (clientId !== 0 && !(await readClient(ports.control, clientId))) return { state: "missing" };
  }
  return { state: "conflict", keys: changed };
}

/** What brings the triggers of the platform's jobs into another zone, from now; jobs with a zone of their own stay. */
async function alignPlatform(
  { control, catalogue }: JobPorts,
  systemTimeZone: string,
  now: number,
): Promise<{ readonly unchanged: SQL; readonly statements: readonly Statement[] }> {
  const asked = sql`client_id = 0 AND time_zone IS NULL AND deleted_at IS NULL`;
  const [found, [counted], nodeRows, forClients] = await readEach(control, [
    selectJobs(sql`WHERE ${asked} ORDER BY id`),
    countRevisions(asked),
    select(nodes, ["id"], sql`ORDER BY id`),
    select(jobRows, ["id"], sql`WHERE ${asked} AND ${hasNoPlatformTrigger}`),
  ]);
  const jobs: TriggerSource[] = found
    .filter((job) => !runsForClients(job, catalogue, forClients))
    .map((row) => ({ ...toJob(row), jobId: row.id }));
  const sites = { clients: [], nodes: nodeRows.map(({ id }) => id), systemTimeZone, chains: new Map() };
  const ahead = await readAhead(control, { clientId: 0, jobIds: jobs.map(({ jobId }) => jobId) }, now);
  return {
    unchanged: both(sameRevisions(asked, counted), ahead.unchanged),
    statements: [...ahead.withdraw, ...jobs.flatMap((job) => alignTriggers(job, catalogue, sites, now))],
  };
}

/** The client is there, and its settings are as they were seen. @param seen JSON by key; null: none is stored */
function settingsUnchanged(clientId: number, seen: Readonly<Record<string, string | null>>): SQL {
  return sql`(${clientId} = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ${clientId}))
    AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(seen)}) seen WHERE seen.value
      IS NOT (SELECT value FROM settings WHERE client_id = ${clientId} AND key = seen.key))`;
}

/** @param to JSON by key; null: back to the default */
function storeSettings(clientId: number, to: Readonly<Record<string, string | null>>, now: number): Statement[] {
  const json = JSON.stringify(to);
  return [
    statement(
      sql`DELETE FROM settings WHERE client_id = ${clientId} AND key IN (SELECT key FROM json_each(${json}) WHERE value IS NULL)`,
    ),
    statement(sql`INSERT INTO settings (client_id, key, value, created_at, updated_at)
      SELECT ${clientId}, key, value, ${now}, ${now} FROM json_each(${json}) WHERE value IS NOT NULL
      ON CONFLICT (client_id, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`),
  ];
}
