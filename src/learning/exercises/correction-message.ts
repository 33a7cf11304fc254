import type { ClientConfiguration } from "../../control/clients/configuration.ts";
import type { Failure } from "../../store/step/step.ts";
import type { NewMessage } from "../messages/messages.ts";
import { fillWording, readWordingOr, type ShippedWording } from "../messages/wording.ts";
import type { Correctable, TeamMember } from "./corrections.ts";

/** What its texts can have: the person's names, the titles of the course and of the exercise, the client's name. */
export const correctionPlaceholders = ["givenName", "familyName", "course", "exercise", "client"] as const;

const keys = { subject: "message.correction.subject", body: "message.correction.body" };

/** The text for clients that have none of their own. */
const correctionWording: ShippedWording = {
  de: {
    subject: "Korrektur: {exercise}",
    body: `Guten Tag {givenName} {familyName},

die Korrektur der Gruppenarbeit „{exercise}“ in „{course}“ ist da.

{client}
`,
  },
  en: {
    subject: "Correction: {exercise}",
    body: `Hello {givenName} {familyName},

the correction of the team exercise "{exercise}" in "{course}" is there.

{client}
`,
  },
};

/**
 * The message that tells a member of a team that its work was corrected: a mail, or one within the suite for a person without an address,
 * once for each submission and person. Null where no person is to be told: the person is not active, the registration's messages are
 * suppressed, or none about the component are wanted.
 *
 * @returns a failure `bad_text` where the client's own text cannot be used
 */
export async function correctionMessage(
  configuration: Pick<ClientConfiguration, "wording" | "client">,
  submission: Correctable,
  member: TeamMember,
): Promise<NewMessage | { readonly failure: Failure } | null> {
  if (submission.mailRefused || member.suppressNotifications || member.authStatus !== "active") return null;
  const wording = await readWordingOr(correctionWording, configuration, keys, member.locale, correctionPlaceholders);
  if ("failure" in wording) return wording;
  const { givenName, familyName, personId } = member;
  const { course, exercise } = submission;
  const text = fillWording(wording, { givenName, familyName, course, exercise, client: configuration.client.name });
  const address = member.email?.trim() || null;
  const channel = address === null ? "internal" : "mail";
  const dedupeKey = `correction|${submission.id}|${personId}`;
  return { kind: "logic", channel, personId, toAddress: address, dedupeKey, ...text };
}
