import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, LibsqlBatchError } from "@libsql/client";
import fc from "fast-check";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { openFileDatabase } from "../../src/hosts/deno/file-database.ts";
import { serverGroup } from "../../src/hosts/server-group.ts";
import type { Database, Statement } from "../../src/store/database.ts";
import { DatabaseOutageError } from "../../src/store/outage.ts";
import type { CommitGroup, WriteBatch } from "../../src/store/writer/batch.ts";
import { forbid } from "../../src/store/writer/fence.ts";
import { Writer } from "../../src/store/writer/writer.ts";
import { writtenThrough } from "../../src/store/writer/written-through.ts";
import { freshDatabase, migrateAll } from "../harness/database/database.ts";

/** Groups in a row: each call of `commit` is one transaction. */
interface Scene {
  readonly database: Database;
  /** Another connection, to see what was committed. */
  readonly other: Pick<Database, "execute">;
}

async function onFile(): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-group-"));
  const database = openFileDatabase(`${folder}/database.db`, 5_000);
  const other = createClient({ url: `file:${folder}/database.db`, intMode: "number" });
  onTestFinished(async () => {
    database.close();
    other.close();
    await rm(folder, { recursive: true, force: true });
  });
  await migrateAll(database, ["store"]);
  return { database, other };
}

/** The commits of a namespace of the run's server. */
function commitsOf(name: string): CommitGroup {
  const { url } = inject("sqld");
  const header = btoa(name).replace(/=+$/, "");
  const fetcher = ((request: Request, init?: RequestInit) => {
    const addressed = new Request(request, init);
    addressed.headers.set("x-namespace-bin", header);
    return fetch(addressed);
  }) as typeof fetch;
  return serverGroup(url, null, { fetcher });
}

let tokens = 0;
async function onServer(): Promise<Scene & { commit: CommitGroup }> {
  const direct = await freshDatabase(["store"]);
  const commit = commitsOf(direct.name);
  const writer = new Writer({ commit, now: () => performance.now(), soon: setImmediate });
  const database = writtenThrough({
    direct,
    write: (batch) => writer.write(batch),
    token: () => ++tokens,
    now: () => 0,
    pause: async () => undefined,
    random: () => 0,
  });
  return { database, other: direct.connect(), commit };
}

const put = (id: number, mode = ""): Statement => ({
  sql: `INSERT ${mode} INTO departures (client_id, at) VALUES (?, 0)`,
  args: [id],
});

async function ids({ other }: Scene): Promise<number[]> {
  const { rows } = await other.execute("SELECT client_id FROM departures ORDER BY client_id");
  return rows.map((row) => Number(row.client_id));
}

