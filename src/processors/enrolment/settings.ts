import { z } from "zod";
import type { ClientConfiguration } from "../../control/clients/configuration.ts";
import { RunFailure } from "../contract.ts";

/** What a client has set for its enrolment (spec 1.2). */
export interface EnrolmentSettings {
  /** Days to finish of a rule from before they were fixed at its save. */
  readonly daysToFinish: number;
  /** Days by which the next cycle begins earlier than its days to finish want. */
  readonly bufferDays: number;
}

const days = z.int().min(0).max(3650);

/** Reads `enrolment.daysToFinish` (default 0) and `enrolment.bufferDays` (default 7). @throws {RunFailure} `invalid_configuration` */
export async function enrolmentSettings(configuration: ClientConfiguration): Promise<EnrolmentSettings> {
  const read = async (key: string, standard: number) => {
    const value = await configuration.setting(key);
    const parsed = days.safeParse(value ?? standard);
    if (parsed.success) return parsed.data;
    throw new RunFailure(
      "invalid_configuration",
      `The setting ${key} is ${JSON.stringify(value)}; it has to be a whole number of days from 0 to 3650`,
    );
  };
  return {
    daysToFinish: await read("enrolment.daysToFinish", 0),
    bufferDays: await read("enrolment.bufferDays", 7),
  };
}
