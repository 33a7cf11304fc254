import { conformGroup } from "./conform.ts";
import { ProgrammeCurriculumScheduling } from "./scenarios/paths/ProgrammeCurriculumScheduling.ts";
import { ProgrammeRecertificationAsignment } from "./scenarios/paths/ProgrammeRecertificationAsignment.ts";

conformGroup("paths", [ProgrammeCurriculumScheduling, ProgrammeRecertificationAsignment]);
