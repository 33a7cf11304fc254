import { type XmlBeginning, xmlBeginning } from "../imports/xml-encoding.ts";
import { XmlError } from "../imports/xml-error.ts";
import { type XmlListener, xmlEvents } from "../imports/xml-events.ts";
import type { LineKeys, LineOwner } from "./line-owner.ts";
import type { Cut, OwnLines } from "./own-lines.ts";

/**
 * Finds the elements of some people in an IMS Enterprise file: `person`, and `member` of a membership, with their `sourcedid` or
 * `userid`. The first reading tells which they are, and only if there are some, a second one where.
 *
 * @param open begins to read the file anew
 */
export async function ownXmlElements(open: () => AsyncIterable<Uint8Array>, owner: LineOwner): Promise<OwnLines> {
  const first = new Elements(owner, new Set());
  const whole = await read(open, first);
  const owners = await owner.ownersOf(first.candidates.map(({ keys }) => keys));
  const own = first.candidates.flatMap(({ ordinal }, index) => {
    const person = owners[index] ?? null;
    return person === null ? [] : [{ ordinal, person }];
  });
  const others = first.others || own.length < first.candidates.length;
  if (own.length === 0) return { cuts: [], people: [], others, whole };
  const second = new Elements(owner, new Set(own.map(({ ordinal }) => ordinal)));
  await read(open, second);
  return { cuts: second.cuts, people: [...new Set(own.map(({ person }) => person))], others, whole };
}

/** @returns whether the file could be read to its end */
async function read(open: () => AsyncIterable<Uint8Array>, listener: XmlListener): Promise<boolean> {
  try {
    const { encoding, offset } = await beginningOf(open());
    for await (const _ of xmlEvents(skipped(open(), offset), encoding, { offset, line: 1 }, null, listener));
    return true;
  } catch (error) {
    if (error instanceof XmlError) return false;
    throw error;
  }
}

async function beginningOf(bytes: AsyncIterable<Uint8Array>): Promise<XmlBeginning> {
  for await (const piece of bytes) return xmlBeginning(piece);
  return xmlBeginning(new Uint8Array(0));
}

async function* skipped(bytes: AsyncIterable<Uint8Array>, offset: number): AsyncGenerator<Uint8Array, void> {
  let left = offset;
  for await (const piece of bytes) {
    yield piece.subarray(Math.min(left, piece.length));
    left = Math.max(0, left - piece.length);
  }
}

type At = Parameters<XmlListener["close"]>[1];

/** Numbers the children of the root and of memberships; remembers whose they can be, or where those wanted stand. */
class Elements implements XmlListener {
  readonly candidates: { readonly ordinal: number; readonly keys: LineKeys }[] = [];
  readonly cuts: Cut[] = [];
  others = false;
  readonly #owner: LineOwner;
  readonly #wanted: ReadonlySet<number>;
  #ordinal = 0;
  /** Where the next element begins, if that one is wanted. */
  #start = 0;
  #path: string[] = [];
  #values = new Map<string, string>();
  #child = 0;
  #part = 0;

  constructor(owner: LineOwner, wanted: ReadonlySet<number>) {
    this.#owner = owner;
    this.#wanted = wanted;
  }

  open(name: string, _attributes: Readonly<Record<string, string>>, at: At): void {
    this.#path.push(local(name));
    if (at.depth === 2) {
      this.#ordinal += 1;
      this.#child = this.#ordinal;
      this.#values.clear();
    } else if (at.depth === 3 && this.#path[1] === "membership") {
      this.#ordinal += 1;
      this.#part = this.#ordinal;
      this.#values.clear();
    }
    if (at.depth === 1 || (at.depth === 2 && this.#path[1] === "membership")) this.#boundary(at);
  }

  text(text: string): void {
    const path = this.#path.slice(1).join("/");
    if (!KEPT.has(path)) return;
    const known = this.#values.get(path) ?? "";
    if (known.length < 4096) this.#values.set(path, known + text);
  }

  close(_name: string, at: At): void {
    if (at.depth === 2) this.#closeChild(at);
    else if (at.depth === 3 && this.#path[1] === "membership") this.#closeMember(at);
    this.#path.pop();
  }

  #closeChild(at: At): void {
    const kind = this.#path[1];
    if (kind === "person") this.#found(this.#child, this.#keys("person"));
    else if (kind === "group") this.others = true;
    this.#cut(this.#child, at);
    this.#boundary(at);
  }

  #closeMember(at: At): void {
    if (this.#path[2] === "member") {
      if (this.#value("membership/member/idtype") === "2") this.others = true;
      else this.#found(this.#part, this.#keys("membership/member"));
    }
    this.#cut(this.#part, at);
    this.#boundary(at);
  }

  #keys(path: string): LineKeys {
    return { externalId: this.#value(`${path}/sourcedid/id`), username: this.#value(`${path}/userid`), reference: "" };
  }

  #value(path: string): string {
    return (this.#values.get(path) ?? "").trim();
  }

  #found(ordinal: number, keys: LineKeys): void {
    if (this.#owner.isCandidate(keys)) this.candidates.push({ ordinal, keys });
    else this.others = true;
  }

  #cut(ordinal: number, at: At): void {
    if (this.#wanted.has(ordinal)) this.cuts.push({ from: this.#start, to: at.after().offset });
  }

  /** Behind a tag after which the next element can begin. To ask for the place costs, so it is done where it is needed. */
  #boundary(at: At): void {
    if (this.#wanted.has(this.#ordinal + 1)) this.#start = at.after().offset;
  }
}

const KEPT = new Set([
  "person/sourcedid/id",
  "person/userid",
  "membership/member/sourcedid/id",
  "membership/member/idtype",
]);

function local(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
