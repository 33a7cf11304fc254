import { createClient } from "@libsql/client";
import { Writer } from "../store/writer/writer.ts";
import { writtenThrough } from "../store/writer/written-through.ts";
import type { OpenedDatabase } from "./assemble.ts";
import { batchToken } from "./batch-token.ts";
import { type GroupedRead, groupedReads } from "./grouped-reads.ts";
import { patientReads } from "./patient-reads.ts";
import { serverGroup } from "./server-group.ts";

/** Groups of reads that are under way at once: one that takes long holds up a part of the others at most. */
const READERS = 4;

const time = { now: () => performance.now(), soon: setImmediate };

/**
 * Opens a database at a libSQL server, for a process: what it reads and writes at one moment travels in groups, writes through one
 * {@link Writer} of the process.
 */
export function openServerDatabase(url: string, token: string | null): OpenedDatabase {
  const client = createClient({ url, intMode: "number", ...(token ? { authToken: token } : {}) });
  const writer = new Writer({ commit: serverGroup(url, token), ...time });
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const database = writtenThrough({
    direct: groupedReads(readersOf(url, token), patientReads(client, pause, Math.random)),
    write: (batch) => writer.write(batch),
    token: batchToken,
    now: () => Date.now(),
    pause,
    random: Math.random,
  });
  return { ...database, migrate: (statements) => client.migrate(statements), close: () => client.close() };
}

/** Reads by the first reader that has nothing to do, else by the one for which the fewest wait. */
function readersOf(url: string, token: string | null): GroupedRead {
  const readers = Array.from({ length: READERS }, () => ({
    underWay: 0,
    group: new Writer({ commit: serverGroup(url, token, { purpose: "read" }), ...time }),
  }));
  return async (statements) => {
    const reader = readers.reduce((best, one) => (one.underWay < best.underWay ? one : best));
    reader.underWay += 1;
    try {
      return await reader.group.write({ statements, token: 0 });
    } finally {
      reader.underWay -= 1;
    }
  };
}
