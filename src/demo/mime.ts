import { Buffer } from "node:buffer";

/** What a person would read of a mail (RFC 5322, RFC 2045, RFC 2047): enough for the demo mailbox and for tests. */
export interface ReadableMail {
  /** By lower-case name; the first of each. */
  readonly headers: Readonly<Record<string, string>>;
  readonly subject: string;
  /** The first `text/plain` part; null when there is none. */
  readonly text: string | null;
  /** The first `text/html` part; null when there is none. */
  readonly html: string | null;
}

/** Reads a raw mail. Anything malformed is shown as it came; it never throws. */
export function readMail(raw: Uint8Array): ReadableMail {
  // latin1 keeps every byte as one character, so that a part can be decoded by its own charset later.
  const { headers, body } = split(Buffer.from(raw).toString("latin1"));
  const found: { text: string | null; html: string | null } = { text: null, html: null };
  collect(headers, body, found, 0);
  const decoded = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, decodeWords(value)]));
  return { headers: decoded, subject: decoded.subject ?? "", ...found };
}

function split(entity: string): { headers: Record<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(entity);
  const head = end ? entity.slice(0, end.index) : entity;
  const headers: Record<string, string> = {};
  for (const line of head.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] ??= line.slice(colon + 1).trim();
  }
  return { headers, body: end ? entity.slice(end.index + end[0].length) : "" };
}

function parameter(header: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]*))`, "i").exec(header);
  return match ? (match[1] ?? match[2] ?? null) : null;
}

function collect(
  headers: Record<string, string>,
  body: string,
  found: { text: string | null; html: string | null },
  depth: number,
): void {
  const type = headers["content-type"] ?? "text/plain";
  const boundary = parameter(type, "boundary");
  if (/^multipart\//i.test(type) && boundary !== null && depth < 5) {
    for (const part of body.split(`--${boundary}`).slice(1)) {
      if (part.startsWith("--")) break;
      const inner = split(part.replace(/^\r?\n/, "").replace(/\r?\n$/, ""));
      collect(inner.headers, inner.body, found, depth + 1);
    }
    return;
  }
  const html = /^text\/html/i.test(type);
  if (!html && !/^text\/plain/i.test(type)) return;
  const text = decodeText(
    decodeTransfer(body, headers["content-transfer-encoding"] ?? "7bit"),
    parameter(type, "charset"),
  );
  if (html) found.html ??= text;
  else found.text ??= text;
}

function decodeTransfer(body: string, encoding: string): Buffer {
  if (/^base64$/i.test(encoding)) return Buffer.from(body, "base64");
  if (/^quoted-printable$/i.test(encoding)) return decodeQuoted(body.replaceAll(/(?<![ \t])[ \t]*=\r?\n/g, ""));
  return Buffer.from(body, "latin1");
}

function decodeQuoted(text: string): Buffer {
  return Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

function decodeText(bytes: Uint8Array, charset: string | null): string {
  try {
    return new TextDecoder(charset ?? "utf-8").decode(bytes);
  } catch {
    return new TextDecoder("utf-8").decode(bytes);
  }
}

/** RFC 2047 encoded words; the blank between two of them does not count. Raw UTF-8 (RFC 6532) is read too. */
function decodeWords(value: string): string {
  const word = /=\?([^?]+)\?([BQ])\?([^?]*)\?=/gi;
  if (!value.includes("=?")) return decodeText(Buffer.from(value, "latin1"), null);
  return value
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(word, (_, charset: string, kind: string, data: string) =>
      decodeText(
        kind.toUpperCase() === "B" ? Buffer.from(data, "base64") : decodeQuoted(data.replaceAll("_", " ")),
        charset,
      ),
    );
}
