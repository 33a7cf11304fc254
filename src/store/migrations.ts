import { type Client, LibsqlBatchError } from "@libsql/client";
import { isConstraintError } from "./step/guard.ts";

/** One migration as drizzle-kit wrote it, split into its statements. Bundled, since a Worker has no file system. */
export interface Migration {
  /** Name of the SQL file without its ending, e.g. `0000_first`; sorts in the order of application. */
  readonly name: string;
  readonly statements: readonly string[];
}

/** The three sets of handbook, idea: every write happens once. Each has its own table of applied migrations, `migrations_<set>`. */
export const migrationSets = ["store", "control", "learning"] as const;
export type MigrationSet = (typeof migrationSets)[number];

/** A database that can be migrated: a libSQL client. Its `migrate` is a batch with foreign keys unchecked, so that a table can be rebuilt. */
export type MigrationTarget = Pick<Client, "execute" | "migrate">;

/** A migration was refused by the database. Nothing of it was applied; those before it were. */
export class MigrationError extends Error {
  readonly code = "migration_failed";
  readonly set: MigrationSet;
  readonly migration: string;
  constructor(set: MigrationSet, migration: string, statement: string | undefined, cause: unknown) {
    const where = statement === undefined ? "" : ` at: ${statement.trim().slice(0, 200)}`;
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`Migration ${migration} of set ${set} was not applied${where}: ${why}`, { cause });
    this.set = set;
    this.migration = migration;
  }
}

/**
 * Brings a database up to date with one set. Each migration is one transaction that begins by writing down its own name,
 * so a second starter that comes at the same moment is refused there and goes on with the next. Applying a set again
 * changes nothing. Migrations that the database has and the bundle lacks are left alone: a database may be ahead of a
 * release that is still running.
 *
 * @param migrations the whole set, in order
 * @param now instant (ms) written as `applied_at`
 * @returns the names that this call applied
 * @throws {MigrationError} when the database refuses a statement.
 */
export async function migrate(
  database: MigrationTarget,
  set: MigrationSet,
  migrations: readonly Migration[],
  now: number,
): Promise<string[]> {
  const table = `migrations_${set}`;
  await database.execute(
    `CREATE TABLE IF NOT EXISTS ${table} (name text PRIMARY KEY NOT NULL, applied_at integer NOT NULL)`,
  );
  const known = await database.execute(`SELECT name FROM ${table}`);
  const applied = new Set(known.rows.map((row) => String(row.name)));
  const added: string[] = [];
  for (const { name, statements } of migrations) {
    if (applied.has(name)) continue;
    const claim = { sql: `INSERT INTO ${table} (name, applied_at) VALUES (?, ?)`, args: [name, now] };
    try {
      await database.migrate([claim, ...statements]);
      added.push(name);
    } catch (error) {
      const index = error instanceof LibsqlBatchError ? error.statementIndex : -1;
      if (index === 0 && isConstraintError(error)) continue;
      throw new MigrationError(set, name, statements[index - 1], error);
    }
  }
  return added;
}
