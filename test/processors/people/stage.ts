import type { Processor } from "../../../src/processors/contract.ts";
import type { RunnerOverrides } from "../../harness/runner.ts";
import { NIGHT, Stage as TestStage } from "../../harness/stage.ts";
import { insert } from "../../learning/rows.ts";

export { NIGHT } from "../../harness/stage.ts";

type Value = string | number | null;
type Values = Readonly<Record<string, Value>>;

const defaults: Readonly<Record<string, Values>> = {
  persons: { given_name: "Given", family_name: "Family", enrolled_on: "2026-01-01" },
  groups: { name: "Group" },
  group_members: { source: "rule", joined_at: 0 },
  registrations: { status: "booked" },
  components: { kind: "course", title: "Course" },
};

/** The stage, with rows as processors of people meet them. */
export class Stage extends TestStage {
  static async set(processor: Processor): Promise<Stage> {
    // Starting a run moves the clock by a second, to the night's instant.
    return new Stage(await TestStage.fresh(), [processor], { now: NIGHT - 1000 });
  }

  /** Adds rows of client 1, with the table's own defaults and plain ones of ours. */
  add(table: string, ...rows: readonly Values[]): Promise<void> {
    return insert(
      this.database,
      table,
      ...rows.map((row, index) => ({
        ...(table === "persons" ? { username: `user${row.id ?? index}` } : {}),
        ...defaults[table],
        ...row,
      })),
    );
  }

  /** Queues a run of the processor for client 1. Returns its id. */
  queue(parameters: Record<string, unknown> = {}, dryRun = false, clientId?: number): Promise<number> {
    return this.start({ parameters, dryRun, ...(clientId === undefined ? {} : { clientId }) });
  }

  /** Runs the processor to its end. */
  async run(parameters: Record<string, unknown> = {}, options: RunnerOverrides & { readonly dryRun?: boolean } = {}) {
    const { dryRun = false, ...ports } = options;
    const id = await this.queue(parameters, dryRun);
    await this.toEnd({ ports });
    return this.outcome(id);
  }
}
