import { type Clock, within } from "../clock.ts";
import type { Socket } from "../outbound/socket.ts";

/** A server's answer: a code and its lines without the code (RFC 5321 4.2). */
export interface SmtpReply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** The phases of a conversation, in their order: where it was when it stopped. */
export type SmtpPhase =
  | "connect"
  | "greeting"
  | "hello"
  | "tls"
  | "login"
  | "reset"
  | "sender"
  | "recipient"
  | "data"
  | "content"
  | "answer";

/**
 * A conversation did not go on.
 * - `refused`: the server said no, in its `reply`.
 * - `unfit`: the server lacks what we were told to use.
 * - `broken`: there was no intelligible answer. The connection could not be made, broke, or stayed silent for too long.
 */
export class SmtpError extends Error {
  readonly code = "smtp";
  readonly phase: SmtpPhase;
  readonly fault: "refused" | "unfit" | "broken";
  readonly reply: SmtpReply | null;
  constructor(phase: SmtpPhase, why: SmtpReply | { unfit: string } | { broken: string; cause?: unknown }) {
    const reply = "lines" in why ? why : null;
    super(
      reply ? `${reply.code} ${reply.lines.join(" ")}` : "unfit" in why ? why.unfit : "broken" in why ? why.broken : "",
      {
        cause: "cause" in why ? why.cause : undefined,
      },
    );
    this.phase = phase;
    this.fault = reply ? "refused" : "unfit" in why ? "unfit" : "broken";
    this.reply = reply;
  }
}

/** A hostile or broken server may not fill the memory with one answer. */
const LONGEST_REPLY = 65_536;

/** Commands and answers over one socket; each read and write has its own timeout. */
export class SmtpChannel {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #decoder = new TextDecoder();
  #socket: Socket;
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #unread = "";

  constructor(socket: Socket, clock: Clock, timeoutMs: number) {
    this.#socket = socket;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#reader = socket.readable.getReader();
    this.#writer = socket.writable.getWriter();
  }

  /** Reads one answer, all its lines. @throws {SmtpError} */
  async reply(phase: SmtpPhase): Promise<SmtpReply> {
    const lines: string[] = [];
    let code: number | null = null;
    let size = 0;
    for (;;) {
      const line = await this.#line(phase);
      size += line.length;
      const match = /^(\d{3})(?:([ -])(.*))?$/.exec(line);
      if (!match || (code !== null && Number(match[1]) !== code) || size > LONGEST_REPLY) {
        throw new SmtpError(phase, { broken: "The server answered something that is not SMTP" });
      }
      code = Number(match[1]);
      lines.push(match[3] ?? "");
      if (match[2] !== "-") return { code, lines };
    }
  }

  async #line(phase: SmtpPhase): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf("\n");
      if (end >= 0) {
        const line = this.#unread.slice(0, end).replace(/\r$/, "");
        this.#unread = this.#unread.slice(end + 1);
        return line;
      }
      if (this.#unread.length > LONGEST_REPLY) throw new SmtpError(phase, { broken: "The server's answer has no end" });
      const { value, done } = await this.#guarded(phase, this.#reader.read());
      if (done) throw new SmtpError(phase, { broken: "The server closed the connection" });
      this.#unread += this.#decoder.decode(value, { stream: true });
    }
  }

  /** Writes text as it is. @throws {SmtpError} */
  async write(phase: SmtpPhase, text: string): Promise<void> {
    await this.#guarded(phase, this.#writer.write(new TextEncoder().encode(text)));
  }

  /**
   * Sends one command and reads its answer.
   * @throws {SmtpError} also when the server had said something unasked: from then on no answer could be told from another.
   * @throws {TypeError} for a command with a line break in it, which would be two.
   */
  async ask(phase: SmtpPhase, command: string): Promise<SmtpReply> {
    if (/[\r\n\0]/.test(command)) throw new TypeError("A command of SMTP is one line");
    this.expectSilence(phase);
    await this.write(phase, `${command}\r\n`);
    return this.reply(phase);
  }

  /** @throws {SmtpError} when something was read that was not asked for. */
  expectSilence(phase: SmtpPhase): void {
    if (this.#unread !== "") throw new SmtpError(phase, { broken: "The server spoke out of turn" });
  }

  /**
   * Goes on encrypted. Anything that came in before and was not asked for is an attempt to slip answers in from outside the
   * encryption (CVE-2011-0411) and ends the conversation.
   * @throws {SmtpError}
   */
  async startTls(): Promise<void> {
    this.expectSilence("tls");
    this.#reader.releaseLock();
    this.#writer.releaseLock();
    this.#socket = await this.#guarded("tls", this.#socket.startTls());
    this.#reader = this.#socket.readable.getReader();
    this.#writer = this.#socket.writable.getWriter();
  }

  async #guarded<T>(phase: SmtpPhase, work: Promise<T>): Promise<T> {
    try {
      return await within(this.#clock, this.#timeoutMs, work);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SmtpError(phase, { broken: reason, cause: error });
    }
  }

  /** Ends the connection at once. */
  close(): Promise<void> {
    return this.#socket.close();
  }
}
