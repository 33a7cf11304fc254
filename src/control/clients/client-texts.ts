import type { Database } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";

/** Where {@link readClientTexts} goes on. */
export interface TextPosition {
  /** Index in {@link clientTextTables}. */
  readonly table: number;
  /** Id of the last row that was read. */
  readonly after: number;
}

/** One text of a client's configuration. */
export interface ClientText {
  readonly table: string;
  readonly id: number;
  readonly column: string;
  readonly text: string;
}

/** Configuration of a client in which a person may be named; `own` names whose a row is. */
export const clientTextTables = [
  { table: "settings", columns: ["value"], own: "client_id" },
  { table: "texts", columns: ["value"], own: "client_id" },
  { table: "connectors", columns: ["name", "base_url", "config", "last_error"], own: "client_id" },
  { table: "clients", columns: ["name", "license_alert_email"], own: "id" },
  { table: "person_searches", columns: ["name", "config"], own: "client_id" },
] as const;

const WINDOW = 500;

/**
 * Reads a client's own configuration texts, some rows a call; never a secret.
 *
 * @param position null: from the start
 * @returns the texts, and where to go on; null: that was all
 */
export async function readClientTexts(
  control: Database,
  clientId: number,
  position: TextPosition | null,
): Promise<{ readonly texts: readonly ClientText[]; readonly next: TextPosition | null }> {
  const { table: index, after } = position ?? { table: 0, after: 0 };
  const part = clientTextTables[index];
  if (!part) return { texts: [], next: null };
  const { table, columns, own } = part;
  const rows = await read(
    control,
    sql`SELECT ${sql.join(
      ["id", ...columns].map((name) => sql.identifier(name)),
      sql`, `,
    )} FROM ${sql.identifier(table)} WHERE ${sql.identifier(own)} = ${clientId} AND id > ${after} ORDER BY id LIMIT ${WINDOW}`,
  );
  const texts = rows.flatMap((row) =>
    columns.flatMap((column) => {
      const text = row[column];
      return typeof text === "string" && text !== "" ? [{ table, id: Number(row.id), column, text }] : [];
    }),
  );
  const last = rows.at(-1);
  if (last && rows.length === WINDOW) return { texts, next: { table: index, after: Number(last.id) } };
  return { texts, next: index + 1 < clientTextTables.length ? { table: index + 1, after: 0 } : null };
}
