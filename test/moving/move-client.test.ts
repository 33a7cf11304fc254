import { describe, expect, it } from "vitest";
import { beginMove, readMove } from "../../src/control/clients/moves.ts";
import { readHealth } from "../../src/control/health.ts";
import { pageQuery, readPage } from "../../src/moving/copying.ts";
import { RANGE } from "../../src/moving/floors.ts";
import { abandonMove, continueMove, startMove } from "../../src/moving/move-client.ts";
import { sweepRetention } from "../../src/scheduler/retention.ts";
import { statement } from "../../src/store/statement.ts";
import { ProcessGone } from "../conformance/suite/faults.ts";
import {
  contentOf,
  fill,
  killedAtCall,
  moveTo,
  NORTH,
  runRow,
  SOUTH,
  type Suite,
  setSuite,
  watched,
} from "./moving.ts";

const SMALL = { limits: { rows: 2, bytes: 1_000_000 } };

/** Rows of both clients in some tables (default: all), and their runs. */
async function filled(names?: readonly string[], perClient = 3): Promise<Suite> {
  const suite = await setSuite();
  const tables = suite.tables.filter(({ name }) => names === undefined || names.includes(name));
  await suite.control.migrate([
    ...tables.flatMap((table) => fill(table, perClient)),
    ...Array.from({ length: perClient }, (_, index) => [runRow(index + 1, NORTH), runRow(index + 101, SOUTH)]).flat(),
  ]);
  return suite;
}

const empty = (content: Record<string, string[]>) => Object.values(content).flat();

describe("moving a client's data to a database of its own", () => {
  it("takes every row of every table, in pages, and leaves the other client's and the control database's", async () => {
    const suite = await filled();
    const { control, tables } = suite;
    const north = await contentOf(control, tables, NORTH);
    const south = await contentOf(control, tables, SOUTH);
    expect(Object.values(north).every((rows) => rows.length === 3)).toBe(true);
    await moveTo(suite, "own", suite.ports(undefined, SMALL));
    const own = await suite.at("own");
    expect(await contentOf(own, tables)).toEqual(north);
    expect(await contentOf(control, tables, NORTH)).toEqual(Object.fromEntries(tables.map(({ name }) => [name, []])));
    expect(await contentOf(control, tables, SOUTH)).toEqual(south);
    expect((await suite.client()).databaseUrl).toBe("own");

    await moveTo(suite, null, suite.ports(undefined, SMALL));
    expect(await contentOf(control, tables, NORTH)).toEqual(north);
    expect(await contentOf(control, tables, SOUTH)).toEqual(south);
    expect(empty(await contentOf(own, tables))).toEqual([]);
    expect((await suite.client()).databaseUrl).toBeNull();
    expect(await readMove(control, NORTH)).toBeNull();
  });

  it("leaves what belongs to the control database: what administrators did, and what processors leave that write there", async () => {
    const suite = await filled([]);
    const { control } = suite;
    const stays = [
      "INSERT INTO audit_log (client_id, actor, entity, entity_id, action, at) VALUES (1, 'a@b.example', 'job', 1, 'edit', 0)",
      "INSERT INTO audit_log (client_id, run_id, entity, entity_id, action, at) VALUES (1, 50, 'person', 1, 'x', 0)",
      "INSERT INTO processor_state (processor, client_id, key, value) VALUES ('Platform', 1, 'k', '1')",
      "INSERT INTO checkpoints (run_id, lease, now_at) VALUES (50, 1, 0)",
      runRow(50, NORTH, "Platform"),
    ];
    await control.batch(
      [
        ...stays,
        "INSERT INTO audit_log (client_id, run_id, entity, entity_id, action, at) VALUES (1, 1, 'connector', 1, 'x', 0)",
      ],
      "write",
    );
    const before = empty(await contentOf(control, suite.tables));
    await moveTo(suite, "own");
    const own = empty(await contentOf(await suite.at("own"), suite.tables));
    expect(own).toHaveLength(1);
    expect(empty(await contentOf(control, suite.tables))).toHaveLength(4);
    await moveTo(suite, null);
    expect(empty(await contentOf(control, suite.tables))).toEqual(before);
  });

  it("keeps pages within their bytes, whatever the length of a row", async () => {
    const suite = await filled([]);
    const persons = suite.tables.find(({ name }) => name === "audit_log");
    if (!persons) throw new Error("no such table");
    await suite.control.batch(
      [100, 5000, 5000, 100, 100].map((length) => ({
        sql: "INSERT INTO audit_log (client_id, entity, entity_id, action, before, at) VALUES (1, 'person', 1, 'x', ?, 0)",
        args: ["a".repeat(length)],
      })),
      "write",
    );
    const whose = { clientId: NORTH, shared: true, platformStored: [] };
    const sizes: number[] = [];
    for (let page = await readPage(suite.control, persons, whose, null, { rows: 100, bytes: 1000 }); page; ) {
      sizes.push(page.rows.length);
      page = await readPage(suite.control, persons, whose, page.until, { rows: 100, bytes: 1000 });
    }
    expect(sizes).toEqual([1, 1, 1, 2]);
  });

  it("reads its pages from an index, or from the table once, and never sorts a client's rows for each page", async () => {
    const { control, tables } = await setSuite();
    for (const shared of [true, false]) {
      for (const table of tables) {
        const after = table.key.map(() => 1);
        const { sql, args } = statement(pageQuery(table, { clientId: NORTH, shared, platformStored: [] }, after));
        const plan = await control.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
        const read = plan.rows.find(({ detail }) => /^(SEARCH|SCAN) t\b/.test(String(detail)));
        // What is sorted behind it is one page.
        const beside = plan.rows.filter(({ parent }) => parent === read?.parent).map(({ detail }) => String(detail));
        expect(read, table.name).toBeDefined();
        expect(
          beside.filter((line) => line.includes("TEMP B-TREE")),
          table.name,
        ).toEqual([]);
      }
    }
  });
});

