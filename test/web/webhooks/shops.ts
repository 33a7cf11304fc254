import { connectorSecret } from "../../../src/control/secret.ts";
import type { Database } from "../../../src/store/database.ts";
import { WebhookMemory } from "../../../src/web/webhooks/memory.ts";
import { testRemote } from "../stage/remote.ts";
import { type Answer, type Stage, setStage } from "../stage/stage.ts";

/** Lines about refusals, and what was written to the database. */
export interface Watched {
  readonly stage: Stage;
  readonly lines: string[];
  /** Statements that came to the database, reads and writes. */
  readonly asked: string[];
}

/** The application, listened to. @param overrides see {@link setStage} */
export async function setShops(overrides: Parameters<typeof setStage>[0] = {}): Promise<Watched> {
  const lines: string[] = [];
  const asked: string[] = [];
  const stage = await setStage({
    reportRefusal: (line) => lines.push(line),
    webhookMemory: new WebhookMemory(),
    ...overrides,
  });
  const { database } = stage;
  const text = (one: unknown) => (typeof one === "string" ? one : (one as { sql: string }).sql);
  const { execute, batch } = database;
  Object.assign(database, {
    execute: (one: never, args: never) => {
      asked.push(text(one));
      return execute.call(database, one, args);
    },
    batch: (list: never[], mode: never) => {
      asked.push(...list.map(text));
      return batch.call(database, list, mode);
    },
  });
  return { stage, lines, asked };
}

/** Adds a connector; returns its id. */
export async function addConnector(
  { database, now }: Pick<Stage, "database" | "now">,
  connector: { clientId: number; kind: string; config: object; secret: object; secretSetAt?: number },
): Promise<number> {
  const { clientId, kind, config, secret, secretSetAt = 0 } = connector;
  const added = await database.execute({
    sql: `INSERT INTO connectors (client_id, kind, name, config, secret_set_at, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    args: [clientId, kind, kind, JSON.stringify(config), secretSetAt, now, now],
  });
  const id = Number(added.rows[0]?.id);
  const sealed = await testRemote().secrets.seal(JSON.stringify(secret), new Uint8Array(12), connectorSecret(id));
  await database.execute({ sql: "UPDATE connectors SET secret_enc = ? WHERE id = ?", args: [sealed, id] });
  return id;
}

/** Sends a delivery as a shop does: from no browser. */
export async function deliver(
  { app }: Pick<Stage, "app">,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Pick<Answer, "status" | "body" | "headers">> {
  const response = await app.request(`http://localhost${path}`, { method: "POST", body, headers });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

/** All deliveries that are stored, by id. */
export async function storedDeliveries(database: Pick<Database, "execute">): Promise<Record<string, unknown>[]> {
  const { rows } = await database.execute("SELECT * FROM webhook_events ORDER BY id");
  return rows.map((row) => ({ ...row }));
}
