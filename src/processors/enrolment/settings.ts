import type { ClientConfiguration } from "../../control/clients/configuration.ts";
import { settings } from "../../control/clients/setting-definitions.ts";

/** What a client has set for its enrolment (handbook, data: clients and configuration). */
export interface EnrolmentSettings {
  /** Days to finish of a rule from before they were fixed at its save. */
  readonly daysToFinish: number;
  /** Days by which the next cycle begins earlier than its days to finish want. */
  readonly bufferDays: number;
  /** What is covered for a person by another course counts as successful. */
  readonly equivalences: boolean;
}

/** Reads what a client has set for its enrolment. @throws {SettingInvalidError} */
export async function enrolmentSettings(configuration: ClientConfiguration): Promise<EnrolmentSettings> {
  return {
    daysToFinish: await configuration.read(settings.enrolmentDaysToFinish),
    bufferDays: await configuration.read(settings.enrolmentBufferDays),
    equivalences: await configuration.read(settings.equivalencesEnabled),
  };
}
