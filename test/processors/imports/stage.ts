import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client, InValue } from "@libsql/client";
import { onTestFinished } from "vitest";
import { startRuns } from "../../../src/control/runs.ts";
import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import type { Files } from "../../../src/files/files.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { UserImport } from "../../../src/processors/imports/UserImport.ts";
import type { Database } from "../../../src/store/database.ts";
import { workToEnd } from "../../conformance/stage.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshFileDatabase } from "../../harness/file-database.ts";
import { addClient, testRunner } from "../../harness/runner.ts";

/** 00:30 on 2 March 2026 in the client's zone, Berlin. */
export const NOW = Date.parse("2026-03-01T23:30:00Z");

/** Where the files of client 1 wait. */
export const LOCATION = "c/1/import/user_csv/";

/** How a run ended. */
export interface Outcome {
  readonly state: string;
  readonly reason: string | null;
  readonly message: string;
  readonly counts: Record<string, number>;
  readonly failures: readonly { readonly ref: string; readonly code: string; readonly message: string }[];
}

/** A client with an import configuration, a database and a file store. */
export interface ImportStage {
  readonly database: Client;
  readonly files: Files;
  readonly clock: VirtualClock;
  /** Puts a file where the import finds it. */
  put(name: string, content: string | Uint8Array): Promise<void>;
  /** Runs UserImport to its end. `files` and `database` replace the stage's own for this run. */
  run(parameters?: Record<string, unknown>, options?: RunOptions): Promise<Outcome>;
  /** Rows of a query as plain objects. */
  rows(sql: string, args?: InValue[]): Promise<Record<string, unknown>[]>;
  /** A person by external id. */
  person(externalId: string): Promise<Record<string, unknown> | undefined>;
  /** Names of all objects below the location, without the times that done files begin with. */
  names(): Promise<string[]>;
  /** Lines of the result file of `done/…_name` or `failed/…_name`, cells without their quotes. */
  result(path: string): Promise<string[]>;
}

export interface RunOptions {
  readonly dryRun?: boolean;
  readonly files?: Files;
  readonly through?: Database;
}

/** A fresh stage. @param options `import_configs.options` */
export async function importStage(options: Record<string, unknown> = {}): Promise<ImportStage> {
  const database = await freshFileDatabase();
  const folder = await mkdtemp(join(tmpdir(), "minutehand-import-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = folderFiles(folder);
  const clock = new VirtualClock(NOW);
  await addClient(database, "north", "Europe/Berlin");
  await addConfiguration(database, 1, options);
  const rows = async (sql: string, args: InValue[] = []) => {
    const result = await database.execute({ sql, args });
    return result.rows.map((row) => Object.fromEntries(result.columns.map((column) => [column, row[column]])));
  };
  const objects = async () => (await files.list(LOCATION)).entries.map(({ key }) => key.slice(LOCATION.length));
  return {
    database,
    files,
    clock,
    rows,
    put: async (name, content) => {
      await files.write(`${LOCATION}${name}`, content);
    },
    async run(parameters = {}, { dryRun = false, files: store = files, through = database } = {}) {
      const id = await queueImport(database, clock.now(), parameters, dryRun);
      const ports = { filesFor: (run: { clientId: number; nodeId: string }) => boundFiles(store, prefixesOf(run)) };
      await workToEnd(testRunner(through, [UserImport], clock, 1, ports), clock);
      const [run] = await rows("SELECT state, reason, message, counts FROM runs WHERE id = ?", [id]);
      const failures = await rows("SELECT ref, code, message FROM failures WHERE run_id = ? ORDER BY id", [id]);
      await clock.advance(1000);
      return { ...run, counts: JSON.parse(String(run?.counts)), failures } as unknown as Outcome;
    },
    person: async (externalId) => (await rows("SELECT * FROM persons WHERE external_id = ?", [externalId]))[0],
    names: async () => (await objects()).map((name) => name.replace(/\d{14}_/, "")),
    async result(path) {
      const found = (await objects()).find((name) => name.replace(/\d{14}_/, "") === `${path}.result.csv`);
      const stream = await files.read(`${LOCATION}${found}`);
      const text = stream ? await new Response(stream).text() : "";
      return text
        .trimEnd()
        .split("\r\n")
        .map((line) => line.replace(/^"|"$/g, "").replaceAll('";"', ";"));
    },
  };
}

/** Adds an import configuration to a client. */
export async function addConfiguration(
  database: Pick<Client, "execute">,
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

/** Queues a run of UserImport for client 1. Returns its id. */
export async function queueImport(
  database: Database,
  now: number,
  parameters: Record<string, unknown> = {},
  dryRun = false,
): Promise<number> {
  const start = { jobId: 1, processor: UserImport.id, jobName: UserImport.id, load: UserImport.load, parameters };
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
