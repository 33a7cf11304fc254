import type { XmlEncoding } from "./xml-encoding.ts";
import { XmlError } from "./xml-error.ts";
import { LONGEST_PART, type XmlListener, type XmlPosition, xmlEvents } from "./xml-events.ts";

/** A `sourcedid` as written; '' where a part is missing. */
export interface SourcedId {
  readonly source: string;
  readonly id: string;
}

interface Named {
  /** Physical line of its tag. */
  readonly line: number;
  readonly sourcedId: SourcedId;
  /** '' where absent. */
  readonly recstatus: string;
}

/** A `group`. Undefined: there is no such element. */
export interface GroupItem extends Named {
  readonly kind: "group";
  readonly short: string | undefined;
  readonly long: string | undefined;
  readonly full: string | undefined;
  readonly orgUnit: string | undefined;
}

/** A `userid` of a person. Its other attributes, a password among them, are never read. */
export interface UserId {
  /** `useridtype`; '' where absent. */
  readonly type: string;
  readonly value: string;
}

/** A `person`. */
export interface PersonItem extends Named {
  readonly kind: "person";
  readonly userids: readonly UserId[];
  readonly family: string | undefined;
  readonly given: string | undefined;
  /** The whole name, `name/fn`. */
  readonly fullName: string | undefined;
  readonly email: string | undefined;
}

/** A `role` of a member. */
export interface RoleItem {
  readonly roletype: string;
  readonly recstatus: string;
  readonly status: string;
}

/** A `member` of a `membership`: a person or a group. */
export interface MemberItem extends Named {
  readonly kind: "member";
  readonly group: SourcedId;
  readonly idtype: string;
  readonly roles: readonly RoleItem[];
}

/** A `relationship` of a group that names a parent: `relation` 1, or none. */
export interface Relation {
  /** Physical line of its tag. */
  readonly line: number;
  /** What kind of parent it is; '' where absent. */
  readonly label: string;
  readonly parent: SourcedId;
}

/** What a group says that it belongs to: all its parents, in the file's order. */
export interface ParentItem {
  readonly kind: "parent";
  /** Of the first of them. */
  readonly line: number;
  readonly sourcedId: SourcedId;
  readonly relations: readonly Relation[];
  /** Relationships with another `relation` than 1. */
  readonly others: number;
}

/** What stands in a file. `membership` is the end of one, after its members. */
export type EnterpriseItem =
  | GroupItem
  | PersonItem
  | MemberItem
  | ParentItem
  | { readonly kind: "membership"; readonly line: number; readonly group: SourcedId }
  | { readonly kind: "properties"; readonly targets: readonly string[] }
  /** `name` as written, with a prefix. */
  | { readonly kind: "root"; readonly name: string };

/** A position between two items: in front of a child of the root, `skip` items of which were dealt with. */
export interface ItemPosition extends XmlPosition {
  readonly skip: number;
}

/** An item, and where reading goes on behind it. */
export interface ReadItem {
  readonly item: EnterpriseItem;
  readonly next: ItemPosition;
}

const ROOT = "enterprise";
/** Roles of a member, parents of a group, userids of a person, targets of the properties that are looked at; the others are not. */
const MOST_OF_A_KIND = 100;

/** Elements whose text is kept, by their path below a child of the root. */
const KEPT: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    group: new Set([
      "sourcedid/source",
      "sourcedid/id",
      "description/short",
      "description/long",
      "description/full",
      "org/orgunit",
      "relationship/sourcedid/source",
      "relationship/sourcedid/id",
      "relationship/label",
    ]),
    person: new Set([
      "sourcedid/source",
      "sourcedid/id",
      "userid",
      "name/n/family",
      "name/n/given",
      "name/fn",
      "email",
    ]),
    membership: new Set([
      "sourcedid/source",
      "sourcedid/id",
      "member/sourcedid/source",
      "member/sourcedid/id",
      "member/idtype",
      "member/role/status",
    ]),
    properties: new Set(["target"]),
  }),
);
/** Elements that may be repeated: each begins without what the one before it said. */
const REPEATED: ReadonlySet<string> = new Set(["target", "userid", "relationship", "member", "member/role"]);

