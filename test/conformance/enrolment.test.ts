import { CancelInactiveUsersJob } from "./scenarios/enrolment/CancelInactiveUsersJob.ts";
import { CancelUsersOnCancelledCoursesForReplicationProcess } from "./scenarios/enrolment/CancelUsersOnCancelledCoursesForReplicationProcess.ts";
import { ParticipantAutomaticRegistration } from "./scenarios/enrolment/ParticipantAutomaticRegistration.ts";
import { PrerequisiteCheck } from "./scenarios/enrolment/PrerequisiteCheck.ts";
import { PrerequisitesOverdueCancelJob } from "./scenarios/enrolment/PrerequisitesOverdueCancelJob.ts";
import { RefreshJob } from "./scenarios/enrolment/RefreshJob.ts";
import { WaitingListCancellationJob } from "./scenarios/enrolment/WaitingListCancellationJob.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("enrolment", [
  CancelInactiveUsersJob,
  CancelUsersOnCancelledCoursesForReplicationProcess,
  ParticipantAutomaticRegistration,
  PrerequisiteCheck,
  PrerequisitesOverdueCancelJob,
  RefreshJob,
  WaitingListCancellationJob,
]);
