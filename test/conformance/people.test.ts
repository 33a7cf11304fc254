import { conformGroup } from "./conform.ts";
import { DeleteUsersJob } from "./scenarios/DeleteUsersJob.ts";
import { TargetGroupPersonAssignment } from "./scenarios/TargetGroupPersonAssignment.ts";

conformGroup("people", [DeleteUsersJob, TargetGroupPersonAssignment]);
