import { z } from "zod";
import { type XmlEncoding, xmlBeginning } from "../../learning/imports/xml-encoding.ts";
import { type EnterpriseItem, enterpriseItems, type ItemPosition } from "../../learning/imports/xml-enterprise.ts";
import { XmlError } from "../../learning/imports/xml-error.ts";
import type { Step } from "../contract.ts";
import { type FileFacts, FileRefusal, FileSkip, type ImportFile } from "./import-files.ts";

/** The options of an import of XML groups: `import_configs.options`. Unknown names are refused. */
export const xmlOptions = z.strictObject({
  /** `full`: the file is a complete list of the members of each group that it names. */
  mode: z.enum(["delta", "full"]).default("delta"),
  /** With mode full: groups of XML files below this one (`source|id`) that the file no longer has become inactive. */
  root: z
    .string()
    .trim()
    .max(511)
    .regex(/^[^|]+\|.+$/s, "must be written source|id")
    .nullable()
    .default(null),
  target: z.string().trim().min(1).max(255).nullable().default(null),
  persons: z.boolean().default(false),
  /** Which `userid` of a person is the username; where there is none, the e-mail address, else the id. */
  userId: z
    .string()
    .regex(/^(?:first|email|id|type:.{1,100})$/u, "must be first, email, id or type:<useridtype>")
    .default("first"),
  /** Of several parents of a group, the one with the first of these labels counts. */
  parentLabels: z.array(z.string().trim().min(1).max(255)).max(20).default([]),
  /** Creates a group that is named only by its membership. */
  createGroups: z.boolean().default(false),
});
export type XmlOptions = z.output<typeof xmlOptions>;
export type XmlFile = ImportFile<XmlOptions>;

/** What pass 0 finds out about a file. `rows` are groups, people (with option `persons`), members and parents. */
export interface XmlFacts extends FileFacts {
  readonly encoding: XmlEncoding;
  /** The root's name as written, with its prefix. */
  readonly root: string;
  /** Behind the tag of the root. */
  readonly start: ItemPosition;
  /** Rows of the first pass: groups and people. */
  readonly named: number;
  /** Rows of the second: people as members. */
  readonly members: number;
  /** Rows of the third: groups that name parents, and groups as members. */
  readonly parents: number;
  /** Relationships whose meaning is not known (another `relation` than 1), which are passed over. */
  readonly otherRelations: number;
}

interface CheckPosition extends XmlFacts {
  readonly at: ItemPosition;
}

/** Bytes after which pass 0 commits its position, so that a large file can be cancelled and taken up again. */
const CHECKPOINT_BYTES = 16 * 1024 * 1024;
/** Characters of a chunk's texts at which it ends. */
const CHUNK_CHARACTERS = 1024 * 1024;

/** In which pass an item is a row; null: in none. */
export function passOf(item: EnterpriseItem, options: XmlOptions): "named" | "members" | "parents" | null {
  if (item.kind === "group") return "named";
  if (item.kind === "person") return options.persons ? "named" : null;
  if (item.kind === "parent") return item.relations.length > 0 ? "parents" : null;
  if (item.kind === "member") return item.idtype === "2" ? "parents" : "members";
  return null;
}

/**
 * Pass 0 over an IMS Enterprise file: encoding, well-formedness, root, limits, target. Reads all of it, writes nothing, counts.
 * @throws {FileRefusal} naming what is wrong and its line.
 * @throws {FileSkip} when the file names targets and the one configured is not among them.
 */
export async function* checkXml(file: XmlFile, position: unknown): AsyncGenerator<Step<CheckPosition>, XmlFacts> {
  const resumed = position as CheckPosition | null;
  try {
    let known = resumed ?? (await beginning(file));
    let committed = known.at.offset;
    const items = enterpriseItems(file.bytes(known.at.offset), known.encoding, known.at, resumed?.root ?? null);
    for await (const batch of items) {
      const counts = { named: known.named, members: known.members, parents: known.parents };
      for (const { item, next } of batch) {
        if (item.kind === "root") known = { ...known, root: item.name, start: next };
        if (item.kind === "properties") checkTarget(item.targets, file.options);
        if (item.kind === "parent") known = { ...known, otherRelations: known.otherRelations + item.others };
        const pass = passOf(item, file.options);
        if (pass) counts[pass] += 1;
      }
      const at = batch.at(-1)?.next ?? known.at;
      known = { ...known, ...counts, rows: counts.named + counts.members + counts.parents, at };
      if (at.offset - committed < CHECKPOINT_BYTES) continue;
      committed = at.offset;
      yield { cursor: known };
    }
    const { at: _, ...facts } = known;
    return facts;
  } catch (error) {
    if (error instanceof XmlError) throw new FileRefusal(error.code, error.message, { line: error.line });
    throw error;
  }
}

/** What is known of a file once its first bytes are read. */
async function beginning(file: XmlFile): Promise<CheckPosition> {
  let head: Uint8Array = new Uint8Array(0);
  for await (const piece of file.bytes(0)) {
    head = piece;
    break;
  }
  const { encoding, offset } = xmlBeginning(head);
  const start = { offset, line: 1, skip: 0 };
  return { encoding, root: "", start, at: start, rows: 0, named: 0, members: 0, parents: 0, otherRelations: 0 };
}

function checkTarget(targets: readonly string[], { target }: XmlOptions): void {
  if (target === null || targets.length === 0 || targets.includes(target)) return;
  throw new FileSkip(`The file is for ${targets.join(", ").slice(0, 200)}, not for ${target}; it was left where it is`);
}

/** Items that are worked in one step. */
export interface XmlChunk {
  readonly items: readonly EnterpriseItem[];
  /** Where the next chunk begins. */
  readonly next: ItemPosition;
}

/**
 * The items of a checked file that are `wanted`, in chunks, from a position on (null: the first). Where chunks end depends on the
 * file alone, so that a run that was taken up again makes the same steps.
 */
export async function* xmlChunks(
  file: XmlFile,
  facts: XmlFacts,
  position: ItemPosition | null,
  size: number,
  wanted: (item: EnterpriseItem) => boolean,
): AsyncGenerator<XmlChunk, void> {
  const from = position ?? facts.start;
  let items: EnterpriseItem[] = [];
  let last = from;
  let characters = 0;
  for await (const batch of enterpriseItems(file.bytes(from.offset), facts.encoding, from, facts.root)) {
    for (const { item, next } of batch) {
      if (!wanted(item)) continue;
      items.push(item);
      last = next;
      characters += item.kind === "group" ? (item.full ?? item.long ?? "").length : 0;
      if (items.length < size && characters < CHUNK_CHARACTERS) continue;
      yield { items, next };
      items = [];
      characters = 0;
    }
  }
  if (items.length > 0) yield { items, next: last };
}
