import { createJob } from "../../administration/jobs/jobs.ts";
import type { Catalogue } from "../../processors/catalogue.ts";
import type { Database } from "../../store/database.ts";

/** A job of the demo. */
export interface NightJob {
  readonly processor: string;
  readonly name: string;
  /** As the timetable of handbook, rules: the timetable has it. */
  readonly cron: string;
  readonly executeOnEachNode?: boolean;
}

/** The night's jobs in the order of the timetable (handbook, rules: the timetable), then those that run all day. */
export const nightJobs: readonly NightJob[] = [
  { processor: "DeleteUsersJob", name: "Delete people whose time is over", cron: "0 2 0 * * ?" },
  { processor: "ProgrammeCurriculumScheduling", name: "Show and hide contents of paths", cron: "0 5 0 * * ?" },
  { processor: "UserImport", name: "Import people", cron: "0 10 0 * * ?" },
  { processor: "WaitingListCancellationJob", name: "Clear waiting lists", cron: "0 20 0 * * ?" },
  { processor: "ExpiredCoursesToCompleted", name: "Complete expired courses", cron: "0 25 0 * * ?" },
  {
    processor: "CancelUsersOnCancelledCoursesForReplicationProcess",
    name: "Cancel registrations on cancelled courses",
    cron: "0 35 0 * * ?",
  },
  { processor: "CertificationReset", name: "Close certification periods", cron: "0 0 1 * * ?" },
  { processor: "TrackingCalculation", name: "Sum up tracking", cron: "0 1 1 * * ?" },
  { processor: "TempFilesDelete", name: "Delete temporary files", cron: "0 1 1 1 * ?" },
  { processor: "XMLGroupImport", name: "Import groups", cron: "0 35 1 * * ?" },
  { processor: "UserTerminate", name: "Make people passive", cron: "0 50 1 * * ?" },
  { processor: "CancelInactiveUsersJob", name: "Cancel registrations of inactive people", cron: "0 58 1 * * ?" },
  { processor: "TargetGroupPersonAssignment", name: "Fill target groups", cron: "0 0 2 * * ?" },
  { processor: "CoursePreparation", name: "Fix courses before they start", cron: "0 15 2 * * ?" },
  { processor: "ParticipantAutomaticRegistration", name: "Enrol people by rules", cron: "0 30 2 * * ?" },
  { processor: "RefreshJob", name: "Book refresher courses", cron: "0 55 2 * * ?" },
  { processor: "PrerequisiteCheck", name: "Check prerequisites", cron: "0 0 3 * * ?" },
  {
    processor: "PrerequisitesOverdueCancelJob",
    name: "Cancel registrations with overdue prerequisites",
    cron: "0 10 3 * * ?",
  },
  { processor: "ProgrammeRecertificationAsignment", name: "Open recertification periods", cron: "0 15 3 * * ?" },
  { processor: "ProgramRecertificationCompletionJob", name: "Complete recertification periods", cron: "0 25 3 * * ?" },
  { processor: "ProgramRecertificationStatusJob", name: "Recognise early recertification", cron: "0 30 3 * * ?" },
  { processor: "DeleteCreatedCertificatesJob", name: "Delete old certificate files", cron: "0 30 3 ? * 1" },
  { processor: "ProgrammeCurriculumLevelStatusUpdateJob", name: "Apply learning logic", cron: "0 35 3 * * ?" },
  { processor: "ProgrammeCurriculumLevelStatus", name: "Work out levels of paths", cron: "0 50 3 * * ?" },
  { processor: "ProgramStatusUpdateForLearners", name: "Complete learning paths", cron: "0 55 3 * * ?" },
  { processor: "SkillExpiration", name: "Let skills expire", cron: "0 5 4 * * ?" },
  { processor: "SkillTermination", name: "Take expired skills out of profiles", cron: "0 12 4 * * ?" },
  { processor: "GenerateCertificatesJob", name: "Issue certificates", cron: "0 25 4 * * ?" },
  { processor: "SolrIndexFullBuild", name: "Build report indexes", cron: "0 43 4 * * ?" },
  { processor: "OSReportSubscription", name: "Send subscribed reports", cron: "0 0 5 * * ?" },
  { processor: "WhatsNew", name: "Tell people what is new", cron: "0 30 6 * * ?" },
  { processor: "PasswordChangeExpiryCheck", name: "Let old passwords expire", cron: "0 40 6 * * ?" },
  { processor: "License", name: "Check licence limits", cron: "0 50 6 * * ?" },
  { processor: "Notification", name: "Send notifications", cron: "0 0 7 * * ?" },
  { processor: "EqsResetCoverageDataJob", name: "Compute equivalences anew", cron: "0 0 21 * * ?" },
  { processor: "CreateSiteMaps", name: "Make site maps", cron: "0 0 22 ? * 7" },
  { processor: "OSReportSubscriptionFileDeletion", name: "Delete old report files", cron: "0 15 22 ? * 7" },
  { processor: "RemoveOutdatedReportsJob", name: "Delete outdated reports", cron: "0 30 22 * * ?" },
  { processor: "ReportCallCleanUp", name: "Delete old report calls", cron: "0 45 22 * * ?" },
  { processor: "CleanUpMailingNotificationMonitor", name: "Delete old messages", cron: "0 0 23 * * ?" },
  { processor: "CleanUpPreviewEntries", name: "Delete old previews", cron: "0 10 23 * * ?" },
  { processor: "OIDCAuthNonceCleanerJob", name: "Delete old sign-in nonces", cron: "0 20 23 * * ?" },
  {
    processor: "DefaultTempDirDeleteIlsEntries",
    name: "Delete scratch files of nodes",
    cron: "0 30 23 * * ?",
    executeOnEachNode: true,
  },
  { processor: "CoursePreviewCleanUp", name: "Delete old course previews", cron: "0 0 0 ? * 1L" },
  { processor: "ContentAutoUpdate", name: "Update courses from their templates", cron: "0 52 3/4 * * ?" },
  { processor: "TeamExercisePublishCorrectionJob", name: "Publish corrections", cron: "0 10 * * * ?" },
  { processor: "CreateSolrIndex", name: "Build search indexes", cron: "0 30 * * * ?" },
  { processor: "SolrIndexActualization", name: "Update report indexes", cron: "0 7/15 * * * ?" },
  { processor: "CheckSolrAvailability", name: "Check search indexes", cron: "0 0/5 * * * ?" },
  { processor: "MailMonitorStaggering", name: "Send waiting mails", cron: "0 3/5 * * * ?" },
  { processor: "CreateOrUpdateShopifyCatalogItems", name: "Read the shop's catalogue", cron: "0 20 * * * ?" },
  { processor: "ShopifyProcessWebhookJob", name: "Enrol buyers of the shop", cron: "0 * * * * ?" },
  { processor: "PushNotificationScheduler", name: "Send push messages", cron: "0 4/5 * * * ?" },
  { processor: "PayPalStatusUpdate", name: "Follow payments", cron: "0 2/5 * * * ?" },
  {
    processor: "CloudSynchronization",
    name: "Bring texts to the nodes",
    cron: "0 0/15 * * * ?",
    executeOnEachNode: true,
  },
  {
    processor: "UpdatePersonSearches",
    name: "Bring person searches to the nodes",
    cron: "0 5/15 * * * ?",
    executeOnEachNode: true,
  },
  { processor: "BuddyListHisotry", name: "Count people online", cron: "0 0/15 * * * ?" },
  { processor: "JobSchedulerDuplicateCheck", name: "Look after the scheduler", cron: "30 0/5 * * * ?" },
  { processor: "StorageUpdater", name: "Bring stored files up to date", cron: "0 1/5 * * * ?" },
];

/** The catalogue refused a job of the demo: a bug of the demo. */
export class DemoJobError extends Error {
  readonly code = "demo_job_refused";
}

/** The jobs whose processors this release has. */
export function jobsOf(catalogue: Catalogue): readonly NightJob[] {
  return nightJobs.filter(({ processor }) => catalogue.find(processor) !== null);
}

/** Saves them. @param now ms @throws {DemoJobError} */
export async function createNightJobs(control: Database, catalogue: Catalogue, now: number): Promise<void> {
  for (const job of jobsOf(catalogue)) {
    const result = await createJob({ control, catalogue }, { ...job }, "demo", now);
    if (result.state !== "saved")
      throw new DemoJobError(`The demo's job ${job.name} was refused: ${JSON.stringify(result)}`);
  }
}
