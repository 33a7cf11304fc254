import MiniSearch from "minisearch";
import type { HandbookPage } from "../../handbook/page.ts";

/** At most this many words of a query are looked for. */
export const MOST_WORDS = 10;
/** At most this many passages are given back. */
export const MOST_FOUND = 20;
/** A word of a query is cut at this many characters. */
const LONGEST_WORD = 40;
/** A word of a query with at least this many characters also finds longer words that begin with it. */
const SHORTEST_BEGINNING = 3;
/** Characters of a passage that are shown. */
const SHOWN = 200;

/** A passage in the handbook that has the words. */
export interface Found {
  /** Address, with the anchor of the heading. */
  readonly path: string;
  readonly page: string;
  readonly heading: string;
  /** The beginning of what stands there. */
  readonly excerpt: string;
}

/** What a search found. */
export interface SearchResult {
  readonly found: readonly Found[];
  /** Number of passages in all, of which `found` has the best. */
  readonly total: number;
  /** The query had more than {@link MOST_WORDS} different words. */
  readonly shortened: boolean;
}

/** What is indexed of a passage. */
interface Indexed extends Found {
  readonly text: string;
}

/** Looks for words in the handbook. The index is built at the first search (about 15 ms of CPU) and kept by the process. */
export class HandbookSearch {
  readonly #pages: readonly HandbookPage[];
  #index: MiniSearch<Indexed> | null = null;

  constructor(pages: readonly HandbookPage[]) {
    this.#pages = pages;
  }

  /**
   * The passages that have all of the words, the best first; a heading weighs more than what stands below it.
   *
   * @param query as it was typed; takes time linear in its length
   */
  find(query: { readonly words: string }): SearchResult {
    const words = new Set(query.words.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
    const terms = [...words].slice(0, MOST_WORDS).map((word) => word.slice(0, LONGEST_WORD));
    const hits = this.#built().search(terms.join(" "), {
      combineWith: "AND",
      prefix: (term) => term.length >= SHORTEST_BEGINNING,
      boost: { heading: 4, page: 0.2 },
    });
    const found = hits
      .slice(0, MOST_FOUND)
      .map(({ path, page, heading, excerpt }) => ({ path, page, heading, excerpt }));
    return { found: found as Found[], total: hits.length, shortened: words.size > MOST_WORDS };
  }

  #built(): MiniSearch<Indexed> {
    if (this.#index) return this.#index;
    const index = new MiniSearch<Indexed>({
      idField: "path",
      fields: ["heading", "page", "text"],
      storeFields: ["path", "page", "heading", "excerpt"],
      tokenize: (text) => text.match(/[\p{L}\p{N}_]+/gu) ?? [],
    });
    for (const { path, title, parts } of this.#pages) {
      for (const { anchor, heading, text } of parts) {
        const address = `/handbook${path && `/${path}`}${anchor && `#${anchor}`}`;
        index.add({ path: address, page: title, heading, text, excerpt: excerptOf(text) });
      }
    }
    this.#index = index;
    return index;
  }
}

/** The beginning of a text, cut behind a word. */
function excerptOf(text: string): string {
  const line = text.slice(0, SHOWN * 2).replaceAll(/\s+/g, " ");
  return line.length <= SHOWN ? line : `${line.slice(0, line.lastIndexOf(" ", SHOWN))} …`;
}
