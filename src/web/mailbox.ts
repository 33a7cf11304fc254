import { z } from "zod";

/** A mail that arrived at the demo's SMTP server. */
export interface ArrivedMail {
  readonly id: string;
  /** Instant, ms. */
  readonly receivedAt: number;
  readonly from: string;
  readonly to: string;
  /** The recipient before `redirectTo` (header `X-Original-To`); null when it was not redirected. */
  readonly originalTo: string | null;
  readonly subject: string;
  /** Plain text, or HTML source. */
  readonly body: string;
}

/** Where the demo's mails can be read. */
export interface Mailbox {
  /** The newest mails first, at most `limit`, and how many there are. @throws {MailboxUnreachableError} */
  list(limit: number): Promise<{ readonly total: number; readonly mails: readonly ArrivedMail[] }>;
  /** One mail; null when there is none of that id. @throws {MailboxUnreachableError} */
  read(id: string): Promise<ArrivedMail | null>;
}

/** The demo's mailbox does not answer, or not in its format. */
export class MailboxUnreachableError extends Error {
  readonly code = "mailbox_unreachable";
}

const arrivedMail = z.object({
  id: z.string(),
  receivedAt: z.number(),
  from: z.string(),
  to: z.string(),
  originalTo: z.string().nullable().default(null),
  subject: z.string(),
  body: z.string(),
});
const mailList = z.object({ total: z.int(), mails: z.array(arrivedMail) });

/**
 * Reads a mailbox over HTTP: `GET <url>?limit=n` answers `{ total, mails: [...] }`, `GET <url>/<id>` one mail or 404; a mail
 * is an {@link ArrivedMail}.
 */
export function mailboxAt(url: string, fetch: (url: string) => Promise<Response>): Mailbox {
  const base = url.replace(/\/$/, "");
  async function get<T>(address: string, schema: z.ZodType<T>): Promise<T | null> {
    try {
      const response = await fetch(address);
      if (response.status === 404) return null;
      if (!response.ok) throw new MailboxUnreachableError(`The demo mailbox answered ${response.status}`);
      return schema.parse(await response.json());
    } catch (error) {
      if (error instanceof MailboxUnreachableError) throw error;
      throw new MailboxUnreachableError("The demo mailbox does not answer; is the demo's mail server running?", {
        cause: error,
      });
    }
  }
  return {
    list: async (limit) => (await get(`${base}?limit=${limit}`, mailList)) ?? { total: 0, mails: [] },
    read: (id) => get(`${base}/${encodeURIComponent(id)}`, arrivedMail),
  };
}
