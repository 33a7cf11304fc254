import { BuddyListHisotry, BuddyListHisotryIdle } from "./scenarios/people/BuddyListHisotry.ts";
import { DeleteUsersJob, DeleteUsersJobRemoving } from "./scenarios/people/DeleteUsersJob.ts";
import { License } from "./scenarios/people/License.ts";
import { OIDCAuthNonceCleanerJob } from "./scenarios/people/OIDCAuthNonceCleanerJob.ts";
import { PasswordChangeExpiryCheck } from "./scenarios/people/PasswordChangeExpiryCheck.ts";
import { TargetGroupPersonAssignment } from "./scenarios/people/TargetGroupPersonAssignment.ts";
import { UpdatePersonSearches } from "./scenarios/people/UpdatePersonSearches.ts";
import { UserTerminate } from "./scenarios/people/UserTerminate.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("people", [
  BuddyListHisotry,
  BuddyListHisotryIdle,
  DeleteUsersJob,
  DeleteUsersJobRemoving,
  License,
  OIDCAuthNonceCleanerJob,
  PasswordChangeExpiryCheck,
  TargetGroupPersonAssignment,
  UpdatePersonSearches,
  UserTerminate,
]);
