import type { InferSelectModel } from "drizzle-orm";
import type { Database } from "../store/database.ts";
import type { clients, connectors } from "./schema.ts";

/** A client's row. */
export type Client = InferSelectModel<typeof clients>;
/** A connector's row; its secrets are sealed. */
export type ConnectorRow = InferSelectModel<typeof connectors>;

/** What a run may know of its client's configuration. Read-only. */
export interface ClientConfiguration {
  readonly clientId: number;
  /** A setting's value, parsed: the client's, else the global one, else undefined (undefined is not 0). */
  setting<T = unknown>(key: string): Promise<T | undefined>;
  /** A wording in `locale`, else in the client's default locale; the client's own before the global one; null when there is none. */
  text(key: string, locale: string | null): Promise<string | null>;
}

/** The configuration of one client, read on demand and kept for as long as the handle lives (one slice of a run). */
export function clientConfiguration(
  control: Database,
  client: { readonly id: number; readonly defaultLocale: string },
): ClientConfiguration {
  const settings = new Map<string, unknown>();
  const texts = new Map<string, string | null>();
  return {
    clientId: client.id,
    async setting<T>(key: string) {
      if (!settings.has(key)) {
        const result = await control.execute({
          sql: "SELECT value FROM settings WHERE key = ? AND client_id IN (0, ?) ORDER BY client_id DESC LIMIT 1",
          args: [key, client.id],
        });
        const row = result.rows[0];
        settings.set(key, row ? (JSON.parse(String(row.value)) as unknown) : undefined);
      }
      return settings.get(key) as T | undefined;
    },
    async text(key, locale) {
      const wanted = locale ?? client.defaultLocale;
      const name = `${wanted} ${key}`;
      const known = texts.get(name);
      if (known !== undefined) return known;
      const result = await control.execute({
        sql: `SELECT value FROM texts WHERE key = ? AND client_id IN (0, ?) AND locale IN (?, ?)
          ORDER BY locale = ? DESC, client_id DESC LIMIT 1`,
        args: [key, client.id, wanted, client.defaultLocale, wanted],
      });
      const value = result.rows[0] ? String(result.rows[0].value) : null;
      texts.set(name, value);
      return value;
    },
  };
}
