import { conformGroup } from "./conform.ts";
import { ExpiredCoursesToCompleted } from "./scenarios/courses/ExpiredCoursesToCompleted.ts";

conformGroup("courses", [ExpiredCoursesToCompleted]);
