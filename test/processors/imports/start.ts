import { startRuns } from "../../../src/control/runs/runs.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import { UserImport } from "../../../src/processors/imports/UserImport.ts";
import type { Database } from "../../../src/store/database.ts";

// What a test of a file import needs in Node and in workerd alike.

/** Adds an import configuration to a client. */
export async function addConfiguration(
  database: Pick<Database, "execute">,
  clientId: number,
  options: Record<string, unknown> | string,
  columns: { location?: string; name?: string; active?: number; kind?: string } = {},
): Promise<void> {
  const json = typeof options === "string" ? options : JSON.stringify(options);
  await database.execute({
    sql: `INSERT INTO import_configs (client_id, kind, name, location, options, scheduler_active, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, 0, 0)`,
    args: [
      clientId,
      columns.kind ?? "user_csv",
      columns.name ?? "People",
      columns.location ?? "",
      json,
      columns.active ?? 1,
    ],
  });
}

/** Queues a run of UserImport, or of another processor, for client 1. Returns its id. */
export async function queueImport(
  database: Database,
  now: number,
  parameters: Record<string, unknown> = {},
  dryRun = false,
  processor: Processor = UserImport,
): Promise<number> {
  const start = { jobId: 1, processor: processor.id, jobName: processor.id, load: processor.load, parameters };
  const place = { clientId: 1, nodeId: "", timeZone: "Europe/Berlin", asOf: null, dryRun, requestedBy: "test" };
  const [id] = await startRuns(database, [{ ...start, ...place }], now);
  return id as number;
}

/** A CSV text: a header and rows, cells separated by `;`, lines ended by LF. */
export function csv(header: string, ...rows: string[]): string {
  return `${[header, ...rows].join("\n")}\n`;
}

/** A delta of plain people `P-<from>` … `P-<until>`. */
export function people(from: number, until: number): string {
  const rows = Array.from({ length: until - from + 1 }, (_, index) => from + index);
  return csv("sourcedId;username;givenName;familyName", ...rows.map((n) => `P-${n};user${n};Given${n};Family${n}`));
}
