import { DurableObject } from "cloudflare:workers";
import type { BatchAnswer, WriteBatch, WritePort } from "../../store/writer/batch.ts";
import { type DatabaseAddress, DatabaseQueue } from "./database-queue.ts";

/**
 * The one writer of a database (handbook, runner: one writer for each database): all objects and pages hand it their batches, and it
 * commits together what waits together. It keeps nothing: should it be lost or be there twice, every batch under way is open, and its
 * sender finds out.
 */
export class DatabaseWriter extends DurableObject {
  readonly #queue = new DatabaseQueue("write");

  async write(address: DatabaseAddress, batch: WriteBatch): Promise<BatchAnswer> {
    return await this.#queue.send(address, batch);
  }
}

/** Objects that stand in for the writer where it does not answer: so few that they do not keep the database from each other. */
const STAND_INS = 4;

/** Batches that go to a stand-in before the writer is asked again. */
const STANDING_IN = 20;

/**
 * The way to a database's writer. Where it does not answer, the next batches of this sender go to one of {@link STAND_INS} others,
 * which commit groups just as it does: however many senders are cut off from it, the database has no more than these to serve.
 *
 * @param locationHint where the object is made, once: beside the database; "": near who asks first
 */
export function writePort(
  namespace: DurableObjectNamespace<DatabaseWriter>,
  address: DatabaseAddress,
  locationHint: string,
  random: () => number,
): WritePort {
  let standIn = 0;
  let left = 0;
  return async (batch) => {
    const name = left > 0 ? `${address.url} ${standIn}` : address.url;
    left = Math.max(0, left - 1);
    try {
      const options = locationHint ? { locationHint: locationHint as DurableObjectLocationHint } : {};
      const writer = namespace.get(namespace.idFromName(name), options);
      return await writer.write(address, batch);
    } catch (error) {
      standIn = 1 + Math.floor(random() * STAND_INS);
      left = STANDING_IN;
      // The platform took the call from the sender and gave it to no object.
      if ((error as { overloaded?: unknown }).overloaded === true) return { kind: "undone", why: String(error) };
      throw error;
    }
  };
}
