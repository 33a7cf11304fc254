import { Buffer } from "node:buffer";
import { csvEncodings, type Decode, type Decoded, decoderOf } from "../csv/encoding.ts";
import { XmlError } from "./xml-error.ts";

/** The encodings that an XML file may have. UTF-16 is told apart by its byte order. */
export const xmlEncodings = [...csvEncodings, "us-ascii", "utf-16le", "utf-16be"] as const;
export type XmlEncoding = (typeof xmlEncodings)[number];

/** How a file is encoded, and the byte at which its text begins. */
export interface XmlBeginning {
  readonly encoding: XmlEncoding;
  readonly offset: number;
}

/** A piece of text and the bytes that it was. */
export interface XmlText {
  readonly text: string;
  /** Byte offset in the file at which it begins. */
  readonly offset: number;
  /** What follows it is no text in the encoding: its first byte. Undefined: all is well. */
  readonly invalid?: number;
}

/** Bytes of the pieces in which text is handed on, so that what is too long is found before it is held. */
const PIECE_BYTES = 16 * 1024;
const HEAD_BYTES = 1024;

/** What a declaration may call an encoding, in lower case: the names of IANA's registry and the aliases that real files have. */
const DECLARED: ReadonlyMap<string, "utf-16" | XmlEncoding> = new Map([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["utf-16", "utf-16"],
  ["utf-16le", "utf-16le"],
  ["utf-16be", "utf-16be"],
  ["iso-8859-1", "iso-8859-1"],
  ["iso_8859-1", "iso-8859-1"],
  ["latin1", "iso-8859-1"],
  ["us-ascii", "us-ascii"],
  ["ascii", "us-ascii"],
  ["windows-1252", "windows-1252"],
  ["cp1252", "windows-1252"],
]);

/**
 * Finds the encoding as XML 1.0, appendix F has it: by the byte order mark, else by the zero bytes of a first `<` in UTF-16, else
 * by the declaration, else UTF-8.
 *
 * @param head the first bytes of the file
 * @throws {XmlError} for an encoding that is not read, and where the bytes and the declaration disagree.
 */
export function xmlBeginning(head: Uint8Array): XmlBeginning {
  const { found, offset } = byBytes(head);
  const wide = found === "utf-16le" || found === "utf-16be";
  const bytes = head.subarray(offset, offset + HEAD_BYTES);
  const units = wide ? bytes.filter((_, index) => index % 2 === (found === "utf-16le" ? 0 : 1)) : bytes;
  const text = String.fromCharCode(...units);
  const name = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  const declared = name === undefined ? undefined : DECLARED.get(name.toLowerCase());
  if (name !== undefined && declared === undefined) throw unsupported(name.slice(0, 40));
  if (found === null && (declared === undefined || !declared.startsWith("utf-16"))) {
    return { encoding: (declared as XmlEncoding | undefined) ?? "utf-8", offset };
  }
  const agrees = declared === undefined || declared === found || (declared === "utf-16" && wide);
  if (found !== null && agrees) return { encoding: found, offset };
  const bytesSay = found === null ? "its bytes are no UTF-16" : `its first bytes are those of ${found}`;
  throw new XmlError("invalid_encoding", 1, `The file declares ${name}, but ${bytesSay}; declare the encoding it has`);
}

/** What the first bytes say: the encoding (null: nothing), and where the text begins. */
function byBytes([first, second, third, fourth]: Uint8Array): {
  readonly found: "utf-8" | "utf-16le" | "utf-16be" | null;
  readonly offset: number;
} {
  if (first === 0xef && second === 0xbb && third === 0xbf) return { found: "utf-8", offset: 3 };
  if ((first === 0 && second === 0) || (first === 0xff && second === 0xfe && third === 0 && fourth === 0)) {
    throw unsupported("UTF-32");
  }
  if (first === 0xff && second === 0xfe) return { found: "utf-16le", offset: 2 };
  if (first === 0xfe && second === 0xff) return { found: "utf-16be", offset: 2 };
  if (first === 0x3c && second === 0) return { found: "utf-16le", offset: 0 };
  if (first === 0 && second === 0x3c) return { found: "utf-16be", offset: 0 };
  return { found: null, offset: 0 };
}

