import { ANSWER_TIMEOUT_MS, type Clock } from "../clock.ts";
import type { Connect } from "../outbound/socket.ts";
import { isAscii, isMailbox, wireMailbox } from "./address.ts";
import { composeMessage, oneLine } from "./message.ts";
import { type Envelope, openSmtp, type SmtpServer, type SmtpSession } from "./smtp.ts";
import { SmtpError, type SmtpReply } from "./smtp-channel.ts";
import type { MailResult, MailRoute, MailTransport, OutgoingMail } from "./transport.ts";

export interface SmtpTransportPorts {
  readonly connect: Connect;
  readonly clock: Clock;
  /** Takes calls from the run's budget; a connection counts as one. */
  readonly spend: (calls: number) => void;
  /** For each read and write, ms. Default {@link ANSWER_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
}

/** A mail server and who mails come from. */
type SmtpRoute = MailRoute & Omit<SmtpServer, "login">;

/** Answers to any command that mean "log in first" or "not with this login" (RFC 4954 6). */
const LOGIN_CODES = new Set([530, 534, 535, 538]);

/**
 * What a stopped conversation means for the mail. The final dot is the border: before it nothing was sent, whatever
 * happened; after it only a clear no (RFC 5321 4.2.5: the client then still owns the mail) says so. A 421 there may be the
 * goodbye of a server that has kept the mail, so it says nothing.
 */
export function judgeFailure({ phase, fault, reply, message }: SmtpError): MailResult {
  const begun = phase === "recipient" || phase === "data" || phase === "content";
  if (phase === "answer" && (reply === null || reply.code === 421)) return { state: "unknown", message };
  if (fault === "unfit") return { state: "denied", message };
  if (reply === null || reply.code === 421) return { state: "unavailable", message, ...(begun ? { begun } : {}) };
  if (LOGIN_CODES.has(reply.code)) return { state: "denied", message };
  const temporary = reply.code < 500;
  switch (phase) {
    case "connect":
    case "greeting":
    case "hello":
    case "reset":
      return { state: "unavailable", message };
    case "tls":
    case "login":
      return { state: temporary ? "unavailable" : "denied", message };
    case "sender":
      // 552: the mail is too large. Everything else here is about the sender, which is the same for every mail.
      if (reply.code === 552) return { state: "refused", message };
      return { state: temporary ? "unavailable" : "denied", message };
    case "recipient":
    case "data":
    case "content":
    case "answer":
      return { state: "refused", message, ...(temporary ? { temporary } : {}) };
  }
}

/** True when only the kept connection was at fault (idle too long, limit of mails reached): a new one may still do. */
function isStale(error: SmtpError): boolean {
  if (error.phase !== "reset" && error.phase !== "sender") return false;
  return error.reply === null || error.reply.code < 500;
}

/**
 * Mail over SMTP submission (handbook, rules: mail). One connection, opened by the first mail and kept until `close`. A mail is handed
 * over at most once; when a kept connection turns out to be dead before the mail was begun, a new one is opened, once.
 */
export function smtpTransport(
  config: SmtpRoute,
  secret: SmtpServer["login"],
  ports: SmtpTransportPorts,
): MailTransport {
  let session: SmtpSession | null = null;
  const hostAndPort = `${config.host}:${config.port}`;
  const timeoutMs = ports.timeoutMs ?? ANSWER_TIMEOUT_MS;

  const open = () => {
    ports.spend(1);
    const server = { host: config.host, port: config.port, secure: config.secure, login: secret };
    return openSmtp(server, { connect: ports.connect, clock: ports.clock, timeoutMs });
  };
  const said = (message: string) => {
    const text = oneLine(message).slice(0, 300);
    return secret ? text.replaceAll(secret.password, "***") : text;
  };

  async function submit(current: SmtpSession, mail: OutgoingMail): Promise<MailResult> {
    const prepared = prepare(mail, config, current, ports.clock.now());
    if ("state" in prepared) return prepared;
    const reply = await current.submit(prepared.envelope, prepared.content);
    return { state: "sent", providerMessageId: said(receipt(reply)) || null, at: ports.clock.now() };
  }

  return {
    async send(mail) {
      for (;;) {
        const kept = session;
        try {
          session = kept ?? (await open());
          return await submit(session, mail);
        } catch (error) {
          if (!(error instanceof SmtpError)) throw error;
          const stale = kept !== null && isStale(error);
          if (stale || session?.broken) {
            await session?.close();
            session = null;
          }
          if (stale) continue;
          const result = judgeFailure(error);
          return "message" in result ? { ...result, message: `${hostAndPort}: ${said(result.message)}` } : result;
        }
      }
    },
    async close() {
      const kept = session;
      session = null;
      await kept?.close();
    },
  };
}

/** The server's name for the mail: its yes, without the enhanced status code (RFC 3463) in front. */
function receipt(reply: SmtpReply): string {
  return (reply.lines.at(-1) ?? "").replace(/^2\.\d{1,3}\.\d{1,3} /, "");
}

/** Envelope and content of a mail, or why this server cannot have it. */
function prepare(
  mail: OutgoingMail,
  config: SmtpRoute,
  session: Pick<SmtpSession, "utf8" | "largestMail">,
  date: number,
): { readonly envelope: Envelope; readonly content: string } | MailResult {
  const refused = (message: string): MailResult => ({ state: "refused", message });
  if (!isMailbox(mail.to)) return refused("The address is not an e-mail address");
  const to = wireMailbox(config.redirectTo ?? mail.to);
  const from = wireMailbox(config.from.address);
  if (to === null) return refused("The address has a domain that cannot be written in ASCII");
  if (from === null) return { state: "denied", message: "The sender has a domain that cannot be written in ASCII" };
  const utf8 = !isAscii(to) || !isAscii(from);
  if (utf8 && !session.utf8) return refused("The address is not ASCII, and the mail server takes no other (SMTPUTF8)");
  const content = composeMessage({
    from: { address: from, name: config.from.name },
    to,
    originalTo: config.redirectTo === null ? null : mail.to,
    subject: mail.subject,
    body: mail.body,
    messageId: mail.messageId,
    date,
  });
  const limit = session.largestMail;
  if (limit !== null && content.length > limit) {
    return refused(`The mail has ${content.length} bytes; the mail server takes at most ${limit}`);
  }
  return { envelope: { from, to, utf8 }, content };
}
