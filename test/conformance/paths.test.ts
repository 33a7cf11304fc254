import { conformGroup } from "./conform.ts";
import { ProgrammeCurriculumScheduling } from "./scenarios/paths/ProgrammeCurriculumScheduling.ts";

conformGroup("paths", [ProgrammeCurriculumScheduling]);
