import type { NightScene } from "./scene.ts";

/** A notification rule of the demo. */
export interface NightNotificationRule {
  readonly id: number;
  readonly name: string;
  readonly anchor: "start" | "due" | "booked" | "completed" | "skill_expiry";
  readonly offsetDays: number;
  readonly audience: "participant" | "supervisor" | "tutor";
  readonly statuses: readonly string[];
  /** JSON Rule over components. */
  readonly componentFilter: string | null;
  readonly channels: readonly ("mail" | "internal")[];
  /** Keys of its texts: `<text>.subject`, `<text>.body`. */
  readonly text: string;
  readonly active: boolean;
}

/** Nine rules: every audience, days before and after, a filter, two channels; one without texts, one switched off. */
export function makeNotificationRules({ client }: NightScene): NightNotificationRule[] {
  let number = 0;
  const rule = (
    name: string,
    anchor: NightNotificationRule["anchor"],
    offsetDays: number,
    text: string,
    statuses: readonly string[],
    more: Partial<NightNotificationRule> = {},
  ): NightNotificationRule => {
    number += 1;
    return {
      id: client.id * 100 + number,
      name,
      anchor,
      offsetDays,
      audience: "participant",
      statuses,
      componentFilter: null,
      channels: ["mail"],
      text,
      active: true,
      ...more,
    };
  };
  const type = (value: string) => JSON.stringify({ attr: "type_key", op: "eq", value });
  const open = ["booked", "in_progress", "personal_syllabus"];
  return [
    rule("Due in a week", "due", -7, "due", open, { channels: ["mail", "internal"] }),
    rule("Begins in a week", "start", -7, "start", ["booked"], { componentFilter: type("classroom") }),
    rule("Well done", "completed", 1, "completed", ["passed", "completed"]),
    rule("You have a place", "booked", 0, "booked", ["booked"], { componentFilter: type("limited") }),
    rule("Your staff is late", "due", 3, "late", open, { audience: "supervisor" }),
    rule("Your course tomorrow", "start", -1, "lesson", ["booked"], { audience: "tutor" }),
    rule("A skill expires", "skill_expiry", -30, "skill", ["held"]),
    rule("Without texts", "completed", 1, "forgotten", ["passed"]),
    rule("Switched off", "due", -7, "due", open, { active: false }),
  ];
}
