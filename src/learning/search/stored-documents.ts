import { type SQL, sql } from "drizzle-orm";
import { among } from "../../store/select.ts";
import { thisClient } from "../../store/statement.ts";
import { WORDS_FORMAT } from "../schema/search.ts";
import type { SearchDocument } from "./document.ts";

/**
 * Writes documents of an index that is kept in the database, over those of the same rows.
 *
 * @param buildId the run that writes them
 * @param now ms
 */
export function writeDocuments(
  indexId: number,
  buildId: number,
  documents: readonly SearchDocument[],
  now: number,
): SQL {
  const json = JSON.stringify(
    documents.map(({ groups, columns, isPublic, ...rest }) => ({
      ...rest,
      isPublic: isPublic ? 1 : 0,
      groups: JSON.stringify(groups),
      columns: JSON.stringify(columns),
    })),
  );
  return sql`INSERT INTO search_documents (client_id, index_id, entity_id, person_id, build_id, title, text, locale, groups, is_public, columns,
      words_format, created_at, updated_at)
    SELECT ${thisClient}, ${indexId}, value ->> 'entityId', value ->> 'personId', ${buildId}, value ->> 'title', value ->> 'text',
      value ->> 'locale', value ->> 'groups', value ->> 'isPublic', value ->> 'columns', ${WORDS_FORMAT}, ${now}, value ->> 'updatedAt'
    FROM json_each(${json}) WHERE true
    ON CONFLICT (client_id, index_id, entity_id) DO UPDATE SET person_id = excluded.person_id, build_id = excluded.build_id,
      title = excluded.title, text = excluded.text, locale = excluded.locale, groups = excluded.groups, is_public = excluded.is_public,
      columns = excluded.columns, words_format = excluded.words_format, updated_at = excluded.updated_at`;
}

/** Removes the documents of some rows. */
export function removeDocuments(indexId: number, entityIds: readonly number[]): SQL {
  return sql`DELETE FROM search_documents
    WHERE client_id = ${thisClient} AND index_id = ${indexId} AND entity_id IN ${among(entityIds)}`;
}

/** Rows whose documents another build left, behind one, in rising order. @param buildId the build that is to stay; null: none is */
export function selectStale(
  indexId: number,
  buildId: number | null,
  after: number,
  limit: number,
): SQL<{ readonly id: number }> {
  return sql<{ readonly id: number }>`SELECT entity_id AS id FROM search_documents
    WHERE client_id = ${thisClient} AND index_id = ${indexId} AND entity_id > ${after} AND build_id IS NOT ${buildId}
    ORDER BY entity_id LIMIT ${limit}`;
}

/** How many documents an index has, as SQL. */
export function documentsOf(indexId: number): SQL {
  return sql`(SELECT count(*) FROM search_documents WHERE client_id = ${thisClient} AND index_id = ${indexId})`;
}

/** How many documents each of the client's indexes has: those without any are not named. */
export function countDocuments(): SQL<{ readonly id: number; readonly documents: number }> {
  return sql<{ readonly id: number; readonly documents: number }>`SELECT index_id AS id, count(*) AS documents
    FROM search_documents WHERE client_id = ${thisClient} GROUP BY index_id`;
}
