import type { ShippedWording } from "../messages/wording.ts";

/**
 * What a message about a registration can be about; its texts are `message.<this>.subject` and `.body`. The one to the supervisor
 * tells about the participant.
 */
export type RegistrationEvent = "waitlist" | "coursecancel" | "prereq" | "prereq_supervisor";

/**
 * What these texts can have: the names of the person who is told, the participant's full name, the component's title, its location
 * and start (day and time in its zone), the day until which its prerequisites were to be met, the client's name.
 */
export const registrationPlaceholders = [
  "givenName",
  "familyName",
  "participant",
  "course",
  "location",
  "start",
  "due",
  "client",
] as const;

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
  coursecancel: {
    de: {
      subject: "Abgesagt: {course}",
      body: `Guten Tag {givenName} {familyName},

„{course}“ wurde abgesagt. Ihre Anmeldung ist storniert.

{client}
`,
    },
    en: {
      subject: "Cancelled: {course}",
      body: `Hello {givenName} {familyName},

"{course}" was cancelled, and your registration with it.

{client}
`,
    },
  },
  prereq: {
    de: {
      subject: "Storniert, da die Voraussetzungen fehlen: {course}",
      body: `Guten Tag {givenName} {familyName},

die Voraussetzungen für „{course}“ waren bis zum {due} zu erfüllen. Da sie nicht erfüllt sind, ist Ihre Anmeldung storniert.

{client}
`,
    },
    en: {
      subject: "Cancelled, prerequisites not met: {course}",
      body: `Hello {givenName} {familyName},

The prerequisites of "{course}" had to be met by {due}. They are not, so your registration was cancelled.

{client}
`,
    },
  },
  prereq_supervisor: {
    de: {
      subject: "Anmeldung von {participant} storniert: {course}",
      body: `Guten Tag {givenName} {familyName},

{participant} hatte die Voraussetzungen für „{course}“ bis zum {due} zu erfüllen. Da sie nicht erfüllt sind, ist die Anmeldung storniert.

{client}
`,
    },
    en: {
      subject: "Registration of {participant} cancelled: {course}",
      body: `Hello {givenName} {familyName},

{participant} had to meet the prerequisites of "{course}" by {due}. They are not met, so the registration was cancelled.

{client}
`,
    },
  },
};
