import type { Api } from "../../connectors/api.ts";
import { solr } from "../../connectors/kinds/solr.ts";
import { batchesOf, SolrCollection } from "../../connectors/search/solr-collection.ts";
import { type DocumentRow, type SearchDocument, toDocument } from "../../learning/search/document.ts";
import type { SearchIndex } from "../../learning/search/indexes.ts";
import { documentsOf, removeDocuments, writeDocuments } from "../../learning/search/stored-documents.ts";
import { type CountsOf, effect, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { failureOf } from "../unit-of.ts";
import { documentId, documentsAbout, solrDocument, staleDocuments } from "./solr-documents.ts";

/** What is counted for documents that were written. */
export type WrittenCount = "docs" | "upserts";

/** What a backend needs of a run. */
export type SearchContext = Pick<RunContext, "run" | "now" | "connectors">;

/** The client's Solr server, where one of the indexes wants it; null: there is none, and they are kept in the database. */
export async function solrFor(context: SearchContext, indexes: readonly SearchIndex[]): Promise<Api | null> {
  return indexes.some(({ backend }) => backend === "solr") ? await context.connectors.open(solr) : null;
}

/** Where an index is kept now. */
export function backendOf(index: SearchIndex, server: Api | null): "solr" | "fts" {
  return index.backend === "solr" && server !== null ? "solr" : "fts";
}

/** True when its documents are where they are looked for. */
export function isBuilt(index: SearchIndex, server: Api | null): boolean {
  return index.builtWith === backendOf(index, server);
}

/** The collection of an index; null: it is kept in the database. */
export function collectionOf(index: SearchIndex, server: Api | null): SolrCollection | null {
  return server !== null && backendOf(index, server) === "solr" ? new SolrCollection(server, index.collection) : null;
}

/** Documents that are to be written, and rows that have none. */
export interface Judged<N extends string> {
  readonly documents: readonly SearchDocument[];
  readonly failures: readonly Unit<N>[];
}

/** Makes documents of rows. One that cannot be made is the failure of its row alone. */
export function judge<N extends string>(entity: string, rows: readonly DocumentRow[]): Judged<N> {
  const documents: SearchDocument[] = [];
  const failures: Unit<N>[] = [];
  for (const row of rows) {
    try {
      documents.push(toDocument(row));
    } catch (error) {
      failures.push({ ref: `${entity}:${row.id}`, writes: [], failure: failureOf(error) });
    }
  }
  return { documents, failures };
}

/** One index at work, of a run. `C`: the run's cursor. */
export class IndexWriter<C, N extends string> {
  readonly #context: SearchContext;
  readonly #index: SearchIndex;
  readonly #collection: SolrCollection | null;
  readonly #buildId: number;
  /** Name of the counter to which written documents are added. */
  readonly #count: N & WrittenCount;

  constructor(
    context: SearchContext,
    index: SearchIndex,
    server: Api | null,
    buildId: number,
    count: N & WrittenCount,
  ) {
    this.#context = context;
    this.#index = index;
    this.#collection = collectionOf(index, server);
    this.#buildId = buildId;
    this.#count = count;
  }

  get #client(): number {
    return this.#context.run.clientId;
  }

  /**
   * Writes a page of documents in one step.
   *
   * @param place names the page within the run
   * @param placed the cursor behind it, from the number of documents that were written
   * @param more units that belong to the same step
   */
  async *write(
    place: string,
    { documents, failures }: Judged<N>,
    placed: (written: number) => C,
    more: readonly Unit<N>[] = [],
  ): AsyncGenerator<Yielded<C, N>, void, unknown> {
    const { name, entity, id } = this.#index;
    if (this.#collection === null) {
      const units = batchesOf(documents).map(
        (batch): Unit<N> => ({
          ref: `index:${name}`,
          rows: batch.length,
          writes: [{ write: writeDocuments(id, this.#buildId, batch, this.#context.now), count: this.#count }],
        }),
      );
      yield { units: [...units, ...failures, ...more], cursor: placed(documents.length) };
      return;
    }
    const collection = this.#collection;
    const refused: Unit<N>[] = [];
    for (const [at, batch] of batchesOf(documents).entries()) {
      const sent = batch.map((document) => solrDocument(this.#client, entity, this.#buildId, document));
      const outcome = yield* effect<Awaited<ReturnType<SolrCollection["add"]>>, C, N>({
        key: `${place}:${at}`,
        description: `${sent.length} documents to the collection ${this.#index.collection}`,
        repeatable: true,
        call: () => collection.add(sent),
      });
      if (outcome.state !== "done") continue;
      for (const { id: document, message } of outcome.value) {
        const ref = document.slice(document.indexOf(":") + 1);
        refused.push({ ref, writes: [], failure: { code: "document_refused", message: message.slice(0, 300) } });
      }
    }
    const written = documents.length - refused.length;
    yield {
      units: [...failures, ...refused, ...more],
      counts: { scanned: written, changed: written, [this.#count]: written } as CountsOf<N>,
      cursor: placed(written),
    };
  }

  /** Removes what was shown of rows; only the database's own backend says how many there were, in `count`. */
  removal(ids: readonly number[], count: N): Unit<N>[] {
    if (this.#collection !== null || ids.length === 0) return [];
    return [
      { ref: `index:${this.#index.name}`, rows: 0, writes: [{ write: removeDocuments(this.#index.id, ids), count }] },
    ];
  }

  /** Deletes documents at the server by their rows; nothing where the index is kept in the database. */
  async *deleteAtServer(place: string, ids: readonly number[]): AsyncGenerator<Yielded<C, N>, void, unknown> {
    const collection = this.#collection;
    if (collection === null || ids.length === 0) return;
    const documents = ids.map((id) => documentId(this.#client, this.#index.entity, id));
    yield* effect<null, C, N>({
      key: place,
      description: `${ids.length} deletions in the collection ${this.#index.collection}`,
      repeatable: true,
      call: async () => {
        await collection.deleteIds(documents);
        return null;
      },
    });
  }

  /** Deletes what the server has about people, before what is still to be shown of them is added; see {@link deleteAtServer}. */
  async *deleteAbout(place: string, people: readonly number[]): AsyncGenerator<Yielded<C, N>, void, unknown> {
    const collection = this.#collection;
    if (collection === null || people.length === 0) return;
    const query = documentsAbout(this.#client, this.#index.entity, people);
    yield* effect<null, C, N>({
      key: place,
      description: `Deletion of what the collection ${this.#index.collection} has about ${people.length} people`,
      repeatable: true,
      call: async () => {
        await collection.deleteFound(query);
        return null;
      },
    });
  }

  /** Makes what was sent seen; see {@link deleteAtServer}. */
  async *commit(place: string): AsyncGenerator<Yielded<C, N>, void, unknown> {
    const collection = this.#collection;
    if (collection === null) return;
    yield* effect<null, C, N>({
      key: place,
      description: `Commit of the collection ${this.#index.collection}`,
      repeatable: true,
      call: async () => {
        await collection.commit();
        return null;
      },
    });
  }

  /**
   * Deletes what an earlier build left at the server, once what this one wrote is seen. Returns how many documents went; 0 in a dry run, and
   * where the index is kept in the database.
   */
  async *deleteStale(place: string): AsyncGenerator<Yielded<C, N>, number, unknown> {
    const collection = this.#collection;
    if (collection === null) return 0;
    const query = staleDocuments(this.#client, this.#index.entity, this.#buildId);
    yield* this.commit(`${place}:written`);
    const counted = yield* effect<number, C, N>({
      key: `${place}:count`,
      description: `Count of what the collection ${this.#index.collection} has of earlier builds`,
      repeatable: true,
      call: () => collection.count(query),
    });
    yield* effect<null, C, N>({
      key: `${place}:delete`,
      description: `Deletion of what the collection ${this.#index.collection} has of earlier builds`,
      repeatable: true,
      call: async () => {
        await collection.deleteFound(query);
        await collection.commit();
        return null;
      },
    });
    return counted.state === "done" ? counted.value : 0;
  }

  /** How many documents the index has once it is built, as {@link endBuild} takes it. @param written how many the build wrote */
  documents(written: number) {
    return this.#collection === null ? documentsOf(this.#index.id) : written;
  }
}
