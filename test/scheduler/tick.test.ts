import { beforeEach, describe, expect, it } from "vitest";
import { createJob, deleteJob, updateJob } from "../../src/administration/jobs/jobs.ts";
import { readHealth } from "../../src/control/health.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { dueTriggers, overdueClients, tick } from "../../src/scheduler/tick.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../src/store/database.ts";
import { statement } from "../../src/store/statement.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient } from "../harness/runner/runner.ts";

const MINUTE = 60_000;
const NOON = Date.parse("2026-03-02T12:00:00Z");
const catalogue = createCatalogue([completing({ id: "Light" }), completing({ id: "Heavy", load: "heavy" })]);

let database: Database;
const job = (input: Record<string, unknown>, at = NOON) =>
  createJob({ control: database, catalogue }, { name: "Job", processor: "Light", ...input }, "admin@example.com", at);
const runs = async (where = "1 = 1") =>
  (await database.execute(`SELECT * FROM runs WHERE ${where} ORDER BY client_id, scheduled_at`)).rows;
const times = async (where?: string) =>
  (await runs(where)).map((row) => new Date(Number(row.scheduled_at)).toISOString().slice(11, 19));

beforeEach(async () => {
  database = await freshFileDatabase();
  await addClient(database as never, "north", "Europe/Berlin");
  await addClient(database as never, "south", "America/Sao_Paulo");
});

