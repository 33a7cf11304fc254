import { type InStatement, LibsqlError } from "@libsql/client";
import { describe, expect, it } from "vitest";
import type { Database } from "../../src/store/database.ts";
import { DatabaseOutageError, withOutages } from "../../src/store/outage.ts";
import { freshDatabase } from "../harness/database/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

/** Statements at which the database itself is not at fault. */
const wrong: readonly (readonly [string, InStatement])[] = [
  ["does not parse", "SELEC 1"],
  ["names a table that is not there", "SELECT * FROM nothing"],
  ["breaks a constraint", "INSERT INTO settings (client_id, key, value) VALUES (0, NULL, '1')"],
  ["is nested too deeply", `SELECT ${"-(".repeat(2_000)}1${")".repeat(2_000)}`],
];

describe.each<[string, () => Promise<Database>]>([
  ["a libSQL server", freshDatabase],
  ["a file", freshFileDatabase],
])("%s that refuses a statement", (_, open) => {
  it.each(wrong)(
    "which %s is not out of reach: the same statement would be refused again",
    async (_name, statement) => {
      const database = withOutages(await open());
      for (const ask of [() => database.execute(statement), () => database.batch([statement], "write")]) {
        const error = await ask().catch((refusal: unknown) => refusal);
        expect(error).toBeInstanceOf(LibsqlError);
        expect(error).not.toBeInstanceOf(DatabaseOutageError);
      }
    },
  );
});

it("a database that cannot be reached is out of reach", async () => {
  const gone = { execute: async () => Promise.reject(new TypeError("fetch failed")) } as unknown as Database;
  await expect(withOutages(gone).execute("SELECT 1")).rejects.toBeInstanceOf(DatabaseOutageError);
});
