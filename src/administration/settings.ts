import { recordChanges } from "../control/audit-trail.ts";
import { readClient } from "../control/clients/clients.ts";
import { settingDefinitions, settingsSchema } from "../control/clients/setting-definitions.ts";
import { readSettings, type StoredSettings } from "../control/clients/settings.ts";
import { readPolicies } from "../control/jobs/policies.ts";
import { alignTriggers, FOR_CLIENTS, runsForClients, type TriggerSource } from "../scheduler/align.ts";
import { readAhead } from "../scheduler/edit.ts";
import type { Statement } from "../store/database.ts";
import { guardedBatch } from "../store/guard.ts";
import type { JobPorts } from "./jobs.ts";
import { type Invalid, readFields } from "./problems.ts";

/** What became of a change of settings. */
export type SettingsResult =
  | { readonly state: "saved"; readonly changed: readonly string[] }
  | Invalid
  /** Somebody else changed these meanwhile; nothing was saved. */
  | { readonly state: "conflict"; readonly keys: readonly string[] }
  | { readonly state: "missing" };

/** A refused batch is tried so often with what has changed of jobs meanwhile. */
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
    const zone = "systemTimeZone" in to ? String(parsed(to.systemTimeZone ?? null) ?? fallbackZone) : null;
    const platform = zone === null ? null : await alignPlatform(ports, zone, now);
    const results = await guardedBatch(
      ports.control,
      {
        sql: `(? = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ?)) AND NOT EXISTS (SELECT 1 FROM json_each(?) seen WHERE seen.value
          IS NOT (SELECT value FROM settings WHERE client_id = ? AND key = seen.key)) AND (${platform?.unchanged.sql ?? "true"})`,
        args: [clientId, clientId, JSON.stringify(from), clientId, ...(platform?.unchanged.args ?? [])],
      },
      [
        {
          sql: `DELETE FROM settings WHERE client_id = ? AND key IN (SELECT key FROM json_each(?) WHERE value IS NULL)`,
          args: [clientId, JSON.stringify(to)],
        },
        {
          sql: `INSERT INTO settings (client_id, key, value, created_at, updated_at)
            SELECT ?, key, value, ?, ? FROM json_each(?) WHERE value IS NOT NULL
            ON CONFLICT (client_id, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
          args: [clientId, now, now, JSON.stringify(to)],
        },
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
      ],
    );
    if (results) return { state: "saved", changed };
    if (clientId !== 0 && !(await readClient(ports.control, clientId))) return { state: "missing" };
  }
  return { state: "conflict", keys: changed };
}

const fallbackZone = settingDefinitions.find(({ key }) => key === "systemTimeZone")?.fallback;

/** What brings the triggers of the platform's jobs into another zone, from now; jobs with a zone of their own stay. */
async function alignPlatform(
  { control, catalogue }: JobPorts,
  systemTimeZone: string,
  now: number,
): Promise<{ readonly unchanged: Statement; readonly statements: readonly Statement[] }> {
  const asked = "client_id = 0 AND time_zone IS NULL AND deleted_at IS NULL";
  const [found, sum, nodes] = await control.batch(
    [
      `SELECT *, ${FOR_CLIENTS} FROM jobs WHERE ${asked} ORDER BY id`,
      `SELECT count(*) AS jobs, sum(revision) AS revisions FROM jobs WHERE ${asked}`,
      "SELECT id FROM nodes ORDER BY id",
    ],
    "read",
  );
  const jobs: TriggerSource[] = (found?.rows ?? [])
    .filter((row) => !runsForClients(row, catalogue))
    .map((row) => ({
      jobId: Number(row.id),
      processor: String(row.processor),
      clientId: 0,
      cron: row.cron === null ? null : String(row.cron),
      timeZone: null,
      policies: readPolicies(String(row.policies)),
      active: Number(row.active) === 1,
      executeOnEachNode: Number(row.execute_on_each_node) === 1,
    }));
  const places = {
    clients: [],
    nodes: (nodes?.rows ?? []).map((row) => String(row.id)),
    systemTimeZone,
    chains: new Map(),
  };
  const revisions = sum?.rows[0]?.revisions ?? null;
  const ahead = await readAhead(control, { clientId: 0, jobIds: jobs.map(({ jobId }) => jobId) }, now);
  return {
    unchanged: {
      sql: `(SELECT count(*) = ? AND sum(revision) IS ? FROM jobs WHERE ${asked}) AND ${ahead.unchanged.sql}`,
      args: [Number(sum?.rows[0]?.jobs), revisions === null ? null : Number(revisions), ...ahead.unchanged.args],
    },
    statements: [...ahead.withdraw, ...jobs.flatMap((job) => alignTriggers(job, catalogue, places, now))],
  };
}
