/** A message on its way out. Addresses are single mailboxes. */
export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  /** Plain text, or HTML where its first characters that are not blank are a tag. */
  readonly body: string;
  /** Goes into the Message-ID, so that a receiver can tell a repetition: `<messageId@minutehand>`. */
  readonly messageId: string;
}

/**
 * The outcome of a mail.
 * - `sent`: the server took it.
 * - `refused`: the server answered no for this mail (address, content); it was not sent.
 * - `unavailable`: no connection, or it broke before the mail was handed over; nothing was sent.
 * - `denied`: the server refused our credentials or our sender; nothing was sent.
 * - `unknown`: the connection broke after the mail was handed over and before the server answered.
 */
export type MailResult =
  | {
      readonly state: "sent";
      readonly providerMessageId: string | null;
      /** Instant (ms) of the server's answer; absent where the transport keeps no time. */
      readonly at?: number;
    }
  | {
      readonly state: "refused";
      readonly message: string;
      /** The server's no was for now only (4xx): several in a row mean that the server, not the mail, has a problem. */
      readonly temporary?: boolean;
    }
  | {
      readonly state: "unavailable";
      readonly message: string;
      /** The server had begun to take this mail, so the mail itself may be what breaks the connection. */
      readonly begun?: boolean;
    }
  | { readonly state: "denied" | "unknown"; readonly message: string };

/** Who mails come from, and where they go instead of to their recipients. */
export interface MailRoute {
  readonly from: { readonly address: string; readonly name?: string | undefined };
  /** Null: to their recipients. */
  readonly redirectTo: string | null;
}

/** Sends mail for one run; keeps its connection between calls. */
export interface MailTransport {
  send(mail: OutgoingMail): Promise<MailResult>;
  close(): Promise<void>;
}
