import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { readRun, startRuns } from "../../../src/control/runs/runs.ts";
import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { startSqld } from "../../../src/hosts/local/sqld.ts";
import { systemClock } from "../../../src/hosts/system-clock.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import { TargetGroupPersonAssignment } from "../../../src/processors/people/TargetGroupPersonAssignment.ts";
import { Runner } from "../../../src/runner/runner.ts";
import { countingDatabase } from "../../../src/store/database.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import type { VirtualClock } from "../../harness/clock.ts";
import { addClient, runnerPorts } from "../../harness/runner/runner.ts";

const PEOPLE = 20_000;
const GROUPS = 200;

/** A rule that one person in ten fulfils, in five different ways. */
function ruleOf(group: number): unknown {
  const site = (from: number, count: number) => ({
    attr: "site",
    op: "in",
    value: Array.from({ length: count }, (_, index) => `Site ${(from + index) % 50}`),
  });
  switch (group % 5) {
    case 0:
      return site(group, 6);
    case 1:
      return {
        all: [
          site(group, 18),
          { attr: "hired", op: "olderThanDays", value: 365 },
          { attr: "title", op: "contains", value: "ENG" },
        ],
      };
    case 2:
      return {
        all: [
          { component: 1 + (group % 10), status: ["passed", "completed"] },
          { not: { skill: 1, minLevel: 3 } },
          site(group, 40),
        ],
      };
    case 3:
      return {
        atLeast: 2,
        of: [
          site(group, 8),
          { attr: "level", op: "gte", value: 5 },
          { attr: "title", op: "startsWith", value: "größe" },
        ],
      };
    default:
      return { all: [{ group: group - 1 }, { attr: "level", op: "lt", value: 5 }, { attr: "email", op: "notEmpty" }] };
  }
}

async function seed(database: Client): Promise<void> {
  await database.batch(
    [
      `INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, email, attributes, enrolled_on, created_at, updated_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${PEOPLE})
        SELECT i, 1, 'user' || i, 'user' || i, 'Given', 'Family' || i, 'user' || i || '@example.com', json_object('site', 'site ' || (i % 50), 'level',
          CAST(i * 7 % 6 AS TEXT), 'title', CASE i % 3 WHEN 0 THEN 'Engineer' WHEN 1 THEN 'Größenprüferin' ELSE 'Trainer' END,
          'hired', date('2026-03-02', '-' || (i * 13 % 3000) || ' days')), '2026-01-01', 0, 0 FROM n`,
      `INSERT INTO registrations (client_id, component_id, person_id, status, created_at, updated_at)
        SELECT 1, 1 + value, persons.id, CASE (persons.id + value) % 4 WHEN 0 THEN 'booked' ELSE 'passed' END, 0, 0 FROM persons
        CROSS JOIN json_each('[0,1,2,3,4,5,6,7,8,9]') WHERE (persons.id + value) % 7 < 2`,
      `INSERT INTO person_skills (client_id, person_id, skill_id, current_level, created_at, updated_at)
        SELECT 1, id, 1, id % 5, 0, 0 FROM persons`,
    ],
    "write",
  );
  await database.batch(
    Array.from({ length: GROUPS }, (_, index) => ({
      sql: "INSERT INTO groups (id, client_id, kind, name, rule, created_at, updated_at) VALUES (?, 1, 'target_group', ?, ?, 0, 0)",
      args: [index + 1, `Group ${index + 1}`, JSON.stringify(ruleOf(index + 1))],
    })),
    "write",
  );
}

/**
 * TargetGroupPersonAssignment on a real libSQL server: 20,000 people, 200 rules, about 400,000 memberships. First all of them
 * are made, then nothing has changed, then one person in a hundred has moved.
 */
export default async function bench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  const sqld = await startSqld({ folder: join(folder, "data"), log: join(folder, "sqld.log") });
  const database = createClient({ url: sqld.url, intMode: "number" });
  try {
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    await addClient(database, "bench", "Europe/Berlin");
    await seed(database);
    console.log(`${PEOPLE.toLocaleString("en")} people, ${GROUPS} target groups`);
    await night(database, folder, "first night");
    await night(database, folder, "nothing changed");
    await database.execute(
      "UPDATE persons SET attributes = json_set(attributes, '$.site', 'Site ' || (id % 37)) WHERE id % 100 = 0",
    );
    await night(database, folder, "1 % moved");
    const memberships = await database.execute("SELECT count(*) AS rows FROM group_members");
    console.log(`${Number(memberships.rows[0]?.rows).toLocaleString("en")} memberships in the end`);
  } finally {
    database.close();
    await sqld.child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One run, measured. */
async function night(database: Client, folder: string, name: string): Promise<void> {
  const tally = { roundTrips: 0, statements: 0 };
  const slices: number[] = [];
  let memory = 0;
  let longest = 0;
  const counted = countingDatabase(database, tally);
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    longest = Math.max(longest, performance.now() - start);
    memory = Math.max(memory, process.memoryUsage().heapUsed);
    return result;
  };
  const measured = {
    execute: (...args: Parameters<Client["execute"]>) => timed(() => counted.execute(...args)),
    batch: (...args: Parameters<Client["batch"]>) => timed(() => counted.batch(...args)),
    transaction: counted.transaction,
  } as Pick<Client, "execute" | "batch" | "transaction">;
  const processor: Processor = {
    ...TargetGroupPersonAssignment,
    run: (context) => {
      slices.push(performance.now());
      return TargetGroupPersonAssignment.run(context);
    },
  };
  const { id: runId, load } = { id: await queue(database), load: processor.load };
  const ports = runnerPorts(measured, [processor], systemClock as unknown as VirtualClock, {
    filesFor: (run) => boundFiles(folderFiles(folder), prefixesOf(run)),
    clock: systemClock,
  });
  const start = performance.now();
  const runner = new Runner(ports, 1);
  while ((await runner.work()) !== null);
  const seconds = (performance.now() - start) / 1000;
  const run = await readRun(database, runId);
  slices.push(performance.now());
  const lengths = slices.slice(1).map((at, index) => at - (slices[index] ?? at));
  console.log(
    `${name.padEnd(16)} ${load} ${run?.state.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s  ${tally.statements.toLocaleString("en").padStart(9)} statements  ` +
      `${tally.roundTrips.toLocaleString("en").padStart(6)} round trips  ${slices.length - 1} slices, longest ${(Math.max(...lengths) / 1000).toFixed(1)} s  ` +
      `longest call ${longest.toFixed(0)} ms  heap ${(memory / 2 ** 20).toFixed(0)} MB  ${JSON.stringify(run?.counts)}`,
  );
}

async function queue(database: Client): Promise<number> {
  const [id] = await startRuns(
    database,
    [
      {
        jobId: 1,
        processor: TargetGroupPersonAssignment.id,
        jobName: TargetGroupPersonAssignment.id,
        load: TargetGroupPersonAssignment.load,
        parameters: { chunkSize: 500 },
        clientId: 1,
        nodeId: "",
        timeZone: "Europe/Berlin",
        asOf: "2026-03-02",
        dryRun: false,
        requestedBy: "bench",
      },
    ],
    Date.now(),
  );
  return id as number;
}
