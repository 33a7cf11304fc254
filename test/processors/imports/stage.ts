import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client, InValue } from "@libsql/client";
import { onTestFinished } from "vitest";
import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import type { Files } from "../../../src/files/files.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import { UserImport } from "../../../src/processors/imports/UserImport.ts";
import type { Database } from "../../../src/store/database.ts";
import { workToEnd } from "../../conformance/stage.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshFileDatabase } from "../../harness/file-database.ts";
import { addClient, testRunner } from "../../harness/runner.ts";
import { addConfiguration, queueImport } from "./start.ts";

export { addConfiguration, csv, people } from "./start.ts";

/** 00:30 on 2 March 2026 in the client's zone, Berlin. */
export const NOW = Date.parse("2026-03-01T23:30:00Z");

/** Where the files of client 1 wait. */
export const LOCATION = "c/1/import/user_csv/";
const USERS = { processor: UserImport, kind: "user_csv" };

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
  /** Runs the import to its end. `files` and `database` replace the stage's own for this run. */
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

/** A fresh stage, for UserImport unless another processor and its kind are given. @param options `import_configs.options` */
export async function importStage(
  options: Record<string, unknown> = {},
  { processor, kind }: { readonly processor: Processor; readonly kind: string } = USERS,
): Promise<ImportStage> {
  const location = `c/1/import/${kind}/`;
  const database = await freshFileDatabase();
  const folder = await mkdtemp(join(tmpdir(), "minutehand-import-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = folderFiles(folder);
  const clock = new VirtualClock(NOW);
  await addClient(database, "north", "Europe/Berlin");
  await addConfiguration(database, 1, options, { kind });
  const rows = async (sql: string, args: InValue[] = []) => {
    const result = await database.execute({ sql, args });
    return result.rows.map((row) => Object.fromEntries(result.columns.map((column) => [column, row[column]])));
  };
  const objects = async () => (await files.list(location)).entries.map(({ key }) => key.slice(location.length));
  return {
    database,
    files,
    clock,
    rows,
    put: async (name, content) => {
      await files.write(`${location}${name}`, content);
    },
    async run(parameters = {}, { dryRun = false, files: store = files, through = database } = {}) {
      const id = await queueImport(database, clock.now(), parameters, dryRun, processor);
      const ports = { filesFor: (run: { clientId: number; nodeId: string }) => boundFiles(store, prefixesOf(run)) };
      await workToEnd(testRunner(through, [processor], clock, 1, ports), clock);
      const [run] = await rows("SELECT state, reason, message, counts FROM runs WHERE id = ?", [id]);
      const failures = await rows("SELECT ref, code, message FROM failures WHERE run_id = ? ORDER BY id", [id]);
      await clock.advance(1000);
      return { ...run, counts: JSON.parse(String(run?.counts)), failures } as unknown as Outcome;
    },
    person: async (externalId) => (await rows("SELECT * FROM persons WHERE external_id = ?", [externalId]))[0],
    names: async () => (await objects()).map((name) => name.replace(/\d{14}_/, "")),
    async result(path) {
      const found = (await objects()).find((name) => name.replace(/\d{14}_/, "") === `${path}.result.csv`);
      const stream = await files.read(`${location}${found}`);
      const text = stream ? await new Response(stream).text() : "";
      return text
        .trimEnd()
        .split("\r\n")
        .map((line) => line.replace(/^"|"$/g, "").replaceAll('";"', ";"));
    },
  };
}
