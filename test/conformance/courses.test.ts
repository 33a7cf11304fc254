import { conformGroup } from "./conform.ts";
import { ExpiredCoursesToCompleted } from "./scenarios/ExpiredCoursesToCompleted.ts";

conformGroup("courses", [ExpiredCoursesToCompleted]);
