import { beforeEach, describe, expect, it } from "vitest";
import { type ChangeFilter, listChangesStatement } from "../../src/control/audit-trail.ts";
import { presentStatements } from "../../src/control/present.ts";
import { readRunDetail, readRunLive, runDetailQueries } from "../../src/control/runs/run-detail.ts";
import { LOOKED_AT, type RunListFilter, readRunPage, runPageQueries } from "../../src/control/runs/run-list.ts";
import type { RunState } from "../../src/control/runs/run-state.ts";
import { listMessagesStatement } from "../../src/learning/messages/message-list.ts";
import type { Database, Statement } from "../../src/store/database.ts";
import { statement } from "../../src/store/statement.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { series } from "../harness/database/series.ts";

const NOON = Date.UTC(2026, 10, 23, 12);

let database: Database;
beforeEach(async () => {
  database = await freshFileDatabase();
});

/** Tables that grow, under every name that the statements give them. */
const GROWING = "runs|r|p|triggers|run_logs|jobs|j|job_stats|s|audit_log|a|messages|m|clients|c";

async function planOf(statements: readonly Statement[]): Promise<string[]> {
  const details: string[] = [];
  for (const { sql, args } of statements) {
    const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
    details.push(...plan.rows.map(({ detail }) => String(detail)));
  }
  return details;
}

/** What the planner reads in full: a growing table, but for an index that holds only what is asked for. */
async function scans(statements: readonly Statement[]): Promise<string[]> {
  const details = await planOf(statements);
  const partial = /USING (COVERING )?INDEX (job_stats_failing|audit_log_admins|triggers_held|runs_overdue)\b/;
  return details.filter((detail) => new RegExp(`^SCAN (${GROWING})\\b`).test(detail) && !partial.test(detail));
}

describe("what happens now", () => {
  it.each([
    ["everywhere", undefined],
    ["for a client", 1],
  ])(
    "is read %s in one batch of five statements, each by an index of what is open, failing or paused",
    async (_name, client) => {
      const statements = presentStatements(client, NOON);
      expect(statements).toHaveLength(5);
      expect(await scans(statements)).toEqual([]);
    },
  );
});

