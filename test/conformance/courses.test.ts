import { ContentAutoUpdate } from "./scenarios/courses/ContentAutoUpdate.ts";
import { CoursePreparation } from "./scenarios/courses/CoursePreparation.ts";
import { CourseProgressUpdateJob } from "./scenarios/courses/CourseProgressUpdateJob.ts";
import { EqsResetCoverageDataJob } from "./scenarios/courses/EqsResetCoverageDataJob.ts";
import { ExpiredCoursesToCompleted } from "./scenarios/courses/ExpiredCoursesToCompleted.ts";
import { CleanUpPreviewEntries, CoursePreviewCleanUp } from "./scenarios/courses/previews.ts";
import { TeamExercisePublishCorrectionJob } from "./scenarios/courses/TeamExercisePublishCorrectionJob.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("courses", [
  CleanUpPreviewEntries,
  ContentAutoUpdate,
  CoursePreparation,
  CoursePreviewCleanUp,
  CourseProgressUpdateJob,
  EqsResetCoverageDataJob,
  ExpiredCoursesToCompleted,
  TeamExercisePublishCorrectionJob,
]);
