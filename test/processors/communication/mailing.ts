import { type Connectors, openConnectors } from "../../../src/connectors/connectors.ts";
import type { MailTransport } from "../../../src/connectors/mail/transport.ts";
import type { Run } from "../../../src/control/runs/runs.ts";
import { readRun } from "../../../src/control/runs/runs.ts";
import { SecretBox } from "../../../src/control/secret.ts";
import { MailMonitorStaggering } from "../../../src/processors/communication/MailMonitorStaggering.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import type { Database } from "../../../src/store/database.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshMailServer, type TestMailServer } from "../../harness/mail/mail.ts";
import type { MailServerOptions } from "../../harness/mail/mail-server.ts";
import { sealAsBefore } from "../../harness/old-seal.ts";
import { noConnectors, type RunnerOverrides } from "../../harness/runner/runner.ts";
import { nodeConnect } from "../../harness/socket.ts";
import { Stage } from "../../harness/stage.ts";

export const NOON = Date.parse("2026-03-02T12:00:00Z");
export const secrets = new SecretBox(Buffer.alloc(32, 7).toString("base64"));
export const login = { user: "office", password: "s3cret-pass" };

/** A row of `messages` as a test writes it; what is left out is a waiting notification of client 1. */
export interface TestMail {
  readonly id: number;
  readonly client_id?: number;
  readonly created_run_id?: number;
  readonly kind?: string;
  readonly channel?: string;
  readonly to_address?: string | null;
  readonly subject?: string;
  readonly body?: string;
  readonly status?: string;
  readonly attempts?: number;
  readonly queued_at?: number;
  readonly claimed_run_id?: number | null;
}

/** One client's mail monitor, its runner and a real SMTP server. */
export class Mailing extends Stage {
  constructor(database: Database, processors: readonly Processor[]) {
    super(database, processors, { now: NOON });
  }

  static async start(processors: readonly Processor[] = [MailMonitorStaggering]): Promise<Mailing> {
    return new Mailing(await Stage.fresh(), processors);
  }

  /** Defines `mailMonitorStaggeringAmount`; undefined removes it. */
  async amount(value: unknown): Promise<void> {
    await this.database.execute("DELETE FROM settings");
    if (value === undefined) return;
    await this.database.execute({
      sql: "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (1, 'mailMonitorStaggeringAmount', ?, 0, 0)",
      args: [JSON.stringify(value)],
    });
  }

  /** Starts an SMTP server and makes it client 1's mail connector. */
  async server(options: MailServerOptions = {}, config: Record<string, unknown> = {}): Promise<TestMailServer> {
    const server = await freshMailServer(options);
    const secure = options.secure ?? "none";
    const from = { address: "office@example.org" };
    await this.connector(
      { transport: "smtp", host: "localhost", port: server.port, secure, from, ...config },
      options.credentials,
    );
    return server;
  }

  async connector(config: unknown, secret: unknown = null, client = 1): Promise<void> {
    await this.database.execute({ sql: "DELETE FROM connectors WHERE client_id = ?", args: [client] });
    await this.database.execute({
      sql: "INSERT INTO connectors (client_id, kind, name, config, secret_enc, created_at, updated_at) VALUES (?, 'mail', 'Mail', ?, ?, 0, 0)",
      args: [
        client,
        JSON.stringify(config),
        secret === null ? null : sealAsBefore(JSON.stringify(secret), new Uint8Array(12).fill(client)),
      ],
    });
  }

  async add(...mails: readonly TestMail[]): Promise<void> {
    await this.database.batch(
      mails.map((mail) => {
        const row = {
          client_id: 1,
          created_run_id: 0,
          kind: "notification",
          channel: "mail",
          to_address: `p${mail.id}@example.com`,
          subject: `Subject ${mail.id}`,
          body: `Body ${mail.id}`,
          dedupe_key: `test|${mail.id}`,
          status: "to_forward",
          attempts: 0,
          queued_at: 1000 + mail.id,
          claimed_run_id: null,
          created_at: 0,
          updated_at: 0,
          ...mail,
        };
        const names = Object.keys(row);
        return {
          sql: `INSERT INTO messages (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
          args: Object.values(row),
        };
      }),
      "write",
    );
  }

  /** Adds `count` waiting mails, ids from 1. */
  async fill(count: number): Promise<void> {
    await this.add(...Array.from({ length: count }, (_, index) => ({ id: index + 1 })));
  }

  /** The mails of the monitor by id. */
  async mails(columns = "id, status, error"): Promise<Record<string, unknown>[]> {
    return this.rows(`SELECT ${columns} FROM messages ORDER BY id`);
  }

  /** Ids of the mails with a status. */
  async ids(status: string): Promise<number[]> {
    return (await this.rows(`SELECT id FROM messages WHERE status = '${status}' ORDER BY id`)).map(({ id }) =>
      Number(id),
    );
  }

  /** Starts a job of a processor for client 1 by hand. */
  queue(
    options: { processor?: Processor; dryRun?: boolean; parameters?: Record<string, unknown> } = {},
  ): Promise<number> {
    return this.start(options);
  }

  /** The real connectors of client 1; their clock stands still, so that no answer is ever late. */
  connectors(): Connectors {
    const clock = new VirtualClock(this.clock.now());
    return openConnectors(1, {
      control: this.database,
      secrets,
      connect: nodeConnect(),
      email: null,
      clock,
      randomBytes: (length) => new Uint8Array(length),
      spend: () => undefined,
    });
  }

  /** Lets a new runner work, from retry to retry, until nothing is planned before `until` (ms; default: at all). */
  work(overrides: RunnerOverrides = {}, until?: number, through?: Database): Promise<void> {
    return this.toEnd({ ports: { connectorsFor: () => this.connectors(), ...overrides }, until, through });
  }

  async run(id: number): Promise<Run> {
    return (await readRun(this.database, id)) as Run;
  }

  /** Starts a run, lets it work to its end (or to the end of its first attempt) and gives it back. */
  async send(
    options: Parameters<Mailing["queue"]>[0] & { firstAttempt?: boolean } = {},
    overrides: RunnerOverrides = {},
  ): Promise<Run> {
    const id = await this.queue(options);
    await this.work(overrides, options.firstAttempt ? this.clock.now() : Number.POSITIVE_INFINITY);
    return this.run(id);
  }
}

/** Connectors with a mail transport of the test's own. */
export function connectorsWith(transport: Partial<MailTransport>): () => Connectors {
  return () => ({
    ...noConnectors,
    mail: async () => ({
      send: async () => ({ state: "sent", providerMessageId: null }),
      close: async () => undefined,
      ...transport,
    }),
  });
}
