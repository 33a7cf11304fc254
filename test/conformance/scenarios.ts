import type { Scenario } from "./scenario.ts";
import { CancelInactiveUsersJob } from "./scenarios/CancelInactiveUsersJob.ts";
import { CloudSynchronization } from "./scenarios/CloudSynchronization.ts";
import { DeleteUsersJob } from "./scenarios/DeleteUsersJob.ts";
import { ExpiredCoursesToCompleted } from "./scenarios/ExpiredCoursesToCompleted.ts";
import { HttpRequest } from "./scenarios/HttpRequest.ts";
import { JobSchedulerDuplicateCheck } from "./scenarios/JobSchedulerDuplicateCheck.ts";
import { MailMonitorStaggering } from "./scenarios/MailMonitorStaggering.ts";
import { Notification } from "./scenarios/Notification.ts";
import { OSReportSubscription } from "./scenarios/OSReportSubscription.ts";
import { ParticipantAutomaticRegistration } from "./scenarios/ParticipantAutomaticRegistration.ts";
import { TargetGroupPersonAssignment } from "./scenarios/TargetGroupPersonAssignment.ts";
import { UserImport } from "./scenarios/UserImport.ts";
import { XMLGroupImport } from "./scenarios/XMLGroupImport.ts";

/** One scenario for each processor; a processor without one fails the suite. */
export const scenarios: readonly Scenario[] = [
  CancelInactiveUsersJob,
  CloudSynchronization,
  DeleteUsersJob,
  ExpiredCoursesToCompleted,
  HttpRequest,
  JobSchedulerDuplicateCheck,
  MailMonitorStaggering,
  Notification,
  OSReportSubscription,
  ParticipantAutomaticRegistration,
  TargetGroupPersonAssignment,
  UserImport,
  XMLGroupImport,
];
