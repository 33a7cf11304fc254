import type { State } from "./state.ts";

/** A mail as the SMTP server should have it. */
export interface Mail {
  readonly client: string;
  /** Whom it is meant for. */
  readonly recipient: string;
  /** Whose mailbox it went to: a trial client's mails all go to one. */
  readonly mailbox: string;
  readonly subject: string;
  /** Local day on which it arrived. */
  readonly day: string;
}

export function mailTo({ world, today }: State, recipient: string, subject: string): Mail {
  const { key } = world.client;
  return { client: key, recipient, mailbox: key === "south" ? "trial@south.example" : recipient, subject, day: today };
}

/** `March 2, 2026`, `2. März 2026`. */
export function longDay(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(Date.parse(day));
}

export function isGermanLocale(locale: string): boolean {
  return locale.startsWith("de");
}
