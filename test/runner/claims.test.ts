import { beforeEach, describe, expect, it } from "vitest";
import { startRuns } from "../../src/control/runs/runs.ts";
import { claimPlanned } from "../../src/runner/control/claims.ts";
import { Runner } from "../../src/runner/runner.ts";
import type { Database } from "../../src/store/database.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient, runnerPorts } from "../harness/runner/runner.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const MINUTE = 60_000;
let database: Database;
let id: number;

const work = completing({ id: "Work" });
const start = { jobId: 1, processor: "Work", jobName: "Work", load: "light", parameters: {}, clientId: 1 } as const;
const more = { nodeId: "", timeZone: "UTC", asOf: null, dryRun: false, requestedBy: "test" };
const queue = async (other: { readonly jobId?: number; readonly clientId?: number } = {}) => {
  const [queued] = await startRuns(database, [{ ...start, ...more, ...other }], NOON);
  return queued as number;
};
const run = async () => ({ ...(await database.execute(`SELECT * FROM runs WHERE id = ${id}`)).rows[0] });
const checkpoints = async () =>
  (await database.execute("SELECT run_id, lease, step FROM checkpoints")).rows.map((row) => ({ ...row }));
const handedOver = () => ({ id, dueAt: NOON, processor: "Work", clientId: 1 });
const claimAt = (now: number, claimant = "me", processor = work) =>
  claimPlanned(database, handedOver(), processor, claimant, now);

beforeEach(async () => {
  database = await freshFileDatabase();
  for (const key of ["north", "south"]) await addClient(database as never, key);
  id = await queue();
  await database.execute("UPDATE runs SET state = 'planned', kind = 'schedule'");
});

