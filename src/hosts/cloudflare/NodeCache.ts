import { DurableObject } from "cloudflare:workers";
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

/** One node: texts kept near their readers, in the object's own storage (handbook, rules: nodes). */
export class NodeCache extends DurableObject<Environment> {
  constructor(context: DurableObjectState, environment: Environment) {
    super(context, environment);
    context.storage.sql.exec(`CREATE TABLE IF NOT EXISTS texts (client_id integer NOT NULL, key text NOT NULL, locale text NOT NULL,
      value text NOT NULL, version integer NOT NULL, PRIMARY KEY (client_id, key, locale))`);
  }

  /** Takes changed items; an older version never replaces a newer one, so a repetition is harmless. */
  async push(message: NodeMessage): Promise<void> {
    if (message.kind !== "texts") return;
    for (const item of message.items as readonly TextItem[]) {
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
