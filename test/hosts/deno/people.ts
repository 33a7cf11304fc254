import { createHash } from "node:crypto";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { startJob } from "../../../src/administration/starts/start.ts";
import { peopleFile } from "../../../src/demo/demo-people.ts";
import { importKey } from "../../../src/demo/night/world/files.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import type { OpenedDatabase } from "../../../src/hosts/assemble.ts";
import { runnerPorts } from "../../../src/hosts/assemble.ts";
import { denoPlatform } from "../../../src/hosts/deno/platform.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { Runner } from "../../../src/runner/runner.ts";
import { migrateAll } from "../../harness/database/database.ts";
import { addClient } from "../../harness/runner/runner.ts";
import { SECRETS_KEY } from "./process.ts";

/** Lines of the file that no import can take. */
const BAD_LINES = 20;

/** An import of people that is ready to be started. */
export interface PeopleImport {
  readonly clientId: number;
  /** Queues it. Returns the run's id. */
  start(): Promise<number>;
  /** Says its outcome. */
  found(runId: number): Promise<ImportResult>;
}

/** What an import came to. */
export interface ImportResult {
  readonly state: unknown;
  readonly attempt: unknown;
  readonly counts: Readonly<Record<string, number | undefined>>;
  /** Of every person's line. */
  readonly people: string;
  readonly audited: unknown;
  readonly indexed: unknown;
}

/**
 * A client with a file of people in its import folder.
 *
 * @param dataFolder of the Deno host
 */
export async function preparePeople(database: OpenedDatabase, dataFolder: string, rows: number): Promise<PeopleImport> {
  const control = { control: database, catalogue };
  const clientId = await addClient(database, "north", "Europe/Berlin");
  await database.execute({
    sql: "INSERT INTO import_configs (client_id, kind, name, created_at, updated_at) VALUES (?, 'user_csv', 'People', 0, 0)",
    args: [clientId],
  });
  const { text } = peopleFile(rows, BAD_LINES);
  await folderFiles(`${dataFolder}/files`).write(
    importKey(clientId, "user_csv", "people.csv"),
    new TextEncoder().encode(text),
  );
  const job = await createJob(
    control,
    { name: "People", processor: "UserImport", clientId, parameters: { chunkSize: 200 } },
    "test",
    Date.now(),
  );
  if (job.state !== "saved") throw new Error(JSON.stringify(job));
  return {
    clientId,
    async start() {
      const started = await startJob(control, job.jobId, { clientId }, "test", Date.now());
      if (started.state !== "queued") throw new Error(JSON.stringify(started));
      return started.runIds[0] as number;
    },
    async found(runId) {
      const [run, people, audited, indexed] = await database.batch(
        [
          { sql: "SELECT state, attempt, counts FROM runs WHERE id = ?", args: [runId] },
          "SELECT external_id, username, given_name, family_name, coalesce(email, '') AS email FROM persons",
          "SELECT count(*) AS n FROM audit_log WHERE entity = 'person' AND action = 'create'",
          "SELECT count(*) AS n FROM index_changes WHERE entity = 'person'",
        ],
        "read",
      );
      const { scanned, created, failed } = JSON.parse(String(run?.rows[0]?.counts)) as Record<string, number>;
      return {
        state: run?.rows[0]?.state,
        attempt: run?.rows[0]?.attempt,
        counts: { scanned, created, failed },
        people: fingerprint(
          (people?.rows ?? []).map((row) =>
            [row.external_id, row.username, row.given_name, row.family_name, row.email].join(";"),
          ),
        ),
        audited: audited?.rows[0]?.n,
        indexed: indexed?.rows[0]?.n,
      };
    },
  };
}

/** What the lines of the file say that its import has to come to. */
export function expectedOf(rows: number): Omit<ImportResult, "indexed"> {
  const { text, badLines } = peopleFile(rows, BAD_LINES);
  return {
    state: "partial",
    attempt: 1,
    counts: { scanned: rows, created: rows - BAD_LINES, failed: BAD_LINES },
    people: fingerprint(peopleOf(text, badLines)),
    audited: rows - BAD_LINES,
  };
}

/** The same import on a database file in this process, where nothing disturbs it. */
export async function importUndisturbed(folder: string, rows: number): Promise<ImportResult> {
  const platform = denoPlatform({
    databaseUrl: `file:${folder}/undisturbed.db`,
    databaseToken: null,
    secretsKey: SECRETS_KEY,
    filesFolder: `${folder}/files`,
  });
  const database = platform.openDatabase(platform.databaseUrl, null);
  await migrateAll(database);
  const people = await preparePeople(database, folder, rows);
  const runId = await people.start();
  await new Runner(runnerPorts({ ...platform, wakeRunner: async () => undefined }), people.clientId).work();
  const result = await people.found(runId);
  platform.close();
  return result;
}

/** The people that a file describes, without its bad lines, read by nothing but splitting at semicolons. */
function peopleOf(text: string, badLines: ReadonlyMap<number, string>): string[] {
  const [header = "", ...lines] = text.trim().split("\r\n");
  const columns = ["sourcedId", "username", "givenName", "familyName", "email"].map((name) =>
    header.split(";").indexOf(name),
  );
  return lines
    .filter((_, index) => !badLines.has(index + 2))
    .map((line) => line.split(";"))
    .map((cells) => columns.map((column) => cells[column] ?? "").join(";"));
}

/** One word for many lines, whatever their order. */
function fingerprint(lines: readonly string[]): string {
  return createHash("sha256").update(lines.toSorted().join("\n")).digest("hex");
}
