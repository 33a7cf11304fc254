import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { CreateOrUpdateShopifyCatalogItems } from "./commerce/CreateOrUpdateShopifyCatalogItems.ts";
import { PayPalStatusUpdate } from "./commerce/PayPalStatusUpdate.ts";
import { ShopifyProcessWebhookJob } from "./commerce/ShopifyProcessWebhookJob.ts";
import { CleanUpMailingNotificationMonitor } from "./communication/CleanUpMailingNotificationMonitor.ts";
import { MailMonitorStaggering } from "./communication/MailMonitorStaggering.ts";
import { Notification } from "./communication/Notification.ts";
import { PushNotificationScheduler } from "./communication/PushNotificationScheduler.ts";
import { WhatsNew } from "./communication/WhatsNew.ts";
import { CleanUpPreviewEntries } from "./courses/CleanUpPreviewEntries.ts";
import { ContentAutoUpdate } from "./courses/ContentAutoUpdate.ts";
import { CoursePreparation } from "./courses/CoursePreparation.ts";
import { CoursePreviewCleanUp } from "./courses/CoursePreviewCleanUp.ts";
import { CourseProgressUpdateJob } from "./courses/CourseProgressUpdateJob.ts";
import { EqsResetCoverageDataJob } from "./courses/EqsResetCoverageDataJob.ts";
import { ExpiredCoursesToCompleted } from "./courses/ExpiredCoursesToCompleted.ts";
import { TeamExercisePublishCorrectionJob } from "./courses/TeamExercisePublishCorrectionJob.ts";
import { CancelInactiveUsersJob } from "./enrolment/CancelInactiveUsersJob.ts";
import { CancelUsersOnCancelledCoursesForReplicationProcess } from "./enrolment/CancelUsersOnCancelledCoursesForReplicationProcess.ts";
import { ParticipantAutomaticRegistration } from "./enrolment/ParticipantAutomaticRegistration.ts";
import { PrerequisiteCheck } from "./enrolment/PrerequisiteCheck.ts";
import { PrerequisitesOverdueCancelJob } from "./enrolment/PrerequisitesOverdueCancelJob.ts";
import { RefreshJob } from "./enrolment/RefreshJob.ts";
import { WaitingListCancellationJob } from "./enrolment/WaitingListCancellationJob.ts";
import { UserImport } from "./imports/UserImport.ts";
import { XMLGroupImport } from "./imports/XMLGroupImport.ts";
import { ProgrammeCurriculumLevelStatus } from "./paths/ProgrammeCurriculumLevelStatus.ts";
import { ProgrammeCurriculumLevelStatusUpdateJob } from "./paths/ProgrammeCurriculumLevelStatusUpdateJob.ts";
import { ProgrammeCurriculumScheduling } from "./paths/ProgrammeCurriculumScheduling.ts";
import { ProgrammeRecertificationAsignment } from "./paths/ProgrammeRecertificationAsignment.ts";
import { ProgramRecertificationCompletionJob } from "./paths/ProgramRecertificationCompletionJob.ts";
import { ProgramRecertificationStatusJob } from "./paths/ProgramRecertificationStatusJob.ts";
import { ProgramStatusUpdateForLearners } from "./paths/ProgramStatusUpdateForLearners.ts";
import { BuddyListHisotry } from "./people/BuddyListHisotry.ts";
import { DeleteUsersJob } from "./people/DeleteUsersJob.ts";
import { License } from "./people/License.ts";
import { OIDCAuthNonceCleanerJob } from "./people/OIDCAuthNonceCleanerJob.ts";
import { PasswordChangeExpiryCheck } from "./people/PasswordChangeExpiryCheck.ts";
import { TargetGroupPersonAssignment } from "./people/TargetGroupPersonAssignment.ts";
import { UpdatePersonSearches } from "./people/UpdatePersonSearches.ts";
import { UserTerminate } from "./people/UserTerminate.ts";
import { CloudSynchronization } from "./platform/CloudSynchronization.ts";
import { DefaultTempDirDeleteIlsEntries } from "./platform/DefaultTempDirDeleteIlsEntries.ts";
import { HttpRequest } from "./platform/HttpRequest.ts";
import { JobSchedulerDuplicateCheck } from "./platform/JobSchedulerDuplicateCheck.ts";
import { StorageUpdater } from "./platform/StorageUpdater.ts";
import { TempFilesDelete } from "./platform/TempFilesDelete.ts";
import { OSReportSubscription } from "./reports/OSReportSubscription.ts";
import { OSReportSubscriptionFileDeletion } from "./reports/OSReportSubscriptionFileDeletion.ts";
import { RemoveOutdatedReportsJob } from "./reports/RemoveOutdatedReportsJob.ts";
import { ReportCallCleanUp } from "./reports/ReportCallCleanUp.ts";
import { TrackingCalculation } from "./reports/TrackingCalculation.ts";
import { CheckSolrAvailability } from "./search/CheckSolrAvailability.ts";
import { CreateSiteMaps } from "./search/CreateSiteMaps.ts";
import { CreateSolrIndex } from "./search/CreateSolrIndex.ts";
import { SolrIndexActualization } from "./search/SolrIndexActualization.ts";
import { SolrIndexFullBuild } from "./search/SolrIndexFullBuild.ts";
import { CertificationReset } from "./skills/CertificationReset.ts";
import { DeleteCreatedCertificatesJob } from "./skills/DeleteCreatedCertificatesJob.ts";
import { GenerateCertificatesJob } from "./skills/GenerateCertificatesJob.ts";
import { SkillExpiration } from "./skills/SkillExpiration.ts";
import { SkillTermination } from "./skills/SkillTermination.ts";

