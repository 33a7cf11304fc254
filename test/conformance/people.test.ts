import { conformGroup } from "./conform.ts";
import { DeleteUsersJob, DeleteUsersJobRemoving } from "./scenarios/DeleteUsersJob.ts";
import { TargetGroupPersonAssignment } from "./scenarios/TargetGroupPersonAssignment.ts";

conformGroup("people", [DeleteUsersJob, DeleteUsersJobRemoving, TargetGroupPersonAssignment]);
