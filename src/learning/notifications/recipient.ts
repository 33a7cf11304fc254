import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Occasion } from "./occasion.ts";
import type { Audience } from "./rule.ts";

/** A person who is told. */
export interface Recipient {
  readonly id: number;
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string | null;
  readonly locale: string | null;
}

const columns = sql.raw("person.id, person.given_name, person.family_name, person.email, person.locale");
const among = (ids: Iterable<number>) => sql`(SELECT value FROM json_each(${JSON.stringify([...new Set(ids)])}))`;
const reachable = sql.raw("person.auth_status NOT IN ('passive', 'deleted')");

/** Those of some people who are neither passive nor deleted. */
function selectPeople(ids: Iterable<number>): SQL {
  return sql`SELECT ${columns} FROM persons AS person
    WHERE person.client_id = ${thisClient} AND person.id IN ${among(ids)} AND ${reachable}`;
}

/**
 * Tutors of some components: `component_id` and the columns of {@link Recipient}. They are a component's staff with the role
 * `tutor`; of a component that has no staff, the people with the role `tutor` who hold a registration on it that is not cancelled.
 */
function selectTutors(componentIds: Iterable<number>): SQL {
  const asked = among(componentIds);
  return sql`SELECT component_id, ${columns} FROM (
      SELECT staff.component_id, staff.person_id FROM component_staff AS staff
        WHERE staff.client_id = ${thisClient} AND staff.component_id IN ${asked} AND staff.role = 'tutor'
      UNION SELECT lesson.component_id, lesson.person_id FROM registrations AS lesson
        CROSS JOIN persons AS registered ON registered.id = lesson.person_id AND registered.role = 'tutor'
        WHERE lesson.client_id = ${thisClient} AND lesson.component_id IN ${asked} AND lesson.status <> 'cancelled'
          AND NOT EXISTS (SELECT 1 FROM component_staff AS staff WHERE staff.component_id = lesson.component_id)) AS tutor
    CROSS JOIN persons AS person ON person.id = tutor.person_id AND person.client_id = ${thisClient}
    WHERE ${reachable} ORDER BY component_id, person.id`;
}

/** Who is told of each occasion, in its order; at most one round trip. An occasion can have no recipient. */
export async function readRecipients(
  rows: ClientRows,
  audience: Audience,
  occasions: readonly Occasion[],
): Promise<readonly (readonly Recipient[])[]> {
  if (audience === "participant" || occasions.length === 0) {
    return occasions.map(({ person_id: id, given_name, family_name, email, locale }) => [
      { id, given_name, family_name, email, locale },
    ]);
  }
  if (audience === "supervisor") {
    const ids = occasions.flatMap(({ supervisor_id }) => supervisor_id ?? []);
    const people = ids.length === 0 ? [] : await rows.all<Recipient>(selectPeople(ids));
    const byId = new Map(people.map((person) => [person.id, person]));
    return occasions.map(({ supervisor_id }) => {
      const supervisor = supervisor_id === null ? undefined : byId.get(supervisor_id);
      return supervisor ? [supervisor] : [];
    });
  }
  const componentIds = occasions.flatMap(({ component_id }) => component_id ?? []);
  const tutors = await rows.all<Recipient & { component_id: number }>(selectTutors(componentIds));
  const byComponent = Map.groupBy(tutors, ({ component_id }) => component_id);
  // A tutor's own registration is what makes him one; it is nothing to tell him of.
  return occasions.map(({ component_id, person_id }) =>
    component_id === null ? [] : (byComponent.get(component_id) ?? []).filter(({ id }) => id !== person_id),
  );
}
