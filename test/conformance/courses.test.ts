import { conformGroup } from "./conform.ts";
import { ContentAutoUpdate } from "./scenarios/courses/ContentAutoUpdate.ts";
import { ExpiredCoursesToCompleted } from "./scenarios/courses/ExpiredCoursesToCompleted.ts";

conformGroup("courses", [ExpiredCoursesToCompleted, ContentAutoUpdate]);
