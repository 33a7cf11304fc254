import { createClient } from "@libsql/client";
import { Writer } from "../store/writer/writer.ts";
import { writtenThrough } from "../store/writer/written-through.ts";
import type { OpenedDatabase } from "./assemble.ts";
import { batchToken } from "./batch-token.ts";
import { serverGroup } from "./server-group.ts";

/** Opens a database at a libSQL server, for a process: reads go straight, writes through one {@link Writer} of the process. */
export function openServerDatabase(url: string, token: string | null): OpenedDatabase {
  const client = createClient({ url, intMode: "number", ...(token ? { authToken: token } : {}) });
  const writer = new Writer({
    commit: serverGroup(url, token),
    now: () => performance.now(),
    soon: setImmediate,
  });
  const database = writtenThrough({
    direct: client,
    write: (batch) => writer.write(batch),
    token: batchToken,
    now: () => Date.now(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
  });
  return { ...database, migrate: (statements) => client.migrate(statements), close: () => client.close() };
}
