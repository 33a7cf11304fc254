import type { Wake } from "../../../src/connectors/clock.ts";
import { openConnectors } from "../../../src/connectors/connectors.ts";
import { tryConnector } from "../../../src/connectors/trial.ts";
import { connectorSecret, SecretBox } from "../../../src/control/secret.ts";
import type { Database } from "../../../src/store/database.ts";
import { FakeFcm } from "./fake-fcm.ts";
import { FakeWebPush, vapidPair } from "./fake-web-push.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const secrets = new SecretBox(Buffer.alloc(32, 7).toString("base64"));

/** A clock that jumps to whatever is waited for, and notes how long (ms); the limit of an answer, which can be woken from, never comes. */
class JumpingClock {
  readonly waits: number[] = [];
  #now = NOON;

  readonly now = () => this.#now;

  readonly sleepUntil = async (instant: number, wake?: Wake): Promise<void> => {
    if (wake) return new Promise((resolve) => void wake.onCall(resolve));
    this.waits.push(instant - this.#now);
    this.#now = instant;
  };
}

/** A client's two connectors, and the services that they lead to. */
export class PushScene {
  readonly clock = new JumpingClock();
  readonly database: Database;
  readonly vapid = vapidPair();
  readonly fcm: FakeFcm;
  readonly web: FakeWebPush;

  private constructor(database: Database, fcm: FakeFcm, web: FakeWebPush) {
    this.database = database;
    this.fcm = fcm;
    this.web = web;
  }

  static async start(database: Database): Promise<PushScene> {
    const holder: { now?: () => number } = {};
    const now = () => holder.now?.() ?? 0;
    const scene = new PushScene(database, await FakeFcm.start(now), await FakeWebPush.start(now));
    holder.now = scene.clock.now;
    return scene;
  }

  /** Adds the connector of kind `fcm` (id 1). */
  async addFcm(serviceAccount: unknown = this.fcm.serviceAccount, projectId = "suite-1234"): Promise<void> {
    const secret = { serviceAccount: JSON.stringify(serviceAccount) };
    await this.#add(1, "fcm", { projectId, baseUrl: this.fcm.origin }, secret);
  }

  /** Adds the connector of kind `webpush` (id 2). */
  async addWebPush(secret: unknown = this.vapid): Promise<void> {
    await this.#add(2, "webpush", { subject: "mailto:office@example.org" }, secret);
  }

  async #add(id: number, kind: string, config: unknown, secret: unknown): Promise<void> {
    const sealed = await secrets.seal(JSON.stringify(secret), new Uint8Array(12), connectorSecret(id));
    await this.database.execute({
      sql: `INSERT INTO connectors (id, client_id, kind, name, config, secret_enc, created_at, updated_at) VALUES (?, 1, ?, ?, ?, ?, 0, 0)`,
      args: [id, kind, kind, JSON.stringify(config), sealed],
    });
  }

  /** What its connectors are made of. */
  ports() {
    return {
      control: this.database,
      secrets,
      connect: () => Promise.reject(new Error("This test opens no sockets")),
      email: null,
      http: { fetch, allowPrivateTargets: "127.0.0.1" },
      clock: this.clock,
      randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
      spend: () => undefined,
    };
  }

  connectors(attempt = 1) {
    return openConnectors(1, { ...this.ports(), attempt });
  }

  /** Presses the test button. */
  trial(id: number, url: string | null = null) {
    return tryConnector(this.ports(), id, url === null ? null : { url, send: true, id: "test_1" });
  }

  /** How the connectors fare, by kind. */
  async health(): Promise<Record<string, string>> {
    const { rows } = await this.database.execute("SELECT kind, state, last_error FROM connectors ORDER BY id");
    return Object.fromEntries(
      rows.map(({ kind, state, last_error }) => [kind, last_error === null ? `${state}` : `${state}: ${last_error}`]),
    );
  }
}
