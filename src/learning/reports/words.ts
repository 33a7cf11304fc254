import { isGerman, type ShippedWording } from "../messages/wording.ts";

/** Keys of `texts` for the mail that brings a report; a client without them gets {@link reportMail}. */
export const reportMailKeys = { subject: "mail.report.subject", body: "mail.report.body" } as const;

/**
 * What the texts of the mail can have: the subscriber's names, the report's name, its day, how many rows it has, the link to
 * its file, the last day on which that opens, what there is to say of it (a note, mostly empty), the client's name.
 */
export const reportMailPlaceholders = [
  "givenName",
  "familyName",
  "report",
  "day",
  "rows",
  "link",
  "validUntil",
  "note",
  "client",
] as const;

/** The mail that brings a report. */
export const reportMail: ShippedWording = {
  de: {
    subject: "{report} vom {day}",
    body: `Guten Tag {givenName} {familyName},

der Bericht „{report}“ vom {day} liegt bereit (Zeilen: {rows}):

{link}

Der Link gilt bis {validUntil}.
`,
  },
  en: {
    subject: "{report} of {day}",
    body: `Hello {givenName} {familyName},

the report "{report}" of {day} is ready (rows: {rows}):

{link}

The link is valid until {validUntil}.
`,
  },
};

/** Says in the file and in the mail that a report was cut. */
export function cutNote(locale: string, limit: number): string {
  return isGerman(locale)
    ? `Nach ${limit.toLocaleString("de")} Zeilen abgeschnitten; engere Filter zeigen den Rest.`
    : `Cut after ${limit.toLocaleString("en")} rows; narrower filters show the rest.`;
}

/** Says in the mail why a workbook came as a CSV file. */
export function largeNote(locale: string, limit: number): string {
  return isGerman(locale)
    ? `Der Bericht hat mehr als ${limit.toLocaleString("de")} Zeilen und kommt deshalb als CSV-Datei.`
    : `The report has more than ${limit.toLocaleString("en")} rows and therefore comes as a CSV file.`;
}
