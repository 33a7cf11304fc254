import { type Clock, within } from "../clock.ts";
import type { Socket } from "../outbound/socket.ts";

/** A server's answer: a code and its lines without the code (RFC 5321 4.2). */
export interface SmtpReply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** What a conversation was about when it stopped, in its order. */
export type SmtpStage =
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
  readonly stage: SmtpStage;
  readonly fault: "refused" | "unfit" | "broken";
  readonly reply: SmtpReply | null;
  constructor(stage: SmtpStage, why: SmtpReply | { unfit: string } | { broken: string; cause?: unknown }) {
    const reply = "lines" in why ? why : null;
    super(
      reply ? `${reply.code} ${reply.lines.join(" ")}` : "unfit" in why ? why.unfit : "broken" in why ? why.broken : "",
      {
        cause: "cause" in why ? why.cause : undefined,
      },
    );
    this.stage = stage;
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
  async reply(stage: SmtpStage): Promise<SmtpReply> {
    const lines: string[] = [];
    let code: number | null = null;
    let size = 0;
    for (;;) {
      const line = await this.#line(stage);
      size += line.length;
      const match = /^(\d{3})(?:([ -])(.*))?$/.exec(line);
      if (!match || (code !== null && Number(match[1]) !== code) || size > LONGEST_REPLY) {
        throw new SmtpError(stage, { broken: "The server answered something that is not SMTP" });
      }
      code = Number(match[1]);
      lines.push(match[3] ?? "");
      if (match[2] !== "-") return { code, lines };
    }
  }

  async #line(stage: SmtpStage): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf("\n");
      if (end >= 0) {
        const line = this.#unread.slice(0, end).replace(/\r$/, "");
        this.#unread = this.#unread.slice(end + 1);
        return line;
      }
      if (this.#unread.length > LONGEST_REPLY) throw new SmtpError(stage, { broken: "The server's answer has no end" });
      const { value, done } = await this.#guarded(stage, this.#reader.read());
      if (done) throw new SmtpError(stage, { broken: "The server closed the connection" });
      this.#unread += this.#decoder.decode(value, { stream: true });
    }
  }

  /** Writes text as it is. @throws {SmtpError} */
  async write(stage: SmtpStage, text: string): Promise<void> {
    await this.#guarded(stage, this.#writer.write(new TextEncoder().encode(text)));
  }

  /**
   * Sends one command and reads its answer.
   * @throws {SmtpError} also when the server had said something unasked: from then on no answer could be told from another.
   * @throws {TypeError} for a command with a line break in it, which would be two.
   */
  async ask(stage: SmtpStage, command: string): Promise<SmtpReply> {
    if (/[\r\n\0]/.test(command)) throw new TypeError("A command of SMTP is one line");
    this.expectSilence(stage);
    await this.write(stage, `${command}\r\n`);
    return this.reply(stage);
  }

  /** @throws {SmtpError} when something was read that nobody asked for. */
  expectSilence(stage: SmtpStage): void {
    if (this.#unread !== "") throw new SmtpError(stage, { broken: "The server spoke out of turn" });
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

  async #guarded<T>(stage: SmtpStage, work: Promise<T>): Promise<T> {
    try {
      return await within(this.#clock, this.#timeoutMs, work);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SmtpError(stage, { broken: reason, cause: error });
    }
  }

  /** Ends the connection at once. */
  close(): Promise<void> {
    return this.#socket.close();
  }
}
