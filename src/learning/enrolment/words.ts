import type { ShippedWording } from "../wording.ts";

/** What a message about a registration can be about; its texts are `message.<this>.subject` and `.body`. */
export type RegistrationEvent = "waitlist";

/**
 * What these texts can have: the person's names, the component's title, its location and start (day and time in its zone), the
 * client's name.
 */
export const registrationPlaceholders = ["givenName", "familyName", "course", "location", "start", "client"] as const;

/** The texts for clients that have none of their own. */
export const registrationWordings: Readonly<Record<RegistrationEvent, ShippedWording>> = {
  waitlist: {
    de: {
      subject: "Kein Platz: {course}",
      body: `Guten Tag {givenName} {familyName},

„{course}“ hat begonnen ({start}), und Sie haben keinen Platz bekommen. Sie stehen nicht mehr auf der Warteliste.

{client}
`,
    },
    en: {
      subject: "No place: {course}",
      body: `Hello {givenName} {familyName},

"{course}" has begun ({start}), and you did not get a place. You are no longer on the waiting list.

{client}
`,
    },
  },
};
