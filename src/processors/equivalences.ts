import type { ClientConfiguration } from "../control/clients/configuration.ts";
import { RunFailure } from "./contract.ts";

/**
 * Whether components that are covered for a person count as successful for that person: the setting `equivalences.enabled`,
 * default false.
 *
 * @throws {RunFailure} `invalid_configuration` when it is neither true nor false
 */
export async function equivalencesEnabled(configuration: ClientConfiguration): Promise<boolean> {
  const value = (await configuration.setting("equivalences.enabled")) ?? false;
  if (typeof value === "boolean") return value;
  const message = `The setting equivalences.enabled is ${JSON.stringify(value)}; it has to be true or false`;
  throw new RunFailure("invalid_configuration", message);
}
