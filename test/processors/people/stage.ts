import type { Client } from "@libsql/client";
import { readRun, startRuns } from "../../../src/control/runs/runs.ts";
import { usernameKey } from "../../../src/learning/username.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshFileDatabase } from "../../harness/file-database.ts";
import { addClient, type RunnerOverrides, testRunner } from "../../harness/runner.ts";

/** Half past one in the morning of 2 March 2026, in Berlin. */
export const NIGHT = Date.parse("2026-03-02T00:30:00Z");

type Value = string | number | null;
type Values = Readonly<Record<string, Value>>;

const defaults: Readonly<Record<string, Values>> = {
  persons: { given_name: "Given", family_name: "Family", enrolled_on: "2026-01-01" },
  groups: { name: "Group" },
  group_members: { source: "rule", joined_at: 0 },
  registrations: { status: "booked" },
  components: { kind: "course", title: "Course" },
};

/** Client 1 (Europe/Berlin) and client 2 on one database, in virtual time. */
export class Stage {
  readonly database: Client;
  readonly clock = new VirtualClock(NIGHT);
  readonly processor: Processor;

  constructor(database: Client, processor: Processor) {
    this.database = database;
    this.processor = processor;
  }

  static async set(processor: Processor): Promise<Stage> {
    const database = await freshFileDatabase();
    await addClient(database, "north", "Europe/Berlin");
    await addClient(database, "south", "UTC");
    return new Stage(database, processor);
  }

  /** Adds rows of client 1, with the table's own defaults and plain ones of ours. */
  async add(table: string, ...rows: readonly Values[]): Promise<void> {
    await this.database.batch(
      rows.map((one, index) => {
        const row: Record<string, Value> = { client_id: 1, ...defaults[table], created_at: 0, updated_at: 0, ...one };
        if (table === "persons") {
          row.username ??= `user${row.id ?? index}`;
          row.username_key ??= usernameKey(String(row.username));
        }
        for (const [name, value] of Object.entries(row)) if (value === undefined) delete row[name];
        const names = Object.keys(row);
        return {
          sql: `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
          args: Object.values(row),
        };
      }),
      "write",
    );
  }

  async rows<T = Record<string, unknown>>(sql: string): Promise<T[]> {
    const result = await this.database.execute(sql);
    return result.rows.map((row) => Object.fromEntries(result.columns.map((column) => [column, row[column]])) as T);
  }

  /** Queues a run of the processor for client 1. Returns its id. */
  async queue(parameters: Record<string, unknown> = {}, dryRun = false, clientId = 1): Promise<number> {
    const { processor } = this;
    const [id] = await startRuns(
      this.database,
      [
        {
          jobId: 1,
          processor: processor.id,
          jobName: processor.id,
          load: processor.load,
          parameters,
          clientId,
          nodeId: "",
          timeZone: "UTC",
          asOf: null,
          dryRun,
          requestedBy: "test",
        },
      ],
      this.clock.now(),
    );
    return id as number;
  }

  /** Runs the processor to its end. A second run starts a second later. */
  async run(parameters: Record<string, unknown> = {}, options: RunnerOverrides & { readonly dryRun?: boolean } = {}) {
    const { dryRun = false, ...overrides } = options;
    const clientId = this.processor.scope === "client" ? 1 : 0;
    const id = await this.queue(parameters, dryRun, clientId);
    const runner = testRunner(this.database, [this.processor], this.clock, clientId, overrides);
    for (let rounds = 0; (await runner.work()) !== null && rounds < 100; rounds += 1) await this.clock.advance(60_000);
    await this.clock.advance(1000);
    return this.outcome(id);
  }

  /** State, reason, counts, errors and log of a run. */
  async outcome(id: number) {
    const run = await readRun(this.database, id);
    if (!run) throw new Error(`There is no run ${id}`);
    const log = await this.rows<{ message: string }>(`SELECT message FROM run_logs WHERE run_id = ${id} ORDER BY id`);
    return { ...run, log: log.map(({ message }) => message) };
  }
}
