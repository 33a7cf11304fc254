import { conformGroup } from "./conform.ts";
import { ProgrammeCurriculumScheduling } from "./scenarios/paths/ProgrammeCurriculumScheduling.ts";
import { ProgrammeRecertificationAsignment } from "./scenarios/paths/ProgrammeRecertificationAsignment.ts";
import { ProgramRecertificationCompletionJob } from "./scenarios/paths/ProgramRecertificationCompletionJob.ts";
import { ProgramRecertificationStatusJob } from "./scenarios/paths/ProgramRecertificationStatusJob.ts";

conformGroup("paths", [
  ProgrammeCurriculumScheduling,
  ProgrammeRecertificationAsignment,
  ProgramRecertificationCompletionJob,
  ProgramRecertificationStatusJob,
]);
