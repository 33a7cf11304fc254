import { type NightPerson, special } from "./people.ts";
import { instantOf, type NightScene } from "./scene.ts";

/** A message that is there before the night. */
export interface NightMail {
  readonly kind: "registration" | "notification" | "system";
  readonly personId: number;
  readonly toAddress: string;
  readonly subject: string;
  readonly body: string;
  readonly dedupeKey: string;
  readonly status: "to_forward" | "sent";
  readonly queuedAt: number;
}

/** Days for which the demo's clients keep messages. */
export const MESSAGES_KEPT_DAYS = 365;

/** Mails of a client that wait to be sent when the demo begins. */
export const WAITING_MAILS = 20;
const COURSES = ["Fire safety", "First aid", "Data protection", "Forklift licence", "Conflict talks", "Spreadsheets"];

/** 20 mails that wait, and three of the system that were sent long ago. */
export function makeMails(scene: NightScene, people: readonly NightPerson[]): NightMail[] {
  const { client } = scene;
  const learners = people.filter(({ status, number }) => status === "active" && number > special.withoutAddress[1]);
  const waiting = learners.slice(0, WAITING_MAILS).map((person, index): NightMail => {
    const course = COURSES[index % COURSES.length] ?? "";
    // Where no job sends for the others, Notification alone takes up what an earlier run left behind.
    const kind = client.staggering === undefined || index % 4 === 3 ? "notification" : "registration";
    return {
      kind,
      personId: person.id,
      toAddress: person.email ?? "",
      subject: kind === "notification" ? `${course} begins soon` : `You are registered: ${course}`,
      body: `Hello ${person.givenName} ${person.familyName},\n\nthis is about the course "${course}" of ${client.name}.\n`,
      dedupeKey: `demo|${index + 1}`,
      status: "to_forward",
      queuedAt: instantOf(scene, -1, 12) + index * 60_000,
    };
  });
  const old = learners.slice(0, 3).map(
    (person, index): NightMail => ({
      kind: "system",
      personId: person.id,
      toAddress: person.email ?? "",
      subject: `=Maintenance ${index + 1}`,
      body: "The suite is closed on Sunday.\n",
      dedupeKey: `system|${index + 1}`,
      status: "sent",
      queuedAt: instantOf(scene, -8, 12) + index * 60_000,
    }),
  );
  return [...waiting, ...old];
}
