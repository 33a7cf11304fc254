import { LibsqlError, type ResultSet } from "@libsql/client";
import { describe, expect, it } from "vitest";
import { patientReads } from "../../src/hosts/patient-reads.ts";
import type { Database } from "../../src/store/database.ts";

const rows = { rows: [{ n: 1 }] } as unknown as ResultSet;

/** A database that fails with each of these errors in turn, and then answers. */
function failing(...errors: Error[]) {
  const pauses: number[] = [];
  const ask = async () => {
    const error = errors.shift();
    if (error) throw error;
    return rows;
  };
  const database = { execute: ask, batch: async () => [await ask()] } as unknown as Database;
  const pause = async (ms: number) => {
    pauses.push(ms);
  };
  return { reads: patientReads(database, pause, () => 0.5), pauses };
}

const busy = () => new LibsqlError("Server returned HTTP status 429", "SERVER_ERROR");

describe("a read that the server turns away", () => {
  it("is asked again, each time after a longer pause", async () => {
    const { reads, pauses } = failing(busy(), busy(), busy());
    expect(await reads.execute("SELECT 1")).toBe(rows);
    expect(pauses).toEqual([25, 50, 100]);
  });

  it("fails when it was turned away eight times", async () => {
    const { reads, pauses } = failing(...Array.from({ length: 9 }, busy));
    await expect(reads.batch(["SELECT 1"], "read")).rejects.toThrow("429");
    expect(pauses).toHaveLength(7);
  });

  it("is told apart from one that is wrong: that is not asked again", async () => {
    const { reads, pauses } = failing(new LibsqlError("no such table: x", "SQLITE_ERROR"));
    await expect(reads.execute("SELECT * FROM x")).rejects.toThrow("no such table");
    expect(pauses).toEqual([]);
  });
});
