import { Buffer } from "node:buffer";
import { SaxesParser } from "saxes";
import { type XmlEncoding, type XmlText, xmlText } from "./xml-encoding.ts";
import { XmlError } from "./xml-error.ts";

/** A place between two children of the root, from which a fresh parser can go on. */
export interface XmlPosition {
  /** Byte offset in the file. */
  readonly offset: number;
  /** Physical line, from 1. */
  readonly line: number;
}

/** Who is told what stands in a file, in its order. Names are as written; namespaces are not looked at. */
export interface XmlListener {
  /** `depth` 1 is the root. `line` is where the tag begins. `after` makes the position behind the tag. */
  open(
    name: string,
    attributes: Readonly<Record<string, string>>,
    at: { readonly depth: number; readonly line: number; after(): XmlPosition },
  ): void;
  /** Text or CDATA; one element's text may come in parts. */
  text(text: string, line: number): void;
  close(name: string, at: { readonly depth: number; after(): XmlPosition }): void;
}

/** A tag or a text may have so many characters, with the comments and instructions in front of it. */
export const LONGEST_PART = 64 * 1024;
/** Elements may stand so deep in each other; the root is 1. IMS Enterprise needs 8. */
export const DEEPEST = 32;

/**
 * Reads XML 1.0 from bytes and tells the listener, by `saxes`. The memory needed does not grow with the file, nor with a tag or
 * text that never ends. Yields after each piece, so that the listener's finds can be handed on.
 *
 * Refused are document type declarations, and with them every entity but the five of XML, parts of more than
 * {@link LONGEST_PART} characters and elements more than {@link DEEPEST} deep.
 *
 * @param bytes from `from.offset` on
 * @param root with it, reading begins between two children of that root element, as if its tag had just been read
 * @throws {XmlError} at the first thing that is wrong, with its line
 */
export async function* xmlEvents(
  bytes: AsyncIterable<Uint8Array>,
  encoding: XmlEncoding,
  from: XmlPosition,
  root: string | null,
  listener: XmlListener,
): AsyncGenerator<void, void> {
  const parser = new SaxesParser({ position: false, defaultXMLVersion: "1.0", forceXMLVersion: true });
  let depth = 0;
  let fed = 0;
  let partStart = 0;
  let partLine = from.line;
  let piece: XmlText = { text: "", offset: from.offset };
  const line = () => parser.line + from.line - 1;
  const refuse = (code: XmlError["code"], message: string, where = line()): never => {
    throw new XmlError(code, where, `Line ${where}: ${message}`);
  };
  const after = (): XmlPosition => {
    const text = piece.text.slice(0, parser.position - fed);
    const length = encoding === "utf-8" ? Buffer.byteLength(text) : text.length;
    return { offset: piece.offset + length, line: line() };
  };
  const checkLength = (until: number) => {
    if (until - partStart > LONGEST_PART) {
      refuse("too_long", `a tag or a text has more than ${LONGEST_PART / 1024} KB`, partLine);
    }
  };
  const endPart = () => {
    checkLength(parser.position);
    partStart = parser.position;
    partLine = line();
  };
  // An eighth listener would make the parser five times slower: V8 then keeps its fields in a dictionary.
  parser.on("error", (error) => refuse("not_well_formed", error.message));
  parser.on("doctype", () =>
    refuse("doctype", "document type declarations (DTD) and entities of one's own are refused"),
  );
  parser.on("text", (text) => {
    endPart();
    listener.text(text, line());
  });
  parser.on("cdata", (text) => {
    endPart();
    listener.text(text, line());
  });
  let tagLine = 1;
  parser.on("opentagstart", () => {
    depth += 1;
    // The character behind the name has been read, and may be the end of the line.
    tagLine = parser.column === 0 ? line() - 1 : line();
    if (depth > DEEPEST) refuse("too_deep", `elements stand more than ${DEEPEST} deep in each other`, tagLine);
  });
  parser.on("opentag", (tag) => {
    endPart();
    listener.open(tag.name, tag.attributes as Record<string, string>, { depth, line: tagLine, after });
  });
  parser.on("closetag", (tag) => {
    endPart();
    listener.close(tag.name, { depth, after });
    depth -= 1;
  });

  if (root !== null) {
    parser.write(`<${root}>`);
    fed = root.length + 2;
    partStart = fed;
  }
  for await (const next of xmlText(bytes, encoding, from.offset)) {
    piece = next;
    parser.write(next.text);
    if (next.invalid !== undefined) {
      const hex = next.invalid.toString(16).toUpperCase().padStart(2, "0");
      refuse("invalid_encoding", `the byte ${hex} is no ${encoding}; save the file in the encoding that it declares`);
    }
    // Between two writes the parser's own position is of no use.
    fed += next.text.length;
    checkLength(fed);
    yield;
  }
  piece = { text: "", offset: piece.offset };
  parser.close();
}
