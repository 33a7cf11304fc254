import { SaxesParser } from "saxes";
import { type XmlEncoding, type XmlText, xmlBytes, xmlText } from "./xml-encoding.ts";
import { XmlError } from "./xml-error.ts";

/** A position between two children of the root, from which a fresh parser can go on. */
export interface XmlPosition {
  /** Byte offset in the file. */
  readonly offset: number;
  /** Physical line, from 1. */
  readonly line: number;
}

/** Where a tag stands. */
export interface XmlTag {
  /** 1 is the root. */
  readonly depth: number;
  /** Physical line on which it begins. */
  readonly line: number;
  /** Its name as written, with a prefix. */
  readonly written: string;
  /** Makes the position behind it. */
  after(): XmlPosition;
}

/** Who is told what stands in a file, in its order. Names are local ones: the prefix of a namespace is left out. */
export interface XmlListener {
  open(name: string, attributes: Readonly<Record<string, string>>, at: XmlTag): void;
  /** Text or CDATA; one element's text may come in parts. */
  text(text: string, line: number): void;
  close(name: string, at: { readonly depth: number; after(): XmlPosition }): void;
}

/** Characters of a tag or a text at most, with the comments and instructions in front of it. */
export const LONGEST_PART = 64 * 1024;
/** Elements may stand so deep in each other; the root is 1. IMS Enterprise needs 8. */
export const DEEPEST = 32;

/** The part of a name behind its prefix. */
function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** Attributes by local name; one without a prefix counts before one with. Declarations of namespaces are left out. */
function localAttributes(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.keys(attributes);
  if (names.every((name) => !name.includes(":"))) return attributes;
  const local: Record<string, string> = Object.create(null);
  for (const name of names) if (name.includes(":")) local[localName(name)] = attributes[name] ?? "";
  for (const name of names) if (!name.includes(":")) local[name] = attributes[name] ?? "";
  return local;
}

/** True for a document type declaration that only names the type and where its definition lies. */
function isBareDoctype(text: string): boolean {
  return !text.replace(/"[^"]*"|'[^']*'/g, "").includes("[");
}

/** What may stand between tags beside text, and an `&` that begins no reference (XML 1.0, 4.1). */
const BARE_AMPERSAND =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<\?[\s\S]*?(?:\?>|$)|&(?!(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[\p{L}_:][\p{L}\p{N}._:-]{0,63});)/gu;

/** How many lines further down the first bare `&` of a text stands; null when it has none. */
function bareAmpersand(text: string): number | null {
  for (const { 0: found, index } of text.matchAll(BARE_AMPERSAND)) {
    if (found === "&") return text.slice(0, index).split(/\r\n|\r|\n/).length - 1;
  }
  return null;
}

/**
 * Reads XML 1.0 from bytes and tells the listener, by `saxes`. The memory needed does not grow with the file, nor with a tag or
 * text that never ends. Yields after each piece, so that the listener's finds can be handed on.
 *
 * A document type declaration that names a definition elsewhere is passed over, and nothing is fetched. Refused are one with an
 * internal subset, every entity but the five of XML, parts of more than {@link LONGEST_PART} characters and elements more than
 * {@link DEEPEST} deep. A bare `&` is refused on its own line, although the parser notices it only at the next `;`.
 *
 * @param bytes from `from.offset` on
 * @param root with it, reading begins between two children of that root element (its name as written), as if its tag had just
 *   been read
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
  /** Text from `keptFrom` on that was fed; the present part begins in it. */
  const kept: string[] = [];
  let keptFrom = 0;
  const refuseAmpersand = (until: number) => {
    const text = kept.join("");
    // A text ends behind the "<" of what follows it, which may be a comment.
    const from = partStart - keptFrom;
    const lines = bareAmpersand(text.slice(text[from - 1] === "<" ? from - 1 : from, until - keptFrom));
    if (lines !== null) refuse("not_well_formed", 'a bare "&"; write it as "&amp;"', partLine + lines);
  };
  const after = (): XmlPosition => {
    const text = piece.text.slice(0, parser.position - fed);
    return { offset: piece.offset + xmlBytes(text, encoding), line: line() };
  };
  const checkLength = (until: number) => {
    if (until - partStart > LONGEST_PART) {
      refuseAmpersand(until);
      refuse("too_long", `a tag or a text has more than ${LONGEST_PART / 1024} KB`, partLine);
    }
  };
  const endPart = () => {
    checkLength(parser.position);
    partStart = parser.position;
    partLine = line();
  };
  // An eighth listener would make the parser five times slower: V8 then keeps its fields in a dictionary.
  parser.on("error", (error) => {
    refuseAmpersand(closing ? fed : parser.position);
    refuse("not_well_formed", error.message);
  });
  parser.on("doctype", (text) => {
    if (!isBareDoctype(text)) {
      refuse("doctype", "a document type declaration with an internal subset (entities of one's own) is refused");
    }
    endPart();
  });
  parser.on("text", (text) => {
    endPart();
    listener.text(text, line());
  });
  parser.on("cdata", (text) => {
    endPart();
    listener.text(text, line());
  });
  let closing = false;
  let tagLine = 1;
  parser.on("opentagstart", () => {
    depth += 1;
    // The character behind the name has been read, and may be the end of the line.
    tagLine = parser.column === 0 ? line() - 1 : line();
    if (depth > DEEPEST) refuse("too_deep", `elements stand more than ${DEEPEST} deep in each other`, tagLine);
  });
  parser.on("opentag", (tag) => {
    endPart();
    const attributes = localAttributes(tag.attributes as Record<string, string>);
    listener.open(localName(tag.name), attributes, { depth, line: tagLine, written: tag.name, after });
  });
  parser.on("closetag", (tag) => {
    endPart();
    listener.close(localName(tag.name), { depth, after });
    depth -= 1;
  });

  if (root !== null) {
    parser.write(`<${root}>`);
    fed = root.length + 2;
    partStart = fed;
    keptFrom = fed;
  }
  for await (const next of xmlText(bytes, encoding, from.offset)) {
    piece = next;
    kept.push(next.text);
    parser.write(next.text);
    if (next.invalid !== undefined) {
      const hex = next.invalid.toString(16).toUpperCase().padStart(2, "0");
      refuse("invalid_encoding", `the byte ${hex} is no ${encoding}; save the file in the encoding that it declares`);
    }
    // Between two writes the parser's own position is of no use.
    fed += next.text.length;
    checkLength(fed);
    while (kept.length > 1 && keptFrom + (kept[0] ?? "").length < partStart) keptFrom += (kept.shift() ?? "").length;
    yield;
  }
  piece = { text: "", offset: piece.offset };
  closing = true;
  parser.close();
}
