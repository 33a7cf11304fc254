import type { SQL } from "drizzle-orm";
import type { Database, SqlValue, Statement } from "../../store/database.ts";
import { among, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { runs } from "../schema.ts";

/** Where {@link redactRunHistory} goes on. */
export interface HistoryPosition {
  /** Index in {@link historyParts}. */
  readonly part: number;
  /** Key of the last row that was looked at. */
  readonly after: number;
}

/** Who is to be taken out of a history, as {@link redactRunHistory} asks about its rows. */
export interface HistorySubjects {
  /** The person, by id, that each reference is about (`users.csv:12 P-17`, `registration:5`); those of others are missing. */
  personsOf(references: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** What stands for each key of an effect that has one of the people's keys or names in it; others are missing. */
  hashesOf(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What stands where a text was. */
export const ERASED_TEXT = "deleted";

type Row = Readonly<Record<string, SqlValue | undefined>>;

/** A table in which runs leave words of their own. */
interface HistoryPart {
  readonly database: "control" | "store";
  readonly table: string;
  readonly key: string;
  readonly columns: readonly string[];
  /** Condition on a row. */
  rows(clientId: number): SQL;
  /** What the row may be about; empty: nothing. */
  references(row: Row): readonly string[];
  /** New values of columns, given the people; null: it stays. */
  change(row: Row, persons: ReadonlyMap<string, number>, hashes: ReadonlyMap<string, string>): Row | null;
  /** A key that may hold a name, to be replaced by its hash. */
  keyOf?(row: Row): string;
}

interface RunError {
  readonly ref: string;
  readonly code: string;
  readonly message: string;
}

const errorsOf = (row: Row): readonly RunError[] => {
  const errors = JSON.parse(String(row.errors ?? "[]")) as unknown;
  return Array.isArray(errors) ? (errors as RunError[]) : [];
};
const refOf = ({ ref }: RunError) => (typeof ref === "string" ? ref : "");

/** What a log line is about: the reference that its data names, or the one with which the message of a failed row begins. */
function logReferences({ message, data }: Row): string[] {
  const named = typeof data === "string" ? (JSON.parse(data) as { ref?: unknown } | null)?.ref : undefined;
  if (typeof named === "string") return [named];
  // A reference may hold `: ` itself.
  const text = String(message).slice(0, 1000);
  // The line of the end quotes the first failure.
  if (text.startsWith("Ended: ")) return text.split(": ").filter((part) => /:\d/.test(part));
  return [...text.matchAll(/: /g)].slice(0, 5).map(({ index }) => text.slice(0, index));
}

/** Where runs leave words about what they worked on. What a run that is still at work needs is left alone until it has ended. */
export const historyParts: readonly HistoryPart[] = [
  {
    database: "control",
    table: "runs",
    key: "id",
    columns: ["errors", "message"],
    rows: (clientId) => sql`client_id = ${clientId} AND errors <> '[]'`,
    references: (row) => errorsOf(row).map(refOf),
    change(row, persons) {
      const errors = errorsOf(row);
      if (!errors.some((error) => persons.has(refOf(error)))) return null;
      const clean = errors.map((error) => {
        const person = persons.get(refOf(error));
        return person === undefined ? error : { ref: `person:${person}`, code: error.code, message: ERASED_TEXT };
      });
      // The message quotes the first of them.
      const quotes = errors.some((error) => persons.has(refOf(error)) && String(row.message).includes(refOf(error)));
      return { errors: JSON.stringify(clean), ...(quotes ? { message: ERASED_TEXT } : {}) };
    },
  },
  {
    database: "control",
    table: "run_logs",
    key: "id",
    columns: ["message", "data"],
    rows: (clientId) => sql`run_id IN (SELECT id FROM runs WHERE client_id = ${clientId})`,
    references: logReferences,
    change: (row, persons) =>
      logReferences(row).some((reference) => persons.has(reference)) ? { message: ERASED_TEXT, data: null } : null,
  },
  {
    database: "store",
    table: "failures",
    key: "id",
    columns: ["ref", "message"],
    rows: () => sql`1`,
    references: ({ ref }) => [String(ref)],
    change({ ref }, persons) {
      const person = persons.get(String(ref));
      return person === undefined ? null : { ref: `person:${person}`, message: ERASED_TEXT };
    },
  },
  {
    database: "store",
    table: "effects",
    key: "rowid",
    columns: ["key", "outcome"],
    // A run that is taken up again asks for its effects by their keys.
    rows: () => sql`EXISTS (SELECT 1 FROM checkpoints WHERE checkpoints.run_id = effects.run_id AND done = 1)`,
    references: ({ key }) => [String(key)],
    keyOf: ({ key }) => String(key),
    change({ key, outcome }, persons, hashes) {
      const hash = hashes.get(String(key));
      if (hash !== undefined) return { key: `deleted:${hash}`, outcome: null };
      return persons.has(String(key)) && outcome !== null ? { outcome: null } : null;
    },
  },
];

/** Rows looked at in one call. */
const WINDOW = 5000;

/**
 * Takes some people out of what is kept of a client's runs: their errors and logs in the control database, failures and effects in
 * the client's store. Where the reference of a row or error is a person's, its whole text is replaced; nothing else is changed, and
 * no text is searched. Looks at up to 5,000 rows of one table a call; harmless to repeat.
 *
 * @param position null: from the start
 * @returns where to go on; null: that was all
 */
export async function redactRunHistory(
  control: Database,
  store: Database,
  clientId: number,
  subjects: HistorySubjects,
  position: HistoryPosition | null,
): Promise<HistoryPosition | null> {
  const { part: index, after } = position ?? { part: 0, after: 0 };
  const part = historyParts[index];
  if (!part) return null;
  const database = part.database === "control" ? control : store;
  const rows = await read<Row>(database, windowQuery(part, clientId, after));
  const persons = await subjects.personsOf([...new Set(rows.flatMap((row) => part.references(row)))]);
  const hashes = part.keyOf ? await subjects.hashesOf([...new Set(rows.map(part.keyOf))]) : new Map<string, string>();
  const changed = rows.flatMap((row) => {
    const values = part.change(row, persons, hashes);
    return values ? [{ row, values }] : [];
  });
  const own =
    part.database === "control" || changed.length === 0
      ? null
      : await runsOf(
          control,
          clientId,
          changed.map(({ row }) => Number(row.run_id)),
        );
  const updates = changed
    .filter(({ row }) => own === null || own.has(Number(row.run_id)))
    .map(({ row, values }) => updateStatement(part, row, values));
  if (updates.length > 0) await database.batch(updates, "write");
  const last = rows.at(-1);
  if (last && rows.length === WINDOW) return { part: index, after: Number(last.row_key) };
  return index + 1 < historyParts.length ? { part: index + 1, after: 0 } : null;
}

const list = (parts: readonly SQL[], separator = sql`, `) => sql.join([...parts], separator);

function windowQuery(part: HistoryPart, clientId: number, after: number): SQL {
  const key = sql.identifier(part.key);
  const names = [...(part.database === "store" ? ["run_id"] : []), ...part.columns];
  return sql`SELECT ${key} AS row_key, ${list(names.map((name) => sql`${sql.identifier(name)}`))} FROM ${sql.identifier(part.table)}
    WHERE ${key} > ${after} AND ${part.rows(clientId)} ORDER BY ${key} LIMIT ${WINDOW}`;
}

/** Only what still stands as it was read is replaced. */
function updateStatement(part: HistoryPart, row: Row, values: Row): Statement {
  const columns = Object.keys(values);
  const become = columns.map((name) => sql`${sql.identifier(name)} = ${values[name] ?? null}`);
  const stand = columns.map((name) => sql`${sql.identifier(name)} IS ${row[name] ?? null}`);
  return statement(sql`UPDATE ${sql.identifier(part.table)} SET ${list(become)}
    WHERE ${sql.identifier(part.key)} = ${row.row_key} AND ${list(stand, sql` AND `)}`);
}

/** Which of some runs are this client's: a store may be shared, and its tables know runs only. */
async function runsOf(control: Database, clientId: number, runIds: readonly number[]): Promise<ReadonlySet<number>> {
  const own = await read(control, select(runs, ["id"], sql`WHERE client_id = ${clientId} AND id IN ${among(runIds)}`));
  return new Set(own.map(({ id }) => id));
}