/**
 * The items of an IMS Enterprise 1.1 file in its order, as far as we read it; other elements are passed over. Of an element
 * that should stand once, the first counts. Nothing is held but the present item. They come in batches, a few hundred at most, since each turn of an asynchronous generator costs.
 *
 * @param from where `bytes` begin
 * @param root null: at the beginning, where the item `root` tells the root's name and the place of its first child; else that name
 * @throws {XmlError}
 */
export async function* enterpriseItems(
  bytes: AsyncIterable<Uint8Array>,
  encoding: XmlEncoding,
  from: ItemPosition,
  root: string | null,
): AsyncGenerator<readonly ReadItem[], void> {
  const listener = new EnterpriseListener(root === null ? null : from);
  for await (const _ of xmlEvents(bytes, encoding, from, root, listener)) yield listener.take();
  yield listener.take();
}

class EnterpriseListener implements XmlListener {
  readonly #resumed: boolean;
  #found: ReadItem[] = [];
  /** Where the present child of the root begins, and how many items it has had. */
  #child: XmlPosition;
  #items = 0;
  #skip: number;
  /** Name of the present child of the root, and the elements open in it as paths below it. */
  #name = "";
  #kept: ReadonlySet<string> | undefined;
  #open: string[] = [];
  #values = new Map<string, string>();
  /** Path of the element whose text is being read. */
  #reading: string | null = null;
  #recstatus = "";
  #line = 0;
  #part = { line: 0, recstatus: "", relation: "", useridtype: "" };
  #role = { roletype: "", recstatus: "" };
  #roles: RoleItem[] = [];
  #targets: string[] = [];
  #userids: UserId[] = [];
  #relations: Relation[] = [];
  #otherRelations = 0;

  constructor(resumed: ItemPosition | null) {
    this.#resumed = resumed !== null;
    this.#child = resumed ?? { offset: 0, line: 1 };
    this.#skip = resumed?.skip ?? 0;
  }

