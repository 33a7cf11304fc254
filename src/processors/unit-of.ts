import { RemoteError, RemoteUnavailableError } from "../connectors/outbound/remote-error.ts";
import { InvalidConfigurationError } from "../control/invalid-configuration.ts";
import { DatabaseOutageError } from "../store/outage.ts";
import { type Failure, LeaseLostError } from "../store/step/step.ts";
import { RunFailure, type Unit, type Write } from "./contract.ts";

/** A failure's sentence is cut at this many characters. */
const LONGEST_MESSAGE = 300;

/** Faults of the run or of what it works with, not of one row. */
const OF_THE_RUN = [RunFailure, LeaseLostError, DatabaseOutageError, InvalidConfigurationError];

/** True for what ends the run. A remote error that may pass by does, but for one of the first requests in a row that failed. */
function isOfTheRun(error: unknown): boolean {
  if (error instanceof RemoteError) {
    return error.retry && !(error instanceof RemoteUnavailableError && error.isolated);
  }
  return OF_THE_RUN.some((kind) => error instanceof kind);
}

/**
 * What a throw means for the one row that was at work: its failure, code `row_error` or that of a remote error, unexpected.
 *
 * @throws the error itself where it concerns the run: see {@link unitOf}
 */
export function failureOf(error: unknown): Failure {
  if (isOfTheRun(error)) throw error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof RemoteError ? error.code : "row_error";
  return { code, message: message.slice(0, LONGEST_MESSAGE), unexpected: true };
}

/**
 * Builds the unit of one row. A throw becomes the failure of that row, code `row_error` or that of a remote error, unexpected: one
 * course with an unknown time zone does not stop the others, and more of them than `maxFailures` end the run. What is wrong with the
 * run itself (lost lease, database or remote service out of reach, configuration that is not valid) passes through.
 *
 * ```ts
 * const units = await Promise.all(courses.map((course) => unitOf(`course:${course.id}`, () => completed(course))));
 * ```
 *
 * @param ref what the row is, as an administrator knows it
 * @param build what the unit has beyond its `ref`; may read, never yields
 */
export async function unitOf<N extends string = never>(
  ref: string,
  build: () => Omit<Unit<N>, "ref"> | Promise<Omit<Unit<N>, "ref">>,
): Promise<Unit<N>> {
  try {
    return { ...(await build()), ref };
  } catch (error) {
    return { ref, writes: [], failure: failureOf(error) };
  }
}

/**
 * What is to be done with a row: its writes, or a whole unit where it has counts or a failure of its own; null: it is not
 * this run's, and is not counted.
 */
export type RowOutcome<N extends string = never> = readonly Write<N>[] | Omit<Unit<N>, "ref"> | null;

/** As {@link unitOf}, for a row of which some are passed over: null for these. */
export async function unitOrNone<N extends string = never>(
  ref: string,
  build: () => RowOutcome<N> | Promise<RowOutcome<N>>,
): Promise<Unit<N> | null> {
  let passedOver = false;
  const unit = await unitOf<N>(ref, async () => {
    const outcome = await build();
    passedOver = outcome === null;
    if (outcome === null) return { writes: [] };
    return "writes" in outcome ? outcome : { writes: outcome };
  });
  return passedOver ? null : unit;
}
