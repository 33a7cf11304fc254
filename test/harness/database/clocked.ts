import type { InStatement } from "@libsql/client";
import { countingDatabase, type Database } from "../../../src/store/database.ts";

/** A database whose own clock shows what the test says. @param clock ms */
export function withClock(database: Database, clock: () => number): Database {
  const through = countingDatabase(database, { roundTrips: 0, statements: 0 });
  const told = (statement: InStatement | readonly unknown[]) => {
    const { sql, args } = typeof statement === "string" ? { sql: statement, args: [] } : (statement as never);
    return { sql: (sql as string).replace("unixepoch('subsec') * 1000", String(clock())), args };
  };
  return { ...through, batch: (statements, mode) => database.batch(statements.map(told) as never, mode) };
}
