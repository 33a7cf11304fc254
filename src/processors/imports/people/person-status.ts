import type { Note } from "../../../learning/imports/problems.ts";
import type { StoredPerson } from "./stored-people.ts";
import type { UserRow } from "./user-row.ts";

/**
 * Whether a row makes a passive person active again: a complete list only somebody whom a complete list made passive; a delta that
 * says `active` also somebody whom an import did. Who is passive for any other reason, or is to be deleted, stays so.
 */
export function mayReturn(
  { passive_reason: reason, deletion_on }: Pick<StoredPerson, "passive_reason" | "deletion_on">,
  row: Pick<UserRow, "status">,
  complete: boolean,
): boolean {
  if (deletion_on !== null || row.status === "tobedeleted") return false;
  if (complete) return reason === "missing";
  return row.status === "active" && (reason === "missing" || reason === "import");
}

/** Says of a row that its person stays as they are, although it means them to be active. */
export function noteStatus(person: StoredPerson, row: UserRow, complete: boolean, note: Note): void {
  const { auth_status: status, deletion_on } = person;
  if (row.status === "tobedeleted" || status === "active" || status === "deleted") return;
  if (deletion_on !== null) {
    if (status === "passive" || row.status === "active") {
      note("deletion_planned", "status: not set to active, because the person is to be deleted");
    }
  } else if (status === "passive" && !mayReturn(person, row, complete)) {
    note(
      "stays_passive",
      "status: not set to active, because no import made the person passive that this row could undo",
    );
  }
}
