import { conformGroup } from "./conform.ts";
import { BuddyListHisotry, BuddyListHisotryNobody } from "./scenarios/people/BuddyListHisotry.ts";
import { DeleteUsersJob, DeleteUsersJobRemoving } from "./scenarios/people/DeleteUsersJob.ts";
import { OIDCAuthNonceCleanerJob } from "./scenarios/people/OIDCAuthNonceCleanerJob.ts";
import { PasswordChangeExpiryCheck } from "./scenarios/people/PasswordChangeExpiryCheck.ts";
import { TargetGroupPersonAssignment } from "./scenarios/people/TargetGroupPersonAssignment.ts";

conformGroup("people", [
  BuddyListHisotry,
  BuddyListHisotryNobody,
  DeleteUsersJob,
  DeleteUsersJobRemoving,
  OIDCAuthNonceCleanerJob,
  PasswordChangeExpiryCheck,
  TargetGroupPersonAssignment,
]);
