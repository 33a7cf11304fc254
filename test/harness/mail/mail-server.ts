import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { type ReadableMail, readMail } from "../../../src/demo/mime.ts";

/**
 * What the server does with a mail.
 * - `take`: keeps it and says 250.
 * - `refuse-sender`: 553 to MAIL FROM.
 * - `refuse-recipient`: 550 to RCPT TO. `defer-recipient`: 451.
 * - `drop-before-data`: closes the connection at RCPT TO without an answer.
 * - `refuse-content`: 554 after the mail was handed over.
 * - `drop-after-data`: keeps the mail, then closes the connection without an answer.
 * - `hold`: keeps the mail and answers only after `release`.
 */
export type Verdict =
  | "take"
  | "refuse-sender"
  | "refuse-recipient"
  | "defer-recipient"
  | "drop-before-data"
  | "refuse-content"
  | "drop-after-data"
  | "hold";

/** The first rule that fits decides; a mail that none fits is taken. */
export interface MailRule {
  /** Recipient's address. Absent: any. */
  readonly to?: string;
  /** The how-manieth mail offered to this server, from 1. Absent: any. */
  readonly nth?: number;
  readonly verdict: Verdict;
}

export interface MailServerOptions {
  /** `tls` from the first byte, `starttls` (required), or plain. Default `none`. */
  readonly secure?: "none" | "starttls" | "tls";
  /** The only login that works; mail without login is refused. Default: no login asked for. */
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly rules?: readonly MailRule[];
  /** Greets every connection with 421 and closes it. Default false. */
  readonly unavailable?: boolean;
}

/** A mail that the server keeps. */
export interface ReceivedMail extends ReadableMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Came over TLS. */
  readonly secure: boolean;
  /** Who had logged in; null: no user. */
  readonly user: string | null;
  readonly raw: string;
}

/** A scripted, real SMTP server on a loopback port. Node only; tests use `freshMailServer`, which works everywhere. */
export class ScriptedMailServer {
  readonly received: ReceivedMail[] = [];
  /** Connections and logins so far. */
  connections = 0;
  logins = 0;
  readonly #options: MailServerOptions;
  readonly #server: SMTPServer;
  readonly #sockets = new Set<Socket>();
  readonly #held: (() => void)[] = [];
  readonly #watchers: (() => void)[] = [];
  readonly #numbers = new Map<string, number>();
  #offered = 0;

  constructor(options: MailServerOptions) {
    this.#options = options;
    const certificate = (name: string) => readFileSync(new URL(`../certificates/${name}.pem`, import.meta.url));
    const plain = (options.secure ?? "none") === "none";
    this.#server = new SMTPServer({
      secure: options.secure === "tls",
      key: certificate("server-key"),
      cert: certificate("server"),
      authOptional: options.credentials === undefined,
      disabledCommands: [...(plain ? ["STARTTLS"] : []), ...(options.credentials ? [] : ["AUTH"])],
      allowInsecureAuth: plain,
      disableReverseLookup: true,
      closeTimeout: 1,
      onConnect: (_session, answer) => {
        this.connections += 1;
        answer(options.unavailable ? refusal(421, "Not now") : null);
      },
      onAuth: (login, _session, answer) => {
        const known = options.credentials;
        if (login.username !== known?.user || login.password !== known?.password) {
          return answer(refusal(535, "Authentication failed"));
        }
        this.logins += 1;
        answer(null, { user: login.username });
      },
      onMailFrom: (_address, session, answer) => {
        if (options.secure === "starttls" && !session.secure) return answer(refusal(530, "Must issue STARTTLS first"));
        this.#offered += 1;
        this.#numbers.set(session.id, this.#offered);
        answer(this.#verdict(session, null) === "refuse-sender" ? refusal(553, "Sender refused") : null);
      },
      onRcptTo: (address, session, answer) => {
        const verdict = this.#verdict(session, address.address);
        if (verdict === "refuse-recipient") return answer(refusal(550, "No such mailbox"));
        if (verdict === "defer-recipient") return answer(refusal(451, "Try again later"));
        if (verdict === "drop-before-data") return this.#drop(session);
        answer();
      },
      onData: (stream, session, answer) => {
        const chunks: Uint8Array[] = [];
        stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        stream.on("end", () => this.#take(Buffer.concat(chunks), session, answer));
      },
    });
    this.#server.on("error", () => {});
    this.#server.server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** @returns the port it listens on */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      const server = this.#server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }

  /** Resolves once `count` mails were kept. */
  async waitFor(count: number): Promise<void> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** Answers every mail that is held. */
  release(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  /** Closes every connection and the port. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #verdict(session: SMTPServerSession, recipient: string | null): Verdict {
    const nth = this.#numbers.get(session.id);
    const rule = this.#options.rules?.find(
      (one) =>
        (one.nth === undefined || one.nth === nth) &&
        (one.to === undefined || one.to.toLowerCase() === recipient?.toLowerCase()),
    );
    return rule?.verdict ?? "take";
  }

  #drop(session: SMTPServerSession): void {
    for (const socket of this.#sockets) if (socket.remotePort === session.remotePort) socket.destroy();
  }

  #take(raw: Buffer, session: SMTPServerSession, answer: (error?: Error | null) => void): void {
    const to = session.envelope.rcptTo.map(({ address }) => address);
    const verdict = this.#verdict(session, to[0] ?? null);
    if (verdict === "refuse-content") {
      answer(refusal(554, "Content refused"));
      return;
    }
    this.received.push({
      ...readMail(raw),
      from: session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
      to,
      secure: session.secure,
      user: typeof session.user === "string" ? session.user : null,
      raw: raw.toString("utf8"),
    });
    for (const wake of this.#watchers.splice(0)) wake();
    if (verdict === "drop-after-data") this.#drop(session);
    else if (verdict === "hold") this.#held.push(() => answer());
    else answer();
  }
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
