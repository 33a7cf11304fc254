import { type CsvEncoding, decoderOf } from "../csv-encoding.ts";
import { XmlError } from "./xml-error.ts";

/** The encodings that an XML file may declare (spec 2.1.3). */
export type XmlEncoding = Extract<CsvEncoding, "utf-8" | "iso-8859-1">;

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

/** Text is handed on in pieces of so many bytes, so that what is too long is found before it is held. */
const PIECE_BYTES = 16 * 1024;
const HEAD_BYTES = 1024;

/**
 * Finds the encoding as XML 1.0, appendix F has it: the byte order mark, else the declaration, else UTF-8.
 *
 * @param head the first bytes of the file
 * @throws {XmlError} for any encoding but UTF-8 and ISO-8859-1, and where mark and declaration disagree.
 */
export function xmlBeginning(head: Uint8Array): XmlBeginning {
  const [first, second, third] = head;
  const wide =
    (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe) || first === 0 || second === 0;
  if (wide) throw unsupported("UTF-16");
  const marked = first === 0xef && second === 0xbb && third === 0xbf;
  const offset = marked ? 3 : 0;
  const text = String.fromCharCode(...head.subarray(offset, offset + HEAD_BYTES));
  const declared = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1] ?? "utf-8";
  const encoding = declared.toLowerCase();
  if (encoding !== "utf-8" && encoding !== "iso-8859-1") throw unsupported(declared.slice(0, 40));
  if (marked && encoding !== "utf-8") {
    throw new XmlError("invalid_encoding", 1, `The file begins with the mark of UTF-8, but declares ${encoding}`);
  }
  return { encoding, offset };
}

function unsupported(encoding: string): XmlError {
  const message = `The encoding ${encoding} is not read; save the file in UTF-8 or ISO-8859-1 and declare it`;
  return new XmlError("unsupported_encoding", 1, message);
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
  const decode = decoderOf(encoding);
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
      const cut = encoding === "utf-8" ? characterEnd(data, end) : end;
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
