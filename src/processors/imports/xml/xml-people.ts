import type { Note } from "../../../learning/imports/problems.ts";
import { RowProblem } from "../../../learning/imports/row.ts";
import type { Day } from "../../../time/day.ts";
import { ERASED_WORDS } from "../people/erased-rows.ts";
import { noteStatus } from "../people/person-status.ts";
import { createPerson, type PersonWrite, type Resolved, updatePerson } from "../people/person-writes.ts";
import { findPerson, rowKeys, type StoredPeople, take } from "../people/stored-people.ts";
import type { ReadRow, UserRow } from "../people/user-row.ts";

function resolvedOn(today: Day): Resolved {
  const left = { supervisorId: undefined, passwordHash: undefined, groups: undefined };
  return { source: "xml", complete: false, today, ...left };
}

/** What is known of a chunk's people. */
export interface KnownPeople {
  readonly people: StoredPeople;
  /** Keys of `import_seen`; those of each row are added. */
  readonly seen: Set<string>;
  /** Rows that would create a finally deleted person again. */
  readonly erased: ReadonlySet<UserRow>;
}

/**
 * The write that a person of an XML file asks for, by the rules of the CSV import for deltas; null when there is nothing to do.
 *
 * @param known what is stored of the chunk, the keys that the file has had, and the rows that would create an erased person
 * @throws {RowProblem}
 */
export function personWrite(
  { people, seen, erased }: KnownPeople,
  row: ReadRow,
  today: Day,
  now: number,
  note: Note,
): PersonWrite | null | "erased" {
  const { content } = row;
  const gone = !(content instanceof RowProblem) && content.status === "tobedeleted";
  const keys = gone ? rowKeys({ sourcedId: row.sourcedId, username: "" }) : rowKeys(row);
  const repeated = keys.some((key) => seen.has(key));
  for (const key of keys) seen.add(key);
  if (content instanceof RowProblem) throw content;
  if (repeated) {
    throw new RowProblem("duplicate", "An earlier person of the file has the same sourcedid or the same userid");
  }
  if (gone) {
    // Only the sourcedid says who goes.
    const known = people.byExternalId.get(content.sourcedId);
    if (!known || known.authStatus === "deleted") return null;
    const { username, givenName, familyName } = known;
    return updatePerson(
      known,
      { ...content, username, givenName, familyName, email: undefined },
      resolvedOn(today),
      new Set(),
      now,
    );
  }
  const person = findPerson(people, content);
  if (person === null && erased.has(content)) {
    note("erased_person", ERASED_WORDS);
    return "erased";
  }
  if (person) noteStatus(person, content, false, note);
  take(people, content, person);
  return person
    ? updatePerson(person, content, resolvedOn(today), new Set(), now)
    : createPerson(content, resolvedOn(today), now);
}
