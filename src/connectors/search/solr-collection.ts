import { z } from "zod";
import type { Api } from "../api.ts";
import { RemoteError, RemoteRefusedError } from "../outbound/remote-error.ts";

/** Bytes of documents in one request, at most: form bodies are limited to 2 MB by default, and proxies to less. */
export const MOST_BYTES = 1_000_000;

/** A document as it is sent: its id, and fields by name. */
export type SolrDocument = { readonly id: string } & Readonly<Record<string, unknown>>;

/** A document that the server did not take, and what it said. */
export interface RefusedDocument {
  readonly id: string;
  readonly message: string;
}

const answer = z.looseObject({
  responseHeader: z
    .looseObject({
      // Of a TolerantUpdateProcessor, with status 200.
      errors: z.array(z.looseObject({ id: z.string().optional(), message: z.string().optional() })).optional(),
    })
    .optional(),
});
const counted = z.looseObject({ response: z.looseObject({ numFound: z.int() }) });
const pinged = z.looseObject({ status: z.string().optional() });
const refused = z.looseObject({ error: z.looseObject({ msg: z.string() }) });

/** Statuses with which a server refuses what it was sent, rather than being unable to take anything. */
const BAD_DOCUMENTS = [400, 413];

/**
 * One collection of an Apache Solr server (handbook, catalogue: CreateSolrIndex). Documents are seen only behind a {@link commit}. Errors
 * are those of {@link Api.json}.
 */
export class SolrCollection {
  readonly #api: Api;
  readonly #name: string;

  constructor(api: Api, name: string) {
    this.#api = api;
    this.#name = encodeURIComponent(name);
  }

  /**
   * Adds documents over those with the same ids. A server that refuses one leaves out the rest of its request, so what was refused is sent
   * again in halves, until only the bad documents are left.
   *
   * @returns the bad ones
   */
  async add(documents: readonly SolrDocument[]): Promise<RefusedDocument[]> {
    if (documents.length === 0) return [];
    try {
      const { responseHeader } = await this.#update(documents);
      return (responseHeader?.errors ?? []).map(({ id = "", message = "" }) => ({ id, message }));
    } catch (error) {
      if (!(error instanceof RemoteRefusedError) || !BAD_DOCUMENTS.includes(error.status)) throw error;
      const [only] = documents;
      if (only && documents.length === 1) return [{ id: only.id, message: wordsOf(error) }];
      const half = Math.ceil(documents.length / 2);
      return [...(await this.add(documents.slice(0, half))), ...(await this.add(documents.slice(half)))];
    }
  }

  /** Deletes by ids. */
  async deleteIds(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#update({ delete: ids });
  }

  /** Deletes what a query finds. A `commitWithin` would not reach it: a {@link commit} has to follow. */
  async deleteFound(query: string): Promise<void> {
    await this.#update({ delete: { query } });
  }

  /** Makes everything that was sent so far seen. */
  async commit(): Promise<void> {
    await this.#update({ commit: {} });
  }

  /** How many documents that are seen a query finds. */
  async count(query: string): Promise<number> {
    const path = `${this.#name}/select`;
    const { response } = await this.#api.json({ path, query: { q: "*:*", fq: query, rows: 0, wt: "json" } }, counted);
    return response.numFound;
  }

  /**
   * Whether the collection answers. Newer servers have no ping handler: they are asked to count.
   *
   * @throws {ConnectorInvalidError} when the login is refused
   */
  async answers(): Promise<boolean> {
    try {
      const { status } = await this.#api.json({ path: `${this.#name}/admin/ping`, query: { wt: "json" } }, pinged);
      return status === "OK";
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (!(error instanceof RemoteRefusedError) || error.status !== 404) return false;
    }
    try {
      await this.count("*:*");
      return true;
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      return false;
    }
  }

  #update(body: unknown): Promise<z.output<typeof answer>> {
    // Each of its requests can be sent twice: documents replace those with the same id, and what is deleted stays so.
    return this.#api.json({ path: `${this.#name}/update`, query: { wt: "json" }, body, repeatable: true }, answer);
  }
}

function wordsOf(error: RemoteRefusedError): string {
  const parsed = refused.safeParse(error.body);
  return parsed.success ? parsed.data.error.msg : error.message;
}

/** Documents in groups of at most {@link MOST_BYTES} bytes of JSON; one that is larger is alone. */
export function batchesOf<T>(documents: readonly T[]): T[][] {
  const batches: T[][] = [];
  const encoder = new TextEncoder();
  let bytes = Number.POSITIVE_INFINITY;
  for (const document of documents) {
    const size = encoder.encode(JSON.stringify(document)).length + 1;
    if (bytes + size > MOST_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(document);
    bytes += size;
  }
  return batches;
}
