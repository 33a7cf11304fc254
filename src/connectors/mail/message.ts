import { Buffer } from "node:buffer";
import { isHtmlBody } from "../../control/mail-body.ts";
import { isAscii } from "./address.ts";

/** What a message is made of. Addresses are checked mailboxes in their wire form. */
export interface MessageParts {
  readonly from: { readonly address: string; readonly name?: string | undefined };
  readonly to: string;
  /** Goes into `X-Original-To` when the mail was redirected; null: it was not. */
  readonly originalTo: string | null;
  readonly subject: string;
  /** Plain text, or HTML: see {@link isHtmlBody}. */
  readonly body: string;
  /** Left part of the Message-ID. */
  readonly messageId: string;
  /** Instant, ms. */
  readonly date: number;
}

/** Characters that RFC 2047 allows a line with an encoded word; we keep every line to it. */
const LINE = 76;

/** Text for a header on one line: each run of control and line-break characters becomes one space, so that no header can end early. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}

/** Encoded words (RFC 2047) of whole characters, 36 octets each, so that they fit behind any name of ours. */
function encodedWords(text: string): string[] {
  const words: string[] = [];
  let part = "";
  const push = () => words.push(`=?UTF-8?B?${Buffer.from(part, "utf8").toString("base64")}?=`);
  for (const character of text) {
    if (Buffer.byteLength(part + character, "utf8") > 36) {
      push();
      part = "";
    }
    part += character;
  }
  if (part !== "") push();
  return words;
}

/** Words on lines of at most {@link LINE} characters, further lines indented by their space (RFC 5322 2.2.3). */
function fold(name: string, words: readonly string[]): string {
  const lines: string[] = [];
  let line = `${name}: ${words[0] ?? ""}`;
  for (const word of words.slice(1)) {
    if (line.length + 1 + word.length > LINE) {
      lines.push(line);
      line = "";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\r\n");
}

/** An unstructured header: as it is where ASCII and short words allow it, else encoded. */
function textHeader(name: string, value: string): string {
  const text = oneLine(value);
  const words = text.split(" ");
  const plain = isAscii(text) && !text.includes("=?") && words.every((word) => word.length <= 60);
  return fold(name, plain ? words : encodedWords(text));
}

/** A mailbox with an optional name: a quoted string, or encoded words. */
function mailboxHeader(
  name: string,
  mailbox: { readonly address: string; readonly name?: string | undefined },
): string {
  const display = oneLine(mailbox.name ?? "");
  if (display === "") return `${name}: <${mailbox.address}>`;
  const phrase =
    isAscii(display) && display.length <= 40 && !display.includes("=?")
      ? [`"${display.replace(/["\\]/g, "\\$&")}"`]
      : encodedWords(display);
  return fold(name, [...phrase, `<${mailbox.address}>`]);
}

/** Quoted-printable (RFC 2045 6.7): ASCII, lines of at most 76 characters, every kind of line break made CR LF. */
export function quotedPrintable(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(quotedLine)
    .join("\r\n");
}

function quotedLine(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  const lines: string[] = [];
  let line = "";
  bytes.forEach((byte, index) => {
    const last = index === bytes.length - 1;
    const literal = (byte > 32 && byte < 127 && byte !== 61) || ((byte === 32 || byte === 9) && !last);
    const piece = literal ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    if (line.length + piece.length > (last ? LINE : LINE - 1)) {
      lines.push(`${line}=`);
      line = "";
    }
    line += piece;
  });
  return [...lines, line].join("\r\n");
}

/**
 * A whole message (RFC 5322, MIME): one text part, every line ended by CR LF and at most 76 characters long (but for one
 * long address). ASCII, unless an address is not.
 */
export function composeMessage(parts: MessageParts): string {
  const kind = isHtmlBody(parts.body) ? "text/html" : "text/plain";
  const identifier = parts.messageId.replace(/[^A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]/g, "-");
  const headers = [
    mailboxHeader("From", parts.from),
    `To: <${parts.to}>`,
    ...(parts.originalTo === null ? [] : [textHeader("X-Original-To", parts.originalTo)]),
    textHeader("Subject", parts.subject),
    `Date: ${new Date(parts.date).toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${identifier}@minutehand>`,
    // Keeps absence notes from being sent back (RFC 3834).
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    `Content-Type: ${kind}; charset=utf-8`,
    "Content-Transfer-Encoding: quoted-printable",
  ];
  const body = quotedPrintable(parts.body);
  return `${headers.join("\r\n")}\r\n\r\n${body}${body.endsWith("\r\n") ? "" : "\r\n"}`;
}
