import type { SQL } from "drizzle-orm";
import type { DeletionMode, ErasedPerson } from "./person.ts";

/** What an erasure does to bound rows that stay: `clears` are the columns whose whole text the assignments take away. */
export interface Change {
  readonly set: (person: ErasedPerson, now: number) => SQL;
  readonly clears: string;
}

/** What becomes of a bound row. */
export type Fate = "keep" | "delete" | Change;

/** One way in which rows of a table are bound to a person, and what each mode does to them. */
export interface Binding extends Readonly<Record<DeletionMode, Fate>> {
  readonly table: string;
  /** The binding in a word or two, e.g. `person_id`; unique within the table. */
  readonly by: string;
  /** SQL condition on the table's columns, next to `client_id`; null: the person has nothing that could bind a row in this way. */
  readonly rows: (person: ErasedPerson) => SQL | null;
  /** `rows` names ids: they lead to the rows, whatever indexes there are. */
  readonly byId?: true;
  /** A column of our references (such as `source_ref`) that is replaced by its hash where the row stays and it holds one of the person's keys. */
  readonly hashes?: string;
  /** The rows are these entities of the audit, which notes that they were changed or deleted. */
  readonly audited?: string;
  /** The rows hold a foreign key to the person's own row. */
  readonly holdsPerson?: true;
  /** The search index has these rows: they are told to it, deleted or (where they stay) changed. */
  readonly indexed?: "registration" | "person";
  /** Written before the rows, given an SQL list of their ids, in the mode `remove`. */
  readonly beforeRemoval?: (ids: SQL, now: number) => SQL;
}

/** What a table of a client's data knows of people. */
export interface TableFacts {
  /** Why no row is bound to a person; missing where there are bindings. */
  readonly unbound?: string;
  /**
   * Columns in which people or other systems write: a person's name can stand there. In a bound row they are cleared or go
   * with it; in rows of others they are never changed, and mentions are looked for in them.
   */
  readonly texts?: string;
  /** Columns of the suite's own words, ids, days, codes, hashes and sealed secrets: no person's name can stand there. */
  readonly words?: string;
}
