import { Buffer } from "node:buffer";
import type { Clock } from "../clock.ts";
import { type Connect, type Socket, SocketError } from "../outbound/socket.ts";
import { SmtpChannel, SmtpError, type SmtpPhase, type SmtpReply } from "./smtp-channel.ts";

/**
 * A submission client for SMTP (RFC 5321, 6409) with STARTTLS (RFC 3207), AUTH PLAIN and LOGIN (RFC 4954), SIZE (RFC 1870)
 * and SMTPUTF8 (RFC 6531).
 *
 * Why our own: a mail must leave at most once, so we have to know on which side of the final dot a conversation broke. The
 * one client that runs at the edge (worker-mailer 1.2.1) reports every outcome as a sentence, spins for ever when the server
 * closes the connection, goes on in the clear when STARTTLS is not offered, and writes line breaks of a subject into the
 * header.
 */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly secure: "tls" | "starttls" | "none";
  /** null: do not log in. */
  readonly login: { readonly user: string; readonly password: string } | null;
}

export interface SmtpPorts {
  readonly connect: Connect;
  readonly clock: Clock;
  /** For each read and write, ms. */
  readonly timeoutMs: number;
}

/** Who a mail is from and for, both checked mailboxes. */
export interface Envelope {
  readonly from: string;
  readonly to: string;
  /** One of the addresses or headers is not ASCII. */
  readonly utf8: boolean;
}

/** What the server said it can do; names in capitals, with their parameters. */
type Features = ReadonlyMap<string, readonly string[]>;

function expectReply(phase: SmtpPhase, reply: SmtpReply, kind: 2 | 3): SmtpReply {
  const found = Math.floor(reply.code / 100);
  if (found === kind) return reply;
  if (found === 4 || found === 5) throw new SmtpError(phase, reply);
  throw new SmtpError(phase, { broken: `The server answered ${reply.code}, which makes no sense here` });
}

async function connectTo(server: SmtpServer, ports: SmtpPorts): Promise<Socket> {
  const tls = server.secure === "none" ? "off" : server.secure === "tls" ? "on" : "starttls";
  try {
    return await ports.connect({ hostname: server.host, port: server.port, tls });
  } catch (error) {
    if (error instanceof SocketError) throw new SmtpError("connect", { broken: error.message, cause: error });
    throw error;
  }
}

async function hello(channel: SmtpChannel): Promise<Features> {
  // An address literal, since a Worker has no name of its own (RFC 5321 4.1.4).
  const reply = expectReply("hello", await channel.ask("hello", "EHLO [127.0.0.1]"), 2);
  const features = new Map<string, readonly string[]>();
  for (const line of reply.lines.slice(1)) {
    const [name = "", ...parameters] = line.trim().split(/[ =]+/);
    const key = name.toUpperCase();
    features.set(key, [...(features.get(key) ?? []), ...parameters.map((one) => one.toUpperCase())]);
  }
  return features;
}

async function startTls(channel: SmtpChannel, features: Features): Promise<void> {
  if (!features.has("STARTTLS")) throw new SmtpError("tls", { unfit: "The server offers no STARTTLS on this port" });
  expectReply("tls", await channel.ask("tls", "STARTTLS"), 2);
  await channel.startTls();
}

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");

async function logIn(channel: SmtpChannel, features: Features, login: NonNullable<SmtpServer["login"]>): Promise<void> {
  const offered = features.get("AUTH") ?? [];
  if (offered.includes("PLAIN")) {
    const reply = await channel.ask("login", `AUTH PLAIN ${base64(`\0${login.user}\0${login.password}`)}`);
    // 504: this mechanism is not to be used after all; any other no is about the login, and is not tried a second time.
    if (reply.code !== 504 || !offered.includes("LOGIN")) {
      expectReply("login", reply, 2);
      return;
    }
  }
  if (!offered.includes("LOGIN")) {
    throw new SmtpError("login", { unfit: "The server offers neither AUTH PLAIN nor AUTH LOGIN on this port" });
  }
  expectReply("login", await channel.ask("login", "AUTH LOGIN"), 3);
  expectReply("login", await channel.ask("login", base64(login.user)), 3);
  expectReply("login", await channel.ask("login", base64(login.password)), 2);
}

