import type { ClientConfiguration } from "../../control/clients/configuration.ts";
import type { Failure } from "../../store/step/step.ts";
import type { Day } from "../../time/day.ts";
import { dayInWords, instantInWords } from "../../time/day-words.ts";
import type { NewMessage } from "../messages/messages.ts";
import { fillWording, readWordingOr } from "../messages/wording.ts";
import { type RegistrationEvent, registrationPlaceholders, registrationWordings } from "./words.ts";

/** A person who is told. */
export interface Recipient {
  readonly personId: number;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly locale: string | null;
  readonly authStatus: string;
}

/** The participant of a registration, and whether messages about it are wanted. */
export interface RegisteredPerson extends Recipient {
  /** The registration's. */
  readonly id: number;
  readonly suppressNotifications: number;
}

/** The component that the registration is on. */
export interface RegisteredComponent {
  readonly title: string;
  readonly location: string | null;
  /** Instant (ms). */
  readonly startAt: number | null;
  /** 1: no mail about it is wanted (meta 10132). */
  readonly mailRefused: number;
  /** The day until which its prerequisites were to be met. Default: none is told. */
  readonly prerequisitesDueOn?: Day;
}

/** What a client has one message for, for each registration. */
const dedupeKeys: Readonly<Record<RegistrationEvent, (registrationId: number, recipientId: number) => string>> = {
  waitlist: (registrationId) => `waitlist|${registrationId}`,
  coursecancel: (registrationId) => `coursecancel|${registrationId}`,
  prereq: (registrationId, recipientId) => `prereq|${registrationId}|${recipientId}`,
  prereq_supervisor: (registrationId, recipientId) => `prereq|${registrationId}|${recipientId}`,
};

/**
 * The message that tells what happened to a registration: a mail, or one within the suite for a person without an address,
 * once for each registration and event (handbook, rules: mail). Null where no person is to be told: the person is not active, the
 * registration's messages are suppressed, or none about the component are wanted.
 *
 * @param zone the component's, in which its start is told
 * @param recipient who is told of the participant. Default: the participant
 * @returns a failure `bad_text` where the client's own text cannot be used
 */
export async function registrationMessage(
  configuration: Pick<ClientConfiguration, "wording" | "client">,
  event: RegistrationEvent,
  person: RegisteredPerson,
  component: RegisteredComponent,
  zone: string,
  recipient: Recipient = person,
): Promise<NewMessage | { readonly failure: Failure } | null> {
  if (component.mailRefused || person.suppressNotifications || recipient.authStatus !== "active") return null;
  const keys = { subject: `message.${event}.subject`, body: `message.${event}.body` };
  const wording = await readWordingOr(
    registrationWordings[event],
    configuration,
    keys,
    recipient.locale,
    registrationPlaceholders,
  );
  if ("failure" in wording) return wording;
  const { startAt, title, location, prerequisitesDueOn: due } = component;
  const text = fillWording(wording, {
    givenName: recipient.givenName,
    familyName: recipient.familyName,
    participant: `${person.givenName} ${person.familyName}`,
    course: title,
    location: location ?? "",
    start: startAt === null ? "" : instantInWords(startAt, zone, wording.locale),
    due: due === undefined ? "" : dayInWords(due, wording.locale),
    client: configuration.client.name,
  });
  const toAddress = recipient.email?.trim() || null;
  return {
    kind: "registration",
    channel: toAddress === null ? "internal" : "mail",
    personId: recipient.personId,
    aboutPersonId: person.personId,
    toAddress,
    dedupeKey: dedupeKeys[event](person.id, recipient.personId),
    ...text,
  };
}
