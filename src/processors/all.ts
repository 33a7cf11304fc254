import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { MailMonitorStaggering } from "./communication/MailMonitorStaggering.ts";
import { ExpiredCoursesToCompleted } from "./courses/ExpiredCoursesToCompleted.ts";
import { CancelInactiveUsersJob } from "./enrolment/CancelInactiveUsersJob.ts";
import { ParticipantAutomaticRegistration } from "./enrolment/ParticipantAutomaticRegistration.ts";
import { UserImport } from "./imports/UserImport.ts";
import { TargetGroupPersonAssignment } from "./people/TargetGroupPersonAssignment.ts";
import { CloudSynchronization } from "./platform/CloudSynchronization.ts";

/** The product's processors. */
export const catalogue: Catalogue = createCatalogue([
  CancelInactiveUsersJob,
  CloudSynchronization,
  ExpiredCoursesToCompleted,
  MailMonitorStaggering,
  ParticipantAutomaticRegistration,
  TargetGroupPersonAssignment,
  UserImport,
]);