/** The product's processors. */
export const catalogue: Catalogue = createCatalogue([
  BuddyListHisotry,
  CancelInactiveUsersJob,
  CancelUsersOnCancelledCoursesForReplicationProcess,
  CertificationReset,
  CheckSolrAvailability,
  CleanUpMailingNotificationMonitor,
  CleanUpPreviewEntries,
  CloudSynchronization,
  ContentAutoUpdate,
  CoursePreparation,
  CoursePreviewCleanUp,
  CourseProgressUpdateJob,
  CreateOrUpdateShopifyCatalogItems,
  CreateSiteMaps,
  DefaultTempDirDeleteIlsEntries,
  CreateSolrIndex,
  DeleteCreatedCertificatesJob,
  DeleteUsersJob,
  EqsResetCoverageDataJob,
  ExpiredCoursesToCompleted,
  GenerateCertificatesJob,
  HttpRequest,
  JobSchedulerDuplicateCheck,
  License,
  MailMonitorStaggering,
  Notification,
  OIDCAuthNonceCleanerJob,
  OSReportSubscription,
  OSReportSubscriptionFileDeletion,
  ParticipantAutomaticRegistration,
  PasswordChangeExpiryCheck,
  PayPalStatusUpdate,
  PrerequisiteCheck,
  PrerequisitesOverdueCancelJob,
  ProgrammeCurriculumLevelStatus,
  ProgrammeCurriculumLevelStatusUpdateJob,
  ProgrammeCurriculumScheduling,
  ProgrammeRecertificationAsignment,
  ProgramRecertificationCompletionJob,
  ProgramRecertificationStatusJob,
  ProgramStatusUpdateForLearners,
  PushNotificationScheduler,
  RefreshJob,
  RemoveOutdatedReportsJob,
  ShopifyProcessWebhookJob,
  ReportCallCleanUp,
  SkillExpiration,
  SkillTermination,
  SolrIndexActualization,
  SolrIndexFullBuild,
  StorageUpdater,
  TargetGroupPersonAssignment,
  TeamExercisePublishCorrectionJob,
  TempFilesDelete,
  TrackingCalculation,
  UpdatePersonSearches,
  UserImport,
  UserTerminate,
  WaitingListCancellationJob,
  WhatsNew,
  XMLGroupImport,
]);
