import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";

/** A table with rows of clients, as moving them between databases sees it. */
export interface StoredTable {
  readonly name: string;
  readonly columns: readonly StoredColumn[];
  /** Columns of its primary key, in order. */
  readonly key: readonly string[];
  /** Whose a row is: the client in `client_id`, or the one of the run in `run_id`. */
  readonly owner: "client" | "run";
  /** Rows of one client can be read in the order of their key from an index. */
  readonly ordered: boolean;
}

/** A column of a {@link StoredTable}. */
export interface StoredColumn {
  readonly name: string;
  readonly kind: "integer" | "real" | "text";
  readonly required: boolean;
}

/** A table that cannot be moved: a row does not say whose it is, or a column holds bytes. A bug of the schema. */
export class UnmovableTableError extends Error {
  readonly code = "unmovable_table";
  readonly table: string;
  constructor(table: string, why: string) {
    super(`Rows of table ${table} cannot be moved between databases: ${why}`);
    this.table = table;
  }
}

/**
 * The tables of a drizzle schema (a module, or part of one), by name.
 * @throws {UnmovableTableError}
 */
export function storedTables(schema: Readonly<Record<string, unknown>>): StoredTable[] {
  return Object.values(schema)
    .filter((member) => member instanceof SQLiteTable)
    .map((member) => toStoredTable(member))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function toStoredTable(table: SQLiteTable): StoredTable {
  const { name, columns, primaryKeys, indexes } = getTableConfig(table);
  const names = columns.map((column) => column.name);
  const single = columns.filter(({ primary }) => primary).map((column) => column.name);
  const key = single.length > 0 ? single : (primaryKeys[0]?.columns.map((column) => column.name) ?? []);
  if (key.length === 0) throw new UnmovableTableError(name, "it has no primary key");
  const owner = names.includes("client_id") ? "client" : names.includes("run_id") ? "run" : null;
  if (owner === null) throw new UnmovableTableError(name, "it has neither client_id nor run_id");
  const leading = indexes.map(({ config }) => config.columns.map((one) => ("name" in one ? one.name : "")).join());
  return {
    name,
    key,
    owner,
    ordered:
      owner === "client" && leading.some((index) => index === "client_id" || index === `client_id,${key.join()}`),
    columns: columns.map((column) => {
      // A collation may follow.
      const kind = column.getSQLType().split(" ")[0];
      if (kind !== "integer" && kind !== "real" && kind !== "text")
        throw new UnmovableTableError(name, `column ${column.name} is ${kind}`);
      return { name: column.name, kind, required: column.notNull };
    }),
  };
}
