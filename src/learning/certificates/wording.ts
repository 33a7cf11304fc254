import type { ShippedWording } from "../messages/wording.ts";

/** The texts of the message that a certificate was issued. */
export const certificateMailKeys = {
  subject: "message.certificate.subject",
  body: "message.certificate.body",
} as const;

/** What these texts can have: the person's names, what was completed and when, code and address to check it, the client's name. */
export const certificateMailPlaceholders = [
  "givenName",
  "familyName",
  "course",
  "issuedOn",
  "code",
  "link",
  "client",
] as const;

/** The texts for clients that have none of their own. */
export const certificateMail: ShippedWording = {
  de: {
    subject: "Ihr Zertifikat: {course}",
    body: `Guten Tag {givenName} {familyName},

Ihr Zertifikat für „{course}“ ist ausgestellt ({issuedOn}). Sie finden es bei Ihren Zertifikaten.

Prüfcode: {code}
{link}

{client}
`,
  },
  en: {
    subject: "Your certificate: {course}",
    body: `Hello {givenName} {familyName},

your certificate for "{course}" has been issued ({issuedOn}). You find it among your certificates.

Verification code: {code}
{link}

{client}
`,
  },
};
