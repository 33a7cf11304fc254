import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { CleanUpMailingNotificationMonitor } from "./communication/CleanUpMailingNotificationMonitor.ts";
import { MailMonitorStaggering } from "./communication/MailMonitorStaggering.ts";
import { Notification } from "./communication/Notification.ts";
import { ExpiredCoursesToCompleted } from "./courses/ExpiredCoursesToCompleted.ts";
import { CancelInactiveUsersJob } from "./enrolment/CancelInactiveUsersJob.ts";
import { ParticipantAutomaticRegistration } from "./enrolment/ParticipantAutomaticRegistration.ts";
import { WaitingListCancellationJob } from "./enrolment/WaitingListCancellationJob.ts";
import { UserImport } from "./imports/UserImport.ts";
import { XMLGroupImport } from "./imports/XMLGroupImport.ts";
import { BuddyListHisotry } from "./people/BuddyListHisotry.ts";
import { DeleteUsersJob } from "./people/DeleteUsersJob.ts";
import { PasswordChangeExpiryCheck } from "./people/PasswordChangeExpiryCheck.ts";
import { TargetGroupPersonAssignment } from "./people/TargetGroupPersonAssignment.ts";
import { CloudSynchronization } from "./platform/CloudSynchronization.ts";
import { HttpRequest } from "./platform/HttpRequest.ts";
import { JobSchedulerDuplicateCheck } from "./platform/JobSchedulerDuplicateCheck.ts";
import { OSReportSubscription } from "./reports/OSReportSubscription.ts";
import { DeleteCreatedCertificatesJob } from "./skills/DeleteCreatedCertificatesJob.ts";
import { GenerateCertificatesJob } from "./skills/GenerateCertificatesJob.ts";

/** The product's processors. */
export const catalogue: Catalogue = createCatalogue([
  BuddyListHisotry,
  CancelInactiveUsersJob,
  CleanUpMailingNotificationMonitor,
  CloudSynchronization,
  DeleteCreatedCertificatesJob,
  DeleteUsersJob,
  ExpiredCoursesToCompleted,
  GenerateCertificatesJob,
  HttpRequest,
  JobSchedulerDuplicateCheck,
  MailMonitorStaggering,
  Notification,
  OSReportSubscription,
  ParticipantAutomaticRegistration,
  PasswordChangeExpiryCheck,
  TargetGroupPersonAssignment,
  UserImport,
  WaitingListCancellationJob,
  XMLGroupImport,
]);
