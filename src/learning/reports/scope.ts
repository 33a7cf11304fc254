import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";

/** Who asks for a report. */
export interface Subscriber {
  readonly id: number;
  readonly role: "learner" | "tutor" | "supervisor" | "client_admin" | "system_admin";
}

/**
 * Whose rows a subscriber may see, by id in rising order; null: everybody's, and rows about no person.
 *
 * - `client_admin`, `system_admin`: everybody's.
 * - `supervisor`: own staff, that is the people whose supervisor he is, theirs, and so on through every level; not himself.
 * - `learner`, and `tutor` (the data model does not say whom one teaches): his own.
 */
export async function readVisiblePeople(rows: ClientRows, subscriber: Subscriber): Promise<readonly number[] | null> {
  switch (subscriber.role) {
    case "client_admin":
    case "system_admin":
      return null;
    case "supervisor":
      return (await rows.all<{ id: number }>(selectStaff(subscriber.id))).map(({ id }) => id);
    case "learner":
    case "tutor":
      return [subscriber.id];
    default:
      return subscriber.role satisfies never;
  }
}

/** Everybody below a person: `id`. Supervisors in a circle end it, since no person is taken twice. */
export function selectStaff(personId: number): SQL {
  return sql`WITH RECURSIVE staff (id) AS (
      SELECT id FROM persons WHERE client_id = ${thisClient} AND supervisor_id = ${personId}
      UNION
      SELECT below.id FROM staff CROSS JOIN persons AS below
        ON below.supervisor_id = staff.id AND below.client_id = ${thisClient})
    SELECT id FROM staff WHERE id <> ${personId} ORDER BY id`;
}
