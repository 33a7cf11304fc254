import type { ClientFacts } from "../control/clients/clients.ts";
import type { Run } from "../control/runs/runs.ts";
import type { Processor } from "../processors/contract.ts";
import { parameterSchema } from "../processors/parameters.ts";
import { isZoneKnown } from "../quartz/index.ts";
import type { Checkpoint } from "../store/step/checkpoint.ts";
import type { Ending } from "../store/step/step.ts";

type Obstacle = Ending & { readonly state: "failed" };

/** Why a run cannot go on from its checkpoint: another release wrote a cursor that this one cannot read. Null: it can. */
export function unreadable({ cursorVersion = 1, cursor: schema }: Processor, checkpoint: Checkpoint): Obstacle | null {
  const { step, cursor } = checkpoint;
  if (step === 0) return null;
  const isKnown =
    checkpoint.cursorVersion === cursorVersion && (cursor === null || (schema?.safeParse(cursor).success ?? true));
  if (isKnown) return null;
  const message = `This release cannot go on from the run's checkpoint (step ${step}, version ${checkpoint.cursorVersion}); start the job again`;
  return { state: "failed", code: "unknown_cursor", message };
}

/** The parameters of a run as its processor's schema gives them back, or why it cannot work. */
export function parametersOf(
  processor: Processor,
  run: Pick<Run, "parameters">,
  { timeZone }: Pick<ClientFacts, "timeZone">,
): { readonly parameters: Record<string, unknown> } | { readonly obstacle: Obstacle } {
  const parsed = parameterSchema(processor).safeParse(run.parameters);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
    const message = `The job's parameters no longer fit: ${problems}`;
    return { obstacle: { state: "failed", code: "invalid_parameters", message } };
  }
  if (!isZoneKnown(timeZone)) {
    const message = `This host does not know the time zone ${timeZone} of the client; update the host, or give the client another`;
    return { obstacle: { state: "failed", code: "unknown_time_zone", message } };
  }
  return { parameters: parsed.data };
}
