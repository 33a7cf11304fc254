import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { startEdge } from "../../../src/hosts/local/edge.ts";
import { startSqld } from "../../../src/hosts/local/sqld.ts";
import { freePorts } from "../../../src/hosts/node/ports.ts";
import { patient } from "../../harness/database/patient.ts";
import { type BurstOptions, dueInstant, NotReadyError, pause, withTime } from "../hosts/burst.ts";
import { edgeWithServer } from "../hosts/kinds.ts";
import { progress } from "../report/report.ts";

/** What the bare objects did. */
export interface BareBurst {
  /** From the due second to each start (ms). */
  readonly lags: readonly number[];
  readonly ended: number;
  /** From the due second to the last end (ms); NaN where none ended. */
  readonly lastEndMs: number;
  /** From the call that wakes all objects to its answer (ms). */
  readonly wokenMs: number;
}

const worker = new URL("worker.ts", import.meta.url).pathname;

const configuration = `name = "skeleton"
main = ${JSON.stringify(worker)}
compatibility_date = "2026-10-01"
send_metrics = false
[durable_objects]
bindings = [
  { name = "RUNNER", class_name = "BareRunner" },
  { name = "WRITER", class_name = "BareWriter" },
  { name = "CLOCK", class_name = "BareClock" },
]
[[migrations]]
tag = "v1"
new_sqlite_classes = ["BareRunner", "BareWriter", "BareClock"]
[vars]
LIBSQL_URL = ""
`;

/**
 * Lets bare Durable Objects fire at one second (`worker.ts`): what this runtime and this database server cost by themselves. They are
 * woken by one call, as a tick wakes runners.
 */
export function bareBurst(clients: number, { limitMs }: Pick<BurstOptions, "limitMs">): Promise<BareBurst> {
  return withTime(edgeWithServer.leadMs(clients), (leadMs) => bareBurstOnce(clients, leadMs, limitMs));
}

async function bareBurstOnce(clients: number, leadMs: number, limitMs: number): Promise<BareBurst> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-skeleton-"));
  const [port = 0] = await freePorts(1);
  const sqld = await startSqld({ folder: join(folder, "sqld"), log: join(folder, "sqld.log") });
  const database = patient(createClient({ url: sqld.url, intMode: "number" }));
  let stop: () => Promise<void> = async () => undefined;
  try {
    await database.execute("CREATE TABLE bare_runs (id INTEGER PRIMARY KEY, started_at INTEGER, ended_at INTEGER)");
    const toml = join(folder, "wrangler.toml");
    await writeFile(toml, configuration);
    const edge = await startEdge({
      port,
      configuration: toml,
      folder: join(folder, "edge"),
      log: join(folder, "edge.log"),
      variablesFile: join(folder, "edge.env"),
      variables: { LIBSQL_URL: sqld.url },
    });
    stop = () => edge.child.stop();
    const wake = async (count: number, at: number) => {
      const response = await fetch(`${edge.url}/?count=${count}&at=${at}`);
      if (!response.ok) throw new Error(`The skeleton answered ${response.status}: ${await response.text()}`);
    };
    // Minutehand has ticked once by then, too.
    await wake(0, 0);
    const at = dueInstant(leadMs);
    const start = performance.now();
    await wake(clients, at);
    const wokenMs = performance.now() - start;
    if (Date.now() > at - 500) throw new NotReadyError("The skeleton was not woken before its second");
    const ended = async () => {
      const result = await database.execute("SELECT count(*) AS n FROM bare_runs WHERE ended_at IS NOT NULL");
      return Number(result.rows[0]?.n);
    };
    await pause(at - Date.now());
    while (Date.now() < at + limitMs && (await ended()) < clients) await pause(100);
    const { rows } = await database.execute("SELECT started_at, ended_at FROM bare_runs");
    const ends = rows.filter((row) => row.ended_at !== null).map((row) => Number(row.ended_at) - at);
    const result = {
      lags: rows.map((row) => Number(row.started_at) - at),
      ended: ends.length,
      lastEndMs: ends.length > 0 ? Math.max(...ends) : Number.NaN,
      wokenMs,
    };
    progress(
      `skeleton: ${result.ended} of ${clients} ended, last end after ${result.lastEndMs} ms, woken in ${wokenMs.toFixed(0)} ms`,
    );
    return result;
  } finally {
    await stop();
    database.close();
    await sqld.child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
