import type { BatchAnswer, WriteBatch } from "../../store/writer/batch.ts";
import { Writer } from "../../store/writer/writer.ts";
import { serverGroup } from "../server-group.ts";

/** A libSQL database as the object that serves it is told of it. */
export interface DatabaseAddress {
  readonly url: string;
  readonly token: string | null;
}

/** What an object keeps of its database: the batches that wait, to be sent together. With another token it begins anew. */
export class DatabaseQueue {
  readonly #purpose: "read" | "write";
  #writer: Writer | null = null;
  #token: string | null = null;

  constructor(purpose: "read" | "write") {
    this.#purpose = purpose;
  }

  async send(address: DatabaseAddress, batch: WriteBatch): Promise<BatchAnswer> {
    if (this.#writer === null || this.#token !== address.token) {
      this.#token = address.token;
      this.#writer = new Writer({
        commit: serverGroup(address.url, address.token, { purpose: this.#purpose }),
        now: () => Date.now(),
        soon: (work) => setTimeout(work, 0),
      });
    }
    return await this.#writer.write(batch);
  }
}
