import type { Scenario } from "./scenario.ts";
import { CloudSynchronization } from "./scenarios/CloudSynchronization.ts";
import { ExpiredCoursesToCompleted } from "./scenarios/ExpiredCoursesToCompleted.ts";
import { MailMonitorStaggering } from "./scenarios/MailMonitorStaggering.ts";

/** One scenario for each processor; a processor without one fails the suite. */
export const scenarios: readonly Scenario[] = [CloudSynchronization, ExpiredCoursesToCompleted, MailMonitorStaggering];
