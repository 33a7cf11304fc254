import { openConnectors } from "../../../src/connectors/connectors.ts";
import type { HttpOut } from "../../../src/connectors/ports.ts";
import { readLog } from "../../../src/control/runs/run-logs.ts";
import { readRun } from "../../../src/control/runs/runs.ts";
import { SecretBox } from "../../../src/control/secret.ts";
import { HttpRequest } from "../../../src/processors/platform/HttpRequest.ts";
import type { RunnerPorts } from "../../../src/runner/ports.ts";
import type { Database } from "../../../src/store/database.ts";
import type { VirtualClock } from "../../harness/clock.ts";
import { sealAsBefore } from "../../harness/old-seal.ts";
import { Stage } from "../../harness/stage.ts";

export const secrets = new SecretBox(Buffer.alloc(32, 7).toString("base64"));

/** Two signing secrets: the one in use, and the one that replaces it. */
export const [SECRET, NEXT_SECRET] = [1, 2].map((byte) => `whsec_${Buffer.alloc(32, byte).toString("base64")}`) as [
  string,
  string,
];

/** Adds an HTTP connector named `erp` to a client. */
export async function addWebhook(
  database: Pick<Database, "execute">,
  connector: {
    readonly secret?: unknown;
    readonly config?: unknown;
    readonly clientId?: number;
    readonly active?: number;
  },
): Promise<void> {
  const { secret = { signing: [SECRET] }, config = {}, clientId = 1, active = 1 } = connector;
  const sealed = sealAsBefore(JSON.stringify(secret));
  await database.execute({
    sql: `INSERT INTO connectors (client_id, kind, name, active, config, secret_enc, created_at, updated_at)
      VALUES (?, 'http', 'erp', ?, ?, ?, 0, 0)`,
    args: [clientId, active, JSON.stringify(config), sealed],
  });
}

/** A host's connectors with a way out for HTTP, on a clock. */
export function connectorsOf(
  database: Database,
  clock: VirtualClock,
  out: Partial<HttpOut>,
): RunnerPorts["connectorsFor"] {
  return (client, spend) =>
    openConnectors(client.id, {
      control: database,
      secrets,
      connect: () => Promise.reject(new Error("This test opens no sockets")),
      email: null,
      clock,
      randomBytes: (length) => new Uint8Array(length),
      spend,
      http: { fetch, ...out },
    });
}

/** Runs of HttpRequest for client 1. */
export class Requests extends Stage {
  readonly out: Partial<HttpOut>;
  readonly reported: unknown[] = [];

  /** @param now ms */
  constructor(database: Database, now: number, out: Partial<HttpOut> = { allowPrivateTargets: "127.0.0.1" }) {
    super(database, [HttpRequest], { now });
    this.out = out;
  }

  /** Queues a run. Returns its id. */
  async begin(
    parameters: Record<string, unknown>,
    { dryRun = false, policies }: { dryRun?: boolean; policies?: unknown } = {},
  ): Promise<number> {
    const id = await this.start({ parameters, dryRun });
    if (policies) {
      const args = [JSON.stringify(policies), id];
      await this.database.execute({ sql: "UPDATE runs SET policies = json_patch(policies, ?) WHERE id = ?", args });
    }
    return id;
  }

  /** One invocation of the runner; the instant (ms) at which it wants the next, null: none. */
  work(): Promise<number | null> {
    const connectorsFor = connectorsOf(this.database, this.clock, this.out);
    return this.runner({ ports: { connectorsFor, report: (_message, error) => this.reported.push(error) } }).work();
  }

  /** A run from its start to its end, whatever retries that takes; also the pauses (s) between its attempts. */
  async play(parameters: Record<string, unknown>, run: { dryRun?: boolean; policies?: unknown } = {}) {
    const id = await this.begin(parameters, run);
    const pauses: number[] = [];
    for (let next = await this.work(); next !== null; next = await this.work()) {
      pauses.push(Math.round((next - this.clock.now()) / 1000));
      await this.clock.advanceTo(next);
    }
    return { id, pauses, ...(await this.record(id)) };
  }

  /** How a run stands, and everything that its log says. */
  async record(id: number) {
    const run = await readRun(this.database, id);
    if (!run) throw new Error("The run is gone");
    const log = await readLog(this.database, id);
    return { run, log, answers: log.filter(({ data }) => data !== null && "answer" in data) };
  }
}
