import { conformGroup } from "./conform.ts";
import { CancelInactiveUsersJob } from "./scenarios/CancelInactiveUsersJob.ts";
import { ParticipantAutomaticRegistration } from "./scenarios/ParticipantAutomaticRegistration.ts";
import { WaitingListCancellationJob } from "./scenarios/WaitingListCancellationJob.ts";

conformGroup("enrolment", [CancelInactiveUsersJob, ParticipantAutomaticRegistration, WaitingListCancellationJob]);
