import type { Note } from "../../../learning/imports/problems.ts";
import type { StoredPerson } from "./stored-people.ts";
import type { UserRow } from "./user-row.ts";

/**
 * Whether a row makes a passive person active again: in a complete list, if a complete list made the person passive; in a delta, if
 * it says `active` and any import did. A person who is passive for another reason, or is to be deleted, stays passive.
 */
export function mayReturn(
  { passiveReason: reason, deletionOn }: Pick<StoredPerson, "passiveReason" | "deletionOn">,
  row: Pick<UserRow, "status">,
  complete: boolean,
): boolean {
  if (deletionOn !== null || row.status === "tobedeleted") return false;
  if (complete) return reason === "missing";
  return row.status === "active" && (reason === "missing" || reason === "import");
}

/** Notes that a person stays passive, or inactive, although the row means them to be active. */
export function noteStatus(person: StoredPerson, row: UserRow, complete: boolean, note: Note): void {
  const { authStatus: status, deletionOn } = person;
  if (row.status === "tobedeleted" || status === "active" || status === "deleted") return;
  if (deletionOn !== null) {
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
