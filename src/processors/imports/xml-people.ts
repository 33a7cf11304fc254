import type { Day } from "../../learning/day.ts";
import { RowProblem } from "../../learning/imports/row.ts";
import { createPerson, type PersonWrite, type Resolved, updatePerson } from "./person-writes.ts";
import { findPerson, rowKeys, type StoredPeople, take } from "./stored-people.ts";
import type { ReadRow } from "./user-row.ts";

function resolvedOn(today: Day): Resolved {
  const left = { supervisorId: undefined, passwordHash: undefined, groups: undefined };
  return { source: "xml", complete: false, today, ...left };
}

/**
 * The change that a person of an XML file asks for, by the rules of the CSV import; null when there is nothing to do.
 * @throws {RowProblem}
 */
export function personWrite(people: StoredPeople, row: ReadRow, today: Day, now: number): PersonWrite | null {
  const { content } = row;
  const gone = !(content instanceof RowProblem) && content.status === "tobedeleted";
  const keys = gone ? rowKeys({ sourcedId: row.sourcedId, username: "" }) : rowKeys(row);
  const repeated = keys.some((key) => people.seen.has(key));
  for (const key of keys) people.seen.add(key);
  if (content instanceof RowProblem) throw content;
  if (repeated) {
    throw new RowProblem("duplicate", "An earlier person of the file has the same sourcedid or the same userid");
  }
  if (gone) {
    // Only the sourcedid says who goes.
    const known = people.byExternalId.get(content.sourcedId);
    if (!known || known.auth_status === "deleted") return null;
    const { username, given_name: givenName, family_name: familyName } = known;
    return updatePerson(
      known,
      { ...content, username, givenName, familyName, email: undefined },
      resolvedOn(today),
      new Set(),
      now,
    );
  }
  const person = findPerson(people, content);
  take(people, content, person);
  return person
    ? updatePerson(person, content, resolvedOn(today), new Set(), now)
    : createPerson(content, resolvedOn(today), now);
}
