import { isGermanLocale, longDay, type Mail, mailTo } from "./mail.ts";
import { componentOf, dayOf, type Person, plusDays, type Registration, type State } from "./state.ts";

/** 07:00: what each rule says to whom. The texts are those of the demo, written down once more. */
export function notify(state: State): { mails: Mail[]; internal: string[] } {
  const { today } = state;
  const mails: Mail[] = [];
  const internal: string[] = [];
  const tell = (person: Person, text: (german: boolean, locale: string) => string, channels = ["mail"]) => {
    if (["passive", "deleted"].includes(person.status)) return;
    const locale = person.locale ?? state.world.client.locale;
    const subject = text(isGermanLocale(locale), locale);
    if (channels.includes("internal")) internal.push(`${person.username}: ${subject}`);
    if (person.email !== null) mails.push(mailTo(state, person.email, subject));
  };
  const open = ["booked", "in_progress", "personal_syllabus"];
  for (const one of state.registrations) {
    const { person, status, dueOn, bookedOn, completedOn } = one;
    if (one.suppressed || ["passive", "deleted"].includes(person.status)) continue;
    const { title, typeKey } = componentOf(state, one.component);
    const starts = startDay(state, one);
    if (open.includes(status) && dueOn !== null && dueOn === plusDays(today, 7)) {
      const text = (german: boolean, locale: string) =>
        `${title} ${german ? "ist fällig am" : "is due on"} ${longDay(dueOn, locale)}`;
      tell(person, text, ["mail", "internal"]);
    }
    if (status === "booked" && typeKey === "classroom" && starts === plusDays(today, 7)) {
      const day = starts;
      tell(person, (german, locale) => `${title} ${german ? "beginnt am" : "begins on"} ${longDay(day, locale)}`);
    }
    if (["passed", "completed"].includes(status) && completedOn === plusDays(today, -1)) {
      tell(person, (german) => `${german ? "Gut gemacht" : "Well done"}: ${title}`);
    }
    if (status === "booked" && bookedOn === today && typeKey === "limited") {
      tell(person, (german) => `${german ? "Sie haben einen Platz" : "You have a place"}: ${title}`);
    }
    const participant = `${person.givenName} ${person.familyName}`;
    if (open.includes(status) && dueOn === plusDays(today, -3) && person.supervisor) {
      const text = (german: boolean) => `${participant} ${german ? "ist in Verzug mit" : "is late with"} ${title}`;
      tell(person.supervisor, text);
    }
    if (status === "booked" && starts === plusDays(today, 1)) {
      const tutors = state.registrations
        .filter((other) => other.component === one.component && other.status !== "cancelled" && other.person !== person)
        .filter((other) => other.person.role === "tutor");
      for (const tutor of tutors) {
        tell(tutor.person, (german) => `${participant} ${german ? "kommt zu" : "comes to"} ${title}`);
      }
    }
  }
  for (const { personId, skillId, validUntilOn } of state.world.skills) {
    if (validUntilOn === null || validUntilOn !== plusDays(today, 30)) continue;
    const username = state.world.people.find(({ id }) => id === personId)?.username;
    const person = state.people.find((one) => one.username === username);
    const skill = ["Welding", "Negotiation", "First response"][(skillId % 10) - 1];
    const text = (german: boolean, locale: string) =>
      `${skill} ${german ? "läuft ab am" : "expires on"} ${longDay(validUntilOn, locale)}`;
    if (person) tell(person, text);
  }
  return { mails, internal };
}

/** The local day on which a component starts, where it takes place. */
function startDay(state: State, { component }: Registration): string | null {
  const { startAt, timeZone } = componentOf(state, component);
  return startAt === null ? null : dayOf(startAt, timeZone ?? state.world.client.timeZone);
}
