import { z } from "zod";
import { isTimeZone } from "../../time/day.ts";
import { accessRules } from "../access/access.ts";
import { defineSetting, type SettingDefinition } from "./setting.ts";

const count = z.int().min(0).max(1_000_000);
const days = z.int().min(0).max(3650);

/** The setting `navigation` (handbook, manager: navigation): what is called otherwise or not shown in the manager's navigation. */
const navigation = z
  .array(
    z.strictObject({
      identifier: z.string().trim().min(1).max(100),
      parent: z.string().trim().max(100).nullable().default(null),
      label: z.string().trim().max(100).default(""),
      visible: z.boolean().default(true),
    }),
  )
  .max(200)
  .superRefine((entries, context) => {
    const seen = new Set<string>();
    for (const [index, { identifier }] of entries.entries()) {
      if (seen.has(identifier)) {
        context.addIssue({
          code: "custom",
          path: [index, "identifier"],
          message: `The identifier ${identifier} is there twice; keep one`,
        });
      }
      seen.add(identifier);
    }
  });

/**
 * Every setting that can be given by hand, by name, in the order of the page. `stopped` has its switch; versions count by themselves.
 *
 * ```ts
 * const bufferDays = await configuration.read(settings.enrolmentBufferDays);   // number
 * ```
 */
