import type { ShippedWording } from "../messages/wording.ts";

/**
 * What the texts about the end of a period can have: the person's names, the certification's, the days of the period, what was reached and
 * required, the client's name.
 */
export const certificationPlaceholders = [
  "givenName",
  "familyName",
  "certification",
  "start",
  "end",
  "amount",
  "required",
  "client",
] as const;

/** How a period can have ended; its texts are `message.certification_<this>.subject` and `.body`. */
export type PeriodResult = "fulfilled" | "not_fulfilled";

/** The texts for clients that have none of their own. */
export const certificationWordings: Readonly<Record<PeriodResult, ShippedWording>> = {
  fulfilled: {
    de: {
      subject: "Erfüllt: {certification}",
      body: `Guten Tag {givenName} {familyName},

Sie haben „{certification}“ im Zeitraum vom {start} bis zum {end} erfüllt: {amount} von {required}.

{client}
`,
    },
    en: {
      subject: "Fulfilled: {certification}",
      body: `Hello {givenName} {familyName},

You have fulfilled "{certification}" in the period from {start} to {end}: {amount} of {required}.

{client}
`,
    },
  },
  not_fulfilled: {
    de: {
      subject: "Nicht erfüllt: {certification}",
      body: `Guten Tag {givenName} {familyName},

Sie haben „{certification}“ im Zeitraum vom {start} bis zum {end} nicht erfüllt: {amount} von {required}.

{client}
`,
    },
    en: {
      subject: "Not fulfilled: {certification}",
      body: `Hello {givenName} {familyName},

You have not fulfilled "{certification}" in the period from {start} to {end}: {amount} of {required}.

{client}
`,
    },
  },
};
