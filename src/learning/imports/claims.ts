import { type SQL, sql } from "drizzle-orm";
import { thisClient, thisRun } from "../../store/statement.ts";

/** What a file is known by (spec 2.1): key, size, etag. */
export interface KnownBy {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  /** ms */
  readonly uploadedAt: number;
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

/** Finds `1` if this configuration has already imported an object of this size and etag, whatever its key. */
export function selectImported(file: KnownBy, configurationId: number): SQL {
  return sql`SELECT 1 AS known FROM files WHERE client_id = ${thisClient} AND kind = 'import'
    AND ref_type = ${CONFIGURATION} AND ref_id = ${configurationId}
    AND state = 'done' AND size = ${file.size} AND etag = ${file.etag} LIMIT 1`;
}

/** The `id` of the `files` row with this key. */
export function selectFileId(key: string): SQL {
  return sql`SELECT id FROM files WHERE client_id = ${thisClient} AND key = ${key}`;
}

/**
 * Claims a file: its `files` row says so, and whatever an earlier run that did not come to its end has left of it in
 * `import_seen` is forgotten, as is what is left of dry runs that did not. Notes of a step.
 *
 * @param configurationId the import configuration, or null for a dry run
 * @param now ms
 */
export function claimFile(key: string, file: KnownBy, configurationId: number | null, now: number): SQL[] {
  const dead = sql`SELECT id FROM files WHERE client_id = ${thisClient} AND kind = 'import' AND ref_type = ${REHEARSAL} AND ref_id <> ${thisRun}`;
  const refType = configurationId === null ? REHEARSAL : CONFIGURATION;
  const refId = configurationId === null ? thisRun : configurationId;
  return [
    sql`DELETE FROM import_seen WHERE client_id = ${thisClient} AND file_id IN (${dead})`,
    sql`DELETE FROM files WHERE id IN (${dead})`,
    sql`INSERT INTO files (client_id, key, kind, ref_type, ref_id, size, etag, state, stored_at, created_at, updated_at)
      VALUES (${thisClient}, ${key}, 'import', ${refType}, ${refId}, ${file.size}, ${file.etag}, 'claimed', ${file.uploadedAt}, ${now}, ${now})
      ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, ref_type = excluded.ref_type, ref_id = excluded.ref_id,
        size = excluded.size, etag = excluded.etag, state = 'claimed', stored_at = excluded.stored_at, updated_at = excluded.updated_at
      WHERE client_id = excluded.client_id`,
    forgetSeen(key),
  ];
}

/** The end of a claimed file: its row follows the object to where it was moved, and the keys seen are forgotten. */
export function settleFile(key: string, movedTo: string, state: "done" | "failed", now: number): SQL[] {
  return [
    forgetSeen(key),
    sql`UPDATE OR REPLACE files SET key = ${movedTo}, state = ${state}, updated_at = ${now}
      WHERE client_id = ${thisClient} AND key = ${key}`,
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
