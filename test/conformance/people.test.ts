import { conformGroup } from "./conform.ts";
import { DeleteUsersJob, DeleteUsersJobRemoving } from "./scenarios/DeleteUsersJob.ts";
import { PasswordChangeExpiryCheck } from "./scenarios/PasswordChangeExpiryCheck.ts";
import { TargetGroupPersonAssignment } from "./scenarios/TargetGroupPersonAssignment.ts";

conformGroup("people", [
  DeleteUsersJob,
  DeleteUsersJobRemoving,
  PasswordChangeExpiryCheck,
  TargetGroupPersonAssignment,
]);
