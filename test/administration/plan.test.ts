import { beforeEach, describe, expect, it } from "vitest";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { orderedWith, planOf, warningsFor } from "../../src/administration/plan/plan.ts";
import { readWarnings } from "../../src/administration/plan/plan-warnings.ts";
import { neighboursStatement, type PlannedJob, planStatements } from "../../src/control/jobs/planned-jobs.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { countingDatabase, type Database } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient } from "../harness/runner/runner.ts";

const MINUTE = 60_000;

/** Monday, 23 November 2026, 12:00 in Berlin. */
const NOW = Date.parse("2026-11-23T11:00:00Z");

const catalogue = createCatalogue([
  completing({ id: "Import", aliases: ["OldImport"], load: "heavy" }),
  completing({ id: "Groups", load: "heavy", after: ["Import"] }),
  completing({ id: "Mails", after: ["Groups"] }),
  completing({ id: "Other", load: "heavy" }),
  completing({ id: "Light" }),
]);

let serial = 0;
function job(processor: string, cron: string, more: Partial<PlannedJob> = {}): PlannedJob {
  serial += 1;
  return {
    jobId: serial,
    name: `${processor} ${cron}`,
    processor,
    load: catalogue.find(processor)?.load ?? "light",
    cron,
    timeZone: "Europe/Berlin",
    transitions: "safe",
    holidays: [],
    pausedUntil: null,
    ...more,
  };
}

const local = (at: number | undefined) =>
  at === undefined ? "" : new Date(at + 60 * MINUTE).toISOString().slice(0, 16).replace("T", " ");

describe("heavy jobs of one client", () => {
  const meetings = (one: PlannedJob, ...others: PlannedJob[]) => warningsFor(one, others, catalogue, NOW).meetings;

  it.each([
    ["0 0 2 * * ?", "0 15 2 * * ?", 20],
    ["0 0 2 * * ?", "0 16 2 * * ?", 0],
    ["0 0 2 * * ?", "0 50 1 * * ?", 20],
    ["0 55 23 * * ?", "0 5 0 * * ?", 20],
    ["0 30 * * * ?", "0 40 4 * * ?", 20],
    ["0 0 2 * * ?", "0 0 2 ? * SUN", 4],
    ["0 0 2 1 1 ?", "0 0 2 ? * SUN", 0],
  ])("that fire at %s and %s meet %d times among the next 20 fires", (one, other, times) => {
    const [meeting] = meetings(job("Other", one), job("Import", other));
    expect(meeting?.times ?? 0).toBe(times);
  });

  it("are named with the first time that they meet", () => {
    const [own, other] = [job("Other", "0 0 2 * * ?"), job("Import", "0 10 2 ? * WED")];
    const [meeting] = meetings(own, other);
    expect([meeting?.one, meeting?.other]).toEqual([own, other]);
    expect([local(meeting?.oneAt), local(meeting?.otherAt)]).toEqual(["2026-11-25 02:00", "2026-11-25 02:10"]);
  });

  it("meet by instants, whatever their zones", () => {
    const other = job("Import", "0 0 20 * * ?", { timeZone: "America/New_York" });
    expect(meetings(job("Other", "0 5 2 * * ?"), other)).toHaveLength(1);
  });

  it("are the only ones: a light job meets no job, and an expression that cannot be read is left out", () => {
    expect(meetings(job("Light", "0 0 2 * * ?"), job("Import", "0 0 2 * * ?"))).toEqual([]);
    expect(meetings(job("Other", "0 0 2 * * ?"), job("Light", "0 0 2 * * ?"))).toEqual([]);
    expect(meetings(job("Other", "0 0 2 * * ?"), job("Import", "every night"))).toEqual([]);
  });
});

describe("the order of jobs", () => {
  it.each([
    ["behind it on the same night", "0 0 2 * * ?", "0 0 1 * * ?", null],
    ["at the same time, where the runner keeps the order", "0 0 2 * * ?", "0 0 2 * * ?", null],
    ["before it on the same night", "0 0 2 * * ?", "0 0 3 * * ?", "2026-11-24 02:00 < 2026-11-24 03:00"],
    ["before it on the same day, far off", "0 0 2 * * ?", "0 0 12 * * ?", "2026-11-24 02:00 < 2026-11-24 12:00"],
    ["behind it across midnight", "0 10 0 * * ?", "0 50 23 * * ?", null],
    ["before it on Sundays only", "0 0 2 * * ?", "0 0 3 ? * SUN", "2026-11-29 02:00 < 2026-11-29 03:00"],
    ["on other days", "0 0 2 ? * MON", "0 0 3 ? * SUN", null],
    ["often, and behind it too", "0 0/15 * * * ?", "0 0 3 * * ?", null],
    ["once, and the earlier one often", "0 0 2 * * ?", "0 0/15 * * * ?", null],
  ])("of which the later fires %s", (_name, later, earlier, expected) => {
    const [groups, people] = [job("Groups", later), job("Import", earlier)];
    const seen = [warningsFor(groups, [people], catalogue, NOW), warningsFor(people, [groups], catalogue, NOW)];
    const words = seen.map(({ contradictions: [one] }) =>
      one ? `${local(one.laterAt)} < ${local(one.earlierAt)}` : null,
    );
    expect(words).toEqual([expected, expected]);
  });

  it("goes through others, and through aliases", () => {
    const mails = job("Mails", "0 0 1 * * ?");
    const people = job("OldImport", "0 0 2 * * ?");
    expect(warningsFor(mails, [people], catalogue, NOW).contradictions).toHaveLength(1);
    expect(orderedWith(catalogue, "Mails")).toEqual(["Groups", "Import", "OldImport"]);
    expect(orderedWith(catalogue, "OldImport")).toEqual(["Groups", "Mails"]);
  });
});

