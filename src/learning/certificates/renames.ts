import type { SQL } from "drizzle-orm";
import { leadHit } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { certificateFolder } from "./file-name.ts";

/** A certificate's file whose name does not say what the certificate is. */
export interface Misnamed {
  /** The file's. */
  readonly id: number;
  readonly key: string;
  /** 1: the certificate is revoked. */
  readonly revoked: 0 | 1;
}

/**
 * Files behind an id whose certificate was revoked, and which are not named so; and those that are named so, and whose certificate
 * is not revoked any more. Revoked certificates and files named so are few, and each is found by an index.
 */
export function selectMisnamed(clientId: number, after: number, limit: number): SQL<Misnamed> {
  const folder = certificateFolder(clientId);
  const bounds = (prefix: string) => sql`file.key >= ${prefix} AND file.key < ${`${prefix}\uffff`}`;
  return sql<Misnamed>`SELECT * FROM (
      SELECT file.id, file.key, 1 AS revoked FROM issued_certificates AS issued
      CROSS JOIN files AS file ON file.id = issued.file_id
      WHERE issued.client_id = ${thisClient} AND issued.revoked_at > 0 AND issued.file_deleted_at IS NULL
        AND +file.client_id = ${thisClient} AND file.state = 'ready' AND +file.key >= ${folder} AND +file.key < ${`${folder}\uffff`}
        AND NOT (${bounds(`${folder}rev_`)})
      UNION ALL
      SELECT file.id, file.key, 0 AS revoked FROM files AS file
      CROSS JOIN issued_certificates AS issued ON issued.file_id = file.id AND issued.revoked_at IS NULL
      WHERE ${bounds(`${folder}rev_`)} AND +file.client_id = ${thisClient} AND file.state = 'ready')
    WHERE id > ${after} ORDER BY id LIMIT ${limit}`;
}

/** Records that a file has another key; matches nothing if it had it already. @param now ms */
export function renameFile({ id, key }: Pick<Misnamed, "id" | "key">, to: string, now: number): SQL {
  return sql`UPDATE files SET key = ${to}, updated_at = ${now} WHERE id = ${id} AND client_id = ${thisClient} AND key = ${key}`;
}

/** Records that a file's object is gone, and with it the certificate's file. @param now ms */
export function loseFile(id: number, now: number): SQL[] {
  return [
    sql`UPDATE files SET state = 'deleted', updated_at = ${now} WHERE id = ${id} AND client_id = ${thisClient} AND state = 'ready'`,
    sql`UPDATE issued_certificates SET file_deleted_at = ${now}, updated_at = ${now}
      WHERE file_id = ${id} AND client_id = ${thisClient} AND file_deleted_at IS NULL AND ${leadHit}`,
  ];
}

/** Records that the files of some keys are gone, behind a write that says so of their rows. @param now ms */
export function loseFiles(keys: SQL, now: number): SQL {
  return sql`UPDATE issued_certificates SET file_deleted_at = ${now}, updated_at = ${now}
    WHERE file_id IN (SELECT id FROM files WHERE key IN ${keys} AND +client_id = ${thisClient})
      AND +client_id = ${thisClient} AND file_deleted_at IS NULL AND ${leadHit}`;
}
