import { ConnectorInvalidError } from "../connectors/connectors.ts";
import { RemoteUnavailableError } from "../connectors/outbound/http.ts";
import { SecretUnreadableError } from "../control/secret.ts";
import { DatabaseOutageError } from "../store/outage.ts";
import { LeaseLostError } from "../store/step.ts";
import { RunFailure, type Unit } from "./contract.ts";

/** A failure's sentence is cut at this many characters. */
const LONGEST_MESSAGE = 300;

/** Faults of the run or of what it works with, not of one row. */
const OF_THE_RUN = [
  RunFailure,
  LeaseLostError,
  DatabaseOutageError,
  ConnectorInvalidError,
  SecretUnreadableError,
  RemoteUnavailableError,
];

/**
 * Builds the unit of one row. A throw becomes the failure of that row, code `row_error`, unexpected: one course with an
 * unknown time zone does not stop the others, and more of them than `maxFailures` end the run. What is wrong with the run
 * itself (lost lease, database or remote service out of reach, configuration that is not valid) passes through.
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
    if (OF_THE_RUN.some((kind) => error instanceof kind)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return {
      ref,
      writes: [],
      failure: { code: "row_error", message: message.slice(0, LONGEST_MESSAGE), unexpected: true },
    };
  }
}
