import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";

/** Words of a question that are looked for; what comes behind them is left out. */
const MOST_WORDS = 8;
/** A word of fewer characters must stand in a document as it is: too many words begin with one letter. */
const SHORTEST_BEGINNING = 2;

/**
 * The words of a question as they are looked for: cut as the full-text table cuts its documents (letters, digits and their marks), in
 * small letters, each once. Case and diacritics do not matter to it; `ß` is looked for as `ss`.
 */
export function wordsOf(question: string): string[] {
  const folded = question.normalize("NFC").toLowerCase().replaceAll("ß", "ss");
  return [...new Set(folded.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [])].slice(0, MOST_WORDS);
}

/** What is looked for in which indexes. */
export interface Question {
  /** Ids of the indexes, of this client. */
  readonly indexes: readonly number[];
  /** As {@link wordsOf} gives them. */
  readonly words: readonly string[];
  /** Only what anybody may see. */
  readonly publicOnly: boolean;
  readonly limit: number;
}

/** A document that was found. */
export interface Hit {
  readonly entity: string;
  readonly entityId: number;
  readonly title: string;
  readonly text: string;
  readonly locale: string | null;
  /** 1: every word of the question stands in its title. */
  readonly inTitle: 0 | 1;
}

/** The question in the words of FTS5. Every word must begin some word of the document, in any order. */
function matchOf({ indexes, words, publicOnly }: Question, columns: string): string {
  const scope = indexes.map((id) => `"${publicOnly ? "p" : "i"}${id}"`).join(" OR ");
  const asked = words.map((word) => `${columns} : "${word}"${word.length < SHORTEST_BEGINNING ? "" : " *"}`);
  return [`scope : (${scope})`, ...asked].join(" AND ");
}

/**
 * Documents that answer a question, those first that hold every word in their title. Each word finds what begins with it. At most `limit`
 * documents are looked at, however many there are: nothing is sorted, so that a word that stands in every document costs no more than
 * another.
 *
 * @returns null: the question holds no words, or there is no index
 */
export function selectHits(question: Question): SQL<Hit> | null {
  const { indexes, words, limit } = question;
  if (indexes.length === 0 || words.length === 0) return null;
  const found = (columns: string) =>
    sql`SELECT rowid AS id FROM search_words WHERE search_words MATCH ${matchOf(question, columns)} ORDER BY rowid LIMIT ${limit}`;
  return sql<Hit>`WITH titled AS MATERIALIZED (${found("title")}), other AS MATERIALIZED (${found("{title text}")})
    SELECT one.entity AS entity, document.entity_id AS "entityId", document.title AS title, document.text AS text, document.locale AS locale,
      hit.titled AS "inTitle"
    FROM (SELECT id, 1 AS titled FROM titled UNION ALL SELECT id, 0 FROM other WHERE id NOT IN (SELECT id FROM titled)) AS hit
    CROSS JOIN search_documents AS document ON document.id = hit.id AND +document.client_id = ${thisClient}
    CROSS JOIN search_indexes AS one ON one.id = document.index_id
    ORDER BY hit.titled DESC, hit.id LIMIT ${limit}`;
}

/** Indexes of what anybody may look for: active, of the catalogue, and built in the database. */
export function selectCatalogueIndexes(): SQL<{ readonly id: number }> {
  return sql<{ readonly id: number }>`SELECT id FROM search_indexes WHERE client_id = ${thisClient} AND active = 1
    AND kind = 'search' AND entity = 'catalogue' AND built_with = 'fts' ORDER BY id`;
}
