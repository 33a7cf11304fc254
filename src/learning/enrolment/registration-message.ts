import type { ClientConfiguration } from "../../control/clients/configuration.ts";
import type { Failure } from "../../store/step/step.ts";
import { instantInWords } from "../../time/day-words.ts";
import type { NewMessage } from "../messages.ts";
import { fillWording, readWordingOr } from "../wording.ts";
import { type RegistrationEvent, registrationPlaceholders, registrationWordings } from "./words.ts";

/** Who is told of a registration, and whether at all. */
export interface RegisteredPerson {
  /** The registration's. */
  readonly id: number;
  readonly personId: number;
  readonly suppressNotifications: number;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly locale: string | null;
  readonly authStatus: string;
}

/** The component that the registration is on. */
export interface RegisteredComponent {
  readonly title: string;
  readonly location: string | null;
  /** Instant (ms). */
  readonly startAt: number | null;
  /** 1: no mail about it is wanted (meta 10132). */
  readonly mailRefused: number;
}

/**
 * The message that tells a person what happened to a registration: a mail, or one within the suite for a person without an address,
 * once for each registration and event (handbook, rules: mail). Null where nobody is to be told: the person is not active, the
 * registration's
 * messages are suppressed, or none about the component are wanted.
 *
 * @param zone the component's, in which its start is told
 * @returns a failure `bad_text` where the client's own text cannot be used
 */
export async function registrationMessage(
  configuration: Pick<ClientConfiguration, "wording" | "client">,
  event: RegistrationEvent,
  person: RegisteredPerson,
  component: RegisteredComponent,
  zone: string,
): Promise<NewMessage | { readonly failure: Failure } | null> {
  if (component.mailRefused || person.suppressNotifications || person.authStatus !== "active") return null;
  const keys = { subject: `message.${event}.subject`, body: `message.${event}.body` };
  const wording = await readWordingOr(
    registrationWordings[event],
    configuration,
    keys,
    person.locale,
    registrationPlaceholders,
  );
  if ("failure" in wording) return wording;
  const { startAt, title, location } = component;
  const text = fillWording(wording, {
    givenName: person.givenName,
    familyName: person.familyName,
    course: title,
    location: location ?? "",
    start: startAt === null ? "" : instantInWords(startAt, zone, wording.locale),
    client: configuration.client.name,
  });
  const address = person.email?.trim() || null;
  const channel = address === null ? "internal" : "mail";
  const dedupeKey = `${event}|${person.id}`;
  return { kind: "registration", channel, personId: person.personId, toAddress: address, dedupeKey, ...text };
}
