import type { Academy, Moment } from "../academy.ts";
import { closeCertifications } from "./certifications.ts";
import { cancelInactive, cancelOnCancelled, clearWaitingLists, completeExpired, prepareCourses } from "./courses.ts";
import { coverByChangedRules } from "./coverage.ts";
import { enrolByRules } from "./enrolment.ts";
import { fillGroups } from "./groups.ts";
import { applyLogic, setLevels } from "./levels.ts";
import { completePaths } from "./paths.ts";
import { endPeople } from "./people.ts";
import { achieveAndFollow, achieveEarly, movePeriods } from "./periods.ts";
import { cancelUnmet, checkPrerequisites } from "./prerequisites.ts";
import { refresh } from "./refreshers.ts";
import { expireSkills, GRACE_DAYS, terminateSkills } from "./skills.ts";

/** A processor that takes part in the year. */
export interface Part {
  readonly processor: string;
  /** Local time at which its job starts. */
  readonly at: readonly [hours: number, minutes: number];
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What it does to an academy. */
  readonly reckon: (academy: Academy, moment: Moment) => void;
}

/** The processors that take part, in the order of the timetable. */
export const parts: readonly Part[] = [
  // Not at its usual hour of the evening, so that a night is one stretch of time.
  { processor: "EqsResetCoverageDataJob", at: [0, 15], reckon: coverByChangedRules },
  { processor: "WaitingListCancellationJob", at: [0, 20], reckon: clearWaitingLists },
  { processor: "ExpiredCoursesToCompleted", at: [0, 25], reckon: completeExpired },
  {
    processor: "CancelUsersOnCancelledCoursesForReplicationProcess",
    at: [0, 35],
    parameters: { notify: true },
    reckon: cancelOnCancelled,
  },
  { processor: "CertificationReset", at: [1, 0], reckon: closeCertifications },
  { processor: "UserTerminate", at: [1, 50], reckon: endPeople },
  { processor: "CancelInactiveUsersJob", at: [1, 58], reckon: cancelInactive },
  { processor: "TargetGroupPersonAssignment", at: [2, 0], reckon: fillGroups },
  { processor: "CoursePreparation", at: [2, 15], reckon: prepareCourses },
  { processor: "ParticipantAutomaticRegistration", at: [2, 30], reckon: enrolByRules },
  { processor: "RefreshJob", at: [2, 55], reckon: refresh },
  { processor: "PrerequisiteCheck", at: [3, 0], reckon: checkPrerequisites },
  { processor: "PrerequisitesOverdueCancelJob", at: [3, 10], reckon: cancelUnmet },
  { processor: "ProgrammeRecertificationAsignment", at: [3, 15], reckon: movePeriods },
  { processor: "ProgramRecertificationCompletionJob", at: [3, 25], reckon: achieveAndFollow },
  { processor: "ProgramRecertificationStatusJob", at: [3, 30], reckon: achieveEarly },
  { processor: "ProgrammeCurriculumLevelStatusUpdateJob", at: [3, 35], reckon: applyLogic },
  { processor: "ProgrammeCurriculumLevelStatus", at: [3, 50], reckon: setLevels },
  { processor: "ProgramStatusUpdateForLearners", at: [3, 55], reckon: completePaths },
  { processor: "SkillExpiration", at: [4, 5], reckon: expireSkills },
  { processor: "SkillTermination", at: [4, 12], parameters: { graceDays: GRACE_DAYS }, reckon: terminateSkills },
];