function unsupported(encoding: string): XmlError {
  const message = `The encoding ${encoding} is not read; save the file in UTF-8 and declare it`;
  return new XmlError("unsupported_encoding", 1, message);
}

/** How many bytes a text was in the file. */
export function xmlBytes(text: string, encoding: XmlEncoding): number {
  if (encoding === "utf-8") return Buffer.byteLength(text);
  return encoding === "utf-16le" || encoding === "utf-16be" ? text.length * 2 : text.length;
}

function xmlDecoder(encoding: XmlEncoding): Decode {
  switch (encoding) {
    case "us-ascii":
      return decodeAscii;
    case "utf-16le":
      return (bytes) => decodeUtf16(bytes, true);
    case "utf-16be":
      return (bytes) => decodeUtf16(bytes, false);
    default:
      return decoderOf(encoding);
  }
}

function decodeAscii(bytes: Uint8Array): Decoded {
  const offset = bytes.findIndex((byte) => byte >= 0x80);
  if (offset >= 0) return { invalid: { offset, byte: bytes[offset] ?? 0 } };
  return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1") };
}

/** UTF-16 by RFC 2781: a half pair of surrogates and half a unit are no text. */
function decodeUtf16(bytes: Uint8Array, little: boolean): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const units = Math.floor(bytes.length / 2);
  const invalid = (offset: number) => ({ invalid: { offset, byte: bytes[offset] ?? 0 } });
  for (let index = 0; index < units; index += 1) {
    const unit = view.getUint16(index * 2, little);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = index + 1 < units ? view.getUint16(index * 2 + 2, little) : 0;
    if (unit > 0xdbff || next < 0xdc00 || next > 0xdfff) return invalid(index * 2);
    index += 1;
  }
  if (bytes.length % 2 === 1) return invalid(bytes.length - 1);
  const ordered = Buffer.from(bytes);
  return { text: (little ? ordered : ordered.swap16()).toString("utf16le") };
}

/**
 * Decodes the bytes of a file, whole characters only. The text before an invalid byte is handed out with it, then it ends.
 *
 * @param offset byte offset in the file of the first byte
 */
export async function* xmlText(
  bytes: AsyncIterable<Uint8Array>,
  encoding: XmlEncoding,
  offset: number,
): AsyncGenerator<XmlText, void> {
  const decode = xmlDecoder(encoding);
  const read = (piece: Uint8Array, at: number): XmlText => {
    const decoded = decode(piece);
    if ("text" in decoded) return { text: decoded.text, offset: at };
    const good = decode(piece.subarray(0, decoded.invalid.offset));
    return { text: "text" in good ? good.text : "", offset: at, invalid: decoded.invalid.byte };
  };
  let rest: Uint8Array = new Uint8Array(0);
  let base = offset;
  for await (const piece of bytes) {
    const data = rest.length === 0 ? piece : joined(rest, piece);
    let at = 0;
    while (data.length - at > 3) {
      const end = Math.min(at + PIECE_BYTES, data.length);
      const cut = endOfCharacter(data, at, end, encoding);
      const text = read(data.subarray(at, cut), base + at);
      yield text;
      if (text.invalid !== undefined) return;
      at = cut;
    }
    rest = data.slice(at);
    base += at;
  }
  if (rest.length > 0) yield read(rest, base);
}

/** The last end of a character at or before `end`, behind `from`, where one begins. */
function endOfCharacter(data: Uint8Array, from: number, end: number, encoding: XmlEncoding): number {
  if (encoding === "utf-8") return characterEnd(data, end);
  if (encoding !== "utf-16le" && encoding !== "utf-16be") return end;
  const even = end - ((end - from) % 2);
  const high = data[encoding === "utf-16le" ? even - 1 : even - 2] ?? 0;
  return high >= 0xd8 && high <= 0xdb ? even - 2 : even;
}

/** The last end of a UTF-8 character at or before `end`; `end` itself where the bytes are no UTF-8 anyway. */
function characterEnd(data: Uint8Array, end: number): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = data[end - back] ?? 0;
    if (byte < 0x80) return end;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? end - back : end;
  }
  return end;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