describe("a move that is killed", () => {
  const names = ["persons", "import_seen", "checkpoints"];
  // Killed before a call, the databases are as they are when it was killed behind the call before.
  const LONG = 180_000;
  it("behind any of its database calls comes to the same end, out and back", { timeout: LONG }, async () => {
    const suite = await filled(names);
    // A migration that is killed has its own tests.
    const prepared = { ...SMALL, prepare: async () => undefined };
    await suite.ports().prepare(await suite.at("own"));
    const { control } = suite;
    const tables = suite.tables.filter(({ name }) => names.includes(name));
    const north = await contentOf(control, tables, NORTH);
    const south = await contentOf(control, tables, SOUTH);
    let kills = 0;
    for (let fatal = 1, ended = false; !ended; fatal += 1) {
      ended = true;
      for (const url of ["own", null]) {
        const kill = killedAtCall(fatal);
        await moveTo(suite, url, { ...suite.ports(kill.through, prepared), tables }).catch((error: unknown) => {
          if (!(error instanceof ProcessGone)) throw error;
        });
        if (!kill.survived) {
          kills += 1;
          ended = false;
        }
        const ports = { ...suite.ports(undefined, prepared), tables };
        // Killed before it had begun: begun again.
        if (!(await continueMove(ports, NORTH)) && (await suite.client()).databaseUrl !== url)
          await moveTo(suite, url, ports);
        expect((await suite.client()).databaseUrl).toBe(url);
        expect(await contentOf(url === null ? control : await suite.at(url), tables, NORTH)).toEqual(north);
        expect(empty(await contentOf(url === null ? await suite.at("own") : control, tables, NORTH))).toEqual([]);
      }
    }
    expect(await contentOf(control, tables, SOUTH)).toEqual(south);
    expect(kills).toBeGreaterThan(50);
  });
});

describe("ids", () => {
  it("are never given twice, wherever rows are made while a client is away, comes and goes", async () => {
    const suite = await filled(["persons"], 2);
    const { control } = suite;
    const given = new Set<number>();
    const add = async (database: typeof control, clientId: number) => {
      const result = await database.execute({
        sql: `INSERT INTO persons (client_id, username, username_key, given_name, family_name, email, locale, auth_source, auth_status, role, enrolled_on, created_at, updated_at)
          VALUES (?, hex(randomblob(8)), hex(randomblob(8)), '', '', '', 'en', 'local', 'active', 'learner', '2026-01-01', 0, 0) RETURNING id`,
        args: [clientId],
      });
      const id = Number(result.rows[0]?.id);
      expect(given.has(id)).toBe(false);
      given.add(id);
      return id;
    };
    for (const row of (await control.execute("SELECT id FROM persons")).rows) given.add(Number(row.id));
    for (const round of [1, 2, 3]) {
      const url = `own${round % 2}`;
      await add(control, NORTH);
      await moveTo(suite, url);
      const own = await suite.at(url);
      await add(control, SOUTH);
      expect(await add(own, NORTH)).toBeGreaterThan((2 * round - 1) * RANGE);
      await add(own, NORTH);
      // While it comes back, others make rows beside those that arrive.
      const ports = suite.ports((database) =>
        watched(database, async (call, name) => {
          const answer = await call();
          if (name === "migrate" && (await readMove(control, NORTH))?.phase === "copying") await add(control, SOUTH);
          return answer;
        }),
      );
      await moveTo(suite, null, ports);
      await add(control, SOUTH);
    }
    const rows = await control.execute("SELECT count(*) AS rows FROM persons WHERE client_id > 0");
    expect(Number(rows.rows[0]?.rows)).toBe(given.size);
  });

  it("stay apart when a way back is given up", async () => {
    const suite = await filled(["persons"], 2);
    await moveTo(suite, "own");
    const ports = suite.ports();
    await startMove(ports, await suite.client(), { url: null, tokenEnc: null });
    await abandonMove(ports, NORTH);
    await continueMove(ports, NORTH);
    const { rows } = await (await suite.at("own")).execute("SELECT max(id) AS id FROM persons");
    expect(Number(rows[0]?.id)).toBeGreaterThan(2 * RANGE);
  });
});

