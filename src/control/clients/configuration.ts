import type { InferSelectModel } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../../store/database.ts";
import { part, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { type clients, type connectors, settings as settingRows, texts as textRows } from "../schema.ts";
import { type ClientFacts, knownColumns } from "./clients.ts";
import { type SettingDefinition, settingValue } from "./setting.ts";

/** A client's row. */
export type Client = InferSelectModel<typeof clients>;
/** A connector's row; its secrets are sealed. */
export type ConnectorRow = InferSelectModel<typeof connectors>;

/** A wording, and the locale in which it was found. */
export interface FoundText {
  readonly locale: string;
  readonly value: string;
}

/** What a run may know of its client's configuration. Read-only. */
export interface ClientConfiguration {
  readonly clientId: number;
  /** The client's own row, as far as it is not secret. */
  readonly client: Pick<ClientFacts, (typeof knownColumns)[number]>;
  /**
   * A setting's value: the client's, else the global one, else its default; undefined where it has none, which is not 0.
   *
   * @param definition one of {@link settings}
   * @throws {SettingInvalidError} when the stored value is not one that may be given
   */
  read<S extends z.ZodType, F>(definition: SettingDefinition<S, F>): Promise<z.output<S> | F>;
  /** The wording of {@link wording}, without its locale. */
  text(key: string, locale: string | null): Promise<string | null>;
  /**
   * A wording in `locale`, else in its language (`de` for `de-AT`, RFC 4647 3.4), else in the client's default locale; in each
   * the client's own before the global one; null when there is none.
   *
   * @param locale null: the default locale
   */
  wording(key: string, locale: string | null): Promise<FoundText | null>;
}

/** The configuration of one client, read on demand and kept for as long as the handle lives (one slice of a run). */
export function clientConfiguration(control: Database, client: ClientFacts): ClientConfiguration {
  /** JSON by key; null: nothing is given. */
  const settings = new Map<string, string | null>();
  const texts = new Map<string, FoundText | null>();
  const { id, defaultLocale } = client;

  async function wording(textKey: string, locale: string | null): Promise<FoundText | null> {
    const wanted = locale ?? defaultLocale;
    const cacheKey = `${wanted} ${textKey}`;
    const known = texts.get(cacheKey);
    if (known !== undefined) return known;
    const language = wanted.split(/[-_]/)[0] ?? wanted;
    const [row] = await read(
      control,
      select(
        textRows,
        ["locale", "value"],
        sql`WHERE key = ${textKey} AND client_id IN (0, ${id}) AND locale IN (${wanted}, ${language}, ${defaultLocale})
          ORDER BY locale = ${wanted} DESC, locale = ${language} DESC, client_id DESC LIMIT 1`,
      ),
    );
    const found = row ?? null;
    texts.set(cacheKey, found);
    return found;
  }

  return {
    clientId: id,
    client: part(client, knownColumns),
    async read(definition) {
      let stored = settings.get(definition.key);
      if (stored === undefined) {
        const nearest = sql`WHERE key = ${definition.key} AND client_id IN (0, ${id}) ORDER BY client_id DESC LIMIT 1`;
        const [row] = await read(control, select(settingRows, ["value"], nearest));
        stored = row?.value ?? null;
        settings.set(definition.key, stored);
      }
      return settingValue(definition, stored);
    },
    wording,
    text: async (textKey, locale) => (await wording(textKey, locale))?.value ?? null,
  };
}