  take(): ReadItem[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  open(name: string, attributes: Readonly<Record<string, string>>, at: Parameters<XmlListener["open"]>[2]): void {
    const { depth, line } = at;
    if (depth === 1) {
      if (name !== ROOT) {
        throw new XmlError("unknown_root", line, `Line ${line}: the root must be ${ROOT} (IMS Enterprise 1.1)`);
      }
      if (this.#resumed) return;
      this.#child = at.after();
      this.#found.push({ item: { kind: "root", name: at.written }, next: { ...this.#child, skip: 0 } });
      return;
    }
    if (depth === 2) {
      this.#name = name;
      this.#kept = KEPT.get(name);
      this.#line = line;
      this.#recstatus = attributes.recstatus ?? "";
      return;
    }
    const outer = this.#open.at(-1);
    const path = outer === undefined ? name : `${outer}/${name}`;
    this.#open.push(path);
    if (REPEATED.has(path)) {
      for (const key of this.#values.keys()) if (key === path || key.startsWith(`${path}/`)) this.#values.delete(key);
    }
    if (path === "member/role") {
      this.#role = { roletype: attributes.roletype ?? "", recstatus: attributes.recstatus ?? "" };
    } else if (depth === 3) {
      const { recstatus = "", relation = "", useridtype = "" } = attributes;
      this.#part = { line, recstatus, relation, useridtype };
    }
    if (this.#kept?.has(path) && !this.#values.has(path)) {
      this.#values.set(path, "");
      this.#reading = path;
    }
  }

  text(text: string, line: number): void {
    if (this.#reading === null || this.#open.at(-1) !== this.#reading) return;
    const value = this.#values.get(this.#reading) + text;
    if (value.length > LONGEST_PART) {
      throw new XmlError("too_long", line, `Line ${line}: a text has more than ${LONGEST_PART / 1024} KB`);
    }
    this.#values.set(this.#reading, value);
  }

  close(_name: string, at: Parameters<XmlListener["close"]>[1]): void {
    if (at.depth === 1) return;
    const child = this.#name;
    if (at.depth === 2) {
      this.#closeChild(child, at.after());
      return;
    }
    const path = this.#open.pop();
    if (path === this.#reading) this.#reading = null;
    if (child === "properties" && path === "target" && this.#targets.length < MOST_OF_A_KIND) {
      this.#targets.push(plain(this.#values.get(path)));
    } else if (child === "person" && path === "userid" && this.#userids.length < MOST_OF_A_KIND) {
      this.#userids.push({ type: plain(this.#part.useridtype), value: plain(this.#values.get(path)) });
    } else if (child === "group" && path === "relationship") {
      const isParent = /^1?$/.test(plain(this.#part.relation));
      const label = plain(this.#values.get("relationship/label"));
      if (!isParent) this.#otherRelations += 1;
      else if (this.#relations.length < MOST_OF_A_KIND) {
        this.#relations.push({ line: this.#part.line, label, parent: this.#sourcedId("relationship/") });
      }
    } else if (child === "membership" && path === "member/role" && this.#roles.length < MOST_OF_A_KIND) {
      this.#roles.push({ ...this.#role, status: plain(this.#values.get("member/role/status")) });
    } else if (child === "membership" && path === "member") {
      this.#emit({
        kind: "member",
        line: this.#part.line,
        recstatus: plain(this.#part.recstatus),
        sourcedId: this.#sourcedId("member/"),
        group: this.#sourcedId(""),
        idtype: plain(this.#values.get("member/idtype")),
        roles: this.#roles,
      });
      this.#roles = [];
    }
  }

  #closeChild(child: string, next: XmlPosition): void {
    const named = { line: this.#line, sourcedId: this.#sourcedId(""), recstatus: plain(this.#recstatus) };
    const value = (path: string) => this.#values.get(path);
    const position = { ...next, skip: 0 };
    if (child === "group") {
      const { sourcedId } = named;
      const [relations, others] = [this.#relations, this.#otherRelations];
      if (relations.length + others > 0) {
        this.#emit({ kind: "parent", line: relations[0]?.line ?? this.#line, sourcedId, relations, others });
      }
      const [short, long, full] = [value("description/short"), value("description/long"), value("description/full")];
      this.#emit({ kind: "group", ...named, short, long, full, orgUnit: value("org/orgunit") }, position);
    } else if (child === "person") {
      const [family, given, fullName] = [value("name/n/family"), value("name/n/given"), value("name/fn")];
      const userids = this.#userids;
      this.#emit({ kind: "person", ...named, userids, family, given, fullName, email: value("email") }, position);
    } else if (child === "membership")
      this.#emit({ kind: "membership", line: this.#line, group: named.sourcedId }, position);
    else if (child === "properties") this.#emit({ kind: "properties", targets: this.#targets }, position);
    this.#child = next;
    this.#items = 0;
    this.#skip = 0;
    this.#values.clear();
    this.#targets = [];
    this.#userids = [];
    this.#relations = [];
    this.#otherRelations = 0;
  }

  #emit(item: EnterpriseItem, next?: ItemPosition): void {
    this.#items += 1;
    if (this.#items > this.#skip) this.#found.push({ item, next: next ?? { ...this.#child, skip: this.#items } });
  }

  #sourcedId(prefix: string): SourcedId {
    const part = (name: string) => plain(this.#values.get(`${prefix}sourcedid/${name}`));
    return { source: part("source"), id: part("id") };
  }
}

/** White space as XML's authors mean it: none around a value, a single space within. */
export function plain(text: string | undefined): string {
  return (text ?? "").replace(/\s+/g, " ").trim();
}