describe.each<[string, () => Promise<Scene>]>([
  ["a file", onFile],
  ["a libSQL server", onServer],
])("a group of batches, written to %s", (_, open) => {
  it("takes place as a whole, and each statement answers for itself", async () => {
    const scene = await open();
    const [one, two] = await Promise.all([
      scene.database.batch(
        [put(1), put(2), { sql: "SELECT count(*) AS n, 'x' AS word FROM departures", args: [] }],
        "write",
      ),
      scene.database.batch([{ sql: "UPDATE departures SET at = 7", args: [] }], "write"),
    ]);
    expect(one.map(({ rowsAffected }) => rowsAffected).slice(0, 2)).toEqual([1, 1]);
    expect(one[2]?.rows).toEqual([{ n: 2, word: "x" }]);
    expect(two[0]?.rowsAffected).toBe(2);
    expect(await ids(scene)).toEqual([1, 2]);
  });

  it("loses nothing when one of them is refused: it alone is taken back, with the index of its own statement", async () => {
    const scene = await open();
    const results = await Promise.allSettled([
      scene.database.batch([put(1), put(2)], "write"),
      scene.database.batch([put(3), put(4), put(1)], "write"),
      scene.database.batch([put(5)], "write"),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const error = (results[1] as PromiseRejectedResult).reason as LibsqlBatchError;
    expect(error).toBeInstanceOf(LibsqlBatchError);
    expect([error.code, error.statementIndex]).toEqual(["SQLITE_CONSTRAINT", 2]);
    expect(await ids(scene)).toEqual([1, 2, 5]);
  });

  it("refuses the batch with a statement that does not parse, and no other", async () => {
    const scene = await open();
    const results = await Promise.allSettled([
      scene.database.batch([put(1), { sql: "SELEC 1", args: [] }], "write"),
      scene.database.batch([put(2)], "write"),
    ]);
    expect((results[0] as PromiseRejectedResult).reason).toBeInstanceOf(LibsqlBatchError);
    expect((results[0] as PromiseRejectedResult).reason).not.toBeInstanceOf(DatabaseOutageError);
    expect(await ids(scene)).toEqual([2]);
  });

  it("writes none of it when the transaction ends early: nothing behind that is committed by itself", async () => {
    const scene = await open();
    await scene.database.batch([put(1)], "write");
    const results = await Promise.allSettled([
      scene.database.batch([put(2)], "write"),
      // SQLite ends the whole transaction at this conflict.
      scene.database.batch([put(3), put(1, "OR ROLLBACK")], "write"),
      scene.database.batch([put(4)], "write"),
    ]);
    expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(DatabaseOutageError);
    // The others hear the truth, whether they were sent again by themselves or not.
    const written = [2, 3, 4].filter((_id, index) => results[index]?.status === "fulfilled");
    expect(await ids(scene)).toEqual([1, ...written]);
  });

  it("takes a rehearsed batch back and answers what it would have changed", async () => {
    const scene = await open();
    await scene.database.batch([put(1)], "write");
    const [rehearsed] = await Promise.all([
      scene.database.rehearse?.([put(2), { sql: "SELECT count(*) AS n FROM departures", args: [] }]),
      scene.database.batch([put(3)], "write"),
    ]);
    expect(rehearsed?.[1]?.rows).toEqual([{ n: 2 }]);
    expect(await ids(scene)).toEqual([1, 3]);
  });

  it("reads without it, and takes what it does not know for a write", async () => {
    const scene = await open();
    await scene.database.execute(
      "WITH n (id) AS (SELECT 8) INSERT INTO departures (client_id, at) SELECT id, 0 FROM n",
    );
    const { rows } = await scene.database.execute({
      sql: "SELECT client_id FROM departures WHERE client_id = ?",
      args: [8],
    });
    expect(rows).toMatchObject([{ client_id: 8 }]);
    const [first, second] = await scene.database.batch(
      ["SELECT 1 AS a", { sql: "SELECT ? AS b", args: ["x"] }],
      "read",
    );
    expect([first?.rows, second?.rows]).toMatchObject([[{ a: 1 }], [{ b: "x" }]]);
  });

  it("holds no transaction open for one of its users", async () => {
    const { database } = await open();
    await expect(database.transaction("write")).rejects.toMatchObject({ code: "open_transaction" });
  });
});

it("groups of any batches, refused, rehearsed or good, leave a file as if each batch had come alone", async () => {
  const scene = await onFile();
  const id = fc.integer({ min: 1, max: 6 });
  const batch = fc.record({
    ids: fc.array(id, { minLength: 1, maxLength: 3 }),
    isRehearsed: fc.nat(5).map((n) => n === 0),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(batch, { minLength: 1, maxLength: 5 }), { maxLength: 6 }), async (groups) => {
      await scene.database.execute("DELETE FROM departures");
      const expected = new Set<number>();
      for (const group of groups) {
        const results = await Promise.allSettled(
          group.map(({ ids: some, isRehearsed }) => {
            const statements = some.map((one) => put(one));
            return isRehearsed ? scene.database.rehearse?.(statements) : scene.database.batch(statements, "write");
          }),
        );
        const outcomes = group.map(({ ids: some, isRehearsed }) => {
          const isGood = new Set(some).size === some.length && !some.some((one) => expected.has(one));
          if (isGood && !isRehearsed) for (const one of some) expected.add(one);
          return isGood ? "fulfilled" : "rejected";
        });
        expect(results.map(({ status }) => status)).toEqual(outcomes);
        expect(await ids(scene)).toEqual([...expected].toSorted());
      }
    }),
    { numRuns: 60 },
  );
});

describe("a batch whose answer was lost", () => {
  const lost: WriteBatch = { statements: [put(1)], token: 77 };

  it("is refused once its sender has forbidden it, however late it comes", async () => {
    const scene = await onServer();
    await scene.other.execute(forbid(77, 0));
    const [answer, other] = await scene.commit([lost, { statements: [put(2)], token: 78 }]);
    expect(answer).toMatchObject({ kind: "refused", refusal: { code: "FORBIDDEN" } });
    expect(other).toMatchObject({ kind: "answers" });
    expect(await ids(scene)).toEqual([2]);
  });

  it("is forbidden before its sender hears of it, so what the sender reads then stays true", async () => {
    const direct = await freshDatabase(["store"]);
    const commit = commitsOf(direct.name);
    const late: WriteBatch[] = [];
    const database = writtenThrough({
      direct,
      write: async (batch) => {
        late.push(batch);
        throw new Error("the connection was lost");
      },
      token: () => ++tokens,
      now: () => 5,
      pause: async () => undefined,
      random: () => 0,
    });
    await expect(database.batch([put(1)], "write")).rejects.toBeInstanceOf(DatabaseOutageError);
    const [answer] = await commit(late);
    expect(answer).toMatchObject({ kind: "refused" });
    expect(await ids({ database, other: direct })).toEqual([]);
  });

  it("is told apart from a batch to a database that was not migrated: that one says which table is missing", async () => {
    const direct = await freshDatabase(["store"]);
    await direct.execute("DROP TABLE fences");
    const [answer] = await commitsOf(direct.name)([lost]);
    expect(answer).toMatchObject({ kind: "refused", refusal: { index: 0, code: expect.stringMatching(/^SQL/) } });
    expect(JSON.stringify(answer)).toContain("no such table: fences");
  });

  it("may have been written: its sender reads that, and is not told otherwise", async () => {
    const direct = await freshDatabase(["store"]);
    const commit = commitsOf(direct.name);
    const database = writtenThrough({
      direct,
      write: async (batch) => {
        await commit([batch]);
        throw new Error("the connection was lost");
      },
      token: () => ++tokens,
      now: () => 5,
      pause: async () => undefined,
      random: () => 0,
    });
    await expect(database.batch([put(1)], "write")).rejects.toBeInstanceOf(DatabaseOutageError);
    expect(await ids({ database, other: direct })).toEqual([1]);
  });

  it("is sent again by itself only where nothing of it was written", async () => {
    const direct = await freshDatabase(["store"]);
    const commit = commitsOf(direct.name);
    const pauses: number[] = [];
    let calls = 0;
    const database = writtenThrough({
      direct,
      write: async (batch) => {
        calls += 1;
        if (calls === 1) return { kind: "undone", why: "Too many writes wait for this database" };
        const [answer] = await commit([batch]);
        return answer as Awaited<ReturnType<CommitGroup>>[number];
      },
      token: () => ++tokens,
      now: () => 5,
      pause: async (ms) => {
        pauses.push(ms);
      },
      random: () => 0.5,
    });
    await database.batch([put(1)], "write");
    expect([calls, pauses]).toEqual([2, [500]]);
    expect(await ids({ database, other: direct })).toEqual([1]);
  });
});
