import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { boundFiles, prefixesOf } from "../../../../src/files/bound.ts";
import type { Files } from "../../../../src/files/files.ts";
import { folderFiles } from "../../../../src/files/folder.ts";
import { DeleteUsersJob } from "../../../../src/processors/people/DeleteUsersJob.ts";
import { Stage } from "../stage.ts";

/** The job on its stage, with a file store in a folder of its own. */
export class Erasure {
  readonly stage: Stage;
  readonly files: Files;

  private constructor(stage: Stage, files: Files) {
    this.stage = stage;
    this.files = files;
  }

  /** Call it inside a test or a `beforeEach`; the folder goes when the test has ended. */
  static async set(): Promise<Erasure> {
    const stage = await Stage.set(DeleteUsersJob);
    const folder = await mkdtemp(join(tmpdir(), "minutehand-erase-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return new Erasure(stage, folderFiles(folder));
  }

  /** Runs the job, with the file store as `through` changes it. */
  run(
    parameters: Record<string, unknown> = {},
    { dryRun = false, through = {} }: { dryRun?: boolean; through?: Partial<Files> } = {},
  ) {
    const files = { ...this.files, ...through };
    return this.stage.run(parameters, { dryRun, filesFor: (of) => boundFiles(files, prefixesOf(of)) });
  }

  /** Adds a person whose deletion is due. */
  due(id: number, more: Record<string, string | null> = {}) {
    return this.stage.add("persons", { id, deletion_on: "2026-03-01", auth_status: "passive", ...more });
  }

  /** The status of each person of client 1, by id. */
  async statuses() {
    const people = await this.stage.rows<{ id: number; auth_status: string }>(
      "SELECT id, auth_status FROM persons WHERE client_id = 1",
    );
    return Object.fromEntries(people.map(({ id, auth_status }) => [id, auth_status]));
  }

  /** The text of a file, byte order mark included; null where there is none. */
  async contentOf(key: string) {
    const stream = await this.files.read(key);
    const bytes = stream ? await new Response(stream).arrayBuffer() : null;
    return bytes ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) : null;
  }

  /** How many rows there are of a table, under a condition if one follows its name. */
  async count(sql: string) {
    return Number((await this.stage.rows<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`))[0]?.n);
  }
}