/** Connects, secures, logs in. @throws {SmtpError} at a phase up to `login`; the connection is closed then. */
export async function openSmtp(server: SmtpServer, ports: SmtpPorts): Promise<SmtpSession> {
  const socket = await connectTo(server, ports);
  const channel = new SmtpChannel(socket, ports.clock, ports.timeoutMs);
  try {
    expectReply("greeting", await channel.reply("greeting"), 2);
    let features = await hello(channel);
    if (server.secure === "starttls") {
      await startTls(channel, features);
      // What was said before counts no more (RFC 3207 4.2).
      features = await hello(channel);
    }
    if (server.login) await logIn(channel, features, server.login);
    return new SmtpSession(channel, features);
  } catch (error) {
    await channel.close();
    throw error;
  }
}

/** An open conversation, ready for mails, one after the other. */
export class SmtpSession {
  readonly #channel: SmtpChannel;
  readonly #features: Features;
  #mustReset = false;
  #broken = false;

  constructor(channel: SmtpChannel, features: Features) {
    this.#channel = channel;
    this.#features = features;
  }

  /** True once nothing more can be said. */
  get broken(): boolean {
    return this.#broken;
  }

  /** The largest mail (bytes) that the server takes; null when it does not say. */
  get largestMail(): number | null {
    const size = Number(this.#features.get("SIZE")?.[0]);
    return Number.isSafeInteger(size) && size > 0 ? size : null;
  }

  /** True if the server takes addresses outside ASCII. */
  get utf8(): boolean {
    return this.#features.has("SMTPUTF8");
  }

  /**
   * Hands one mail over.
   *
   * @param content header and body, every line ended by CR LF, not dot-stuffed
   * @returns the server's yes
   * @throws {SmtpError} whose phase says how far it got: up to `content` the mail was not handed over; at `answer` it was,
   *   and without a reply its outcome is unknown.
   * @throws {TypeError} for content with a lone CR or LF, in which a server might find a second mail.
   */
  async submit(envelope: Envelope, content: string): Promise<SmtpReply> {
    if (/\r(?!\n)|(?<!\r)\n/.test(content) || !content.endsWith("\r\n")) {
      throw new TypeError("A mail's lines end with CR LF");
    }
    try {
      return await this.#submit(envelope, content);
    } catch (error) {
      const goesOn = error instanceof SmtpError && error.reply && error.reply.code !== 421 && error.phase !== "content";
      if (goesOn) this.#mustReset = true;
      else await this.#abandon();
      throw error;
    }
  }

  async #submit(envelope: Envelope, content: string): Promise<SmtpReply> {
    const channel = this.#channel;
    if (this.#mustReset) {
      expectReply("reset", await channel.ask("reset", "RSET"), 2);
      this.#mustReset = false;
    }
    const utf8 = envelope.utf8 ? " SMTPUTF8" : "";
    expectReply("sender", await channel.ask("sender", `MAIL FROM:<${envelope.from}>${utf8}`), 2);
    expectReply("recipient", await channel.ask("recipient", `RCPT TO:<${envelope.to}>`), 2);
    expectReply("data", await channel.ask("data", "DATA"), 3);
    // Two writes: as long as the last line is not out, the server has to drop what it has (RFC 5321 4.1.1.4).
    await this.#content(content.replace(/(^|\r\n)\./g, "$1.."));
    channel.expectSilence("content");
    await channel.write("answer", ".\r\n");
    return expectReply("answer", await channel.reply("answer"), 2);
  }

  async #content(text: string): Promise<void> {
    try {
      await this.#channel.write("content", text);
    } catch (error) {
      // A server that has had enough may say why before it hangs up.
      const reply = await this.#channel.reply("content").catch(() => null);
      if (reply) expectReply("content", reply, 2);
      throw error;
    }
  }

  async #abandon(): Promise<void> {
    this.#broken = true;
    await this.#channel.close();
  }

  /** Says goodbye and ends the connection. */
  async close(): Promise<void> {
    if (this.#broken) return;
    this.#broken = true;
    try {
      await this.#channel.ask("reset", "QUIT");
    } catch {
      // The mails are out; how the connection ends makes no difference.
    }
    await this.#channel.close();
  }
}
