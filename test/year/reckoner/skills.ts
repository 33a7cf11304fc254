import type { Academy, Moment } from "../academy.ts";
import { hold } from "./closing.ts";

/** Days that an expired skill stays in a profile: the job's parameter. */
export const GRACE_DAYS = 5;

/** SkillExpiration. */
export function expireSkills(academy: Academy, { today }: Moment): void {
  for (const one of academy.achievements) {
    if (one.state === "expired" || one.expiresOn === null || one.expiresOn >= today) continue;
    one.state = "expired";
    hold(academy, one.personId, one.skillId);
  }
}

/** SkillTermination. */
export function terminateSkills(academy: Academy, { today }: Moment): void {
  for (const [key, held] of academy.skills) {
    const skillId = Number(key.split("|")[1]);
    if (!academy.expiringSkills.has(skillId) || held.state !== "expired") continue;
    if (held.validUntil === null || held.validUntil + GRACE_DAYS >= today) continue;
    academy.skills.set(key, { level: 0, validUntil: null, state: "terminated" });
  }
}
