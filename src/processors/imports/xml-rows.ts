import { isEmail, RowProblem } from "../../learning/imports/row.ts";
import {
  type GroupItem,
  type MemberItem,
  type PersonItem,
  plain,
  type RoleItem,
  type SourcedId,
} from "../../learning/imports/xml-enterprise.ts";
import type { ReadRow, UserRow } from "./user-row.ts";

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
  return `${name(source, `${element}/source`)}|${name(id, `${element}/id`)}`;
}

/** As {@link groupKey}; null where it cannot be read. */
export function readableKey(sourcedId: SourcedId): string | null {
  try {
    return groupKey(sourcedId);
  } catch (error) {
    if (error instanceof RowProblem) return null;
    throw error;
  }
}

/** The external id of a person: the `id` alone, as in the CSV import; its source is not looked at. */
export function personKey({ id }: SourcedId): string {
  return name(id, "sourcedid/id");
}

/** How an administrator knows it, whatever is wrong with it. */
export function shownKey({ source, id }: SourcedId): string {
  return source === "" ? id : `${source}|${id}`;
}

/** @throws {RowProblem} */
export function readGroup(item: GroupItem): GroupRow {
  const remove = readRecstatus(item.recstatus) === 3;
  const long = item.full ?? item.long;
  const description = long?.trim();
  if (description !== undefined && description.length > LONGEST_DESCRIPTION) {
    throw new RowProblem("too_long", `description: at most ${LONGEST_DESCRIPTION} characters`);
  }
  return {
    remove,
    name: remove ? plain(item.short) : name(plain(item.short), "description/short"),
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

function isActive({ roletype, recstatus, status }: RoleItem): boolean {
  if (!/^(0?[1-8])?$/.test(roletype.trim())) throw new RowProblem("bad_value", "role: roletype must be 01 to 08");
  if (!/^[01]?$/.test(status)) throw new RowProblem("bad_value", "role/status: must be 1 or 0");
  return readRecstatus(recstatus.trim()) !== 3 && status !== "0";
}

function readRecstatus(recstatus: string): 1 | 2 | 3 | null {
  if (recstatus === "") return null;
  const value = Number(recstatus);
  if (value === 1 || value === 2 || value === 3) return value;
  throw new RowProblem("bad_value", "recstatus: must be 1 (add), 2 (update) or 3 (delete)");
}

/** Reads a person as a row of a file of people; never throws. */
export function readPerson(item: PersonItem): ReadRow {
  const [sourcedId, username] = [plain(item.sourcedId.id), plain(item.userid)];
  return { line: item.line, sourcedId, username, content: personContent(item) };
}

function personContent(item: PersonItem): UserRow | RowProblem {
  try {
    const recstatus = readRecstatus(item.recstatus);
    const gone = recstatus === 3;
    const required = (text: string | undefined, element: string) => (gone ? plain(text) : name(plain(text), element));
    const email = plain(item.email);
    if (email !== "" && !isEmail(email)) {
      throw new RowProblem("bad_email", "email: must be one e-mail address such as name@example.com");
    }
    return {
      sourcedId: personKey(item.sourcedId),
      status: gone ? "tobedeleted" : recstatus === 1 ? "active" : undefined,
      username: required(item.userid, "userid"),
      givenName: required(item.given, "name/n/given"),
      familyName: required(item.family, "name/n/family"),
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
  } catch (error) {
    if (error instanceof RowProblem) return error;
    throw error;
  }
}

function name(text: string, element: string): string {
  if (text === "") throw new RowProblem("missing_value", `${element}: required, but empty`);
  if (text.length > LONGEST_NAME) throw new RowProblem("too_long", `${element}: at most ${LONGEST_NAME} characters`);
  return text;
}
