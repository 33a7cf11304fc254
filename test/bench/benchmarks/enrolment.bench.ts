import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { startRuns } from "../../../src/control/runs/runs.ts";
import { type Sqld, startSqld } from "../../../src/hosts/local/sqld.ts";
import { systemClock } from "../../../src/hosts/system-clock.ts";
import { ParticipantAutomaticRegistration } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { SLICE } from "../../../src/runner/budget.ts";
import { Runner } from "../../../src/runner/runner.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../../src/store/database.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import type { VirtualClock } from "../../harness/clock.ts";
import { addClient, noConnectors, runnerPorts } from "../../harness/runner/runner.ts";
import { cpuOf } from "../report/cpu.ts";
import type { BenchOptions } from "../report/options.ts";

const PEOPLE = 20_000;
/** Of each group, and so of each rule. */
const MEMBERS = 2_000;
/** Memberships, if `--size` does not say otherwise. */
const MEMBERSHIPS = 400_000;
/** Calls after which the heap is looked at, with the garbage taken out. */
const CALLS = 250;

/**
 * ParticipantAutomaticRegistration on a real libSQL server: 20,000 people, 400,000 memberships (`--size <n>`: as many, in steps of 2,000)
 * of a rule for each 2,000. The first night
 * enrols everybody, the second finds nothing to do, the third finds 1 % of the memberships changed. What should be seen:
 * statements grow with the changes, no step comes near a slice's 20 s, memory stays flat.
 */
