import type { SqlValue, Statement } from "../database.ts";

/**
 * A batch on its way to the {@link Writer}: all of its statements take place, or none. Plain values, so that it can be sent to
 * another object or process. Its first statement does not ask `changes()` or `last_insert_rowid()`: what stands before it in the
 * database is another sender's.
 */
export interface WriteBatch {
  readonly statements: readonly Statement[];
  /** By which its sender forbids it, should no answer come ({@link forbid}). A whole number. */
  readonly token: number;
  /** It is only tried: its statements are executed and taken back. Default false. */
  readonly rehearsal?: boolean;
}

/** What one statement answered: its rows, by column, or how many rows it changed. */
export interface StatementAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
  readonly rowsAffected: number;
}

/** Which statement of a batch the database refused, and what it said. Nothing of the batch was written. */
export interface Refusal {
  /** Index within the batch. */
  readonly index: number;
  /** As `@libsql/client` names it, e.g. `SQLITE_CONSTRAINT`. */
  readonly code: string;
  readonly message: string;
}

/**
 * What became known of a batch. Plain values: an error that is thrown through another object's call loses its code.
 *
 * - `answers`: it is committed (or, of a rehearsal, was executed and taken back).
 * - `refused`: the database refused one of its statements; nothing of it was written.
 * - `undone`: it never reached the database, or its transaction did not begin; nothing of it was written.
 * - `unknown`: whether it was written is not known.
 */
export type BatchAnswer =
  | { readonly kind: "answers"; readonly answers: readonly StatementAnswer[] }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "undone"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

/** Sends a batch to the one writer of a database. A call that fails leaves open whether the batch takes place. */
export type WritePort = (batch: WriteBatch) => Promise<BatchAnswer>;

/**
 * Writes a group in one transaction: each batch between a savepoint and its release, one that is refused taken back to its savepoint
 * alone. Gives an answer for each, in their order. A call that fails leaves all of them open.
 */
export type CommitGroup = (batches: readonly WriteBatch[]) => Promise<readonly BatchAnswer[]>;
