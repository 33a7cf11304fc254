import { ProgrammeCurriculumLevelStatus } from "./scenarios/paths/ProgrammeCurriculumLevelStatus.ts";
import { ProgrammeCurriculumLevelStatusUpdateJob } from "./scenarios/paths/ProgrammeCurriculumLevelStatusUpdateJob.ts";
import { ProgrammeCurriculumScheduling } from "./scenarios/paths/ProgrammeCurriculumScheduling.ts";
import { ProgrammeRecertificationAsignment } from "./scenarios/paths/ProgrammeRecertificationAsignment.ts";
import { ProgramRecertificationCompletionJob } from "./scenarios/paths/ProgramRecertificationCompletionJob.ts";
import { ProgramRecertificationStatusJob } from "./scenarios/paths/ProgramRecertificationStatusJob.ts";
import { ProgramStatusUpdateForLearners } from "./scenarios/paths/ProgramStatusUpdateForLearners.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("paths", [
  ProgrammeCurriculumLevelStatus,
  ProgrammeCurriculumLevelStatusUpdateJob,
  ProgrammeCurriculumScheduling,
  ProgrammeRecertificationAsignment,
  ProgramRecertificationCompletionJob,
  ProgramRecertificationStatusJob,
  ProgramStatusUpdateForLearners,
]);
