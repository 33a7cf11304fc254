import { conformGroup } from "./conform.ts";
import { BuddyListHisotry, BuddyListHisotryNobody } from "./scenarios/BuddyListHisotry.ts";
import { DeleteUsersJob, DeleteUsersJobRemoving } from "./scenarios/DeleteUsersJob.ts";
import { PasswordChangeExpiryCheck } from "./scenarios/PasswordChangeExpiryCheck.ts";
import { TargetGroupPersonAssignment } from "./scenarios/TargetGroupPersonAssignment.ts";

conformGroup("people", [
  BuddyListHisotry,
  BuddyListHisotryNobody,
  DeleteUsersJob,
  DeleteUsersJobRemoving,
  PasswordChangeExpiryCheck,
  TargetGroupPersonAssignment,
]);
