import type { Database } from "../../store/database.ts";
import { among, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { settings } from "../schema.ts";

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
  const rows = await read(
    control,
    select(settings, ["clientId", "key", "value"], sql`WHERE client_id IN (0, ${clientId}) AND key IN ${among(keys)}`),
  );
  const of = (id: number) => new Map(rows.filter((row) => row.clientId === id).map(({ key, value }) => [key, value]));
  return { own: of(clientId), all: of(0) };
}