describe("a tick", () => {
  it("leaves a trigger alone whose zone this host does not know, plans the others, and goes on with it once the zone is known", async () => {
    await job({ cron: "0 0 * * * ?", policies: { misfire: "all" } });
    const zone = (name: string) =>
      database.execute({ sql: "UPDATE triggers SET time_zone = ? WHERE client_id = 1", args: [name] });
    await zone("America/New_Thule");
    for (let minute = 0; minute <= 120; minute += 1) await tick({ control: database }, NOON + minute * MINUTE, "cron");
    expect(await times("client_id = 2")).toEqual(["13:00:00", "14:00:00"]);
    expect(await times("client_id = 1")).toEqual([]);
    expect(await readHealth(database, NOON + 120 * MINUTE)).toMatchObject({
      failing: expect.arrayContaining(["triggers"]),
      unknownZones: ["America/New_Thule"],
    });
    await zone("Europe/Berlin");
    await tick({ control: database }, NOON + 121 * MINUTE, "cron");
    expect(await times("client_id = 1")).toEqual(["13:00:00", "14:00:00"]);
    expect(await readHealth(database, NOON + 121 * MINUTE)).toMatchObject({ triggersBehind: 0, unknownZones: [] });
  });

  it("plans nothing at the instant from which a trigger of an unknown zone was due, but its occurrences from then on", async () => {
    await job({ cron: "0 0 * * * ?", clientId: 1 }, NOON + 7 * MINUTE);
    await database.execute({ sql: "UPDATE triggers SET next_fire_at = ?", args: [NOON + 7 * MINUTE] });
    await tick({ control: database }, NOON + 59 * MINUTE, "cron");
    expect(await times()).toEqual(["13:00:00"]);
  });

  it("is not kept from the triggers of known zones by thousands of an unknown one", async () => {
    await job({ cron: "0 0 * * * ?", clientId: 2 });
    await database.execute({
      sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        INSERT INTO triggers (job_id, client_id, node_id, time_zone, next_fire_at, created_at, updated_at)
        SELECT 1, 1000 + i, '', 'America/New_Thule', ?, 0, 0 FROM n`,
      args: [NOON],
    });
    await tick({ control: database, maxPages: 2 }, NOON + 60 * MINUTE, "cron");
    expect(await times()).toEqual(["13:00:00"]);
  });

  it("plans every occurrence of the next two minutes once, whatever else ticks", async () => {
    await job({ cron: "*/20 * * * * ?", clientId: 1 });
    await tick({ control: database }, NOON, "cron");
    expect(await times()).toEqual(["12:00:20", "12:00:40", "12:01:00", "12:01:20", "12:01:40"]);
    await Promise.all([
      tick({ control: database }, NOON, "alarm"),
      tick({ control: database }, NOON + MINUTE, "cron"),
      tick({ control: database }, NOON - MINUTE, "cron"),
    ]);
    expect(await times()).toEqual([
      "12:00:20",
      "12:00:40",
      "12:01:00",
      "12:01:20",
      "12:01:40",
      "12:02:00",
      "12:02:20",
      "12:02:40",
    ]);
    expect((await runs("state <> 'planned'")).length).toBe(0);
  });

  it("gives a job for all clients one trigger for each, in the client's own zone", async () => {
    await job({ cron: "0 0 7 * * ?" });
    const triggers = await database.execute(
      "SELECT client_id, time_zone, next_fire_at FROM triggers ORDER BY client_id",
    );
    expect(
      triggers.rows.map((row) => [row.client_id, row.time_zone, new Date(Number(row.next_fire_at)).toISOString()]),
    ).toEqual([
      [1, "Europe/Berlin", "2026-03-03T06:00:00.000Z"],
      [2, "America/Sao_Paulo", "2026-03-03T10:00:00.000Z"],
    ]);
  });

  it("wakes each client's runner once", async () => {
    await job({ cron: "0 * * * * ?" });
    await job({ cron: "30 * * * * ?", clientId: 2 });
    const report = await tick({ control: database }, NOON, "cron");
    expect([...report.wake].sort()).toEqual([1, 2]);
    expect(report.planned).toBe(1 * 2 + 2);
  });

  it("hands each client the runs that it planned, the first due first, and lets those look that have something overdue", async () => {
    await job({ cron: "50 * * * * ?", clientId: 1 });
    await job({ cron: "20 * * * * ?", clientId: 2 });
    const report = await tick({ control: database }, NOON, "cron");
    const planned = await database.execute(
      `SELECT id, client_id, due_at, processor FROM runs WHERE state = 'planned' ORDER BY id`,
    );
    const ofClient = (clientId: number) =>
      planned.rows
        .filter((row) => row.client_id === clientId)
        .map(({ id, due_at, processor }) => ({ id, dueAt: due_at, processor }));
    expect(report.wake).toEqual([2, 1]);
    for (const clientId of [1, 2]) {
      expect(report.handOver.get(clientId)).toEqual(ofClient(clientId));
      expect(ofClient(clientId).length).toBeGreaterThan(1);
    }
    const later = await tick({ control: database }, NOON + 2 * MINUTE, "cron");
    // What was planned before is overdue by now, and no runner has taken it up.
    expect([later.wake.toSorted(), later.handOver.size]).toEqual([[1, 2], 0]);
  });

  it("hands nothing over, and lets no runner look, where all that it planned is skipped", async () => {
    await job({ cron: "0 * * * * ?", clientId: 2 });
    await database.execute(`UPDATE triggers SET paused_until = ${NOON + 86_400_000}`);
    const report = await tick({ control: database }, NOON, "cron");
    expect(report.planned).toBeGreaterThan(0);
    expect([report.wake, [...report.handOver]]).toEqual([[2], [[2, []]]]);
  });

  it("runs the latest of several late occurrences and records the others as one skipped row", async () => {
    await job({ cron: "0 0 * * * ?", clientId: 1 });
    await tick({ control: database }, NOON + 5 * 60 * MINUTE + 5 * MINUTE, "cron");
    expect((await runs()).map((row) => [row.state, row.reason, row.occurrences, row.until_at])).toEqual([
      ["skipped", "misfire", 4, NOON + 4 * 60 * MINUTE],
      ["planned", "catch_up", 1, null],
    ]);
    expect(await times("state = 'planned'")).toEqual(["17:00:00"]);
  });

  it("counts a long outage as at least 10,000 occurrences and goes on from now", async () => {
    await job({ cron: "*/10 * * * * ?", clientId: 1, policies: { misfire: "skip" } });
    await tick({ control: database }, NOON + 7 * 86_400_000, "cron");
    const [skipped, ...planned] = await runs();
    expect(skipped).toMatchObject({
      state: "skipped",
      occurrences: 10_000,
      until_at: NOON + 7 * 86_400_000 - MINUTE - 10_000,
    });
    expect(planned.length).toBe(18);
  });

  it("is one batch of three statements when nothing is due", async () => {
    await job({ cron: "0 0 7 * * ?" });
    const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
    await tick({ control: countingDatabase(database, tally) }, NOON, "cron");
    expect(tally).toEqual({ roundTrips: 1, statements: 3 });
  });

  it("costs the same number of statements for 1 and for 500 due triggers", async () => {
    const cost = async () => {
      const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
      const report = await tick({ control: countingDatabase(database, tally) }, NOON, "cron");
      return { ...tally, planned: report.planned };
    };
    await job({ cron: "0 1 * * * ?", clientId: 1 });
    await job({ cron: "0 1 * * * ?", clientId: 1 }, NOON - 3_600_000);
    await database.execute("UPDATE triggers SET next_fire_at = next_fire_at + 86400000 WHERE id = 1");
    const one = await cost();
    for (let count = 0; count < 500; count += 1) await job({ cron: "0 1 13 * * ?", clientId: 1 });
    const many = await cost();
    expect(one.planned).toBeGreaterThan(0);
    expect(many.planned).toBeGreaterThanOrEqual(500);
    expect(many).toMatchObject({ roundTrips: one.roundTrips, statements: one.statements });
  });

  it("skips a stored expression that cannot be read, says so, and plans the others", async () => {
    await job({ cron: "0 * * * * ?", clientId: 1 });
    await job({ cron: "0 * * * * ?", clientId: 2 });
    await database.execute("UPDATE jobs SET cron = 'nonsense' WHERE id = 1");
    await tick({ control: database }, NOON, "cron");
    expect((await runs("client_id = 1")).map((row) => [row.state, row.reason])).toEqual([
      ["skipped", "invalid_expression"],
    ]);
    expect((await runs("client_id = 2")).length).toBe(1);
  });

  it.each([
    ["due triggers", statement(dueTriggers(NOON))],
    ["overdue clients", statement(overdueClients(NOON))],
  ])("finds %s without scanning a table", async (_name, statement) => {
    const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${statement.sql}`, args: statement.args });
    expect(plan.rows.map((row) => String(row.detail)).filter((detail) => detail.startsWith("SCAN"))).toEqual([]);
  });

  it("plans and moves triggers by their key, not by scanning them", async () => {
    await job({ cron: "0 * * * * ?" });
    const seen: { sql: string; args?: unknown }[] = [];
    const spied: Database = {
      ...countingDatabase(database, { roundTrips: 0, statements: 0 }),
      batch: (statements, mode) => {
        seen.push(...(statements as { sql: string; args?: unknown }[]));
        return database.batch(statements, mode);
      },
    };
    await tick({ control: spied }, NOON, "cron");
    const writes = seen.filter(({ sql }) => sql.includes("json_each"));
    expect(writes.length).toBe(2);
    for (const write of writes) {
      const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${write.sql}`, args: write.args as never });
      const scans = plan.rows
        .map((row) => String(row.detail))
        .filter((detail) => detail.startsWith("SCAN") && !/ [pf] VIRTUAL/.test(detail));
      expect(scans).toEqual([]);
    }
  });
});

describe("an edit", () => {
  it("withdraws what was planned and had not started, and plans from now", async () => {
    await job({ cron: "0 * * * * ?", clientId: 1 });
    await tick({ control: database }, NOON, "cron");
    expect(await times()).toEqual(["12:01:00"]);
    const saved = await updateJob(
      { control: database, catalogue },
      1,
      1,
      { name: "Job", processor: "Light", clientId: 1, cron: "30 * * * * ?" },
      "a",
      NOON + 10_000,
    );
    expect(saved).toEqual({ state: "saved", jobId: 1 });
    expect(await times()).toEqual([]);
    await tick({ control: database }, NOON + 10_000, "cron");
    expect(await times()).toEqual(["12:00:30", "12:01:30"]);
  });

  it("of a revision that was replaced meanwhile is refused and changes nothing", async () => {
    await job({ cron: "0 * * * * ?", clientId: 1 });
    await updateJob(
      { control: database, catalogue },
      1,
      1,
      { name: "First", processor: "Light", clientId: 1 },
      "a",
      NOON,
    );
    const second = await updateJob(
      { control: database, catalogue },
      1,
      1,
      { name: "Second", processor: "Light", clientId: 1 },
      "b",
      NOON,
    );
    expect(second).toEqual({ state: "conflict", revision: 2 });
    expect((await database.execute("SELECT name, cron FROM jobs")).rows[0]).toMatchObject({
      name: "First",
      cron: null,
    });
  });

  it("that comes between a tick's reading and writing wins", async () => {
    await job({ cron: "0 * * * * ?", clientId: 1 });
    let edited = false;
    const racing: Database = {
      ...countingDatabase(database, { roundTrips: 0, statements: 0 }),
      batch: async (statements, mode) => {
        const isWrite = (statements as { sql: string }[]).some(({ sql }) => sql?.includes("json_each"));
        if (isWrite && !edited) {
          edited = true;
          await updateJob(
            { control: database, catalogue },
            1,
            1,
            { name: "Job", processor: "Light", clientId: 1, cron: "30 * * * * ?" },
            "a",
            NOON,
          );
        }
        return database.batch(statements, mode);
      },
    };
    await tick({ control: racing }, NOON, "cron");
    expect(edited).toBe(true);
    expect(await times()).toEqual([]);
  });
});

describe("a deleted job", () => {
  it("leaves its history and takes its triggers and planned runs along", async () => {
    await job({ cron: "0 * * * * ?", clientId: 1 });
    await tick({ control: database }, NOON, "cron");
    await database.execute("UPDATE runs SET state = 'ok' WHERE id = 1");
    expect(await deleteJob({ control: database, catalogue }, 1, "admin", NOON)).toEqual({ state: "saved", jobId: 1 });
    expect((await runs()).length).toBe(1);
    expect((await database.execute("SELECT count(*) AS n FROM triggers")).rows[0]?.n).toBe(0);
  });

  it("is refused while one of its runs is running", async () => {
    await job({ cron: "0 * * * * ?", clientId: 1 });
    await tick({ control: database }, NOON, "cron");
    await database.execute("UPDATE runs SET state = 'running'");
    expect(await deleteJob({ control: database, catalogue }, 1, "admin", NOON)).toEqual({ state: "running" });
  });
});

describe("a job", () => {
  it.each([
    ["month 0", { cron: "0 0 0 1 0 ?" }, "cron", /1-12/],
    ["an unknown zone", { timeZone: "Mars/Olympus" }, "timeZone", /Mars\/Olympus.*IANA/],
    ["an unknown parameter", { parameters: { gracedays: 1 } }, "parameters.gracedays", /gracedays/],
    ["an unknown client", { clientId: 99 }, "clientId", /99/],
    ["an unknown processor", { processor: "Nobody" }, "processor", /Nobody/],
    ["a period that is too short", { cron: "*/5 * * * * ?" }, "cron", /5 s.*10 s/],
    ["an expression that never fires again", { cron: "0 0 0 1 1 ? 2020" }, "cron", /never/],
    ["each node for a client's processor", { executeOnEachNode: true }, "executeOnEachNode", /node/],
  ])("with %s is refused with a message that names the field and the remedy", async (_name, input, field, message) => {
    const result = await job(input);
    expect(result.state).toBe("invalid");
    if (result.state !== "invalid") return;
    expect(result.problems.map((problem) => problem.field)).toEqual([field]);
    expect(result.problems[0]?.message).toMatch(message);
    expect((await database.execute("SELECT count(*) AS n FROM jobs")).rows[0]?.n).toBe(0);
  });
});
