import { type Client, LibsqlError } from "@libsql/client";

/** How long (ms) a busy database is left alone before it is asked again. */
const PAUSE_MS = 50;

/** A statement refused with one of these was not executed: another writer holds the database. */
const BUSY = /^SQLITE_(BUSY|LOCKED)/;

/** Nor was one that a server answered with "too many requests". */
const TOO_MANY = 429;

function isRefusal(error: unknown): boolean {
  if (!(error instanceof LibsqlError)) return false;
  const { cause } = error;
  return BUSY.test(error.code) || (cause instanceof Error && "status" in cause && cause.status === TOO_MANY);
}

async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/**
 * A test's own connection to a database on which others write: its statements wait until the database is free. A file has its
 * `timeout` for that; a server answers "busy" of its own accord once it has waited long enough.
 */
export function patient(client: Client): Client {
  const { execute, batch } = client;
  client.execute = ((...args: Parameters<Client["execute"]>) =>
    whenFree(() => execute.apply(client, args))) as Client["execute"];
  client.batch = (...args) => whenFree(() => batch.apply(client, args));
  return client;
}