describe("a run that the tick handed over", () => {
  it("is claimed without a look when nothing stands against it, together with its client and its checkpoint", async () => {
    const { claimed } = await claimAt(NOON + 5);
    expect(claimed).toMatchObject({
      run: {
        id,
        state: "running",
        lease: 1,
        attempt: 1,
        startedAt: NOON + 5,
        heartbeatAt: NOON + 5,
        deadlineAt: NOON + 5 + 360 * MINUTE,
      },
      client: { id: 1, key: "north", databaseUrl: null },
      checkpoint: { runId: id, lease: 1, step: 0, now: NOON + 5, ending: null },
    });
    expect(await checkpoints()).toEqual([{ run_id: id, lease: 1, step: 0 }]);
  });

  it("keeps the time that its job allows", async () => {
    await database.execute(`UPDATE runs SET policies = '{"maxRunMinutes":7}'`);
    expect((await claimAt(NOON)).claimed?.run.deadlineAt).toBe(NOON + 7 * MINUTE);
  });

  it.each<[string, string, number?]>([
    ["it is not due", "SELECT 1", NOON - 1],
    ["it is more than a minute late", "SELECT 1", NOON + MINUTE + 1],
    ["it was claimed before", "UPDATE runs SET lease = 1"],
    ["it is at work", "UPDATE runs SET state = 'running', lease = 1, started_at = 1"],
    ["it has ended", "UPDATE runs SET state = 'skipped', ended_at = 1"],
    ["it was withdrawn", "DELETE FROM runs"],
    ["it is heavy", "UPDATE runs SET load = 'heavy'"],
    ["it is another processor's", "UPDATE runs SET processor = 'Other'"],
    ["it is to wait", `UPDATE runs SET state = 'waiting', not_before_at = ${NOON + 1}`],
    ["a cancel was asked for", "UPDATE runs SET cancel_requested_at = 1"],
    ["it is another client's", "UPDATE runs SET client_id = 2"],
    [
      "everything is stopped",
      "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'stopped', '{}', 0, 0)",
    ],
    ["its client is not active", "UPDATE clients SET status = 'inactive'"],
    ["its client is gone", "DELETE FROM clients WHERE id = 1"],
    [
      "its client is in a blackout",
      `INSERT INTO blackouts (client_id, starts_at, ends_at, created_at, updated_at) VALUES (1, ${NOON}, ${NOON + 1}, 0, 0)`,
    ],
    [
      "the platform is in a blackout",
      `INSERT INTO blackouts (client_id, starts_at, ends_at, created_at, updated_at) VALUES (0, ${NOON}, ${NOON + 1}, 0, 0)`,
    ],
    [
      "its client's data is being moved",
      "INSERT INTO client_moves (client_id, source_url, source_token_enc, target_url, target_token_enc, phase, position, started_at, moved_at) VALUES (1, NULL, NULL, 'x', NULL, 'copying', '{}', 0, 0)",
    ],
  ])("is not when %s, and nothing is changed", async (_name, sql, now = NOON) => {
    await database.execute(sql);
    const before = await run();
    const { claimed } = await claimAt(now);
    expect(claimed).toBeNull();
    expect(await run()).toEqual(before);
    expect(await checkpoints()).toEqual([]);
  });

  it.each<[string, string]>([
    ["due", "planned', due_at = due_at - 1, started_at = NULL, kind = 'schedule"],
    ["at work", "running', started_at = '1"],
    ["waiting for its retry", `waiting', started_at = 1, not_before_at = '${NOON + MINUTE}`],
    ["at work, due in the future by another clock", `running', started_at = 1, due_at = '${NOON + MINUTE}`],
  ])(
    "is not while another run of its client is %s; what is open comes back instead of the look that was spared",
    async (_name, state) => {
      const other = await queue({ jobId: 2 });
      await database.execute(`UPDATE runs SET state = '${state}' WHERE id = ${other}`);
      const answer = await claimAt(NOON);
      if (answer.claimed) throw new Error("It was claimed");
      expect(answer.open.due.map((open) => open.id).toSorted()).toEqual([id, other]);
      expect(answer.open.gate).toEqual({ stopped: false, blackout: false, clientActive: true, moving: false });
    },
  );

  it("is claimed beside what is planned for later, and beside other clients' runs; the answer names what comes due next", async () => {
    const [later, latest, foreign] = [
      await queue({ jobId: 2 }),
      await queue({ jobId: 3 }),
      await queue({ clientId: 2 }),
    ];
    await database.execute(`UPDATE runs SET state = 'planned', due_at = ${NOON + 9} WHERE id = ${latest}`);
    await database.execute(`UPDATE runs SET state = 'planned', due_at = ${NOON + 5} WHERE id = ${later}`);
    const answer = await claimAt(NOON);
    expect(answer).toMatchObject({ claimed: { run: { id } }, next: { id: later, dueAt: NOON + 5, processor: "Work" } });
    expect(foreign).toBeGreaterThan(latest);
  });

  it("that was started by hand is claimed in a blackout", async () => {
    await database.execute("UPDATE runs SET kind = 'manual'");
    await database.execute(
      `INSERT INTO blackouts (client_id, starts_at, ends_at, created_at, updated_at) VALUES (1, ${NOON}, ${NOON + 1}, 0, 0)`,
    );
    expect((await claimAt(NOON)).claimed).not.toBeNull();
  });

  it("of a client with a database of its own is claimed, and its checkpoint is left to that database", async () => {
    await database.execute("UPDATE clients SET database_url = 'http://127.0.0.1:1' WHERE id = 1");
    expect((await claimAt(NOON)).claimed).toMatchObject({
      run: { lease: 1 },
      client: { databaseUrl: "http://127.0.0.1:1" },
      checkpoint: null,
    });
    expect(await checkpoints()).toEqual([]);
  });

  it("has its checkpoint in control where its processor's store is control, whatever database its client has", async () => {
    await database.execute("UPDATE clients SET database_url = 'http://127.0.0.1:1' WHERE id = 1");
    const claimed = await claimAt(NOON, "me", { ...work, store: "control" });
    expect(claimed.claimed?.checkpoint).toMatchObject({ runId: id, lease: 1 });
  });

  it("is claimed once, however often the claim arrives; its claimant knows it again, and no other runner takes it for its own", async () => {
    const first = await claimAt(NOON);
    const again = await claimAt(NOON + 30_000);
    expect(again.claimed).toEqual(first.claimed);
    expect((await claimAt(NOON, "another")).claimed).toBeNull();
    expect(await run()).toMatchObject({ lease: 1, attempt: 1, claimant: "me" });
  });

  it("is claimed by statements that each use an index", async () => {
    const sent: { sql: string; args: never[] }[] = [];
    const watched = {
      ...database,
      batch: (statements: never[], mode: never) => {
        sent.push(...statements);
        return database.batch(statements, mode);
      },
    };
    await claimPlanned(watched as never, handedOver(), work, "me", NOON);
    for (const { sql, args } of sent) {
      const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
      for (const { detail } of plan.rows)
        expect(String(detail)).not.toMatch(
          /^SCAN (runs|other|settings|blackouts|clients|client_moves|checkpoints|departures|k|c)\b/,
        );
    }
    expect(sent).toHaveLength(6);
  });
});

describe("a claim whose answer is lost", () => {
  const lost = () => new TypeError("fetch failed");

  it.each([
    ["with a look", undefined],
    ["without one", [{ id: 1, dueAt: NOON, processor: "Work" }]],
  ])("%s: the run is taken up again at once, by a runner that otherwise waits for silence", async (_name, planned) => {
    let lose = true;
    const losing: Database = {
      execute: (...call: Parameters<Database["execute"]>) => database.execute(...call),
      transaction: (...call: Parameters<Database["transaction"]>) => database.transaction(...call),
      batch: async (...call: Parameters<Database["batch"]>) => {
        const answer = await database.batch(...call);
        if (!lose || !JSON.stringify(call[0]).includes("SET state = 'running'")) return answer;
        lose = false;
        throw lost();
      },
    };
    const clock = new VirtualClock(NOON);
    const runner = new Runner(runnerPorts(losing, [work], clock, { takesOver: "when silent" }), 1);
    const next = await runner.work(planned);
    expect(await run()).toMatchObject({ state: "running", lease: 1 });
    await clock.advanceTo(next as number);
    await runner.work([]);
    expect(await run()).toMatchObject({ state: "no_action", lease: 2, attempt: 1 });
    expect(next).toBe(NOON + 5_000);
  });

  it("is no other runner's: that one waits for silence", async () => {
    await claimAt(NOON);
    const clock = new VirtualClock(NOON);
    const runner = new Runner(runnerPorts(database, [work], clock, { takesOver: "when silent" }), 1);
    expect(await runner.work()).toBe(NOON + 45_000);
    expect(await run()).toMatchObject({ state: "running", lease: 1 });
  });
});