export default async function bench(options: BenchOptions): Promise<void> {
  const rules = Math.max(1, Math.round((options.size ?? MEMBERSHIPS) / MEMBERS));
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  const sqld = await startSqld({ folder, log: join(folder, "sqld.log") });
  const database = createClient({ url: sqld.url, intMode: "number" });
  try {
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    await addClient(database, "north", "Europe/Berlin");
    await settle(database, rules);
    console.log(
      `${PEOPLE.toLocaleString("en")} people, ${rules} rules, ${(rules * MEMBERS).toLocaleString("en")} memberships`,
    );
    console.log("Every other rule cancels who left, every fourth recertifies, every tenth assigns courses");
    await night(sqld, database, 1, "everybody is new");
    await night(sqld, database, 2, "nothing changed");
    await change(database, rules);
    await night(sqld, database, 3, "1 % joined or left");
    await night(sqld, database, 4, "nothing changed");
  } finally {
    database.close();
    await sqld.child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const numbers = (count: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

async function settle(database: Client, rules: number): Promise<void> {
  await database.batch(
    [
      `INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at)
        ${numbers(PEOPLE)} SELECT i, 1, 'user' || i, 'user' || i, 'Given', 'Family', '2020-01-01', 0, 0 FROM n`,
      `INSERT INTO groups (id, client_id, name, created_at, updated_at)
        ${numbers(rules)} SELECT i, 1, 'Group ' || i, 0, 0 FROM n`,
      // Every tenth component is a template with a course of its own; every third of the others a learning path.
      `INSERT INTO components (id, client_id, kind, title, planning_status, created_at, updated_at)
        ${numbers(rules)} SELECT i, 1, CASE WHEN i % 10 = 0 THEN 'template' WHEN i % 3 = 0 THEN 'learning_path' ELSE 'course' END,
          'Component ' || i, 'released', 0, 0 FROM n`,
      `INSERT INTO components (id, client_id, kind, template_id, title, planning_status, created_at, updated_at)
        ${numbers(rules)} SELECT 1000 + i, 1, 'course', i, 'Course of ' || i, 'released', 0, 0 FROM n WHERE i % 10 = 0`,
      `INSERT INTO enrolment_rules (id, client_id, component_id, group_id, enrolment_status, days_to_finish, auto_cancel,
          auto_course_enrolment, recertify, due_mmdd, change_after_days, change_to, created_at, updated_at)
        ${numbers(rules)} SELECT i, 1, i, i, CASE WHEN i % 10 = 0 THEN 'personal_syllabus' ELSE 'booked' END, 30, i % 2,
          i % 10 = 0, i % 4 = 0, '06-30', 10, 'failed', 0, 0 FROM n`,
    ],
    "write",
  );
  for (let group = 1; group <= rules; group += 1) {
    await database.execute(`INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
      ${numbers(MEMBERS)} SELECT 1, ${group}, 1 + (i * 10 + ${group} * 37) % ${PEOPLE}, 'rule', 0, 0, 0 FROM n`);
  }
}

/** Of each group 10 members leave and 10 others join. */
async function change(database: Client, rules: number): Promise<void> {
  await database.batch(
    [
      `DELETE FROM group_members WHERE id IN (SELECT (g.i - 1) * ${MEMBERS} + m.i FROM
        (${numbers(rules)} SELECT i FROM n) AS g, (${numbers(10)} SELECT i FROM n) AS m)`,
      `INSERT OR IGNORE INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
        SELECT 1, g.i, 1 + (m.i * 10 + g.i * 37 + 5) % ${PEOPLE}, 'rule', 0, 0, 0 FROM
        (${numbers(rules)} SELECT i FROM n) AS g, (${numbers(10)} SELECT i FROM n) AS m`,
    ],
    "write",
  );
}

async function night(sqld: Sqld, database: Client, number: number, what: string): Promise<void> {
  const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
  const seen = { calls: 0, longestMs: 0, heap: [] as number[] };
  let slices = 0;
  const [id] = await startRuns(
    database,
    [
      {
        jobId: 1,
        processor: ParticipantAutomaticRegistration.id,
        jobName: "Enrolment",
        load: "heavy",
        parameters: {},
        clientId: 1,
        nodeId: "",
        timeZone: "Europe/Berlin",
        asOf: `2026-03-0${number}`,
        dryRun: false,
        requestedBy: "bench",
      },
    ],
    systemClock.now(),
  );
  const through = countingDatabase(watched(database, seen), tally);
  const ports = runnerPorts(through, [ParticipantAutomaticRegistration], systemClock as unknown as VirtualClock, {
    connectorsFor: () => ({
      ...noConnectors,
      // A run lets go of its connectors at the end of each slice.
      close: async () => {
        slices += 1;
      },
    }),
    report: (message, error) => console.error(message, error),
  });
  const start = performance.now();
  const cpu = process.cpuUsage();
  const server = sqld.child.process.pid ?? null;
  const serverBefore = cpuOf(server);
  let invocations = 0;
  for (let next: number | null = 0; next !== null; invocations += 1) next = await new Runner(ports, 1).work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const own = (user + system) / 1e6;
  const servers = (cpuOf(server) - serverBefore) / 1000;
  const result = await database.execute({
    sql: "SELECT state, counts, message FROM runs WHERE id = ?",
    args: [id as number],
  });
  const counts = JSON.parse(String(result.rows[0]?.counts)) as Record<string, number>;
  const changed = counts.changed ?? 0;
  const each =
    changed === 0 ? "" : `, ${((own + servers) / (changed / 10_000)).toFixed(1)} s of CPU for 10,000 changes`;
  console.log(
    `Night ${number}, ${what}: ${result.rows[0]?.state}, ${seconds.toFixed(1)} s (CPU ${own.toFixed(1)} s, the server's ${servers.toFixed(1)} s${each}), ` +
      `${slices} slices in ${invocations} invocations, ${tally.roundTrips.toLocaleString("en")} round trips, ` +
      `${tally.statements.toLocaleString("en")} statements, ${(tally.statements / Math.max(1, changed)).toFixed(1)} each change; ` +
      `longest call ${seen.longestMs.toFixed(0)} ms of the ${SLICE.wallMs / 1000} s of a slice; live heap ` +
      `${(Math.min(...seen.heap) / 1e6).toFixed(0)} to ${(Math.max(...seen.heap) / 1e6).toFixed(0)} MB`,
  );
  console.log(`  ${JSON.stringify(counts)}${result.rows[0]?.message ? ` ${String(result.rows[0].message)}` : ""}`);
}

/** Notes the longest call and the live heap. */
function watched(database: Client, seen: { calls: number; longestMs: number; heap: number[] }): Database {
  const watch = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    seen.longestMs = Math.max(seen.longestMs, performance.now() - start);
    if (seen.calls % CALLS === 0) seen.heap.push(liveHeap());
    seen.calls += 1;
    return result;
  };
  return {
    execute: ((...args: Parameters<Database["execute"]>) =>
      watch(() => database.execute(...args))) as Database["execute"],
    batch: (statements, mode) => watch(() => database.batch(statements, mode)),
    transaction: ((mode?: "write") => database.transaction(mode ?? "write")) as Database["transaction"],
  };
}

function liveHeap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
