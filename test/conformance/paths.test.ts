import { conformGroup } from "./conform.ts";
import { ProgrammeCurriculumScheduling } from "./scenarios/paths/ProgrammeCurriculumScheduling.ts";
import { ProgramStatusUpdateForLearners } from "./scenarios/paths/ProgramStatusUpdateForLearners.ts";

conformGroup("paths", [ProgrammeCurriculumScheduling, ProgramStatusUpdateForLearners]);
