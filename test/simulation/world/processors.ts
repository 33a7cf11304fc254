import { z } from "zod";
import {
  defineProcessor,
  effect,
  type Processor,
  type ProcessorDefinition,
  RunFailure,
} from "../../../src/processors/contract.ts";
import { sql } from "../../../src/store/sql.ts";
import { thisClient, thisRun } from "../../../src/store/statement.ts";
import type { SimProcess } from "./process.ts";
import type { World } from "./world.ts";

/** What the generator and the auditor know of a test processor. */
export interface Kind {
  readonly id: string;
  readonly load: "light" | "heavy";
  readonly after: readonly string[];
  /** Units are written, or remote calls made. */
  readonly does: "units" | "calls";
  readonly repeatable: boolean;
  /** Waits before each step (ms), from and to. */
  readonly pause: readonly [number, number];
  /** How likely a step fails. */
  readonly failing: number;
  /** Of this number of its units, one breaks a constraint; 0: none. */
  readonly bad: number;
}

const kind = (id: string, shape: Partial<Omit<Kind, "id">> = {}): Kind => ({
  id,
  load: "light",
  after: [],
  does: "units",
  repeatable: false,
  pause: [0, 400],
  failing: 0,
  bad: 0,
  ...shape,
});

/** The processors of a simulated release. */
export const kinds: readonly Kind[] = [
  kind("Quick"),
  kind("Import", { pause: [100, 6_000], bad: 5 }),
  kind("Report", { after: ["Import"], pause: [0, 2_000] }),
  kind("Groups", { load: "heavy", pause: [500, 15_000] }),
  kind("Search", { load: "heavy", after: ["Groups", "Import"], pause: [500, 8_000] }),
  kind("Flaky", { failing: 0.2, pause: [0, 3_000] }),
  kind("Mail", { does: "calls", pause: [50, 2_000], failing: 0.05 }),
  kind("Push", { does: "calls", repeatable: true, pause: [50, 1_000], failing: 0.05 }),
];

/** Polls for work of its client, and does it; only some histories have jobs of it. */
export const poll: Kind = kind("Poll", { failing: 0.05, pause: [0, 2_000] });

/** True for a unit that breaks a constraint. */
export function isBad(kind: Kind, runId: number, unit: number): boolean {
  return kind.bad > 0 && (runId + unit) % kind.bad === 0;
}

const plain = {
  group: "platform",
  title: "For tests",
  summary: "Simulated.",
  scope: "client",
  store: "learning",
  suggestedCron: null,
  dryRun: "exact",
  parameters: z.strictObject({ units: z.int().min(0).max(50).default(4) }),
} as const;

type Run = ProcessorDefinition<typeof plain.parameters, { done: number }>["run"];

const insert = (unit: string) =>
  sql`INSERT INTO sim_writes (run_id, client_id, unit) VALUES (${thisRun}, ${thisClient}, ${unit})`;

const workDone = sql`UPDATE sim_work SET done = 1 WHERE client_id = ${thisClient} AND done = 0`;

const askForWork: NonNullable<Processor["quiet"]> = ({ clients }) =>
  sql`SELECT c.client_id FROM (${clients}) c WHERE EXISTS (SELECT 1 FROM sim_work w WHERE w.client_id = c.client_id AND w.done = 0)`;

/** The processors as one process has them: their waits end with it. */
export function processorsOf(world: World, process: SimProcess): Processor[] {
  const { random } = world;
  const mayFail = (kind: Kind) => {
    if (!random.chance(kind.failing)) return;
    if (random.chance(0.2)) throw new RunFailure("invalid_configuration", "refused for good");
    if (random.chance(0.5))
      throw new RunFailure("remote_unavailable", "no server answers", { retry: true, retryAfterMs: 3_000 });
    throw new Error("a bug");
  };
  const writing = (kind: Kind): Run =>
    async function* ({ cursor, parameters, run }) {
      for (let done = cursor?.done ?? 0; done < parameters.units; ) {
        await process.pause(random.between(...kind.pause));
        mayFail(kind);
        const until = Math.min(done + random.between(1, 3), parameters.units);
        const units = [];
        for (; done < until; done += 1) {
          units.push({ ref: `unit:${done}`, writes: [insert(isBad(kind, run.id, done) ? "bad" : `unit:${done}`)] });
        }
        // A rehearsal leaves the work to be done.
        const also = kind === poll && !run.dryRun ? [workDone] : [];
        yield { units, cursor: { done }, also };
      }
      return undefined;
    };
  const calling = (kind: Kind): Run =>
    async function* ({ cursor, parameters, run }) {
      for (let number = cursor?.done ?? 0; number < parameters.units; number += 1) {
        yield* effect({
          key: `call:${number}`,
          description: `call ${number}`,
          repeatable: kind.repeatable,
          call: async () => {
            world.calls.push({ runId: run.id, key: `call:${number}`, repeatable: kind.repeatable });
            await process.pause(random.between(...kind.pause));
            mayFail(kind);
            return number;
          },
          settle: (outcome) => [{ ref: `call:${number}`, writes: [insert(`call:${number}:${outcome.state}`)] }],
          cursor: { done: number + 1 },
        });
      }
      return undefined;
    };
  return [...kinds, poll].map((one) =>
    defineProcessor<typeof plain.parameters, { done: number }, string, string>({
      ...plain,
      id: one.id,
      load: one.load,
      after: one.after,
      ...(one === poll ? { quiet: askForWork } : {}),
      run: one.does === "units" ? writing(one) : calling(one),
    }),
  );
}
