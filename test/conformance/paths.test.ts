import { conformGroup } from "./conform.ts";
import { ProgrammeCurriculumLevelStatus } from "./scenarios/paths/ProgrammeCurriculumLevelStatus.ts";
import { ProgrammeCurriculumScheduling } from "./scenarios/paths/ProgrammeCurriculumScheduling.ts";
import { ProgramStatusUpdateForLearners } from "./scenarios/paths/ProgramStatusUpdateForLearners.ts";

conformGroup("paths", [ProgrammeCurriculumScheduling, ProgramStatusUpdateForLearners]);

import { ProgrammeRecertificationAsignment } from "./scenarios/paths/ProgrammeRecertificationAsignment.ts";
import { ProgramRecertificationCompletionJob } from "./scenarios/paths/ProgramRecertificationCompletionJob.ts";
import { ProgramRecertificationStatusJob } from "./scenarios/paths/ProgramRecertificationStatusJob.ts";

conformGroup("paths", [
  ProgrammeCurriculumLevelStatus,
  ProgrammeCurriculumScheduling,
  ProgrammeRecertificationAsignment,
  ProgramRecertificationCompletionJob,
  ProgramRecertificationStatusJob,
]);
