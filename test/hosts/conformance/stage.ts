import type { JobFields } from "../../../src/administration/jobs/job-input.ts";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { type Run, type RunRow, runColumns, toRun } from "../../../src/control/runs/runs.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { sql } from "../../../src/store/sql.ts";
import { read } from "../../../src/store/statement.ts";
import type { Manager } from "../../harness/edge/manager.ts";
import { type MailServerOptions, ScriptedMailServer } from "../../harness/mail/mail-server.ts";
import { addClient } from "../../harness/runner/runner.ts";
import { LAST_RESORT_MS } from "../../harness/vitest/last-resort.ts";
import type { Host } from "./host.ts";

/** Nothing that the suite waits for takes longer (ms). */
const LOOK_EVERY = 50;

/** What one case works with: a client of its own on a host. */
export interface Stage {
  readonly host: Host;
  readonly clientId: number;
  /** Signed in; only once the host runs. */
  readonly manager: Manager;
  /** A full second (ms) a little later than the host's start. */
  readonly soon: number;
  /** Saves a job of the client. @param now when, default the present (ms) */
  job(fields: Omit<JobFields, "name" | "clientId">, now?: number): Promise<number>;
  /** Starts a job by hand, in the manager. Returns the run's id. */
  startByHand(jobId: number): Promise<number>;
  /** A mail server, and a number of mails of the client that wait for it. */
  mails(options: MailServerOptions, count: number, kind?: "system" | "notification"): Promise<ScriptedMailServer>;
  /** The runs of a job, by their planned instants, once they are as `fits` says. */
  runsOf(jobId: number, fits?: (runs: readonly Run[]) => boolean): Promise<readonly Run[]>;
  /** Statuses of the client's messages, in their order. */
  messages(): Promise<readonly string[]>;
}

/** A stage, and what it leaves to be ended. */
export interface OwnedStage extends Stage {
  close(): Promise<void>;
}

/** @param manager called once the host runs */
export async function setStage(host: Host, key: string, soon: number, manager: () => Manager): Promise<OwnedStage> {
  const { database } = host;
  const clientId = await addClient(database, key);
  const servers: ScriptedMailServer[] = [];
  let jobs = 0;

  async function look<T>(what: string, found: () => Promise<T | null>, seen: () => unknown): Promise<T> {
    const deadline = performance.now() + LAST_RESORT_MS;
    for (;;) {
      const answer = await found();
      if (answer !== null) return answer;
      if (performance.now() > deadline) throw new Error(`${what} not seen; last: ${JSON.stringify(seen())}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  }

  return {
    host,
    clientId,
    soon,
    get manager() {
      return manager();
    },
    async job(fields, now = Date.now()) {
      jobs += 1;
      const name = `${key} ${jobs}`;
      const result = await createJob({ control: database, catalogue }, { ...fields, name, clientId }, "test", now);
      if (result.state !== "saved") throw new Error(`The job of ${key} was refused: ${JSON.stringify(result)}`);
      return result.jobId;
    },
    async startByHand(jobId) {
      const started = await manager().post(`/admin/jobs/${jobId}/start`, { clientId: String(clientId) });
      if (started.status !== 200) throw new Error(`The start was answered ${started.status}: ${started.page}`);
      const result = await database.execute({ sql: "SELECT max(id) AS id FROM runs WHERE job_id = ?", args: [jobId] });
      return Number(result.rows[0]?.id);
    },
    async mails(options, count, kind = "system") {
      const server = new ScriptedMailServer(options);
      servers.push(server);
      const port = await server.listen();
      const config = { transport: "smtp", host: "127.0.0.1", port, secure: "none", from: { address: "a@example.com" } };
      await database.batch(
        [
          {
            sql: "INSERT INTO connectors (client_id, kind, name, config, created_at, updated_at) VALUES (?, 'mail', 'Mail', ?, 0, 0)",
            args: [clientId, JSON.stringify(config)],
          },
          ...(kind === "system"
            ? [
                {
                  sql: "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (?, 'mailMonitorStaggeringAmount', '0', 0, 0)",
                  args: [clientId],
                },
              ]
            : []),
          ...Array.from({ length: count }, (_, index) => ({
            sql: `INSERT INTO messages (client_id, created_run_id, kind, channel, to_address, subject, body, dedupe_key, status, queued_at, created_at, updated_at)
              VALUES (?, 0, ?, 'mail', ?, ?, 'Hello', ?, 'to_forward', ?, 0, 0)`,
            args: [clientId, kind, `person${index}@example.com`, `Mail ${index}`, String(index), index],
          })),
        ],
        "write",
      );
      return server;
    },
    async runsOf(jobId, fits = (runs) => runs.length > 0 && runs.every(({ endedAt }) => endedAt !== null)) {
      let runs: readonly Run[] = [];
      return look(
        `What was expected of job ${jobId} of ${key} was`,
        async () => {
          const query = sql`SELECT ${runColumns} FROM runs WHERE job_id = ${jobId} ORDER BY scheduled_at, id`;
          runs = (await read<RunRow>(database, query)).map(toRun);
          return fits(runs) ? runs : null;
        },
        () => runs.map(({ id, state, reason, message, attempt }) => ({ id, state, reason, message, attempt })),
      );
    },
    async messages() {
      const sql = "SELECT status FROM messages WHERE client_id = ? ORDER BY id";
      return (await database.execute({ sql, args: [clientId] })).rows.map((row) => String(row.status));
    },
    async close() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
