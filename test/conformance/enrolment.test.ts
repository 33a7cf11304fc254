import { conformGroup } from "./conform.ts";
import { CancelInactiveUsersJob } from "./scenarios/enrolment/CancelInactiveUsersJob.ts";
import { ParticipantAutomaticRegistration } from "./scenarios/enrolment/ParticipantAutomaticRegistration.ts";
import { WaitingListCancellationJob } from "./scenarios/enrolment/WaitingListCancellationJob.ts";

conformGroup("enrolment", [CancelInactiveUsersJob, ParticipantAutomaticRegistration, WaitingListCancellationJob]);
