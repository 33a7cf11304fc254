import type { Database, SqlValue, Statement } from "../store/database.ts";
import { PeopleFinder, type Traces } from "./traces.ts";

/** Where {@link redactRunHistory} goes on. */
export interface HistoryPosition {
  /** Index in {@link historyParts}. */
  readonly part: number;
  /** Key of the last row that was looked at. */
  readonly after: number;
}

/** A table in which something of a run's course is kept, and its columns that may name somebody. */
export interface HistoryPart {
  readonly database: "control" | "store";
  readonly table: string;
  readonly key: string;
  readonly columns: Readonly<Record<string, "text" | "json">>;
  /** SQL condition on a row, with one `?` for the client where `database` is `control`. */
  readonly rows: string;
}

/** Where runs leave words of their own. A checkpoint still at work is left alone: its cursor is read again. */
export const historyParts: readonly HistoryPart[] = [
  {
    database: "control",
    table: "runs",
    key: "id",
    columns: { message: "text", errors: "json" },
    rows: "client_id = ?",
  },
  {
    database: "control",
    table: "run_logs",
    key: "id",
    columns: { message: "text", data: "json" },
    rows: "run_id IN (SELECT id FROM runs WHERE client_id = ?)",
  },
  { database: "control", table: "connectors", key: "id", columns: { last_error: "text" }, rows: "client_id = ?" },
  { database: "store", table: "failures", key: "id", columns: { ref: "text", message: "text" }, rows: "1" },
  { database: "store", table: "effects", key: "rowid", columns: { outcome: "json" }, rows: "1" },
  {
    database: "store",
    table: "checkpoints",
    key: "run_id",
    columns: { cursor: "json", outcome: "json" },
    rows: "done = 1",
  },
];

/** Rows looked at in one call. */
const WINDOW = 5000;

/**
 * Takes every trace of some people out of what is kept of a client's runs (spec 2.2.3): their errors, messages and logs in the
 * control database, failures and outcomes in the client's store. Looks at up to 5,000 rows of one table a call; harmless to
 * repeat.
 *
 * @param position null: from the start
 * @returns where to go on; null: that was all
 */
export async function redactRunHistory(
  control: Database,
  store: Database,
  clientId: number,
  people: readonly Traces[],
  position: HistoryPosition | null,
): Promise<HistoryPosition | null> {
  const { part: index, after } = position ?? { part: 0, after: 0 };
  const part = historyParts[index];
  if (!part) return null;
  const database = part.database === "control" ? control : store;
  const finder = new PeopleFinder(people);
  const [bounds, found] = await database.batch(windowStatements(part, clientId, finder.probes, after), "read");
  const candidates = found?.rows ?? [];
  const own =
    part.database === "control"
      ? null
      : await runsOf(
          control,
          clientId,
          candidates.map(({ run_id }) => Number(run_id)),
        );
  const updates: Statement[] = [];
  for (const row of candidates) {
    if (own && !own.has(Number(row.run_id))) continue;
    const changes = Object.entries(part.columns).flatMap(([column, kind]) => {
      const before = row[column];
      if (typeof before !== "string") return [];
      const clean = kind === "json" ? finder.redactJson(before) : finder.redact(before);
      return clean === before ? [] : [{ column, before, clean }];
    });
    if (changes.length === 0) continue;
    const args: SqlValue[] = [
      ...changes.map(({ clean }) => clean),
      Number(row.row_key),
      ...changes.map(({ before }) => before),
    ];
    updates.push({
      sql: `UPDATE ${part.table} SET ${changes.map(({ column }) => `${column} = ?`).join(", ")}
        WHERE ${part.key} = ? AND ${changes.map(({ column }) => `${column} = ?`).join(" AND ")}`,
      args,
    });
  }
  if (updates.length > 0) await database.batch(updates, "write");
  const last = bounds?.rows[0];
  if (last && Number(last.rows) === WINDOW) return { part: index, after: Number(last.until) };
  return index + 1 < historyParts.length ? { part: index + 1, after: 0 } : null;
}

function windowStatements(part: HistoryPart, clientId: number, probes: readonly string[], after: number): Statement[] {
  const columns = Object.keys(part.columns);
  const run = part.database === "store" ? ["run_id"] : [];
  const client = part.database === "control" ? [clientId] : [];
  const text = columns.map((column) => `coalesce(${column}, '')`).join(" || ' ' || ");
  const window = (what: string) =>
    `SELECT ${what} FROM ${part.table} WHERE ${part.key} > ? AND ${part.rows} ORDER BY ${part.key} LIMIT ${WINDOW}`;
  return [
    {
      sql: `SELECT max(row_key) AS until, count(*) AS rows FROM (${window(`${part.key} AS row_key`)})`,
      args: [after, ...client],
    },
    {
      sql: `SELECT * FROM (${window([`${part.key} AS row_key`, ...run, ...columns, `lower(${text}) AS searched`].join(", "))})
        WHERE EXISTS (SELECT 1 FROM json_each(?) WHERE instr(searched, value))`,
      args: [after, ...client, JSON.stringify(probes)],
    },
  ];
}

/** Which of some runs are this client's: a store may be shared, and its tables know runs only. */
async function runsOf(control: Database, clientId: number, runIds: readonly number[]): Promise<ReadonlySet<number>> {
  if (runIds.length === 0) return new Set();
  const result = await control.execute({
    sql: "SELECT id FROM runs WHERE client_id = ? AND id IN (SELECT value FROM json_each(?))",
    args: [clientId, JSON.stringify(runIds)],
  });
  return new Set(result.rows.map(({ id }) => Number(id)));
}
