import { conformGroup } from "./conform.ts";
import { CoursePreparation } from "./scenarios/courses/CoursePreparation.ts";
import { CourseProgressUpdateJob } from "./scenarios/courses/CourseProgressUpdateJob.ts";
import { ExpiredCoursesToCompleted } from "./scenarios/courses/ExpiredCoursesToCompleted.ts";
import { CleanUpPreviewEntries, CoursePreviewCleanUp } from "./scenarios/courses/previews.ts";

conformGroup("courses", [
  CleanUpPreviewEntries,
  CoursePreparation,
  CoursePreviewCleanUp,
  CourseProgressUpdateJob,
  ExpiredCoursesToCompleted,
]);
