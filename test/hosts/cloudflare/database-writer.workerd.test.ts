import { env } from "cloudflare:workers";
import { createClient } from "@libsql/client/web";
import { beforeEach, describe, expect, it } from "vitest";
import { type DatabaseAddress, writePort } from "../../../src/hosts/cloudflare/DatabaseWriter.ts";
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
