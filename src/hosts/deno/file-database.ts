import type { Client, InStatement, Transaction, TransactionMode } from "@libsql/client";

/**
 * A client of a database file whose calls come one after the other, an open transaction counting as one call. In one
 * process all work is on one thread: a write that met an open transaction would hold up the very thread that has to
 * close it, until SQLite's time-out. The file is put into WAL mode first.
 *
 * A transaction must be closed before the database is asked anything beside it.
 */
export function inTurn(client: Client): Client {
  let last: Promise<unknown> = client.execute("PRAGMA journal_mode = WAL");

  /** Waits for all earlier calls; the next one waits for `release`. */
  async function turn(): Promise<() => void> {
    const before = last;
    let release: () => void = () => undefined;
    last = new Promise<void>((resolve) => {
      release = resolve;
    });
    await before.catch(() => undefined);
    return release;
  }

  async function call<T>(work: () => Promise<T>): Promise<T> {
    const release = await turn();
    try {
      return await work();
    } finally {
      release();
    }
  }

  async function transaction(mode: TransactionMode = "write"): Promise<Transaction> {
    const release = await turn();
    try {
      return releasing(await client.transaction(mode), release);
    } catch (error) {
      release();
      throw error;
    }
  }

  const calls: Partial<Client> = {
    execute: ((statement: InStatement, args?: never) =>
      call(() =>
        args === undefined ? client.execute(statement) : client.execute(statement as string, args),
      )) as Client["execute"],
    batch: (statements, mode) => call(() => client.batch(statements, mode)),
    migrate: (statements) => call(() => client.migrate(statements)),
    transaction: transaction as Client["transaction"],
  };
  return overlaid(client, calls);
}

/** A transaction that gives its turn back when it ends, however it does. */
function releasing(transaction: Transaction, release: () => void): Transaction {
  return overlaid(transaction, {
    commit: () => transaction.commit().finally(release),
    rollback: () => transaction.rollback().finally(release),
    close: () => {
      transaction.close();
      release();
    },
  });
}

/** An object with some of its members replaced; all others are its own. */
function overlaid<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get(own, name) {
      if (name in members) return members[name as keyof T];
      const member = Reflect.get(own, name, own) as unknown;
      return typeof member === "function" ? member.bind(own) : member;
    },
  });
}
