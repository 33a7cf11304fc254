import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";

/** Words of a question that are looked for; what comes behind them is left out. */
const MOST_WORDS = 8;
/** A word of fewer characters must stand in a document as it is: too many words begin with one letter. */
const SHORTEST_BEGINNING = 2;

/**
 * The words of a question as they are looked for: cut as the full-text tables cut their documents (letters, digits and their marks), in
 * small letters, each once. Case and diacritics do not matter to them; `ß` is looked for as `ss`.
 */
export function wordsOf(question: string): string[] {
  const folded = question.normalize("NFC").toLowerCase().replaceAll("ß", "ss");
  return [...new Set(folded.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [])].slice(0, MOST_WORDS);
}

/** Whether a word finds only itself, and not what begins with it. */
export const isWhole = (word: string): boolean => [...word].length < SHORTEST_BEGINNING;

/** What is looked for in which indexes. */
export interface Question {
  /** Ids of the indexes, of this client. */
  readonly indexes: readonly number[];
  /** As {@link wordsOf} gives them. */
  readonly words: readonly string[];
  /** Only what anybody may see. */
  readonly publicOnly: boolean;
  /** Documents that are looked at. */
  readonly limit: number;
  /** Characters of a document's text that are given, at most. */
  readonly excerpt: number;
}

/** A document that was found. */
export interface Hit {
  readonly entity: string;
  readonly entityId: number;
  readonly title: string;
  /** Its text as far as it was asked for. */
  readonly text: string;
  readonly locale: string | null;
  /** 1: every word of the question stands in its title. */
  readonly inTitle: 0 | 1;
}

/** The question in the words of FTS5: every word must begin some word of these columns, in any order. */
function matchOf({ indexes, words, publicOnly }: Question, columns: string): string {
  const scope = indexes.map((id) => `"${publicOnly ? "p" : "i"}${id}"`).join(" OR ");
  const asked = words.map((word) => `${columns} : "${word}"${isWhole(word) ? "" : " *"}`);
  return [`scope : (${scope})`, ...asked].join(" AND ");
}

/**
 * Documents with an entry in a full-text table, in the order of their ids.
 *
 * @param limit a number, or SQL of one
 */
const found = (table: string, match: string, limit: SQL | number) => {
  const name = sql.raw(table);
  return sql`SELECT rowid AS id FROM ${name} WHERE ${name} MATCH ${match} ORDER BY rowid LIMIT ${limit}`;
};

/**
 * Documents that answer a question, those first that hold every word in their title. Each word finds what begins with it. At most `limit`
 * documents are looked at, however many there are: nothing is sorted, and the beginnings of up to eight characters are indexed, so that a
 * word that stands in every document costs no more than another. The whole text is looked at only where the titles do not suffice.
 *
 * Documents whose words an earlier release wrote are found in the table that it had (`WORDS_FORMAT`), until a build has written them anew.
 *
 * @returns null: the question holds no words, or there is no index
 */
export function selectHits(question: Question): SQL<Hit> | null {
  const { indexes, words, limit, excerpt } = question;
  if (indexes.length === 0 || words.length === 0) return null;
  const match = matchOf(question, "words");
  const rest = sql`(SELECT CASE WHEN count(*) < ${limit} THEN ${limit} ELSE 0 END FROM titled)`;
  return sql<Hit>`WITH titled AS MATERIALIZED (SELECT id FROM (${found("search_words_titles", match, limit)})
      UNION ALL SELECT id FROM (${found("search_words", matchOf(question, "title"), limit)})),
    other AS MATERIALIZED (SELECT id FROM (${found("search_words_all", match, rest)})
      UNION ALL SELECT id FROM (${found("search_words", matchOf(question, "{title text}"), rest)}))
    SELECT one.entity AS entity, document.entity_id AS "entityId", document.title AS title, substr(document.text, 1, ${excerpt}) AS text,
      document.locale AS locale, hit.titled AS "inTitle"
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
