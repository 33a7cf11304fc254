import { z } from "zod";
import { readClient } from "../control/clients/clients.ts";
import { type Run, readRun } from "../control/runs/runs.ts";
import { cancelBeforeStart } from "../control/runs/transitions.ts";
import {
  defineProcessor,
  type OtherRuns,
  type Processor,
  type RunEnded,
  type RunToEnd,
} from "../processors/contract.ts";
import { DatabaseOutageError } from "../store/outage.ts";
import { readCheckpoint } from "../store/step/checkpoint.ts";
import { claimRunToEnd } from "./control/claims.ts";
import { Execution } from "./execution.ts";
import type { RunnerPorts } from "./ports.ts";

/**
 * What a run may do to runs of other owners: one of the platform may end them, any other none.
 *
 * @param spend takes calls from the budget of the run that asks
 */
export function otherRuns(ports: RunnerPorts, by: Run, spend: (calls: number) => void): OtherRuns {
  return {
    end: async (seen) => {
      if (by.clientId !== 0) throw new Error(`Run ${by.id} of client ${by.clientId} may not end another run`);
      return await endRun(ports, seen, spend);
    },
  };
}

const noRuns: OtherRuns = { end: async () => "unchanged" };

async function endRun(ports: RunnerPorts, seen: RunToEnd, spend: (calls: number) => void): Promise<RunEnded> {
  const { control, clock } = ports;
  const { code: reason, message } = seen.ending;
  const run = await readRun(control, seen.runId);
  spend(1);
  if (!run) return "unchanged";
  if (run.endedAt !== null) return run.reason === reason ? "ended" : "unchanged";
  if (run.startedAt === null) {
    const cancel = cancelBeforeStart({ id: run.id, reason, message, beside: seen.beside ?? null }, clock.now());
    const result = await control.execute(cancel);
    spend(1);
    return result.rowsAffected > 0 ? "ended" : "unchanged";
  }
  const processor = ports.catalogue.find(run.processor) ?? unknown(run);
  if (!(await answers(ports, processor, run))) return "unreachable";
  spend(2);
  const claimed = await claimRunToEnd(control, seen);
  spend(1);
  if (!claimed) return "unchanged";
  // Stays claimed where the lease is lost meanwhile: another runner has taken the run up, so it has an owner.
  const exit = await new Execution(ports, processor, { run: claimed }, spend, noRuns).work(() => false, seen.ending);
  return exit === "ended" ? "ended" : "unchanged";
}

/** False when the database that holds a run's checkpoint does not answer. */
async function answers(ports: RunnerPorts, processor: Processor, run: Run): Promise<boolean> {
  const client = await readClient(ports.control, run.clientId);
  if (!client || processor.store === "control") return true;
  try {
    await readCheckpoint(await ports.storeOf(client), run.id);
    return true;
  } catch (error) {
    if (error instanceof DatabaseOutageError) return false;
    throw error;
  }
}

/** Stands for a processor that this release does not know: where its checkpoint lies follows from whose run it is. */
function unknown({ processor, clientId, load }: Run): Processor {
  return defineProcessor<z.ZodObject, null, string, string>({
    id: processor,
    group: "platform",
    title: processor,
    summary: "",
    scope: "client",
    store: clientId === 0 ? "control" : "learning",
    load,
    suggestedCron: null,
    after: [],
    dryRun: "exact",
    parameters: z.strictObject({}),
    // biome-ignore lint/correctness/useYield: it is only ever ended
    async *run() {
      return undefined;
    },
  });
}
