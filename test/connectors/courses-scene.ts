import type { Api } from "../../src/connectors/api.ts";
import { ANSWER_TIMEOUT_MS, type Wake } from "../../src/connectors/clock.ts";
import { type Connectors, openConnectors } from "../../src/connectors/connectors.ts";
import { connectorSecret, SecretBox } from "../../src/control/secret.ts";
import type { Database } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { coursesKind } from "./courses-kind.ts";
import { FakeCourses } from "./fake-courses.ts";

/** A clock that jumps to whatever is waited for, and notes how long (ms); the limit of an answer never comes. */
export class JumpingClock {
  readonly waits: number[] = [];
  #now = Date.parse("2026-03-02T12:00:00Z");

  readonly now = () => this.#now;

  readonly sleepUntil = async (instant: number, wake?: Wake): Promise<void> => {
    const wait = instant - this.#now;
    if (wait === ANSWER_TIMEOUT_MS) return new Promise((resolve) => void wake?.onCall(resolve));
    this.waits.push(wait);
    this.pass(wait);
  };

  pass(ms: number): void {
    this.#now += Math.max(0, ms);
  }
}

/** A client whose connector `courses` leads to a {@link FakeCourses}. */
export class CoursesScene {
  readonly clock = new JumpingClock();
  readonly secrets = new SecretBox(Buffer.alloc(32, 7).toString("base64"));
  readonly database: Database;
  readonly fake: FakeCourses;
  calls = 0;

  private constructor(database: Database, fake: FakeCourses) {
    this.database = database;
    this.fake = fake;
  }

  static async start(sets: readonly ("control" | "learning" | "store")[] = ["control"]): Promise<CoursesScene> {
    const database = await freshFileDatabase([...sets]);
    let now = () => 0;
    const scene = new CoursesScene(database, await FakeCourses.start(() => now()));
    now = scene.clock.now;
    return scene;
  }

  /** Adds the connector. */
  async connector(secret: unknown = { clientSecret: "s3cret-id" }, baseUrl = this.fake.url): Promise<void> {
    const sealed = await this.secrets.seal(JSON.stringify(secret), new Uint8Array(12), connectorSecret(1));
    await this.database.execute({
      sql: `INSERT INTO connectors (id, client_id, kind, name, config, secret_enc, created_at, updated_at)
        VALUES (1, 1, 'courses', 'Courses', ?, ?, 0, 0)`,
      args: [JSON.stringify({ baseUrl }), sealed],
    });
  }

  connectors(spend: (calls: number) => void = () => undefined, attempt = 1): Connectors {
    return openConnectors(1, {
      control: this.database,
      secrets: this.secrets,
      connect: () => Promise.reject(new Error("This test opens no sockets")),
      email: null,
      http: { fetch, allowPrivateTargets: "127.0.0.1" },
      clock: this.clock,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      spend: (calls) => {
        this.calls += calls;
        spend(calls);
      },
      attempt,
    });
  }

  /** Opens the connector anew, as a slice of a run does; `end` lets go of it. */
  async open(connectors = this.connectors()): Promise<{ api: Api; end: () => Promise<void> }> {
    return { api: (await connectors.open(coursesKind)) as Api, end: () => connectors.close() };
  }

  /** The connector's row. */
  async row(): Promise<Record<string, unknown>> {
    const { rows } = await this.database.execute("SELECT * FROM connectors");
    return { ...rows[0] };
  }

  /** A stored token, opened. */
  async stored(column: "access_token_enc" | "refresh_token_enc"): Promise<string> {
    return await this.secrets.open(String((await this.row())[column]), connectorSecret(1, column));
  }
}

/** What work ended with. */
export const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => new Error(`It did not fail: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
