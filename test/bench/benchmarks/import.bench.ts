import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { startRuns } from "../../../src/control/runs/runs.ts";
import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import type { Files } from "../../../src/files/files.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { startSqld } from "../../../src/hosts/local/sqld.ts";
import { systemClock } from "../../../src/hosts/system-clock.ts";
import { UserImport } from "../../../src/processors/imports/UserImport.ts";
import { Runner } from "../../../src/runner/runner.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../../src/store/database.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import type { VirtualClock } from "../../harness/clock.ts";
import { addClient, runnerPorts } from "../../harness/runner/runner.ts";

/** `PEOPLE=n` measures another number. */
const PEOPLE = Number(process.env.PEOPLE ?? 50_000);
const LOCATION = "c/1/import/user_csv/";
/** Calls after which the heap is looked at, with the garbage taken out. */
const CALLS = 100;

/**
 * UserImport on a real libSQL server: 50,000 people in 50 groups, each with a supervisor somewhere in the file; the same file
 * again; with one changed byte; as a complete list without every tenth. What should be seen: memory stays flat, unchanged rows
 * cost next to nothing.
 */
export default async function bench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  const sqld = await startSqld({ folder: join(folder, "data"), log: join(folder, "sqld.log") });
  const database = createClient({ url: sqld.url, intMode: "number" });
  const files = folderFiles(join(folder, "files"));
  try {
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    await addClient(database, "north", "Europe/Berlin");
    await database.execute(
      "INSERT INTO import_configs (client_id, kind, name, created_at, updated_at) VALUES (1, 'user_csv', 'People', 0, 0)",
    );
    console.log(`${PEOPLE.toLocaleString("en")} people`);
    const text = peopleFile();
    console.log(`a file of ${(text.length / 1e6).toFixed(1)} MB`);
    await measure(database, files, "everybody is new", "a.csv", text, {});
    await measure(database, files, "nothing changed", "b.csv", text, {});
    await measure(database, files, "one byte changed", "c.csv", text.replace("Given777;", "Gaven777;"), {});
    const complete = text.split("\r\n").filter((_line, index) => index % 10 !== 9);
    await measure(database, files, "a tenth is missing", "full_d.csv", complete.join("\r\n"), { missing: "passive" });
  } finally {
    database.close();
    await sqld.child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function peopleFile(): string {
  const lines = ["sourcedId;status;username;givenName;familyName;email;timeZone;supervisorSourcedId;groups;attr.desk"];
  for (let n = 1; n <= PEOPLE; n += 1) {
    const supervisor = 1 + ((n * 7) % PEOPLE);
    const boss = supervisor === n ? "" : `P-${supervisor}`;
    lines.push(
      `P-${n};active;user${n};Given${n};Family${n};user${n}@example.com;Europe/Berlin;${boss};ORG-${n % 50};${n % 9}`,
    );
  }
  return `${lines.join("\r\n")}\r\n`;
}

async function measure(
  database: Client,
  files: Files,
  what: string,
  name: string,
  text: string,
  parameters: Record<string, unknown>,
): Promise<void> {
  await files.write(`${LOCATION}${name}`, text);
  const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
  const heap: number[] = [];
  const start = {
    jobId: 1,
    processor: UserImport.id,
    jobName: "Import",
    load: UserImport.load,
    clientId: 1,
    nodeId: "",
  };
  const rest = { timeZone: "Europe/Berlin", asOf: null, dryRun: false, requestedBy: "bench" };
  const [id] = await startRuns(
    database,
    [{ ...start, ...rest, parameters: { createGroups: true, maxDeactivatePct: 20, ...parameters } }],
    systemClock.now(),
  );
  const ports = runnerPorts(
    countingDatabase(watched(database, heap), tally),
    [UserImport],
    systemClock as unknown as VirtualClock,
    {
      filesFor: (run) => boundFiles(files, prefixesOf(run)),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      report: (message, error) => console.error(message, error),
    },
  );
  const from = performance.now();
  const cpu = process.cpuUsage();
  for (let next: number | null = 0; next !== null; ) next = await new Runner(ports, 1).work();
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const result = await database.execute({ sql: "SELECT state, counts FROM runs WHERE id = ?", args: [id as number] });
  console.log(
    `${name}, ${what}: ${result.rows[0]?.state}, ${seconds.toFixed(1)} s (own CPU ${((user + system) / 1e6).toFixed(1)} s), ` +
      `${Math.round(PEOPLE / seconds).toLocaleString("en")} rows/s, ${tally.roundTrips.toLocaleString("en")} round trips, ` +
      `${tally.statements.toLocaleString("en")} statements; live heap ` +
      `${(Math.min(...heap) / 1e6).toFixed(0)} to ${(Math.max(...heap) / 1e6).toFixed(0)} MB`,
  );
  console.log(`  ${String(result.rows[0]?.counts)}`);
}

function watched(database: Client, heap: number[]): Database {
  let calls = 0;
  const look = () => {
    if (calls % CALLS === 0) heap.push(liveHeap());
    calls += 1;
  };
  return {
    execute: ((...args: Parameters<Database["execute"]>) => {
      look();
      return database.execute(...args);
    }) as Database["execute"],
    batch: (statements, mode) => {
      look();
      return database.batch(statements, mode);
    },
    transaction: (mode?: "write" | "read" | "deferred") => database.transaction(mode ?? "write"),
  };
}

function liveHeap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
