import type { Database } from "../../store/database.ts";

/** Settings as they are stored, JSON by key. */
export type StoredSettings = ReadonlyMap<string, string>;

/** What is given for a client itself and, where it is not the platform, for all clients. */
export interface SettingsOfClient {
  readonly own: StoredSettings;
  readonly all: StoredSettings;
}

/** The settings of these keys for a client (0: for all) and for all clients, by index. One statement. */
export async function readSettings(
  control: Database,
  clientId: number,
  keys: readonly string[],
): Promise<SettingsOfClient> {
  const result = await control.execute({
    sql: "SELECT client_id, key, value FROM settings WHERE client_id IN (0, ?) AND key IN (SELECT value FROM json_each(?))",
    args: [clientId, JSON.stringify(keys)],
  });
  const of = (id: number) =>
    new Map(
      result.rows.filter((row) => Number(row.client_id) === id).map((row) => [String(row.key), String(row.value)]),
    );
  return { own: of(clientId), all: of(0) };
}
