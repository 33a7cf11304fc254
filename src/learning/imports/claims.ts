import { Buffer } from "node:buffer";
import type { SQL } from "drizzle-orm";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import { type FailureScope, hasFailure } from "../../store/step/failures.ts";
import { files } from "../schema/files.ts";
import { hasNote, openCodes } from "./problems.ts";

/** What a file is known by: key, size, etag. */
export interface KnownBy {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  /** ms */
  readonly uploadedAt: number;
}

/**
 * What a delta is recognised by when it is brought again: hash of its key, size and etag, of the job's parameters and of the
 * configuration. With other parameters or another configuration the same file can mean something else.
 */
export function fileFingerprint(
  { key, size, etag }: KnownBy,
  parameters: unknown,
  configuration: {
    readonly id: number;
    readonly options: unknown;
    readonly mapping: ReadonlyMap<string, string | null>;
  },
): Promise<string> {
  const { id, options, mapping } = configuration;
  return hashOf([key, size, etag, parameters, id, options, [...mapping]]);
}

/** SHA-256 of a value's JSON, base64url: for the name of a file where it may stand only as its hash. */
export async function hashOf(value: unknown): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(value)));
  return Buffer.from(digest).toString("base64url");
}

const CONFIGURATION = "import_config";
/** Marks the row that stands for a file during a dry run; it is gone when the run has ended. */
const REHEARSAL = "import_rehearsal";

/**
 * The key of the `files` row to which a run ties the keys that it has seen: the file's own, or during a dry run one that no
 * object has.
 */
export function claimKey(file: KnownBy, run: { readonly id: number; readonly dryRun: boolean }): string {
  return run.dryRun ? `rehearsal/${run.id}/${file.key}` : file.key;
}

/** A file with this fingerprint that was imported and left no question open; at most one. */
export function selectImported(fingerprint: string) {
  return select(
    files,
    ["id"],
    sql`WHERE client_id = ${thisClient} AND fingerprint = ${fingerprint} AND kind = 'import' AND state = 'done' LIMIT 1`,
  );
}

/** The `id` of the `files` row with this key. */
export function selectFileId(key: string) {
  return select(files, ["id"], sql`WHERE client_id = ${thisClient} AND key = ${key}`);
}

/**
 * Claims a file: its `files` row says so. Keys in `import_seen` that an earlier run left without coming to its end are forgotten, and
 * so are those of such dry runs. Notes of a step.
 *
 * @param fingerprint see {@link fileFingerprint}
 * @param configurationId the import configuration, or null for a dry run
 * @param now ms
 */
export function claimFile(
  key: string,
  file: KnownBy,
  fingerprint: string,
  configurationId: number | null,
  now: number,
): SQL[] {
  const dead = sql`SELECT id FROM files WHERE client_id = ${thisClient} AND kind = 'import' AND ref_type = ${REHEARSAL} AND ref_id <> ${thisRun}`;
  const refType = configurationId === null ? REHEARSAL : CONFIGURATION;
  const refId = configurationId === null ? thisRun : configurationId;
  return [
    sql`DELETE FROM import_seen WHERE client_id = ${thisClient} AND file_id IN (${dead})`,
    sql`DELETE FROM files WHERE id IN (${dead})`,
    sql`INSERT INTO files
        (client_id, key, kind, ref_type, ref_id, size, etag, fingerprint, state, stored_at, created_at, updated_at)
      VALUES (${thisClient}, ${key}, 'import', ${refType}, ${refId}, ${file.size}, ${file.etag}, ${fingerprint},
        'claimed', ${file.uploadedAt}, ${now}, ${now})
      ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, ref_type = excluded.ref_type, ref_id = excluded.ref_id,
        size = excluded.size, etag = excluded.etag, fingerprint = excluded.fingerprint, state = 'claimed', stored_at = excluded.stored_at, updated_at = excluded.updated_at
      WHERE client_id = excluded.client_id`,
    forgetSeen(key),
  ];
}

/**
 * The end of a claimed file: its row follows the object to where it was moved, and the keys seen are forgotten. It keeps its
 * fingerprint, by which the same file is not read again, only if all of its rows are settled: one that failed or was warned about
 * because of something that is not in the file (a group that does not exist yet) can go well the next time.
 *
 * @param failures of the file
 */
export function settleFile(
  key: string,
  movedTo: string,
  state: "done" | "failed",
  failures: FailureScope,
  now: number,
): SQL[] {
  const open = sql`${hasFailure(failures, openCodes)} OR ${hasNote(sql`files.id`, openCodes)}`;
  return [
    sql`UPDATE OR REPLACE files SET key = ${movedTo}, state = ${state}, updated_at = ${now},
        fingerprint = CASE WHEN ${open} THEN NULL ELSE fingerprint END
      WHERE client_id = ${thisClient} AND key = ${key}`,
    forgetSeen(movedTo),
  ];
}

/** The end of a file that a dry run has read, or that has gone: nothing is left of its claim. */
export function forgetFile(key: string): SQL[] {
  return [forgetSeen(key), sql`DELETE FROM files WHERE client_id = ${thisClient} AND key = ${key}`];
}

function forgetSeen(key: string): SQL {
  return sql`DELETE FROM import_seen WHERE client_id = ${thisClient}
    AND file_id = (SELECT id FROM files WHERE client_id = ${thisClient} AND key = ${key})`;
}
