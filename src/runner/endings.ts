import { RemoteError } from "../connectors/outbound/remote-error.ts";
import { InvalidConfigurationError } from "../control/invalid-configuration.ts";
import { RunFailure, TOO_MANY_FAILURES } from "../processors/contract.ts";
import type { Counts, Ending } from "../store/step/step.ts";

/** Code of a run that ended with an unexpected error. */
export const CRASHED = "crashed";

/** How a run ends that has used up its maximum total time. */
export const overtime: Ending = {
  state: "failed",
  code: "max_run_time",
  message: "It took longer than a run may take; what was done before stays",
};

/**
 * Thrown into the processor behind the step that brought one unexpected failure too many. One that lets it pass ends the run;
 * one that works on several things may give up the present one, go on with the next, and end as failed itself.
 */
export function tooManyFailures(maxFailures: number): RunFailure {
  const message = `More than ${maxFailures} rows failed unexpectedly; what was done before stays`;
  return new RunFailure(TOO_MANY_FAILURES, message);
}

/**
 * What an error that ends a run says of itself. An unexpected one is a crash, which may be over at the next attempt; what is
 * configured wrongly is so then too.
 */
export function faultOf(error: unknown): Pick<RunFailure, "code" | "retry" | "retryAfterMs"> {
  if (error instanceof RunFailure || error instanceof RemoteError) return error;
  const isInvalid = error instanceof InvalidConfigurationError;
  return { code: isInvalid ? error.code : CRASHED, retry: !isInvalid, retryAfterMs: undefined };
}

/** How a run ends whose processor says nothing of it: by what was counted. */
export function endingOf(counts: Counts): Ending {
  if ((counts.failed ?? 0) > 0) return { state: "partial" };
  return (counts.changed ?? 0) > 0 ? { state: "ok" } : { state: "no_action", message: "Nothing had to be changed" };
}

/**
 * How many failed, up to the first of them by name, which follows: an administrator need not open the list for a single one.
 * Undefined unless the run ended as partial.
 */
export function partialWords({ state }: Ending, counts: Counts): string | undefined {
  if (state !== "partial") return undefined;
  const [failed, scanned] = [counts.failed ?? 0, counts.scanned ?? 0];
  const others = failed < scanned ? "; the others are done" : "";
  return `${failed} of ${scanned} failed${others}. ${failed > 1 ? "The first: " : ""}`;
}
