import { conformGroup } from "./conform.ts";
import { ProgramStatusUpdateForLearners } from "./scenarios/paths/ProgramStatusUpdateForLearners.ts";

conformGroup("paths", [ProgramStatusUpdateForLearners]);
