import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import type { Files } from "../../../src/files/files.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import { UserImport } from "../../../src/processors/imports/UserImport.ts";
import type { Database } from "../../../src/store/database.ts";
import { Stage } from "../../harness/stage.ts";
import { addConfiguration } from "./start.ts";

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

export interface RunOptions {
  readonly dryRun?: boolean;
  readonly files?: Files;
  readonly through?: Database;
}

/** A client with an import configuration. */
export class ImportStage extends Stage {
  readonly #location: string;

  constructor(database: Stage["database"], processor: Processor, location: string) {
    // Starting a run moves the clock by a second.
    super(database, [processor], { now: NOW - 1000 });
    this.#location = location;
  }

  /** Puts a file where the import finds it. */
  async put(name: string, content: string | Uint8Array): Promise<void> {
    await this.files.write(`${this.#location}${name}`, content);
  }

  /** Runs the import to its end. `files` and `through` replace the stage's own for this run. */
  async run(parameters: Record<string, unknown> = {}, options: RunOptions = {}): Promise<Outcome> {
    const { dryRun = false, files = this.files, through } = options;
    const id = await this.start({ parameters, dryRun });
    await this.toEnd({ through, ports: { filesFor: (run) => boundFiles(files, prefixesOf(run)) } });
    const failures = await this.rows("SELECT ref, code, message FROM failures WHERE run_id = ? ORDER BY id", id);
    return { ...(await this.outcome(id)), failures } as unknown as Outcome;
  }

  /** A person by external id. */
  async person(externalId: string): Promise<Record<string, unknown> | undefined> {
    return (await this.rows("SELECT * FROM persons WHERE external_id = ?", externalId))[0];
  }

  async #objects(): Promise<string[]> {
    return (await this.files.list(this.#location)).entries.map(({ key }) => key.slice(this.#location.length));
  }

  /** Names of all objects below the location, without the times that done files begin with. */
  async names(): Promise<string[]> {
    return (await this.#objects()).map((name) => name.replace(/\d{14}_/, ""));
  }

  /** Lines of the result file of `done/…_name` or `failed/…_name`, cells without their quotes. */
  async result(path: string): Promise<string[]> {
    const found = (await this.#objects()).find((name) => name.replace(/\d{14}_/, "") === `${path}.result.csv`);
    const stream = await this.files.read(`${this.#location}${found}`);
    const text = stream ? await new Response(stream).text() : "";
    return text
      .trimEnd()
      .split("\r\n")
      .map((line) => line.replace(/^"|"$/g, "").replaceAll('";"', ";"));
  }
}

/** A fresh stage, for UserImport unless another processor and its kind are given. @param options `import_configs.options` */
export async function importStage(
  options: Record<string, unknown> = {},
  { processor, kind }: { readonly processor: Processor; readonly kind: string } = USERS,
): Promise<ImportStage> {
  const database = await Stage.fresh();
  await addConfiguration(database, 1, options, { kind });
  return new ImportStage(database, processor, `c/1/import/${kind}/`);
}
