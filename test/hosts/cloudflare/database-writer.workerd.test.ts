import { env } from "cloudflare:workers";
import { createClient } from "@libsql/client/web";
import { beforeEach, describe, expect, it } from "vitest";
import { readThrough } from "../../../src/hosts/cloudflare/DatabaseReader.ts";
import { writePort } from "../../../src/hosts/cloudflare/DatabaseWriter.ts";
import type { DatabaseAddress } from "../../../src/hosts/cloudflare/database-queue.ts";
import type { Database } from "../../../src/store/database.ts";
import { DatabaseOutageError } from "../../../src/store/outage.ts";
import type { BatchAnswer } from "../../../src/store/writer/batch.ts";
import { writtenThrough } from "../../../src/store/writer/written-through.ts";

/** The server's default database: the edge runtime finds no host name of another. */
const address: DatabaseAddress = { url: env.LIBSQL_URL, token: null };
const direct = createClient({ url: address.url, intMode: "number" });

beforeEach(async () => {
  await direct.batch([
    "CREATE TABLE IF NOT EXISTS fences (token integer PRIMARY KEY, at integer NOT NULL)",
    "DROP TABLE IF EXISTS seats",
    "CREATE TABLE seats (id integer PRIMARY KEY)",
  ]);
});

let tokens = 0;
function through(namespace = env.DATABASE_WRITER, to = address): Database {
  return writtenThrough({
    direct,
    write: writePort(namespace, to, "", () => 0),
    token: () => ++tokens,
    now: () => 0,
    pause: async () => undefined,
    random: () => 0,
  });
}

const put = (id: number) => ({ sql: "INSERT INTO seats (id) VALUES (?)", args: [id] });

describe("the writer of a database at the edge", () => {
  it("takes the batches of many senders, each of which hears of its own", async () => {
    const senders = Array.from({ length: 200 }, () => through());
    const results = await Promise.allSettled(senders.map((sender, id) => sender.batch([put(id % 150)], "write")));
    // Fifty find their row there already.
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    expect(refused).toHaveLength(50);
    for (const reason of refused) expect(reason).toMatchObject({ code: "SQLITE_CONSTRAINT", statementIndex: 0 });
    const { rows } = await direct.execute("SELECT count(*) AS n FROM seats");
    expect(rows[0]?.n).toBe(150);
  });

  it("that does not answer costs a sender one batch; the next go to another, in its place for a while", async () => {
    const asked: string[] = [];
    const namespace = {
      idFromName: (name: string) => name,
      get: (name: string) => ({
        async write(to: DatabaseAddress, batch: never): Promise<BatchAnswer> {
          asked.push(name.slice(address.url.length));
          if (asked.length === 1) throw new Error("the object was reset");
          return await env.DATABASE_WRITER.get(env.DATABASE_WRITER.idFromName(name)).write(to, batch);
        },
      }),
    } as unknown as typeof env.DATABASE_WRITER;
    const database = through(namespace);
    await expect(database.batch([put(1)], "write")).rejects.toBeInstanceOf(DatabaseOutageError);
    for (let id = 2; id <= 23; id += 1) await database.batch([put(id)], "write");
    expect(asked).toEqual(["", ...Array.from({ length: 20 }, () => " 1"), "", ""]);
    const { rows } = await direct.execute("SELECT count(*) AS n FROM seats");
    expect(rows[0]?.n).toBe(22);
  });

  it("gives an address in no answer: neither a token nor a host reaches who reads an error", async () => {
    const database = through(env.DATABASE_WRITER, { url: "http://localhost:9", token: "secret-token" });
    const error: unknown = await database.batch([put(1)], "write").catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(DatabaseOutageError);
    expect(String(error)).not.toMatch(/secret-token|localhost/);
  });
});

describe("the readers of a database at the edge", () => {
  /** A way straight to the database that counts what is asked there. */
  function counted() {
    const asked: string[] = [];
    const straight = {
      execute: ((statement: { sql: string }) => {
        asked.push(statement.sql);
        return direct.execute(statement);
      }) as Database["execute"],
      batch: ((statements: never, mode: never) => direct.batch(statements, mode)) as Database["batch"],
    };
    return { asked, straight };
  }

  it("answer two hundred objects at once, each with its own rows", async () => {
    const { asked, straight } = counted();
    await direct.batch(Array.from({ length: 200 }, (_, id) => put(id)));
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, id) =>
        readThrough(env.DATABASE_READER, address, "", straight, () => (id % 4) / 4).execute({
          sql: "SELECT id, id * 2 AS twice FROM seats WHERE id = ?",
          args: [id],
        }),
      ),
    );
    expect(answers.map(({ rows }) => ({ ...rows[0] }))).toEqual(answers.map((_, id) => ({ id, twice: 2 * id })));
    expect(asked).toEqual([]);
  });

  it("leave a read that fails to the database itself, which says what is wrong", async () => {
    const { asked, straight } = counted();
    const database = readThrough(env.DATABASE_READER, address, "", straight, () => 0);
    await expect(database.execute({ sql: "SELECT absent FROM seats", args: [] })).rejects.toThrow(/no such column/);
    expect(asked).toEqual(["SELECT absent FROM seats"]);
  });

  it("keep several reads of one call together, and pass on what is written", async () => {
    const database = readThrough(env.DATABASE_READER, address, "", direct, () => 0);
    await database.batch([put(1)], "write");
    const [one, two] = await database.batch(["SELECT count(*) AS n FROM seats", "SELECT 'x' AS word"], "read");
    expect([one?.rows[0]?.n, two?.rows[0]?.word]).toEqual([1, "x"]);
  });
});