describe("the plan of a client", () => {
  it("is the next 24 hours by time, with frequent jobs in a line of their own and pauses marked", () => {
    const night = job("Light", "0 30 1 * * ?", { pausedUntil: NOW + 24 * 60 * MINUTE });
    const often = job("Light", "0 0/5 * * * ?");
    const noon = job("Other", "0 0 12 * * ?");
    const broken = job("Light", "every night");
    const plan = planOf([night, often, noon, broken], catalogue, NOW);
    expect(plan.fires.map(({ at, job: { cron }, paused }) => [local(at), cron, paused])).toEqual([
      ["2026-11-24 01:30", "0 30 1 * * ?", true],
    ]);
    expect(plan.frequent.map(({ job: { cron }, count }) => [cron, count])).toEqual([["0 0/5 * * * ?", 287]]);
    expect(plan.unreadable).toEqual([broken]);
  });

  it("names each meeting and each contradiction once", () => {
    const jobs = [job("Groups", "0 0 2 * * ?"), job("Import", "0 10 2 * * ?"), job("Other", "0 0 8 * * ?")];
    const plan = planOf(jobs, catalogue, NOW);
    expect([plan.meetings.length, plan.contradictions.length]).toEqual([1, 1]);
  });

  it.each([
    ["moved", "0 30 2 * * ?", "safe", 1],
    ["lost", "0 30 2 * * ?", "quartz", 1],
    ["not concerned", "0 30 4 * * ?", "safe", 0],
    ["just going on", "0 0/5 * * * ?", "safe", 0],
  ] as const)("tells four weeks ahead which job the clocks' change leaves %s", (_name, cron, transitions, count) => {
    const planned = [job("Light", cron, { transitions })];
    const march = Date.parse("2027-03-10T12:00:00Z");
    expect(planOf(planned, catalogue, march).surprises).toHaveLength(count);
    expect(planOf(planned, catalogue, march - 14 * 24 * 60 * MINUTE).surprises).toEqual([]);
  });

  it("of 200 jobs, 100 of them heavy, is bounded work and says what it left out", () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      job(index % 2 ? "Other" : "Groups", `0 ${index % 60} ${index % 24} * * ?`),
    );
    expect(planOf(many, catalogue, NOW).comparedAll).toBe(false);
  });
});

describe("the neighbours of a job that is saved", () => {
  let database: Database;
  beforeEach(async () => {
    database = await freshFileDatabase();
    await addClient(database as never, "north", "Europe/Berlin");
    await addClient(database as never, "south", "America/Sao_Paulo");
    const heavy = (name: string, clientId: number, more: object = {}) =>
      createJob(
        { control: database, catalogue },
        { name, processor: "Other", clientId, cron: "0 5 2 * * ?", ...more },
        "ada@example.com",
        NOW,
      );
    await heavy("own", 1);
    await heavy("for all", 0);
    await heavy("inactive", 1, { active: false });
    await heavy("other client's", 2);
    await heavy("elsewhen", 1, { cron: "0 5 9 * * ?" });
  });

  it("are the active ones of its client and those for all, by one statement", async () => {
    const tally = { roundTrips: 0, statements: 0 };
    const control = countingDatabase(database, tally);
    const subject = {
      id: null,
      name: "New",
      processor: "Groups",
      clientId: 1,
      cron: "0 0 2 * * ?",
      active: true,
      policies: { transitions: "safe" },
    } as const;
    const { meetings } = await readWarnings({ control, catalogue }, subject, "Europe/Berlin", NOW);
    expect(meetings.map(({ other }) => other.name)).toEqual(["own", "for all"]);
    expect(tally.statements).toBe(1);
    expect(await readWarnings({ control: database, catalogue }, { ...subject, active: false }, "UTC", NOW)).toEqual({
      meetings: [],
      contradictions: [],
    });
  });

  it("are found by index, and so is a client's plan", async () => {
    const statements = [
      neighboursStatement({ clientId: 1, jobId: null, heavy: true, processors: ["Import"] }),
      ...planStatements(1),
    ];
    for (const { sql, args } of statements) {
      const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
      const scans = plan.rows
        .map(({ detail }) => String(detail))
        .filter((detail) => /^SCAN (?!json_each)/.test(detail));
      expect(scans).toEqual([]);
    }
  });
});
