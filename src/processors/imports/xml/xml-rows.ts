import { isMailbox } from "../../../connectors/mail/address.ts";
import { keyText } from "../../../learning/imports/key-text.ts";
import { RowProblem, readOrProblem } from "../../../learning/imports/row.ts";
import {
  type GroupItem,
  type MemberItem,
  type ParentItem,
  type PersonItem,
  plain,
  type RoleItem,
  type SourcedId,
} from "../../../learning/imports/xml-enterprise.ts";
import type { ReadRow, UserRow } from "../people/user-row.ts";

const LONGEST_NAME = 255;
const LONGEST_DESCRIPTION = 10_000;

/** A group as its row asks for it. */
export interface GroupRow {
  readonly remove: boolean;
  readonly name: string;
  /** Undefined: leave it. */
  readonly description: string | undefined;
  /** For a new group. */
  readonly kind: "org" | "group";
}

/** A membership, of a person or a group, as its row asks for it. */
export interface MemberRow {
  readonly active: boolean;
  readonly role: "member" | "lead";
}

/**
 * The external id of a group: `source|id`.
 * @throws {RowProblem}
 */
export function groupKey({ source, id }: SourcedId, element = "sourcedid"): string {
  if (source.includes("|")) throw new RowProblem("bad_value", `${element}/source: may have no "|"`);
  return `${name(keyText(source), `${element}/source`)}|${name(keyText(id), `${element}/id`)}`;
}

/** As {@link groupKey}; null where it cannot be read. */
export function readableKey(sourcedId: SourcedId): string | null {
  const key = readOrProblem(() => groupKey(sourcedId));
  return key instanceof RowProblem ? null : key;
}

/** The external id of a person: the `id` alone, as in the CSV import; its source is not looked at. */
export function personKey({ id }: SourcedId): string {
  return name(keyText(id), "sourcedid/id");
}

/** A sourcedid as an administrator knows it, also where it cannot be read. */
export function shownKey({ source, id }: SourcedId): string {
  return source === "" ? id : `${source}|${id}`;
}

/** @throws {RowProblem} */
export function readGroup(item: GroupItem): GroupRow {
  const remove = readRecstatus(item.recstatus) === 3;
  const short = plain(item.short);
  // What names the group does not describe it, too.
  const description = (item.full ?? (short === "" ? undefined : item.long))?.trim();
  if (description !== undefined && description.length > LONGEST_DESCRIPTION) {
    throw new RowProblem("too_long", `description: at most ${LONGEST_DESCRIPTION} characters`);
  }
  return {
    remove,
    name: remove ? short : name(short === "" ? plain(item.long) : short, "description/short or long"),
    description,
    kind: plain(item.orgUnit) === "" ? "group" : "org",
  };
}

/** @throws {RowProblem} */
export function readMember({ recstatus, idtype, roles }: MemberItem): MemberRow {
  if (!/^[12]?$/.test(idtype)) throw new RowProblem("bad_value", "idtype: must be 1 (person) or 2 (group)");
  const removed = readRecstatus(recstatus) === 3;
  const active = roles.filter(isActive);
  return {
    active: !removed && (roles.length === 0 || active.length > 0),
    role: active.some(({ roletype }) => Number(roletype) === 2) ? "lead" : "member",
  };
}

/** True where a member, person or group, is to belong to its group; false also where that cannot be read. */
export function isActiveMember(item: MemberItem): boolean {
  const member = readOrProblem(() => readMember(item));
  return !(member instanceof RowProblem) && member.active;
}

function isActive({ roletype, recstatus, status }: RoleItem): boolean {
  if (!/^(0?[1-8])?$/.test(roletype.trim())) throw new RowProblem("bad_value", "role: roletype must be 01 to 08");
  if (!/^[01]?$/.test(status)) throw new RowProblem("bad_value", "role/status: must be 1 or 0");
  return readRecstatus(recstatus.trim()) !== 3 && status !== "0";
}

/** Null: absent, or 0, which some systems write for "not said". */
function readRecstatus(recstatus: string): 1 | 2 | 3 | null {
  if (recstatus === "") return null;
  const value = Number(recstatus);
  if (value === 0) return null;
  if (value === 1 || value === 2 || value === 3) return value;
  throw new RowProblem("bad_value", "recstatus: must be 1 (add), 2 (update), 3 (delete) or 0 (not said)");
}

