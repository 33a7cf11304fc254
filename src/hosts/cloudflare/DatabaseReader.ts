import { DurableObject } from "cloudflare:workers";
import type { Database } from "../../store/database.ts";
import type { BatchAnswer, WriteBatch } from "../../store/writer/batch.ts";
import { groupedReads } from "../grouped-reads.ts";
import { type DatabaseAddress, DatabaseQueue } from "./database-queue.ts";

/**
 * Reads for many objects at once: what comes together is one request and one connection at the server, which would open one for each
 * of them, read its schema anew, and turn most of them away.
 */
export class DatabaseReader extends DurableObject {
  readonly #queue = new DatabaseQueue("read");

  async read(address: DatabaseAddress, batch: WriteBatch): Promise<BatchAnswer> {
    return await this.#queue.send(address, batch);
  }
}

/** Objects among which the reads of a database are spread. */
const READERS = 4;

/**
 * A database that is read through one of its readers ({@link groupedReads}).
 *
 * @param straight the database itself; it also takes every batch whose mode is not `read`
 * @param locationHint where the readers are made, once: beside the database; "": near who asks first
 */
export function readThrough(
  namespace: DurableObjectNamespace<DatabaseReader>,
  address: DatabaseAddress,
  locationHint: string,
  straight: Pick<Database, "execute" | "batch">,
  random: () => number,
): Pick<Database, "execute" | "batch"> {
  const name = `${address.url} ${Math.floor(random() * READERS)}`;
  const options = locationHint ? { locationHint: locationHint as DurableObjectLocationHint } : {};
  return groupedReads((statements) => {
    const reader = namespace.get(namespace.idFromName(name), options);
    return reader.read(address, { statements, token: 0 });
  }, straight);
}
