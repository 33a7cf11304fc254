/** The 79 processors of the catalogue, by group, built or not. Exact: administrators know these spellings, odd ones included. */
export const catalogueIds = [
  // Imports and migration
  "UserImport",
  "GroupImport",
  "XMLGroupImport",
  "StdCourseTemplateImportJob",
  "StdCourseImportJob",
  "StdCourseSubscriptionImportJob",
  "AvetmissEvaluationCsvImport",
  "AvetmissStartEndDateCsvImport",
  "ScormWbtExternalMigration",
  "TranslationImport",
  // People, groups and access
  "TargetGroupPersonAssignment",
  "UserTerminate",
  "DeleteUsersJob",
  "PasswordChangeExpiryCheck",
  "BuddyListHisotry",
  "License",
  "OIDCAuthNonceCleanerJob",
  "UpdatePersonSearches",
  // Enrolment
  "ParticipantAutomaticRegistration",
  "RefreshJob",
  "PrerequisiteCheck",
  "PrerequisitesOverdueCancelJob",
  "CancelInactiveUsersJob",
  "CancelUsersOnCancelledCoursesForReplicationProcess",
  "WaitingListCancellationJob",
  // Courses and provider content
  "CoursePreparation",
  "ExpiredCoursesToCompleted",
  "ContentAutoUpdate",
  "CourseProgressUpdateJob",
  "CleanUpPreviewEntries",
  "CoursePreviewCleanUp",
  "TeamExercisePublishCorrectionJob",
  "EqsResetCoverageDataJob",
  "GenericContentImporterMediaUpdate",
  "GenericContentImporterParticipantStatusUpdate",
  // Learning paths and recertification
  "ProgrammeCurriculumLevelStatus",
  "ProgrammeCurriculumLevelStatusUpdateJob",
  "ProgrammeCurriculumScheduling",
  "ProgrammeRecertificationAsignment",
  "ProgramRecertificationCompletionJob",
  "ProgramRecertificationStatusJob",
  "ProgramStatusUpdateForLearners",
  // Skills, certifications, certificates
  "SkillExpiration",
  "SkillTermination",
  "CertificationReset",
  "GenerateCertificatesJob",
  "DeleteCreatedCertificatesJob",
  // Communication
  "Notification",
  "WhatsNew",
  "MailMonitorStaggering",
  "CleanUpMailingNotificationMonitor",
  "PushNotificationScheduler",
  // Reports and tracking
  "OSReportSubscription",
  "OSReportSubscriptionFileDeletion",
  "RemoveOutdatedReportsJob",
  "ReportCallCleanUp",
  "TrackingCalculation",
  // Search, catalogue and commerce
  "CreateSolrIndex",
  "CheckSolrAvailability",
  "SolrIndexActualization",
  "SolrIndexFullBuild",
  "CreateSiteMaps",
  "CreateOrUpdateShopifyCatalogItems",
  "ShopifyProcessWebhookJob",
  "PayPalStatusUpdate",
  // Content standards
  "AiccMonitor",
  "Scorm2004ChoiceInteractionResponseDbCleaner",
  "TincanAuthTokenDeletion",
  "OrganizeQTITaskFolder",
  // Virtual classrooms
  "AdobeConnectMeetingTemplateImportJob",
  "AsynchUpdater",
  "GoToUpdateRefreshTokenJob",
  "WebexParticipantAttendance",
  "VirtualClassroomParticipantAttendance",
  // Platform upkeep
  "CloudSynchronization",
  "DefaultTempDirDeleteIlsEntries",
  "JobSchedulerDuplicateCheck",
  "StorageUpdater",
  "TempFilesDelete",
] as const;

/** Our own processors beyond the catalogue. */
export const ownIds = ["HttpRequest"] as const;

/** Every id that a processor may have, the catalogue's first. A new processor of our own is named in {@link ownIds}. */
export const processorIds = [...catalogueIds, ...ownIds] as const;

/** An id of {@link processorIds}. */
export type ProcessorId = (typeof processorIds)[number];