describe("a page of runs", () => {
  const day = { from: NOON, until: NOON + 86_400_000 };
  const filters: [string, Omit<RunListFilter, "limit">][] = [
    ["of a job", { jobId: 1 }],
    ["of a job, a client, a state and a kind", { jobId: 1, clientId: 1, state: "failed", kind: "schedule" }],
    ["of a client", { clientId: 1 }],
    ["of a client and a state", { clientId: 1, state: "failed" }],
    ["of a client and a kind", { clientId: 1, kind: "manual" }],
    ["of a state", { state: "failed" }],
    ["of the queued ones", { state: "queued" }],
    ["of a client's queued ones", { state: "queued", clientId: 1 }],
    ["of a day's queued ones", { state: "queued", day }],
    ["of the planned ones of a job", { state: "planned", jobId: 1 }],
    ["of a rare kind", { kind: "backfill" }],
    ["of a day", { day }],
    ["of a day and everything else", { day, jobId: 1, clientId: 1, state: "failed", kind: "manual" }],
    ["of the overdue ones", { state: "overdue" }],
    ["of a client's overdue ones", { state: "overdue", clientId: 1 }],
  ];
  it.each(filters)("%s is read by an index, also from a later page on", async (_name, filter) => {
    const ordered = filter.day !== undefined || filter.state === "overdue";
    const after = { at: ordered ? NOON : null, id: 1000 };
    for (const one of [filter, { ...filter, after }]) {
      const statements = runPageQueries({ ...one, limit: 50 }, NOON).map(statement);
      expect(await scans(statements)).toEqual([]);
      expect((await planOf(statements)).filter((detail) => detail.includes("TEMP B-TREE"))).toEqual([]);
    }
  });

  it("of everything, or of the kind that most are, is read by its key and no further than a search may look", async () => {
    for (const filter of [{}, { kind: "schedule" }] as const) {
      const { sql, args } = statement(runPageQueries({ ...filter, limit: 50 }, NOON)[0]);
      expect(sql).toContain("ORDER BY id DESC LIMIT ?)");
      expect([51, LOOKED_AT]).toContain(args[0]);
    }
  });

  it("says where a search paused, and goes on from there", async () => {
    await database.execute({
      sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at)
        SELECT value, 1, 1, iif(value = 3, 'manual', 'schedule'), ?1 + value, ?1 + value, 'P', 'J', 'light', '{}', 'UTC', 'ok', ?1
        FROM ${series(1, "?2")}`,
      args: [NOON, LOOKED_AT + 10],
    });
    const first = await readRunPage(database, { jobId: 1, kind: "manual", limit: 50 }, NOON);
    expect(first).toEqual({ runs: [], next: { at: null, id: 11 }, lookedAt: LOOKED_AT });
    const second = await readRunPage(
      database,
      { jobId: 1, kind: "manual", limit: 50, after: { at: null, id: 11 } },
      NOON,
    );
    expect([second.runs.map(({ id }) => id), second.next]).toEqual([[3], null]);
  });
});

describe("a run that is planned and due", () => {
  /** Runs of job and client 1: due, not due yet, queued by hand, and due and waiting. */
  beforeEach(async () => {
    await database.execute({
      sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at,
          caused_by_run_id)
        SELECT value ->> 0, 1, 1, 'schedule', ?1 + key, ?1 + (value ->> 2), 'P', 'J', 'light', '{}', 'UTC', value ->> 1, ?1, 2
        FROM json_each('[[1, "planned", 0], [2, "planned", 1], [3, "queued", 0], [4, "waiting", 0]]')`,
      args: [NOON],
    });
  });

  it.each<[string, Omit<RunListFilter, "limit">]>([
    ["everywhere", {}],
    ["of a job", { jobId: 1 }],
    ["of a client", { clientId: 1 }],
    ["of a job and a client", { jobId: 1, clientId: 1 }],
    ["of a day", { day: { from: NOON, until: NOON + 86_400_000 } }],
  ])("is queued in the list of runs %s, and nothing is written for it", async (_name, filter) => {
    const listed = async (state?: RunState) =>
      (await readRunPage(database, { ...filter, state, limit: 50 }, NOON)).runs
        .map((run) => `${run.id} ${run.state}`)
        .toSorted();
    expect(await listed()).toEqual(["1 queued", "2 planned", "3 queued", "4 waiting"]);
    expect(await listed("queued")).toEqual(["1 queued", "3 queued"]);
    expect(await listed("planned")).toEqual(["2 planned"]);
    expect(await listed("waiting")).toEqual(["4 waiting"]);
    expect((await database.execute("SELECT state FROM runs WHERE id = 1")).rows[0]?.state).toBe("planned");
  });

  it("is queued in the pages that show it, and where another run names it", async () => {
    const filter = { limit: 1 };
    expect((await readRunDetail(database, 1, filter, NOON))?.run.state).toBe("queued");
    expect((await readRunDetail(database, 1, filter, NOON - 1))?.run.state).toBe("planned");
    expect((await readRunLive(database, 1, NOON))?.run.state).toBe("queued");
    expect((await readRunLive(database, 2, NOON))?.run.state).toBe("planned");
    const caused = await readRunDetail(database, 2, filter, NOON);
    expect(caused?.caused.map(({ id, state }) => `${id} ${state}`)).toEqual([
      "1 queued",
      "2 planned",
      "3 queued",
      "4 waiting",
    ]);
    await database.execute("UPDATE runs SET caused_by_run_id = 1 WHERE id = 2");
    expect((await readRunDetail(database, 2, filter, NOON))?.cause).toMatchObject({ id: 1, state: "queued" });
  });

  it("stands behind the page before it in a list of queued runs, whichever of the two is stored", async () => {
    await database.execute("UPDATE runs SET state = iif(id % 2, 'planned', 'queued'), due_at = scheduled_at - 10");
    const first = await readRunPage(database, { state: "queued", limit: 2 }, NOON);
    expect(first).toMatchObject({ runs: [{ id: 4 }, { id: 3 }], next: { id: 3 } });
    const second = await readRunPage(database, { state: "queued", limit: 2, after: { at: null, id: 3 } }, NOON);
    expect([second.runs.map(({ id }) => id), second.next]).toEqual([[2, 1], null]);
  });
});

describe("a run's page", () => {
  it("reads the run, its client, its cause, what it caused and its log by seven statements, each by an index", async () => {
    const statements = runDetailQueries(1, { level: "warn", text: "x", limit: 501 }).map(statement);
    expect(statements).toHaveLength(7);
    expect(await scans(statements)).toEqual([]);
  });
});

describe("the changes of administrators", () => {
  it.each<[string, ChangeFilter]>([
    ["all", {}],
    ["of a client", { clientId: 1, entity: "job", actor: "ada@example.com", without: ["admin"] }],
    ["of a kind, by one actor", { entity: "job", actor: "ada@example.com", before: 9 }],
    ["of one thing", { of: { entity: "job", entityId: 1 }, clientId: 1 }],
  ])("%s are read by an index of them alone", async (_name, filter) => {
    expect(await scans([listChangesStatement(filter)])).toEqual([]);
  });
});

describe("the mail monitor", () => {
  it.each([undefined, "error"] as const)("is read by index (status %s), also from a later page on", async (status) => {
    const filter = { clientId: 1, channel: "mail", status, limit: 51 } as const;
    const later = { ...filter, after: { queuedAt: NOON, id: 9 } };
    expect(await scans([listMessagesStatement(filter), listMessagesStatement(later)])).toEqual([]);
  });
});
