import { conformGroup } from "./conform.ts";
import { SkillExpiration } from "./scenarios/skills/SkillExpiration.ts";
import { SkillTermination } from "./scenarios/skills/SkillTermination.ts";

conformGroup("skills", [SkillExpiration, SkillTermination]);
