import { conformGroup } from "./conform.ts";
import { SkillExpiration } from "./scenarios/skills/SkillExpiration.ts";

conformGroup("skills", [SkillExpiration]);