export const settings = {
  systemTimeZone: defineSetting({
    key: "systemTimeZone",
    label: "Time zone of the platform",
    meaning: "Work for the platform is planned in it. Jobs and clients name their own",
    scope: "all",
    schema: z.string().trim().refine(isTimeZone, "Use an IANA name such as Europe/Berlin"),
    fallback: "UTC",
    readBy: [],
  }),
  maxConcurrentHeavyRuns: defineSetting({
    key: "maxConcurrentHeavyRuns",
    label: "Heavy runs at once",
    meaning: "Heavy runs at work at the same time on one database, at most; the others wait their turn",
    scope: "all",
    schema: z.int().min(1).max(100),
    fallback: 2,
    readBy: [],
  }),
  minPeriodSeconds: defineSetting({
    key: "minPeriodSeconds",
    label: "Shortest period of a job, in seconds",
    meaning: "A job that would fire more often is not saved",
    scope: "all",
    schema: z.int().min(1).max(86_400),
    fallback: 10,
    readBy: [],
  }),
  runRetentionDays: defineSetting({
    key: "runRetentionDays",
    label: "Days that runs are kept",
    meaning: "Older runs are removed with their logs, but for the newest 20 of each job",
    scope: "all",
    schema: z.int().min(1).max(3650),
    fallback: 90,
    readBy: [],
  }),
  webhookPayloadDays: defineSetting({
    key: "webhookPayloadDays",
    label: "Days that payloads of webhooks are kept",
    meaning: "After them, what a shop's delivery said is emptied once nothing happens to it by itself any more",
    scope: "all",
    schema: z.int().min(1).max(3650),
    fallback: 180,
    readBy: [],
  }),
  lockTimeoutMinutes: defineSetting({
    key: "lockTimeoutMinutes",
    label: "Minutes until a silent run counts as lost",
    meaning: "Time without a sign of life after which a run is reported",
    scope: "all",
    schema: z.int().min(1).max(1440),
    fallback: 10,
    readBy: ["JobSchedulerDuplicateCheck"],
  }),
  managerSystemIdleMinutes: defineSetting({
    key: "manager.systemIdleMinutes",
    label: "Minutes until an idle session of a system administrator ends",
    meaning: "Time without a request after which a session of the manager has to sign in again",
    scope: "all",
    schema: z.int().min(1).max(720),
    fallback: accessRules.idleMinutes.system,
    readBy: [],
  }),
  managerIdleMinutes: defineSetting({
    key: "manager.idleMinutes",
    label: "Minutes until an idle session of the other administrators ends",
    meaning: "The same for client administrators and read-only accounts",
    scope: "all",
    schema: z.int().min(1).max(720),
    fallback: accessRules.idleMinutes.others,
    readBy: [],
  }),
  managerProofMinutes: defineSetting({
    key: "manager.proofMinutes",
    label: "Minutes that a confirmed identity counts",
    meaning:
      "Time after the password was entered for which accounts and connectors are opened and changed; then it is asked for again",
    scope: "all",
    schema: z.int().min(1).max(720),
    fallback: accessRules.proofMinutes,
    readBy: [],
  }),
  navigation: defineSetting({
    key: "navigation",
    label: "Navigation",
    meaning:
      "Entries of the navigation, as a JSON list of identifier, parent, label and visible. Once there is a list, the jobs are linked only if it has m_jobs",
    scope: "all",
    schema: navigation,
    fallback: undefined,
    readBy: [],
  }),
  mailMonitorStaggeringAmount: defineSetting({
    key: "mailMonitorStaggeringAmount",
    label: "Mails in each run of the mail monitor",
    meaning:
      "Mails sent in each run, at most; 0 for all that wait. Not set: each run sends the mails that it makes itself",
    scope: "client",
    schema: count,
    fallback: undefined,
    readBy: ["MailMonitorStaggering"],
  }),
  deletionAfterNumberOfDays: defineSetting({
    key: "deletionAfterNumberOfDays",
    label: "Days that messages are kept",
    meaning: "Older messages are removed from the mail monitor. Not set: none is",
    scope: "client",
    schema: z.int().min(1).max(36_500),
    fallback: undefined,
    readBy: ["CleanUpMailingNotificationMonitor"],
  }),
  mailingLicenseRecipient: defineSetting({
    key: "mailing.licenseRecipient",
    label: "Recipient of licence alerts",
    meaning: "Gets them where the client names no recipient",
    scope: "client",
    schema: z.email().max(254),
    fallback: undefined,
    readBy: ["License"],
  }),
  enrolmentBufferDays: defineSetting({
    key: "enrolment.bufferDays",
    label: "Days by which a new cycle begins earlier",
    meaning: "Days by which a recertification begins before its days to finish demand",
    scope: "client",
    schema: days,
    fallback: 7,
    readBy: ["ParticipantAutomaticRegistration"],
  }),
  enrolmentDaysToFinish: defineSetting({
    key: "enrolment.daysToFinish",
    label: "Days to finish",
    meaning: "Where an enrolment rule names none; 0 for no due day",
    scope: "client",
    schema: days,
    fallback: 0,
    readBy: ["ParticipantAutomaticRegistration"],
  }),
  equivalencesEnabled: defineSetting({
    key: "equivalences.enabled",
    label: "Equivalences",
    meaning: "What is covered for a person by another course counts as successful",
    scope: "client",
    schema: z.boolean(),
    fallback: false,
    readBy: [
      "CourseProgressUpdateJob",
      "EqsResetCoverageDataJob",
      "ParticipantAutomaticRegistration",
      "PrerequisiteCheck",
      "PrerequisitesOverdueCancelJob",
      "ProgramRecertificationCompletionJob",
      "ProgramRecertificationStatusJob",
      "ProgramStatusUpdateForLearners",
      "ProgrammeCurriculumLevelStatus",
      "ProgrammeCurriculumLevelStatusUpdateJob",
      "ProgrammeRecertificationAsignment",
      "RefreshJob",
      "TargetGroupPersonAssignment",
      "TeamExercisePublishCorrectionJob",
      "WaitingListCancellationJob",
    ],
  }),
  courseTypes: defineSetting({
    key: "courseTypes",
    label: "Course types",
    meaning: "A JSON object: for each type its completion rule, meta values and folders",
    scope: "client",
    schema: z.record(z.string().min(1), z.record(z.string(), z.unknown())),
    fallback: {},
    readBy: ["StdCourseTemplateImportJob"],
  }),
  passwordValidityDays: defineSetting({
    key: "password.validityDays",
    label: "Days that a password is valid",
    meaning: "Then it has to be changed. Not set or 0: it stays valid",
    scope: "client",
    schema: days,
    fallback: undefined,
    readBy: ["PasswordChangeExpiryCheck"],
  }),
  sessionTimeoutMinutes: defineSetting({
    key: "session.timeoutMinutes",
    label: "Minutes until a person counts as away",
    meaning: "Time after which people who were not seen are not counted as online",
    scope: "client",
    schema: z.int().min(1).max(1440),
    fallback: 30,
    readBy: ["BuddyListHisotry"],
  }),
  certificateExportPersonAttribute: defineSetting({
    key: "certificateExport.personAttribute",
    label: "Attribute in names of certificates",
    meaning: "The attribute of a person that the file names of certificates carry",
    scope: "client",
    schema: z
      .string()
      .trim()
      .regex(/^[A-Za-z]\w{0,99}$/, "Use letters, digits and _ only"),
    fallback: "personID",
    readBy: ["GenerateCertificatesJob"],
  }),
  certificateExportDeleteAfterDays: defineSetting({
    key: "certificateExport.deleteAfterDays",
    label: "Days that certificates are kept",
    meaning: "Files of certificates that are older are deleted. Not set: none is",
    scope: "client",
    schema: z.int().min(1).max(36_500),
    fallback: undefined,
    readBy: ["DeleteCreatedCertificatesJob"],
  }),
  languagesImportLocation: defineSetting({
    key: "languages.importLocation",
    label: "Folder of translations",
    meaning: "Files of translations are taken from here; <id> stands for the client's number",
    scope: "client",
    schema: z
      .string()
      .trim()
      .max(200)
      .regex(/^[cg]\/(?!.*\.\.)[\w<>./-]+\/$/, "Use a folder below c/ or g/ that ends with /"),
    fallback: "c/<id>/import/translations/",
    readBy: ["TranslationImport"],
  }),
  aiccMaximumMonitorEntries: defineSetting({
    key: "aicc.maximumMonitorEntries",
    label: "Entries of the AICC monitor",
    meaning: "Number of the newest that are kept. Not set: all",
    scope: "client",
    schema: count,
    fallback: undefined,
    readBy: ["AiccMonitor"],
  }),
  sitemapEnabled: defineSetting({
    key: "sitemap.enabled",
    label: "Site maps",
    meaning: "Makes site maps of public courses; a client can decide otherwise",
    scope: "client",
    schema: z.boolean(),
    fallback: false,
    readBy: ["CreateSiteMaps"],
  }),
  contentPath: defineSetting({
    key: "whatsNew.contentPath",
    label: "Path of a component",
    meaning: "Where the client's host shows a component, for links in messages; {component} stands for its id",
    scope: "client",
    schema: z
      .string()
      .trim()
      .max(500)
      .regex(/^\/[\w\-./~%?=&{}]*$/, "Write a path that begins with /, such as /components/{component}"),
    fallback: "/components/{component}",
    readBy: ["WhatsNew"],
  }),
  pushEnabled: defineSetting({
    key: "push.enabled",
    label: "Push messages",
    meaning: "Sends messages to the devices of people",
    scope: "client",
    schema: z.boolean(),
    fallback: false,
    readBy: ["PushNotificationScheduler"],
  }),
};

/** The same as a list. */
export const settingDefinitions: readonly SettingDefinition[] = Object.values(settings);

/** The settings that can be given for all clients (0), or for one. */
export function settingsFor(clientId: number): readonly SettingDefinition[] {
  return clientId === 0 ? settingDefinitions : settingDefinitions.filter(({ scope }) => scope === "client");
}

/** One schema of the settings that can be given for a client (0: for all), each with null for "not given". */
export function settingsSchema(clientId: number): z.ZodObject {
  const shape = settingsFor(clientId).map(({ key, schema }) => [key, schema.nullable().optional()] as const);
  return z.strictObject(Object.fromEntries(shape));
}
