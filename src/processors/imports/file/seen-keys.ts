import { selectSeen } from "../../../learning/imports/seen.ts";
import type { ClientRows, RowsOf } from "../../../store/rows.ts";
import type { Query } from "../../../store/statement.ts";

/** Reads in one round trip: `each` of {@link ClientRows}. */
export type ReadEach = ClientRows["each"];

/** Reads which of some keys a file has had before, in the round trip of another read. */
export class SeenKeys {
  readonly #rows: Pick<ClientRows, "each">;
  readonly #fileId: number;
  readonly #keys: readonly string[];
  #seen: Set<string> | null = null;

  /** @param fileId of the `files` row @param keys of `import_seen` */
  constructor(rows: Pick<ClientRows, "each">, fileId: number, keys: readonly string[]) {
    this.#rows = rows;
    this.#fileId = fileId;
    this.#keys = keys;
  }

  /** As {@link ClientRows.each}; the first call reads the keys, too. */
  readonly each = async <const Q extends readonly Query[]>(queries: Q): Promise<RowsOf<Q>> => {
    if (this.#seen) return this.#rows.each(queries);
    const [seen = [], ...found] = await this.#rows.each([selectSeen(this.#fileId, this.#keys), ...queries]);
    this.#seen = new Set(seen.map(({ key }) => String(key)));
    return found as unknown as RowsOf<Q>;
  };

  /** Those of the keys that the file has had; more can be added. Reads them if nothing has. */
  async known(): Promise<Set<string>> {
    if (!this.#seen) await this.each([]);
    return this.#seen ?? new Set();
  }
}
