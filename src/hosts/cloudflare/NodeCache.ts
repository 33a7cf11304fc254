import { DurableObject } from "cloudflare:workers";
import { compilePersonSearch, type PersonSearch } from "../../learning/person-search.ts";
import type { Environment } from "./environment.ts";

/** What a node is sent. */
export interface NodeMessage {
  readonly kind: "texts" | "person_searches";
  readonly version: number;
  readonly items: readonly unknown[];
}

interface TextItem {
  readonly client_id: number;
  readonly key: string;
  readonly locale: string;
  readonly value: string;
  readonly version: number;
}

interface SearchItem {
  readonly client_id: number;
  readonly id: number;
  readonly name: string;
  readonly version: number;
  /** JSON; null: it was deleted, or cannot be compiled. */
  readonly config: string | null;
}

/** A search for people, as a node has it. */
export interface NodeSearch extends PersonSearch {
  readonly id: number;
  readonly name: string;
}

/** One node: texts and person searches kept near their readers, in the object's own storage (handbook, rules: nodes). */
export class NodeCache extends DurableObject<Environment> {
  constructor(context: DurableObjectState, environment: Environment) {
    super(context, environment);
    context.storage.sql.exec(`CREATE TABLE IF NOT EXISTS texts (client_id integer NOT NULL, key text NOT NULL, locale text NOT NULL,
      value text NOT NULL, version integer NOT NULL, PRIMARY KEY (client_id, key, locale))`);
    // `compiled` is JSON; NULL for a search that is gone, whose version keeps an older one from coming back.
    context.storage.sql.exec(`CREATE TABLE IF NOT EXISTS person_searches (client_id integer NOT NULL, id integer NOT NULL,
      name text NOT NULL, compiled text, version integer NOT NULL, PRIMARY KEY (client_id, id))`);
  }

  /** Takes changed items; an older version never replaces a newer one, so a repetition is harmless. */
  async push(message: NodeMessage): Promise<void> {
    if (message.kind === "texts") this.#takeTexts(message.items as readonly TextItem[]);
    else this.#takeSearches(message.items as readonly SearchItem[]);
  }

  #takeTexts(items: readonly TextItem[]): void {
    for (const item of items) {
      this.ctx.storage.sql.exec(
        `INSERT INTO texts (client_id, key, locale, value, version) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (client_id, key, locale) DO UPDATE SET value = excluded.value, version = excluded.version
          WHERE excluded.version >= texts.version`,
        item.client_id,
        item.key,
        item.locale,
        item.value,
        item.version,
      );
    }
  }

  #takeSearches(items: readonly SearchItem[]): void {
    for (const { client_id, id, name, config, version } of items) {
      const compiled = config === null ? null : compilePersonSearch(config);
      this.ctx.storage.sql.exec(
        `INSERT INTO person_searches (client_id, id, name, compiled, version) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (client_id, id) DO UPDATE SET name = excluded.name, compiled = excluded.compiled, version = excluded.version
          WHERE excluded.version >= person_searches.version`,
        client_id,
        id,
        name,
        compiled?.ok ? JSON.stringify(compiled.search) : null,
        version,
      );
    }
  }

  /** A client's searches for people as this node has them, by name. */
  async personSearches(clientId: number): Promise<NodeSearch[]> {
    const rows = this.ctx.storage.sql
      .exec<{ id: number; name: string; compiled: string }>(
        "SELECT id, name, compiled FROM person_searches WHERE client_id = ? AND compiled IS NOT NULL ORDER BY name, id",
        clientId,
      )
      .toArray();
    return rows.map(({ id, name, compiled }) => ({ id, name, ...(JSON.parse(compiled) as PersonSearch) }));
  }

  /** A wording as this node has it: the client's own before the global one; null when it has none. */
  async text(clientId: number, key: string, locale: string): Promise<string | null> {
    const rows = this.ctx.storage.sql
      .exec<{ value: string }>(
        "SELECT value FROM texts WHERE key = ? AND locale = ? AND client_id IN (0, ?) ORDER BY client_id DESC LIMIT 1",
        key,
        locale,
        clientId,
      )
      .toArray();
    return rows[0]?.value ?? null;
  }
}