/** What a group belongs to, of all the parents that it names. */
export interface ParentChoice {
  readonly line: number;
  /** Null: none, since the group names only itself. */
  readonly parent: SourcedId | null;
  /** Further parents that it names. */
  readonly others: readonly SourcedId[];
}

/**
 * Chooses among the parents of a group: the one with the first of `labels` that fits, else the first whose label is another than
 * `Term`, else the first. Labels are compared without case. The group itself is no parent.
 */
export function chooseParent({ line, sourcedId, relations }: ParentItem, labels: readonly string[]): ParentChoice {
  const same = (one: SourcedId, other: SourcedId) =>
    keyText(one.source) === keyText(other.source) && keyText(one.id) === keyText(other.id);
  const candidates = relations.filter(({ parent }) => !same(parent, sourcedId));
  const labelled = (label: string) => candidates.find((one) => one.label.toLowerCase() === label.toLowerCase());
  const chosen =
    labels.map(labelled).find((one) => one !== undefined) ??
    candidates.find(({ label }) => label !== "" && label.toLowerCase() !== "term") ??
    candidates[0];
  if (!chosen) return { line, parent: null, others: [] };
  const others = candidates.filter(({ parent }) => !same(parent, chosen.parent)).map(({ parent }) => parent);
  return { line: chosen.line, parent: chosen.parent, others };
}

/**
 * Reads a person as a row of a file of people; never throws.
 * @param userId the option of that name
 */
export function readPerson(item: PersonItem, userId: string): ReadRow {
  const [sourcedId, username] = [keyText(plain(item.sourcedId.id)), usernameOf(item, userId)];
  return { line: item.line, sourcedId, username, content: personContent(item, username) };
}

/** The username of a person: what the option names, else the e-mail address, else the id. */
function usernameOf({ userids, email, sourcedId }: PersonItem, userId: string): string {
  const wanted = userId.startsWith("type:") ? userId.slice("type:".length).trim().toLowerCase() : null;
  const found = userids.find(({ type, value }) => value !== "" && (wanted === null || type.toLowerCase() === wanted));
  const named = userId === "email" || userId === "id" ? "" : keyText(found?.value ?? "");
  const address = userId === "id" ? "" : keyText(plain(email));
  return named || address || keyText(plain(sourcedId.id));
}

/** Family and given name; the whole name stands in for what is missing, its last word being the family name. */
function namesOf({ family, given, fullName }: PersonItem): { readonly family: string; readonly given: string } {
  const words = plain(fullName).split(" ");
  return { family: plain(family) || (words.at(-1) ?? ""), given: plain(given) || words.slice(0, -1).join(" ") };
}

function personContent(item: PersonItem, username: string): UserRow | RowProblem {
  return readOrProblem(() => {
    const recstatus = readRecstatus(item.recstatus);
    const gone = recstatus === 3;
    const required = (text: string, element: string) => (gone ? text : name(text, element));
    const { family, given } = namesOf(item);
    const email = keyText(plain(item.email));
    if (email !== "" && !isMailbox(email)) {
      throw new RowProblem("bad_email", "email: must be one e-mail address such as name@example.com");
    }
    return {
      sourcedId: personKey(item.sourcedId),
      status: gone ? "tobedeleted" : recstatus === 1 ? "active" : undefined,
      username: required(username, "userid"),
      givenName: plain(item.fullName) === "" ? required(given, "name/n/given") : given.slice(0, LONGEST_NAME),
      familyName: required(family, "name/n/family or name/fn"),
      email: email === "" ? undefined : email,
      password: undefined,
      locale: undefined,
      timeZone: undefined,
      authSource: undefined,
      enrolledOn: undefined,
      terminationOn: undefined,
      supervisorSourcedId: undefined,
      groups: undefined,
      attributes: {},
    };
  });
}

function name(text: string, element: string): string {
  if (text === "") throw new RowProblem("missing_value", `${element}: required, but empty`);
  if (text.length > LONGEST_NAME) throw new RowProblem("too_long", `${element}: at most ${LONGEST_NAME} characters`);
  return text;
}
