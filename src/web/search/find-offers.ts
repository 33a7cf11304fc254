import { type Hit, selectCatalogueIndexes, selectHits, wordsOf } from "../../learning/search/query.ts";
import type { HostClient } from "./host-clients.ts";

/** Documents of a client that are looked at for one question; what comes behind them is not found. */
export const MOST_LOOKED_AT = 200;
/** Results on a page. */
export const PAGE = 20;
/** Characters of a result's text. */
const LONGEST_EXCERPT = 240;

/** A result as pages and JSON show it. */
export interface FoundOffer {
  readonly id: number;
  readonly title: string;
  readonly excerpt: string;
  readonly language: string | null;
  /** Where it is shown. */
  readonly path: string;
}

/** The results of a question. */
export interface FoundOffers {
  /** The words that were looked for. */
  readonly words: readonly string[];
  readonly offers: readonly FoundOffer[];
  /** How many were found, {@link MOST_LOOKED_AT} of a client at most. */
  readonly total: number;
  /** There may be more than that. */
  readonly isCut: boolean;
}

/** What is public in the catalogues of a host's clients; those first that have every word in their title. @param page from 1 */
export async function findOffers(clients: readonly HostClient[], question: string, page: number): Promise<FoundOffers> {
  const words = wordsOf(question);
  const found = await Promise.all(clients.map(({ rows }) => hitsOf(rows, words)));
  const hits = found.flat().sort((one, other) => other.inTitle - one.inTitle);
  const from = (page - 1) * PAGE;
  return {
    words,
    offers: hits.slice(from, from + PAGE).map(toOffer),
    total: hits.length,
    isCut: found.some((ofClient) => ofClient.length >= MOST_LOOKED_AT),
  };
}

async function hitsOf(rows: HostClient["rows"], words: readonly string[]): Promise<Hit[]> {
  if (words.length === 0) return [];
  const indexes = (await rows.all(selectCatalogueIndexes())).map(({ id }) => id);
  const query = selectHits({ indexes, words, publicOnly: true, limit: MOST_LOOKED_AT, excerpt: LONGEST_EXCERPT + 1 });
  return query === null ? [] : await rows.all(query);
}

function toOffer({ entityId, title, text, locale }: Hit): FoundOffer {
  const cut = text.length > LONGEST_EXCERPT;
  const excerpt = cut ? `${text.slice(0, LONGEST_EXCERPT).replace(/\s+\S*$/, "")} …` : text;
  return { id: entityId, title, excerpt, language: locale, path: `/catalogue/${entityId}` };
}