describe("a move is refused, and nothing has changed,", () => {
  const cases: [string, (suite: Suite) => Promise<unknown>, string, string | null][] = [
    ["to where the data is already", async () => undefined, "already_there", null],
    [
      "to another client's database",
      (suite) => suite.control.execute("UPDATE clients SET database_url = 'own' WHERE id = 2"),
      "database_taken",
      "own",
    ],
    [
      "to a database that another client is on its way to",
      (suite) =>
        beginMove(
          suite.control,
          { clientId: SOUTH, source: { url: null, tokenEnc: null }, target: { url: "own", tokenEnc: null } },
          1,
        ),
      "database_taken",
      "own",
    ],
    [
      "to a control database",
      async (suite) => (await suite.at("own")).execute("CREATE TABLE clients (id)"),
      "control_database",
      "own",
    ],
    [
      "to a database with rows in it",
      async (suite) => {
        const own = await suite.at("own");
        await suite.ports().prepare(own);
        return own.execute("INSERT INTO checkpoints (run_id, lease, now_at) VALUES (7, 1, 0)");
      },
      "not_empty",
      "own",
    ],
    [
      "while another move of the client is under way",
      (suite) =>
        beginMove(
          suite.control,
          { clientId: NORTH, source: { url: null, tokenEnc: null }, target: { url: "other", tokenEnc: null } },
          1,
        ),
      "under_way",
      "own",
    ],
  ];
  it.each(cases)("%s", async (_name, arrange, code, url) => {
    const suite = await setSuite();
    await arrange(suite);
    const moves = async () => (await suite.control.execute("SELECT * FROM client_moves")).rows.length;
    const before = await moves();
    await expect(moveTo(suite, url)).rejects.toMatchObject({ name: "Error", code });
    expect(await moves()).toBe(before);
    expect((await suite.client()).databaseUrl).toBeNull();
  });

  it("back, where rows of the client lie that were not taken", async () => {
    const suite = await filled(["persons"], 2);
    await moveTo(suite, "own");
    await suite.control.execute(
      "INSERT INTO import_configs (client_id, kind, name, created_at, updated_at) VALUES (1, 'user_csv', 'x', 0, 0)",
    );
    await expect(moveTo(suite, null)).rejects.toMatchObject({ code: "not_empty" });
    expect((await suite.client()).databaseUrl).toBe("own");
  });
});

describe("a move during which another program wrote to the source", () => {
  it("does not switch over; given up, everything is where it was and the other database is empty", async () => {
    const suite = await filled(["persons", "audit_log"]);
    const { control, tables } = suite;
    const ports = suite.ports();
    const late = suite.ports((database) => database, {
      report: (line) => {
        if (line === "Comparing") control.execute("UPDATE audit_log SET action = 'changed' WHERE client_id = 1");
      },
    });
    await startMove(late, await suite.client(), { url: "own", tokenEnc: null });
    await expect(continueMove(late, NORTH)).rejects.toMatchObject({ code: "move_mismatch", table: "audit_log" });
    expect((await suite.client()).databaseUrl).toBeNull();
    const before = await contentOf(control, tables);
    await abandonMove(ports, NORTH);
    await continueMove(ports, NORTH);
    expect(await contentOf(control, tables)).toEqual(before);
    expect(empty(await contentOf(await suite.at("own"), tables))).toEqual([]);
    await moveTo(suite, "own");
    expect((await suite.client()).databaseUrl).toBe("own");
  });
});

describe("while a client is being moved", () => {
  it("retention removes nothing, and a move that stands still is a problem of the health answer", async () => {
    const suite = await filled(["checkpoints"]);
    const now = 1_000_000_000_000;
    await beginMove(
      suite.control,
      { clientId: NORTH, source: { url: null, tokenEnc: null }, target: { url: "own", tokenEnc: null } },
      now,
    );
    expect(await sweepRetention(suite.control, async () => suite.control, now)).toBe(0);
    expect(await readHealth(suite.control, now)).toMatchObject({ moving: 1 });
    const words = (await readHealth(suite.control, now + 1_000_000)).problems;
    expect(words).toContain(
      "A client's move to another database was interrupted; go on with npm run client:move, or abandon it",
    );
  });
});
