/** How much is seeded. */
export interface Volume {
  /** A multiple of 2,000; each has twenty registrations on 200 components. */
  readonly people: number;
  /** The instant (ms) of the night. */
  readonly now: number;
}

/** The night: 2 March 2026, 03:00 UTC. */
export const NIGHT = Date.UTC(2026, 2, 2, 3);

/** One day, ms. */
export const day = 86_400_000;

/** Components 1 to 20 have an enrolment rule each, and a group of the same number. */
export const courses = { ruled: 20 } as const;

/** Components 101 to 120 are learning paths with levels, 121 to 140 such with recertification. */
export const paths = { first: 101, last: 140 } as const;

/** The columns that a person is seeded with. */
export const PERSON = `id, client_id, username, username_key, given_name, family_name, email, auth_status, passive_reason, attributes, enrolled_on,
  termination_on, deletion_on, password_hash, password_changed_at, last_login_at, created_at, updated_at`;

/** A table of the numbers `from` to `to` for a WITH: SQLite as a host brings it has no generate_series. */
export function numbers(table: string, column: string, to: number, from = 1): string {
  return `${table}(${column}) AS (SELECT ${from} UNION ALL SELECT ${column} + 1 FROM ${table} WHERE ${column} < ${to})`;
}

/** True in SQL for one person in a hundred, spread over all components. @param person SQL of the number */
export function one(rest: number, person = "p"): string {
  return `(${person} % 100 = ${rest})`;
}
