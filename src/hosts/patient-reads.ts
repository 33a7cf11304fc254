import { LibsqlError } from "@libsql/client";
import type { Database } from "../store/database.ts";

/** How often a read is asked again that the server turned away. */
const TRIES = 8;

/** The first pause before that (ms); each further one is twice as long, all of them spread by chance. */
const FIRST_PAUSE_MS = 25;

/** How a server says that it has too much to do: it did not begin with the request. */
const TURNED_AWAY = /HTTP status (429|503)/;

/**
 * A database whose reads are asked again where its server turns them away. A libSQL server answers 128 requests at once
 * (`--max-concurrent-requests`) and others with 429; that many runners wake at the same second.
 *
 * @param pause waits, ms
 * @param random a number in [0, 1)
 */
export function patientReads(
  database: Pick<Database, "execute" | "batch">,
  pause: (ms: number) => Promise<void>,
  random: () => number,
): Pick<Database, "execute" | "batch"> {
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask();
      } catch (error) {
        if (tries === TRIES || !(error instanceof LibsqlError && TURNED_AWAY.test(error.message))) throw error;
        await pause(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + random()));
      }
    }
  };
  return {
    execute: ((...given: Parameters<Database["execute"]>) =>
      patiently(() => database.execute(...given))) as Database["execute"],
    batch: (statements, mode) => patiently(() => database.batch(statements, mode)),
  };
}
