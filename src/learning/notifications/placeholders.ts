import { type Day, isTimeZone, MS_PER_DAY } from "../../time/day.ts";
import { dayInWords, instantInWords } from "../../time/day-words.ts";
import type { PlaceholderValues } from "../messages/wording.ts";
import { anchors } from "./anchor.ts";
import type { Occasion } from "./occasion.ts";
import type { Recipient } from "./recipient.ts";
import type { NotificationRule } from "./rule.ts";

/** Names that a rule's texts can use. {@link placeholderValues} says what they stand for. */
export function placeholdersFor(rule: NotificationRule): readonly string[] {
  return ["givenName", "familyName", "participant", "client", "day", "days", ...anchors[rule.anchor].placeholders];
}

/**
 * What the placeholders of a notification stand for.
 *
 * - `givenName`, `familyName`: the recipient's; `participant`: the full name of the person it is about
 * - `client`: the client's name
 * - `day`: the anchor's day; `days`: how many days lie between the run's day and it
 * - on a component: `course` (its title), `location`, `start` and `end` (day and time in the component's zone), `due`
 * - `skill`, `certification`: its name
 *
 * What is not known is empty.
 */
export function placeholderValues(
  about: {
    readonly rule: NotificationRule;
    readonly occasion: Occasion;
    readonly recipient: Recipient;
    /** The anchor's day, and the run's. */
    readonly day: Day;
    readonly today: Day;
    readonly client: { readonly name: string; readonly timeZone: string };
  },
  locale: string,
): PlaceholderValues {
  const { rule, occasion, recipient, day, today, client } = about;
  const zone = occasion.zone !== null && isTimeZone(occasion.zone) ? occasion.zone : client.timeZone;
  const instant = (at: number | null) => (at === null ? "" : instantInWords(at, zone, locale));
  const days = Math.abs(Date.parse(day) - Date.parse(today)) / MS_PER_DAY;
  const common = {
    givenName: recipient.given_name,
    familyName: recipient.family_name,
    participant: `${occasion.given_name} ${occasion.family_name}`,
    client: client.name,
    day: dayInWords(day, locale),
    days: String(days),
  };
  if (rule.anchor === "skill_expiry") return { ...common, skill: occasion.title };
  if (rule.anchor === "certification_end") return { ...common, certification: occasion.title };
  return {
    ...common,
    course: occasion.title,
    location: occasion.location ?? "",
    start: instant(occasion.start_at),
    end: instant(occasion.end_at),
    due: occasion.due_on === null ? "" : dayInWords(occasion.due_on, locale),
  };
}
