import { Buffer } from "node:buffer";
import { Unzip, UnzipInflate } from "fflate";
import type { Look, PeopleFinder } from "../../control/traces.ts";
import { decoderOf } from "../../learning/csv-encoding.ts";

/**
 * How a file's content is read. `list`: row by row, and a row can be taken out. `workbook`, `text`: as a whole. `closed`: pictures,
 * PDF, archives, packages, which are not looked into; a person's own go by their rows.
 */
export type FileForm = "list" | "workbook" | "text" | "closed";

/** By the ending of its name. */
export function formOf(key: string): FileForm {
  const ending = /\.([a-z0-9]+)$/i.exec(key)?.[1]?.toLowerCase() ?? "";
  if (["csv", "tsv", "log"].includes(ending)) return "list";
  if (ending === "xlsx") return "workbook";
  return ["xml", "json", "txt", "htm", "html", "ldif"].includes(ending) ? "text" : "closed";
}

/** A record longer than this (bytes) is no row of a list, and a text is looked at in pieces of about as much. */
const LONGEST_RECORD = 1024 * 1024;
/** Characters of a piece that are looked at again with the next one. */
const OVERLAP = 2000;
/** A workbook that grows beyond this (bytes) is not one of ours. */
const LARGEST_SHEETS = 1024 ** 3;

const [LF, QUOTE] = [0x0a, 0x22];

/** Whom a file names. @param look how a row of a list is looked at */
export async function lookInto(
  bytes: AsyncIterable<Uint8Array>,
  form: FileForm,
  finder: PeopleFinder,
  look: Look,
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  const add = (ids: readonly number[]) => {
    for (const id of ids) found.add(id);
  };
  if (form === "list") for await (const record of recordsOf(bytes)) add(finder.find(textOf(record), look));
  else if (form === "workbook") await lookIntoWorkbook(bytes, finder, add);
  else if (form === "text") for await (const text of piecesOf(bytes)) add(finder.find(withoutTags(text)));
  return found;
}

/** The bytes of a list without the rows that name somebody. */
export async function* withoutRecords(
  bytes: AsyncIterable<Uint8Array>,
  finder: PeopleFinder,
  look: Look,
): AsyncGenerator<Uint8Array, void> {
  for await (const record of recordsOf(bytes)) {
    if (finder.find(textOf(record), look).length === 0) yield record;
  }
}

/** The rows of a CSV file as they stand there, line end included. A quoted cell may span lines; a row that is too long is cut. */
async function* recordsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let rest = new Uint8Array(0);
  let quoted = false;
  for await (const piece of bytes) {
    let start = 0;
    for (let at = 0; at < piece.length; at += 1) {
      if (piece[at] === QUOTE) quoted = !quoted;
      const tooLong = rest.length + at - start >= LONGEST_RECORD;
      if (!tooLong && (piece[at] !== LF || quoted)) continue;
      // What is too long has lost its closing quote: from here on every line is a row.
      if (tooLong) quoted = false;
      yield joined(rest, piece.subarray(start, at + 1));
      rest = new Uint8Array(0);
      start = at + 1;
    }
    rest = joined(rest, piece.subarray(start));
  }
  if (rest.length > 0) yield rest;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

const utf8 = decoderOf("utf-8");
const western = decoderOf("windows-1252");

/**
 * Bytes as text: UTF-8, else windows-1252, else ISO 8859-1, in which every byte is a character. Without the zero bytes of
 * UTF-16, whose Western letters are those of ISO 8859-1.
 */
function textOf(bytes: Uint8Array): string {
  const decoded = utf8(bytes);
  const text = "text" in decoded ? decoded.text : westernText(bytes);
  return text.replaceAll("\0", "");
}

function westernText(bytes: Uint8Array): string {
  const decoded = western(bytes);
  return "text" in decoded ? decoded.text : Buffer.from(bytes).toString("latin1");
}

/** A text in pieces that overlap, as UTF-8 and, where it is none, as a Western encoding as well. */
async function* piecesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let [before, beforeWestern] = ["", ""];
  for await (const piece of bytes) {
    const text = before + decoder.decode(piece, { stream: true }).replaceAll("\0", "");
    yield text;
    before = text.slice(-OVERLAP);
    const other = beforeWestern + Buffer.from(piece).toString("latin1").replaceAll("\0", "");
    if (text.includes("\ufffd")) yield other;
    beforeWestern = other.slice(-OVERLAP);
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The text of XML or HTML: a tag is a space, entities are their characters. Other text stays as it is. */
function withoutTags(text: string): string {
  return text
    .replace(/<[^<>]{0,1000}>/g, " ")
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
      const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    });
}

/** Rows of sheets, and shared strings: there given and family name are cells of their own, far from each other. */
async function lookIntoWorkbook(
  bytes: AsyncIterable<Uint8Array>,
  finder: PeopleFinder,
  add: (ids: readonly number[]) => void,
): Promise<void> {
  const [given, family] = [new Set<number>(), new Set<number>()];
  let size = 0;
  const unzip = new Unzip((part) => {
    if (!part.name.endsWith(".xml")) return;
    const decoder = new TextDecoder();
    let rest = "";
    part.ondata = (error, data, final) => {
      if (error) throw error;
      size += data.length;
      if (size > LARGEST_SHEETS) throw new Error("The workbook is larger than any report");
      const cells = (rest + decoder.decode(data, { stream: !final })).split(/<\/(?:row|si)>/);
      rest = final ? "" : (cells.pop() ?? "").slice(-LONGEST_RECORD);
      for (const cell of cells) {
        const text = withoutTags(cell);
        add(finder.find(text, "record"));
        for (const id of finder.findName(text, "given")) given.add(id);
        for (const id of finder.findName(text, "family")) family.add(id);
      }
    };
    part.start();
  });
  unzip.register(UnzipInflate);
  for await (const piece of bytes) unzip.push(piece);
  unzip.push(new Uint8Array(0), true);
  add([...given].filter((id) => family.has(id)));
}
